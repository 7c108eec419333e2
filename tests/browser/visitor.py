"""One person with a browser: a page, what went wrong in it, and pictures of it."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from tests.outside import ROOT

PICTURES = ROOT / "artifacts" / "screenshots"
HEIGHT = 800
# What a page that is left behind was still asking for.
LEFT_BEHIND = "net::ERR_ABORTED"


@dataclass
class Visitor:
    """`trouble`: errors on the console (violations of the policy are among them), failed requests, answers of 400 and above."""

    context: BrowserContext
    page: Page
    site: str
    trouble: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    @classmethod
    def open(cls, browser: Browser, site: str, *, width: int = 1280, **options: Any) -> "Visitor":
        context = browser.new_context(viewport={"width": width, "height": HEIGHT}, base_url=site, **options)
        context.set_default_timeout(15_000)
        visitor = cls(context, context.new_page(), site)
        context.on("console", visitor._console)
        context.on("weberror", lambda error: visitor.trouble.append(f"script: {error.error}"))
        context.on("requestfailed", visitor._failed)
        context.on("response", visitor._answered)
        return visitor

    def close(self) -> None:
        self.context.close()

    def go(self, path: str) -> None:
        self.page.goto(path)

    def shot(self, name: str) -> None:
        """A picture of the whole page, for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        # The bar on top follows the reader; in a picture it belongs at the beginning.
        self.page.evaluate("scrollTo(0, 0)")
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def sign_in(self, cookie: str) -> None:
        """With a session that exists already, as after any sign-in."""
        self.context.add_cookies([{"name": "session", "value": cookie, "url": self.site}])

    def _console(self, message: ConsoleMessage) -> None:
        # The status itself is judged in `_answered`.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.trouble.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT_BEHIND:
            self.trouble.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.trouble.append(f"{response.status}: {response.request.method} {response.url}")


def clear_pictures(prefix: str) -> None:
    """No picture of an earlier run stands among the new ones."""
    for old in PICTURES.glob(f"{prefix}*.png"):
        old.unlink()
