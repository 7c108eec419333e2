"""`python -m bench.pictures`: the pictures of the README and of the public pages, from a filled world and the real pages.

Those of the public pages come light and dark, twice as fine as they are shown, as WebP.
"""

import time
from datetime import UTC, datetime, timedelta
from io import BytesIO

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.stack import stack
from tests import environment
from tests.browser.chromium import launch
from tests.outside import ROOT, Outside

FOLDER = ROOT / "docs" / "pictures"
SIZE = (1280, 800)
# A year of two full calendars is copied before the picture is taken.
PATIENCE = 900.0
MOST_BYTES = 200_000
SHOWN = ROOT / "hetk" / "static" / "img" / "shown"
SHOWN_SIZE = (860, 540)
MOST_SHOWN = 45_000


def main() -> None:
    with stack() as outside, sync_playwright() as playwright:
        outside.fill()
        session = _live_in(outside)
        browser = launch(playwright)
        page = _opened(browser, session, SIZE).new_page()
        page.goto("/dashboard/")
        _take(page, "dashboard")
        _choose(page)
        _take(page, "wizard")
        for scheme in ("light", "dark"):
            _show(_opened(browser, session, SHOWN_SIZE, color_scheme=scheme, device_scale_factor=2).new_page(), scheme)
        browser.close()


def _live_in(outside: Outside) -> str:
    """Alice with three accounts, three syncs that are up to date and a change of just now; the key of her session."""
    from django.test import Client

    from sync import pairs
    from sync.models import Flow, Link
    from tests.end_to_end.scene import OPEN, PRIVATE, Scene

    scene = Scene(outside)
    scene.user.time_zone = "Europe/Tallinn"
    scene.user.save()
    work, home = scene.account("alice-northwind"), scene.account("alice-gmail")
    family = scene.account("alice-gmail", "Family")
    pairs.create(user=scene.user, first=work, second=home, out=PRIVATE, back=PRIVATE)
    pairs.create(user=scene.user, first=family, second=work, out=PRIVATE, back=None)
    contoso, team = scene.account("alice-contoso"), scene.account("alice-northwind", "Team Northwind")
    pairs.create(user=scene.user, first=team, second=contoso, out=OPEN, back=None)
    _until(lambda: not Flow.objects.filter(settled_at=None).exists())
    outside.hand("alice-gmail", "create", title="Dentist", start=_tomorrow(9), end=_tomorrow(10))
    known = Link.objects.filter(state=Link.State.LIVE).count()
    _until(lambda: Link.objects.filter(state=Link.State.LIVE).count() > known)
    client = Client()
    client.force_login(scene.user, backend="django.contrib.auth.backends.ModelBackend")
    return str(client.session.session_key)


def _tomorrow(hour: int) -> datetime:
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=hour, minute=0, second=0, microsecond=0)


def _choose(page: Page) -> None:
    """The second step, with one direction open and one private."""
    page.goto("/pairs/new/")
    page.get_by_label("From", exact=True).select_option(label="Family")
    page.get_by_label("To", exact=True).select_option(label="alice@contoso.example")
    page.get_by_role("button", name="Next").click()
    page.locator("section.side").nth(1).get_by_label("Full details").check()
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")


def _opened(browser: Browser, session: str, size: tuple[int, int], **options: object) -> BrowserContext:
    """A window of that size, signed in."""
    site = f"http://localhost:{environment.LIVE_PORT}"
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(base_url=site, viewport=viewport, **options)  # type: ignore[arg-type]
    context.add_cookies([{"name": "session", "value": session, "url": site}])
    return context


def _show(page: Page, scheme: str) -> None:
    """The dashboard, and the numbers before a sync starts."""
    page.goto("/dashboard/")
    _keep(page, f"dashboard-{scheme}")
    _choose(page)
    page.get_by_role("button", name="Next: review").click()
    page.get_by_text("Hetk will create").first.wait_for(timeout=PATIENCE * 1000)
    page.evaluate("scrollTo(0, 0)")
    _keep(page, f"numbers-{scheme}")


def _keep(page: Page, name: str) -> None:
    """What stands in the window below the bar on top."""
    bar = page.locator("header.top").bounding_box()
    assert bar is not None
    top = bar["y"] + bar["height"]
    clip = {"x": 0.0, "y": top, "width": float(SHOWN_SIZE[0]), "height": SHOWN_SIZE[1] - top}
    taken = Image.open(BytesIO(page.screenshot(clip=clip)))  # type: ignore[arg-type]
    path = SHOWN / f"{name}.webp"
    path.parent.mkdir(parents=True, exist_ok=True)
    taken.save(path, quality=70, method=6)
    print(f"{path.relative_to(ROOT)}: {taken.width} × {taken.height}, {path.stat().st_size // 1000} kB")
    if path.stat().st_size > MOST_SHOWN:
        raise RuntimeError(f"{path.name} is larger than {MOST_SHOWN // 1000} kB")


def _take(page: Page, name: str) -> None:
    path = FOLDER / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {size // 1000} kB")
    if size > MOST_BYTES:
        raise RuntimeError(f"{path.name} is larger than {MOST_BYTES // 1000} kB")


def _until(true: object) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise RuntimeError("it did not happen in time")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
