"""What Hetk would do, told on pages that read the calendars live: before a sync is made, before it is changed, and event by event."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from sync.models import Pair
from tests.browser import pages
from tests.browser.test_pages import complaints
from tests.browser.visitor import Visitor, clear_pictures
from tests.end_to_end.scene import OPEN, PRIVATE, Scene, in_days, in_hours
from tests.outside import Outside

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

Visit = Callable[..., Visitor]
SIZES = [(1280, "light"), (390, "light"), (390, "dark"), (1280, "dark")]


@pytest.fixture
def scene(site: str, sandbox: Outside) -> Scene:
    """Alice with two accounts and something in both calendars."""
    found = Scene(sandbox)
    found.user.time_zone = "Europe/Tallinn"
    found.user.save()
    work, home = found.account("alice-northwind"), found.account("alice-gmail")
    titles = ["Board meeting", "Sprint planning", "Customer call with Contoso about the new contract", "Design review"]
    for number, title in enumerate(titles):
        found.create(work, title, hours=24 + 26 * number, location="Room 4")
    found.create(work, "Standup", hours=24, rrule="FREQ=DAILY;COUNT=90")
    found.create(work, "Sales fair", hours=30, organizer="bob@northwind.example", answer="declined")
    found.create(work, "Holiday", start=in_days(2), end=in_days(4), all_day=True)
    for number, title in enumerate(["Dentist", "School concert", "Swimming"]):
        found.create(home, title, hours=28 + 26 * number)
    return found


def sign_in(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(pages.session_of(scene.user))


def in_order(visitor: Visitor, name: str) -> None:
    """Looked at in every size and scheme: nothing wrong, and a picture of each for people."""
    visitor.page.emulate_media(reduced_motion="reduce")
    for width, scheme in SIZES:
        visitor.page.set_viewport_size({"width": width, "height": 800})
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert complaints(visitor, None if scheme == "light" else ["color-contrast"]) == []
        visitor.shot(f"{name}-{width}-{scheme}")


def test_a_new_sync_is_foretold_day_by_day_and_page_by_page(visit: Visit, scene: Scene) -> None:
    clear_pictures("foretold-new")
    work, home = pages.calendars(scene.user)
    visitor = visit()
    sign_in(visitor, scene)
    page = visitor.page
    visitor.go(reverse("new_pair"))
    page.get_by_label("From", exact=True).select_option(str(work.public_id))
    page.get_by_label("To", exact=True).select_option(str(home.public_id))
    page.get_by_role("button", name="Next").click()
    page.locator("section.side").nth(0).get_by_label("Full details").check()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#count .lead")).to_have_text(
        "Hetk will create 95 copies in alice.tamm@gmail.example and 3 copies in alice@northwind.example."
    )
    days = page.locator("#days")
    expect(days).to_contain_text("Board meeting")
    expect(days).to_contain_text("Not copied to alice.tamm@gmail.example: the invitation was declined.")
    expect(days).to_contain_text("for your “Dentist”")
    in_order(visitor, "foretold-new")
    page.get_by_role("link", name="more days, until").click()
    expect(page.get_by_role("link", name="earlier days")).to_be_visible()
    expect(days).not_to_contain_text("Board meeting")
    expect(days.locator(".entry").first).to_contain_text("Standup")


def test_a_change_is_foretold_before_it_is_saved_also_without_scripts(visit: Visit, scene: Scene) -> None:
    clear_pictures("foretold-change")
    work, home = pages.calendars(scene.user)
    pair = scene.pair(work, home, OPEN, PRIVATE)
    scene.create(work, "Made since", hours=40)
    visitor = visit(java_script_enabled=False)
    sign_in(visitor, scene)
    page = visitor.page
    visitor.go(reverse("edit", args=(pair.public_id,)))
    page.locator("section.side").nth(0).get_by_label("Mark as Private").check()
    page.get_by_label("One way").check()
    page.get_by_role("button", name="Next: review").click()
    page.get_by_role("link", name="Count on a page of its own").click()
    expect(page.locator("#count .lead").nth(0)).to_have_text(
        "In alice.tamm@gmail.example, 95 copies are rewritten and 1 is made."
    )
    expect(page.locator("#count .lead").nth(1)).to_contain_text("In alice@northwind.example, 3 copies are removed.")
    expect(page.locator("#days")).to_contain_text(
        "Its copy in alice@northwind.example is removed: this sync was ended."
    )
    assert not Pair.objects.get().flows.exclude(ending_at=None).exists()
    scripted = visit()
    scripted.sign_in(next(c["value"] for c in visitor.context.cookies() if c["name"] == "session"))
    scripted.go(f"{reverse('edit_review', args=(pair.public_id,))}?count=1")
    in_order(scripted, "foretold-change")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Pair.objects.get().flows.exclude(ending_at=None).count() == 1


def test_a_day_is_looked_up_and_every_event_says_what_happens_to_it(visit: Visit, scene: Scene) -> None:
    clear_pictures("foretold-day")
    work, home = pages.calendars(scene.user)
    scene.create(
        work, "Visa", start=in_hours(24), end=in_hours(25), organizer="bob@northwind.example", answer="declined"
    )
    pair = scene.pair(work, home, PRIVATE, OPEN)
    scene.create(work, "Made since", start=in_hours(24), end=in_hours(25))
    visitor = visit()
    sign_in(visitor, scene)
    page = visitor.page
    visitor.go(reverse("pair", args=(pair.public_id,)))
    page.get_by_role("link", name="Look up a day").first.click()
    page.get_by_label("Day", exact=True).fill(f"{in_hours(24).astimezone(ZoneInfo('Europe/Tallinn')):%Y-%m-%d}")
    page.get_by_role("button", name="Look up").click()
    said = {
        "Board meeting": "Copied to alice.tamm@gmail.example as “Busy”, private, shown as busy",
        "Visa": "Not copied to alice.tamm@gmail.example: the invitation was declined.",
        "Made since": "It will be copied.",
    }
    for title, words in said.items():
        expect(page.locator("article").filter(has=page.get_by_role("heading", name=title))).to_contain_text(words)
    in_order(visitor, "foretold-day")
    page.get_by_label("Calendar").select_option(str(home.public_id))
    page.get_by_role("button", name="Look up").click()
    expect(page.locator("article").first).to_contain_text(
        "It is a copy itself, of an event in alice@northwind.example."
    )
    page.get_by_role("link", name="Look it up there").first.click()
    expect(page.get_by_role("heading", name="Board meeting")).to_be_visible()
