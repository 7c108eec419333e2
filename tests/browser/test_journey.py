"""What a newcomer must be able to do, in a browser, on real processes: the site, its worker, the clouds beside it."""

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sync.models import Link, Pair
from tests.browser.by_hand import TRAVEL, Hand, Sides, next_monday
from tests.browser.visitor import Visitor, clear_pictures
from tests.outside import Outside
from tests.processes import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

Visit = Callable[..., Visitor]
Worker = subprocess.Popen[bytes]
MICROSOFT, GOOGLE = "alice-northwind", "alice-gmail"
WORK, HOME = "alice@northwind.example", "alice.tamm@gmail.example"
PASSWORD = "correct horse battery"
ALL_DAY = "All day"


def test_a_newcomer_goes_the_whole_way(visit: Visit, sandbox: Outside, worker: Worker) -> None:
    clear_pictures("journey-")
    alice = visit()
    monday = next_monday(datetime.now(UTC).date())
    _live(sandbox, monday)
    _sign_up(alice, sandbox)
    _connect(alice, "Microsoft", WORK)
    _connect(alice, "Google", HOME)
    announced = _wizard(alice)
    _started(alice, announced)
    sides = Sides(alice.context.new_page(), sandbox.url, MICROSOFT, GOOGLE, monday)
    work = Hand(alice.context.new_page(), sandbox.url, MICROSOFT)
    home = Hand(alice.context.new_page(), sandbox.url, GOOGLE)
    _single_events_travel(work, home, sides, monday)
    _series_travel(work, sides, monday)
    _other_kinds_travel(work, home, sides, monday)
    _picture(alice, sides.page, "08-side-by-side")
    _deletions_travel(work, home, sides, monday)
    _told_in_words(alice)
    _pause_and_resume(alice, work, sides, monday)
    _edited_in_place(alice, sandbox, sides, monday)
    _ended(alice, sandbox, sides)
    # The one that the person's own hand caused.
    assert [mail["attendee"] for mail in sandbox.invitations()] == ["bob@northwind.example"]


def _live(sandbox: Outside, monday: date) -> None:
    """What is in the calendars before Hetk comes: events to copy, and some that are not copied."""
    for number, title in enumerate(["Board meeting", "Sprint planning", "Customer call", "Design review"]):
        _put(sandbox, MICROSOFT, title, monday + timedelta(days=number), 8, location="Room 4")
    _put(sandbox, MICROSOFT, "Sales fair", monday, 15, organizer="bob@northwind.example", answer="declined")
    for number, title in enumerate(["Dentist", "School concert", "Swimming"]):
        _put(sandbox, GOOGLE, title, monday + timedelta(days=number), 18)


def _put(sandbox: Outside, person: str, title: str, day: date, hour: int, **fields: Any) -> None:
    start = datetime(day.year, day.month, day.day, hour - 2, tzinfo=UTC)
    sandbox.hand(person, "create", title=title, start=start, end=start + timedelta(hours=1), **fields)


def _sign_up(alice: Visitor, sandbox: Outside) -> None:
    page = alice.page
    alice.go("/")
    alice.shot("journey-00-home")
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("E-mail address").fill("alice@hetk.example")
    page.get_by_label("Password").fill(PASSWORD)
    alice.shot("journey-01-sign-up")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Confirm your address")).to_be_visible()
    alice.shot("journey-02-code")
    page.get_by_label("Code").fill(_code(alice, sandbox))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Connect two accounts")).to_be_visible()
    alice.shot("journey-03-empty-dashboard")


def _code(visitor: Visitor, sandbox: Outside) -> str:
    """Read from the mailbox, in a tab beside."""
    mailbox = visitor.context.new_page()
    mailbox.goto(f"{sandbox.url}/_sandbox/mailbox")
    code = mailbox.locator("article .copyable").first.inner_text()
    mailbox.close()
    return code.strip()


def _connect(alice: Visitor, provider: str, address: str) -> None:
    page = alice.page
    page.get_by_role("link", name=f"Connect {provider}").click()
    expect(page.get_by_role("heading", name=f"Connect {provider}")).to_be_visible()
    alice.shot(f"journey-04-connect-{provider.lower()}")
    page.get_by_role("button", name=f"Continue to {provider}").click()
    _consent(page, address)
    expect(page.get_by_role("status")).to_contain_text(f"{address} is connected.")
    alice.shot(f"journey-05-connected-{provider.lower()}")


def _consent(page: Page, address: str) -> None:
    page.get_by_role("button", name=address).click()
    page.get_by_role("button", name=re.compile("Accept|Continue")).click()


def _wizard(alice: Visitor) -> tuple[int, int]:
    """The three steps; how many copies they announce in each calendar."""
    page = alice.page
    page.get_by_role("link", name="Create a sync").click()
    _choose(alice)
    _what_others_see(alice)
    expect(page.get_by_text(re.compile("^Hetk will create"))).to_be_visible()
    said = page.get_by_text(re.compile("^Hetk will create")).inner_text()
    alice.shot("journey-06-wizard-3-review")
    found = re.fullmatch(r"Hetk will create (\d+) copies in (.+) and (\d+) copies in (.+)\.", said)
    assert found, said
    assert (found[2], found[4]) == (HOME, WORK)
    page.get_by_role("button", name="Start").click()
    return int(found[1]), int(found[3])


def _choose(alice: Visitor) -> None:
    """The wrong way round at first, then swapped."""
    page = alice.page
    page.get_by_label("From", exact=True).select_option(label=HOME)
    page.get_by_label("To", exact=True).select_option(label=WORK)
    page.get_by_role("button", name="Swap").click()
    expect(page.get_by_label("From", exact=True).locator("option:checked")).to_have_text(WORK)
    expect(page.get_by_label("To", exact=True).locator("option:checked")).to_have_text(HOME)
    expect(page.get_by_label("Both ways")).to_be_checked()
    alice.shot("journey-06-wizard-1-calendars")
    page.get_by_role("button", name="Next").click()


def _what_others_see(alice: Visitor) -> None:
    """Full details to the family, Busy to the colleagues; the example follows, and Back loses nothing."""
    page = alice.page
    out = page.locator("section.side").nth(0)
    back = page.locator("section.side").nth(1)
    after = out.locator(".event.copy")
    expect(out.locator(".event:not(.copy)")).to_contain_text("Board meeting")
    expect(after).to_contain_text("Busy")
    expect(after).not_to_contain_text("Board meeting")
    out.get_by_label("Full details").check()
    expect(after).to_contain_text("Board meeting")
    expect(after).to_contain_text("Room 4")
    expect(back.locator(".event.copy")).to_contain_text("Busy")
    back.get_by_label("Show as").select_option(label="Free")
    expect(back.locator(".event.copy")).to_contain_text("Shown as free")
    back.get_by_label("Show as").select_option(index=0)
    expect(back.locator(".event.copy")).to_contain_text("Shown as busy")
    alice.shot("journey-06-wizard-2-looks")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("From", exact=True).locator("option:checked")).to_have_text(WORK)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("section.side").nth(0).get_by_label("Full details")).to_be_checked()
    expect(page.locator("section.side").nth(1).get_by_label("Mark as Private")).to_be_checked()
    page.get_by_role("button", name="Next").click()


def _started(alice: Visitor, announced: tuple[int, int]) -> None:
    page = alice.page
    expect(page.get_by_text("Started.")).to_be_visible()
    expect(page.locator(".pill", has_text="Up to date")).to_be_visible(timeout=TRAVEL)
    alice.shot("journey-07-pair")
    pair = Pair.objects.get()
    made = [flow.links.filter(state=Link.State.LIVE).count() for flow in pair.flows.order_by("pk")]
    assert tuple(made) == announced
    assert announced == (4, 3)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Syncs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Your sync is up to date, checked .+\."))
    alice.shot("journey-07-dashboard")


def _single_events_travel(work: Hand, home: Hand, sides: Sides, monday: date) -> None:
    tuesday = monday + timedelta(days=1)
    work.create("Lunch with Bob", tuesday, location="Cafe Noir")
    sides.arrives("right", "Lunch with Bob", tuesday, "10:00–11:00")
    work.edit("Lunch with Bob", tuesday, title="Lunch with Charlie")
    sides.arrives("right", "Lunch with Charlie", tuesday, "10:00–11:00")
    work.edit("Lunch with Charlie", tuesday, first_time="12:00", last_time="13:00")
    sides.arrives("right", "Lunch with Charlie", tuesday, "12:00–13:00")
    sides.leaves("right", "10:00–11:00", tuesday)
    home.create("Parents' evening", tuesday, first_time="16:00", last_time="17:00")
    busy = sides.arrives("left", "Busy", tuesday, "16:00–17:00")
    expect(busy).to_have_class(re.compile("copy"))
    expect(sides.blocks("left").filter(has_text="Parents")).to_have_count(0)


def _series_travel(work: Hand, sides: Sides, monday: date) -> None:
    """Every week; the second one an hour later, the third one cancelled."""
    friday = monday + timedelta(days=4)
    second, third = friday + timedelta(days=7), friday + timedelta(days=14)
    work.create("Weekly review", friday, rrule="FREQ=WEEKLY;COUNT=8", first_time="14:00", last_time="15:00")
    for day in (friday, second, third):
        sides.arrives("right", "Weekly review", day, "14:00–15:00")
    work.edit("Weekly review", second, first_time="15:00", last_time="16:00")
    sides.arrives("right", "Weekly review", second, "15:00–16:00")
    work.delete("Weekly review", third)
    sides.leaves("right", "Weekly review", third)
    sides.arrives("right", "Weekly review", friday, "14:00–15:00")
    sides.arrives("right", "Weekly review", second, "15:00–16:00")


def _other_kinds_travel(work: Hand, home: Hand, sides: Sides, monday: date) -> None:
    thursday = monday + timedelta(days=3)
    work.create("Conference", thursday, all_day=True)
    sides.arrives("right", "Conference", thursday, ALL_DAY)
    home.create("Holiday", thursday, all_day=True, last_day=(thursday + timedelta(days=1)).isoformat())
    sides.arrives("left", "Busy", thursday, ALL_DAY)
    work.create("Salary talk", thursday, sensitivity="private", first_time="09:00", last_time="09:30")
    expect(sides.arrives("right", "Salary talk", thursday, "09:00–09:30")).to_contain_text("private")
    home.create("Surgery", thursday, sensitivity="private", first_time="08:00", last_time="08:30")
    sides.arrives("left", "Busy", thursday, "08:00–08:30")
    work.create("Kick-off", thursday, first_time="13:00", last_time="14:00", attendees="bob@northwind.example")
    guests = sides.arrives("right", "Kick-off", thursday, "13:00–14:00")
    expect(guests).not_to_contain_text("invited")


def _deletions_travel(work: Hand, home: Hand, sides: Sides, monday: date) -> None:
    tuesday, thursday = monday + timedelta(days=1), monday + timedelta(days=3)
    work.delete("Lunch with Charlie", tuesday)
    sides.leaves("right", "Lunch with Charlie")
    home.delete("Parents' evening", tuesday)
    sides.leaves("left", "16:00–17:00", tuesday)
    work.delete("Conference", thursday)
    sides.leaves("right", "Conference")


def _told_in_words(alice: Visitor) -> None:
    page = alice.page
    alice.go("/dashboard/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your sync is up to date")
    alice.shot("journey-09-dashboard")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Activity").click()
    for words in (f"Created a copy in {HOME}", f"Updated the copy in {HOME}", f"Removed the copy from {WORK}"):
        expect(page.locator(".entry", has_text=words).first).to_be_visible()
    alice.shot("journey-10-activity")
    page.get_by_role("navigation", name="Show").get_by_role("link", name="Not copied").click()
    expect(page.locator(".entry", has_text=f"Not copied to {HOME}").first).to_be_visible()
    alice.shot("journey-10-activity-not-copied")


def _pause_and_resume(alice: Visitor, work: Hand, sides: Sides, monday: date) -> None:
    page, wednesday = alice.page, monday + timedelta(days=2)
    alice.go("/dashboard/")
    page.locator(".pair-name a").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".pill", has_text="Paused")).to_be_visible()
    alice.shot("journey-11-paused")
    before = Link.objects.count()
    work.create("While paused", wednesday)
    page.wait_for_timeout(3000)
    expect(sides.blocks("right").filter(has_text="While paused")).to_have_count(0)
    assert Link.objects.count() == before
    page.get_by_role("button", name="Resume").click()
    sides.arrives("right", "While paused", wednesday, "10:00–11:00")
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("Both calendars are being looked at now.")).to_be_visible()
    expect(page.locator(".pill", has_text="Up to date")).to_be_visible(timeout=TRAVEL)


def _edited_in_place(alice: Visitor, sandbox: Outside, sides: Sides, monday: date) -> None:
    """Private from now on: the same events, without their details."""
    page = alice.page
    before = _copies(sandbox, monday)
    assert "Board meeting" in before.values()
    page.get_by_role("link", name="Edit").click()
    page.locator("section.side").nth(0).get_by_label("Mark as Private").check()
    alice.shot("journey-12-edit")
    page.get_by_role("button", name="Next: review").click()
    said = page.locator("#count .lead").first
    expect(said).to_have_text(re.compile(rf"^In {HOME}, {len(before)} copies are rewritten\b"))
    expect(page.locator("#days")).to_contain_text("Its copy in")
    alice.shot("journey-12-review")
    page.get_by_role("button", name="Save").click()
    sides.leaves("right", "Board meeting")
    sides.arrives("right", "Busy", monday, "08:00–09:00")
    assert wait_for(lambda: set(_copies(sandbox, monday).values()) == {"Busy"})
    assert _copies(sandbox, monday).keys() == before.keys()


def _copies(sandbox: Outside, monday: date) -> dict[str, str]:
    """id -> title of the copies in the Google calendar."""
    span = {"start": f"{monday}T00:00Z", "end": f"{monday + timedelta(days=100)}T00:00Z"}
    return {event["id"]: event["title"] for event in sandbox.hand(GOOGLE, "list", **span) if event["is_copy"]}


def _ended(alice: Visitor, sandbox: Outside, sides: Sides) -> None:
    page = alice.page
    page.get_by_role("link", name="End", exact=True).click()
    expect(page.get_by_role("heading", name="End this sync?")).to_be_visible()
    alice.shot("journey-13-end")
    page.get_by_role("button", name="End this sync").click()
    expect(page.get_by_text("0 left")).to_be_visible(timeout=2 * TRAVEL)
    alice.shot("journey-14-ended")
    expect(sides.page.locator("#sides .event.copy")).to_have_count(0, timeout=TRAVEL)
    expect(sides.blocks("left").filter(has_text="Board meeting")).to_have_count(1)
    expect(sides.blocks("right").filter(has_text="Dentist")).to_have_count(1)
    assert not Pair.objects.exists()
    page.get_by_role("link", name="To your syncs").click()
    expect(page.get_by_role("heading", name="Choose two calendars")).to_be_visible()


def _picture(alice: Visitor, page: Page, name: str) -> None:
    own, alice.page = alice.page, page
    alice.shot(f"journey-{name}")
    alice.page = own


def test_one_consent_of_google_signs_up_and_connects(visit: Visit, sandbox: Outside) -> None:
    alice = visit()
    alice.go("/accounts/signup/")
    alice.page.get_by_role("button", name="Continue with Google").click()
    alice.shot("journey-20-google-pick")
    _consent(alice.page, HOME)
    _confirm_if_asked(alice, sandbox)
    _signed_in_and_connected(alice, HOME)


def test_one_consent_of_microsoft_signs_up_and_connects(visit: Visit, sandbox: Outside) -> None:
    alice = visit()
    alice.go("/")
    alice.page.get_by_role("button", name="Continue with Microsoft").first.click()
    _consent(alice.page, WORK)
    _confirm_if_asked(alice, sandbox)
    _signed_in_and_connected(alice, WORK)
    assert sandbox.requests(path="/v1.0/me$") == []


def _confirm_if_asked(alice: Visitor, sandbox: Outside) -> None:
    """An address that the provider does not vouch for is confirmed by a code."""
    heading = alice.page.get_by_role("heading", level=1)
    expect(heading).to_be_visible()
    if heading.inner_text() == "Confirm your address":
        alice.page.get_by_label("Code").fill(_code(alice, sandbox))
        alice.page.get_by_role("button", name="Confirm").click()


def _signed_in_and_connected(alice: Visitor, address: str) -> None:
    page = alice.page
    page.get_by_role("button", name="I accept the terms").click()
    expect(page.get_by_role("heading", name="One account is connected")).to_be_visible()
    expect(page.locator(".first-steps")).to_contain_text(address)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Accounts").click()
    expect(page.locator(".connection", has_text=address)).to_contain_text("Connected")
