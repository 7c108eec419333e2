"""Chromium, one for the whole run; each test has a context of its own, and whatever goes wrong in it is told at the end."""

import subprocess
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from pytest_django import Settings

from tests.outside import Outside

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.visitor import Visitor


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import PATH, launch

    if not PATH.exists():
        pytest.skip(f"no {PATH} here: `make packages` installs it")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def site(listening: str, settings: Settings) -> str:
    """The address of the website, without a slash at its end."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # One of several test processes reads its settings before it has chosen its port.
    settings.SITE_URL = listening
    return listening


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
