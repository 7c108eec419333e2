"""What every test stands on: an environment of its own, one sandbox per process, no way to the internet.

The environment is complete before Django reads it; nothing of the developer's machine leaks in.
"""

import atexit
import base64
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


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

for name in [name for name in os.environ if name.startswith("HETK_") and name != "HETK_PUBLISHED"]:
    del os.environ[name]
os.environ.update(
    DJANGO_SETTINGS_MODULE="hetk.settings",
    HETK_SECRET_KEY="only-for-tests-" + "s" * 50,
    HETK_VAULT_KEYS="k1:" + base64.b64encode(b"v" * 32).decode(),
    HETK_MARK_KEYS="k1:" + base64.b64encode(b"m" * 32).decode(),
    HETK_VAR_DIR=str(VAR_DIR),
    HETK_SQLITE=str(VAR_DIR / "hetk.sqlite3"),
    HETK_SITE_URL=f"http://localhost:{LIVE_PORT}",
    HETK_WEBHOOK_URL=WEBHOOK_URL,
    HETK_SANDBOX_URL=NOWHERE,
    HETK_MICROSOFT_CLIENT_SECRET="sandbox-microsoft-secret",
    HETK_GOOGLE_CLIENT_ID="hetk-sandbox.apps.googleusercontent.com",
    HETK_GOOGLE_CLIENT_SECRET="sandbox-google-secret",
    HETK_HASHED_STATIC="no",
    HETK_LOG_LEVEL="WARNING",
    # Playwright runs a loop in the test's own thread, where Django would otherwise refuse the database.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
    # Where pytest-django's `live_server` listens, so that the sandbox can be told before it starts.
    DJANGO_LIVE_TEST_SERVER_ADDRESS=f"localhost:{LIVE_PORT}",
)

from tests.outside import Outside  # noqa: E402


@pytest.fixture(scope="session")
def _outside() -> Iterator[Outside]:
    outside = Outside.start(hook=(WEBHOOK_URL, f"http://127.0.0.1:{LIVE_PORT}"), log=VAR_DIR / "sandbox.log")
    yield outside
    outside.stop()


@pytest.fixture
def sandbox(_outside: Outside, settings: pytest.FixtureRequest) -> Iterator[Outside]:
    """The outside world, freshly reset; for the length of the test every request of Hetk goes there."""
    from hetk import outbound

    _outside.reset()
    settings.SANDBOX_URL = _outside.url
    settings.EMAIL_PORT = _outside.smtp_port
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=_outside.url)
    yield _outside
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)
    _outside.reset()


@pytest.fixture(autouse=True)
def _empty_cache(settings: pytest.FixtureRequest) -> None:
    """Limits on attempts start anew with each test, without a table to write to."""
    from django.core.cache import cache

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # Reading any setting loads them; pytest-django, which comes after, sets Django up only then. Named in pyproject.toml
    # they would be read before this file.
    from django.conf import settings

    assert settings.SANDBOX_URL == NOWHERE
    config.addinivalue_line("markers", "browser: drives Chromium; `make test` installs it where it may")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing is left out silently: a skipped test fails the run."""
    if os.environ.get("CI") != "true" or hasattr(session.config, "workerinput"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped:
        reporter.write_line(f"{len(skipped)} skipped, which CI does not allow: {skipped[0].nodeid} …", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
