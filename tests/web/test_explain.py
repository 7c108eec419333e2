"""The page that says why an event is copied or not: whose calendars, what it says when nothing can be read, how often."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sync.models import Calendar, Link, Pair
from tests.web.household import act
from tests.web.routes import rows

DAY = "2026-11-24"
# In Tallinn it is the next day already.
LATE = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)


@pytest.fixture
def pair(alice) -> Pair:
    """A pair of Alice's whose accounts do not let Hetk in, so that no test leaves the machine."""
    pair = alice.pair(copies=0)
    alice.user.connections.update(halted_at=timezone.now(), halt_cause="revoked")
    return pair


def look(browser, calendar: Calendar | str, day: str = DAY, **more):
    id = calendar if isinstance(calendar, str) else str(calendar.public_id)
    return browser.get(reverse("explain"), {"calendar": id, "day": day}, **more)


def link(alice, pair: Pair, at: datetime, **fields) -> Link:
    flow = pair.flows.get(source=alice.work)
    return alice.link(flow, "origin", starts_at=at, ends_at=at + timedelta(hours=1), **fields)


def test_without_a_calendar_there_is_a_form_with_those_that_are_in_a_sync(alice, pair, browser):
    alice.calendar(alice.google, "Unused")
    html = browser.get(reverse("explain")).content.decode()
    assert html.count("<option") == 2
    assert "Unused" not in html
    assert 'type="date"' in html


def test_who_has_no_sync_is_led_to_one(alice, browser):
    assert reverse("new_pair") in browser.get(reverse("explain")).content.decode()


def test_a_calendar_that_cannot_be_read_tells_why_and_shows_what_is_remembered(alice, pair, browser):
    link(alice, pair, datetime(2026, 11, 24, 8, tzinfo=UTC), reason="declined")
    link_of_another_day = datetime(2026, 11, 20, 8, tzinfo=UTC)
    alice.link(pair.flows.get(source=alice.work), "other", starts_at=link_of_another_day, ends_at=link_of_another_day)
    html = look(browser, alice.work).content.decode()
    assert "no longer lets Hetk in as" in html
    assert "Your calendars are safe" in html
    assert reverse("reconnect", args=(alice.microsoft.public_id,)) in html
    assert "10:00–11:00" in html
    assert "Not copied to Home: the invitation was declined." in html
    assert html.count("<article") == 1


def test_a_day_is_that_of_the_persons_zone(alice, pair, browser):
    link(alice, pair, LATE, reason="declined")
    assert "<article" not in look(browser, alice.work, "2026-11-24").content.decode()
    assert "<article" in look(browser, alice.work, "2026-11-25").content.decode()


def test_an_all_day_event_is_told_on_its_own_date(alice, pair, browser):
    alice.user.time_zone = "America/Los_Angeles"
    alice.user.save()
    link(
        alice, pair, datetime(2026, 11, 24, tzinfo=UTC), all_day=True, reason="new", state=Link.State.LIVE, copy_id="c"
    )
    assert "Copied to Home" in look(browser, alice.work, "2026-11-24").content.decode()
    assert "<article" not in look(browser, alice.work, "2026-11-23").content.decode()


def test_a_lost_calendar_says_so_and_is_not_asked(alice, pair, browser):
    Calendar.objects.filter(pk=alice.work.pk).update(lost_at=timezone.now())
    html = look(browser, alice.work).content.decode()
    assert "Work is no longer shown to Hetk" in html
    assert "no copy is deleted for it" in html


def test_a_pause_that_was_asked_for_says_until_when(alice, pair, browser):
    alice.user.connections.update(halted_at=None, throttled_until=timezone.now() + timedelta(minutes=2))
    html = look(browser, alice.work).content.decode()
    assert "asked Hetk to pause for" in html
    assert "nothing was changed" in html


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_said_to_be_none(alice, pair, browser, day):
    answer = look(browser, alice.work, day)
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()


@pytest.mark.parametrize("whose", ["charlie", "nobody", "nonsense"])
def test_a_calendar_of_somebody_else_is_not_found(alice, charlie, pair, browser, whose):
    charlie.pair()
    id = {"charlie": str(charlie.work.public_id), "nobody": str(pair.public_id), "nonsense": "x"}[whose]
    answer = look(browser, id)
    assert answer.status_code == 404
    assert b"charlie" not in answer.content


def test_nothing_changes_and_no_cache_keeps_it(alice, pair, browser):
    before = rows()
    answer = look(browser, alice.work)
    assert answer.headers["Cache-Control"] == "no-store"
    assert rows() == before


def test_live_readings_are_not_asked_for_without_end(alice, charlie, pair, browser, browser_of, monkeypatch):
    monkeypatch.setattr("sync.access.ASKS", "2/m/user")
    assert [look(browser, alice.work).status_code for _ in range(3)] == [200, 200, 429]
    assert browser.get(reverse("explain")).status_code == 200
    charlie.user.connections.update(halted_at=timezone.now())
    charlie.pair()
    assert look(browser_of(charlie), charlie.work).status_code == 200


def test_the_page_of_a_sync_and_the_activity_lead_here(alice, pair, browser):
    act(pair, starts_at=LATE, ends_at=LATE + timedelta(hours=1))
    here = f"{reverse('explain')}?calendar={alice.work.public_id}"
    page = browser.get(reverse("pair", args=(pair.public_id,))).content.decode()
    assert f'href="{here}"' in page
    for html in (page, browser.get(reverse("activity")).content.decode()):
        assert f'href="{here}&amp;day=2026-11-25"' in html


@pytest.mark.parametrize("links", [1, 20])
def test_the_number_of_queries_does_not_grow_with_the_events(alice, pair, browser, links, django_assert_num_queries):
    for number in range(links):
        at = datetime(2026, 11, 24, 8, number, tzinfo=UTC)
        alice.link(pair.flows.get(source=alice.work), f"origin-{number}", starts_at=at, ends_at=at)
    # The session, the person, the calendars of the form, this one, the links.
    with django_assert_num_queries(5):
        look(browser, alice.work)
