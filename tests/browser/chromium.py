"""Debian's Chromium, as Playwright starts it."""

from pathlib import Path

from playwright.sync_api import Browser, Playwright

PATH = Path("/usr/bin/chromium")
# It runs as whoever runs the tests, root in containers, and speaks to nobody but the pages under test.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=PATH, args=ARGUMENTS)
