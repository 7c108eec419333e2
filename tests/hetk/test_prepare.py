"""`manage.py prepare`, and what `make run` says when it cannot start."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import suppress

from bin.run import SMTP_PORT
from tests.outside import ROOT


def _run(*command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_prepare_makes_all_that_an_installation_needs_and_may_be_repeated(tmp_path):
    var = tmp_path / "var"
    settings = {"HETK_VAR_DIR": str(var), "HETK_SQLITE": str(var / "hetk.sqlite3"), "HETK_DATABASE_URL": ""}
    settings["HETK_HASHED_STATIC"] = "yes"
    for _ in range(2):
        done = _run("manage.py", "prepare", **settings)
        assert done.returncode == 0, done.stderr
    with sqlite3.connect(var / "hetk.sqlite3") as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    database.close()
    assert {"cache", "sync_link", "accounts_connection", "django_migrations"} <= tables
    assert json.loads((var / "static" / "staticfiles.json").read_text())["paths"]
    assert var.stat().st_mode & 0o777 == 0o700


def test_a_busy_port_is_told_in_words_and_nothing_is_started():
    with socket.socket() as mine:
        # Whoever holds it, it is busy.
        with suppress(OSError):
            mine.bind(("127.0.0.1", SMTP_PORT))
            mine.listen()
        refused = _run("-m", "bin.run")
    assert refused.returncode == 1
    assert f"{SMTP_PORT}" in refused.stdout
    assert "In use by another program" in refused.stdout
    assert "Preparing" not in refused.stdout
