"""Processes that tests start beside themselves, and the patience to wait for what they do."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

from tests.outside import ROOT, Outside


def database() -> dict[str, str]:
    """Where the test's own database is, in words of the environment."""
    from django.db import connection

    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return {"HETK_SQLITE": str(facts["NAME"]), "HETK_DATABASE_URL": ""}
    return {"HETK_DATABASE_URL": f"postgresql://{facts['USER']}@/{facts['NAME']}?host={facts['HOST']}"}


def environment(sandbox: Outside) -> dict[str, str]:
    """What a process of Hetk needs to work beside the test, on its database."""
    from django.conf import settings

    return {
        **os.environ,
        **database(),
        "HETK_SANDBOX_URL": sandbox.url,
        "HETK_SMTP_PORT": str(sandbox.smtp_port),
        "HETK_RESOLVERS": f"127.0.0.1:{sandbox.dns_port} 127.0.0.1:{sandbox.dns_port}",
        "HETK_WEBHOOK_URL": settings.WEBHOOK_URL,
    }


def start_worker(sandbox: Outside) -> subprocess.Popen[bytes]:
    """`manage.py worker` as a process of its own, on the test's database. Whoever starts it stops it."""
    command = [sys.executable, "manage.py", "worker", "--threads", "4"]
    return subprocess.Popen(command, cwd=ROOT, env=environment(sandbox), stdout=subprocess.DEVNULL)


def wait_for(true: Callable[[], object], seconds: float = 20) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False
