"""Processes that tests start beside themselves, and the patience to wait for what they do."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

from tests.outside import ROOT, Outside


def environment(sandbox: Outside) -> dict[str, str]:
    """What a process of Hetk needs to work beside the test, on its database."""
    from django.conf import settings
    from django.db import connection

    return {
        **os.environ,
        "HETK_SQLITE": str(connection.settings_dict["NAME"]),
        "HETK_SANDBOX_URL": sandbox.url,
        "HETK_SMTP_PORT": str(sandbox.smtp_port),
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
