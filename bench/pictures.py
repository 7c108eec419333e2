"""`python -m bench.pictures`: the pictures of the README, from a filled world and the real pages."""

import time
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, sync_playwright

from bench.stack import stack
from tests import environment
from tests.browser.chromium import launch
from tests.outside import ROOT, Outside

FOLDER = ROOT / "docs" / "pictures"
SIZE = (1280, 800)
# A year of two full calendars is copied before the picture is taken.
PATIENCE = 180.0
MOST_BYTES = 200_000


def main() -> None:
    with stack() as outside, sync_playwright() as playwright:
        outside.fill()
        session = _live_in(outside)
        browser = launch(playwright)
        site = f"http://localhost:{environment.LIVE_PORT}"
        context = browser.new_context(base_url=site, viewport={"width": SIZE[0], "height": SIZE[1]})
        context.add_cookies([{"name": "session", "value": session, "url": site}])
        page = context.new_page()
        page.goto("/dashboard/")
        _take(page, "dashboard")
        _choose(page)
        _take(page, "wizard")
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
