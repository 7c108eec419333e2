"""Chromium, one for the whole run; each test has a context of its own, and whatever goes wrong in it is told at the end."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pytest_django import Settings

from tests.outside import Outside

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.visitor import Visitor

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium here: `make packages` installs it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def site(transactional_db: None, live_server: Any, settings: Settings) -> str:
    """The address of the website, without a slash at its end."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return str(live_server.url)


@pytest.fixture
def visit(chromium: "Browser", site: str) -> Iterator[Callable[..., "Visitor"]]:
    """Opens a browser of its own for one person: `visit(width=390, color_scheme="dark")`; closed and judged at the end."""
    from tests.browser.visitor import Visitor

    opened: list[Visitor] = []

    def visit(**options: Any) -> Visitor:
        opened.append(Visitor.open(chromium, site, **options))
        return opened[-1]

    yield visit
    for visitor in opened:
        visitor.close()
    assert [trouble for visitor in opened for trouble in visitor.trouble] == []


@pytest.fixture
def worker(site: str, sandbox: Outside) -> Iterator[subprocess.Popen[bytes]]:
    from tests.processes import start_worker

    process = start_worker(sandbox)
    yield process
    process.terminate()
    process.wait(20)
