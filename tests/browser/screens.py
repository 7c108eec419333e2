"""`make screens`: every page that somebody who is blocked can meet, and every mail, light and dark, 390 and 1280 wide, to look at.

Writes artifacts/screenshots/blocked-<page>-<width>-<scheme>.png and a sheet of each width and scheme. No site runs: pages are rendered from
their templates, and the browser is given them and their styles.
"""

import mimetypes
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import tests.environment  # noqa: F401  (first, so that Django reads the tests' settings)

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "artifacts" / "screenshots"
SITE = "http://localhost:8000"
WIDTHS = (390, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Of the page that an administrator comes back to.
OUTCOMES = ("", "strange", "elsewhere", "not-administrator", "denied", "conditional", "down")
SHEET = """<!doctype html><title>Sheet</title><style>body {{ margin: 16px; background: #888; font: 14px system-ui }}
main {{ display: grid; grid-template-columns: repeat({columns}, 1fr); gap: 16px }} figure {{ margin: 0 }} img {{ width: 100% }}</style><main>{figures}</main>"""


def shown() -> Iterator[tuple[str, str]]:
    """(name, HTML) of each page."""
    from django.template.loader import render_to_string

    from accounts import approvals
    from tests.accounts.letters import letters
    from tests.browser import pages

    for name, _, _, html in letters():
        yield f"mail-{name}", html
    for name in pages.ERRORS:
        yield name, render_to_string(f"{name}.html")
    for name, given in pages.problems():
        yield name, render_to_string("accounts/problem.html", given)
    for outcome in OUTCOMES:
        given = {
            **approvals.facts(),
            "problem": outcome,
            "domain": "fabrikam.example",
            "code": "AADSTS65004",
            "told": 2,
        }
        yield f"approval-{outcome or 'given'}", render_to_string("accounts/approval/done.html", given)


def main() -> None:
    import django

    django.setup()
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import launch

    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("blocked-*.png"):
        old.unlink()
    found = dict(shown())
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for width, scheme in product(WIDTHS, SCHEMES):
            context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
            context.route("**/*", lambda route: route.fulfill(**_answer(route.request.url, found)))
            page = context.new_page()
            taken = []
            for name in found:
                page.goto(f"{SITE}/shown/{name}/")
                taken.append(FOLDER / f"blocked-{name}-{width}-{scheme}.png")
                page.screenshot(path=taken[-1], full_page=True)
            context.close()
            _sheet(browser, taken, FOLDER / f"sheet-blocked-{width}-{scheme}.png", columns=8 if width == 390 else 5)
        browser.close()
    print(f"{len(found)} pages, each four times, in {FOLDER}")


def _answer(url: str, found: dict[str, str]) -> dict[str, object]:
    from django.contrib.staticfiles import finders

    path = urlsplit(url).path
    if path.startswith("/shown/"):
        return {"body": found[path.split("/")[2]], "content_type": "text/html"}
    file = finders.find(path.removeprefix("/static/"))
    if not isinstance(file, str):
        return {"status": 404, "body": ""}
    return {"path": file, "content_type": mimetypes.guess_type(file)[0] or "text/plain"}


def _sheet(browser: object, pictures: Sequence[Path], to: Path, *, columns: int) -> None:
    from playwright.sync_api import Browser

    assert isinstance(browser, Browser)
    figures = "".join(
        f'<figure><img src="file://{one}"><figcaption>{one.stem}</figcaption></figure>' for one in pictures
    )
    page = browser.new_page(viewport={"width": 1800, "height": 1000})
    # A page of its own folder may show files; one that is set by hand may not.
    made = to.with_suffix(".html")
    made.write_text(SHEET.format(columns=columns, figures=figures))
    page.goto(f"file://{made}")
    page.screenshot(path=to, full_page=True)
    made.unlink()
    page.close()


if __name__ == "__main__":
    main()
