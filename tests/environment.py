"""The environment of every test, complete before Django reads it; nothing of the developer's machine leaks in."""

import atexit
import base64
import os
import shutil
import socket
import tempfile
from pathlib import Path

from tests.postgres import database_url


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


VAR_DIR = Path(tempfile.mkdtemp(prefix="hetk-tests-"))
(VAR_DIR / "static").mkdir()
atexit.register(shutil.rmtree, VAR_DIR, ignore_errors=True)
LIVE_PORT = free_port()
WEBHOOK_URL = "https://hooks.hetk.example"
# The discard port: a test that forgot to ask for the sandbox is refused there, never let out.
NOWHERE = "http://127.0.0.1:9"

# `make test DB=postgres`: everything on a server that is started for it.
ON_POSTGRES = os.environ.get("DB", "sqlite") == "postgres"

for name in [name for name in os.environ if name.startswith("HETK_") and name != "HETK_PUBLISHED"]:
    del os.environ[name]
os.environ.update(
    DJANGO_SETTINGS_MODULE="hetk.settings",
    HETK_SECRET_KEY="only-for-tests-" + "s" * 50,
    HETK_VAULT_KEYS="k1:" + base64.b64encode(b"v" * 32).decode(),
    HETK_MARK_KEYS="k1:" + base64.b64encode(b"m" * 32).decode(),
    HETK_VAR_DIR=str(VAR_DIR),
    HETK_SQLITE=str(VAR_DIR / "hetk.sqlite3"),
    HETK_DATABASE_URL=database_url() if ON_POSTGRES else "",
    HETK_SITE_URL=f"http://localhost:{LIVE_PORT}",
    HETK_WEBHOOK_URL=WEBHOOK_URL,
    HETK_SANDBOX_URL=NOWHERE,
    HETK_RESOLVERS="127.0.0.1:9 127.0.0.1:9",
    HETK_MICROSOFT_CLIENT_SECRET="sandbox-microsoft-secret",
    HETK_GOOGLE_CLIENT_ID="hetk-sandbox.apps.googleusercontent.com",
    HETK_GOOGLE_CLIENT_SECRET="sandbox-google-secret",
    # The key of the sandbox is there; plans apply only where a test is about them.
    HETK_BILLING="no",
    HETK_STRIPE_SECRET_KEY="sk_test_sandbox",
    HETK_STRIPE_WEBHOOK_SECRETS="whsec_sandbox",
    HETK_HASHED_STATIC="no",
    HETK_LOG_LEVEL="WARNING",
    # Playwright runs a loop in the test's own thread, where Django would otherwise refuse the database.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
    # Where pytest-django's `live_server` listens, and where the sandbox is told that it does (`listening`).
    DJANGO_LIVE_TEST_SERVER_ADDRESS=f"localhost:{LIVE_PORT}",
)
