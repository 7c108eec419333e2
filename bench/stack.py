"""The whole product as real processes on free ports and a database of its own: what benchmarks measure."""

import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import environment
from tests.outside import ROOT, Outside

THREADS = "16"


@contextmanager
def stack() -> Iterator[Outside]:
    """Sandbox, website and worker are running and Django is set up; everything ends with the block."""
    with tempfile.TemporaryDirectory(prefix="hetk-bench-") as folder:
        site = f"http://127.0.0.1:{environment.LIVE_PORT}"
        outside = Outside.start(hook=(environment.WEBHOOK_URL, site), log=Path(folder) / "sandbox.log")
        os.environ.update(
            HETK_VAR_DIR=folder,
            HETK_SQLITE=str(Path(folder) / "hetk.sqlite3"),
            HETK_SANDBOX_URL=outside.url,
            HETK_SMTP_PORT=str(outside.smtp_port),
            HETK_RESOLVERS=f"127.0.0.1:{outside.dns_port} 127.0.0.1:{outside.dns_port}",
            HETK_SITE_URL=f"http://localhost:{environment.LIVE_PORT}",
        )
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "prepare", "--verbosity", "0"], cwd=ROOT, check=True)
        serve = ["--interface", "wsgi", "hetk.wsgi:application", "--port", str(environment.LIVE_PORT), "--no-ws"]
        children = [
            subprocess.Popen([sys.executable, "-m", "granian", *serve, "--log-level", "error"], cwd=ROOT),
            subprocess.Popen([*manage, "worker", "--threads", THREADS], cwd=ROOT, stdout=subprocess.DEVNULL),
        ]
        try:
            _await(site)
            import django

            django.setup()
            yield outside
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(20)
            outside.stop()


@contextmanager
def quiet_stack() -> Iterator[Outside]:
    """The sandbox alone beside this process, in which cycles are run by hand; nobody hears its notifications."""
    with tempfile.TemporaryDirectory(prefix="hetk-bench-") as folder:
        site = f"http://127.0.0.1:{environment.LIVE_PORT}"
        outside = Outside.start(hook=(environment.WEBHOOK_URL, site), log=Path(folder) / "sandbox.log")
        try:
            os.environ.update(
                HETK_VAR_DIR=folder,
                HETK_SQLITE=str(Path(folder) / "hetk.sqlite3"),
                HETK_SANDBOX_URL=outside.url,
                HETK_SMTP_PORT=str(outside.smtp_port),
            )
            subprocess.run([sys.executable, "manage.py", "prepare", "--verbosity", "0"], cwd=ROOT, check=True)
            import django

            django.setup()
            yield outside
        finally:
            outside.stop()


def _await(site: str) -> None:
    import time

    for _ in range(200):
        try:
            urllib.request.urlopen(f"{site}/health/", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the website did not start")
