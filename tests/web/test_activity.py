"""What was done and what was not, and why, in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sync.core.operation import Reason
from sync.models import Activity
from sync.timeline import PAGE
from tests.web.household import act


@pytest.fixture
def page(browser):
    return lambda query="": browser.get(reverse("activity") + query).content.decode()


def test_an_entry_says_what_was_done_to_which_event_and_why(alice, page):
    act(alice.pair(), "created", "new")
    html = page()
    # Two hours ahead of UTC: the person lives in Tallinn.
    assert "Created a copy in Home" in html
    assert "Tue 24 Nov, 16:00–17:00" in html
    assert "It is new in the original calendar." in html


def test_an_all_day_event_keeps_its_dates_in_every_zone(alice, page):
    day = datetime(2026, 11, 24, tzinfo=UTC)
    alice.user.time_zone = "America/Los_Angeles"
    alice.user.save()
    act(alice.pair(), starts_at=day, ends_at=day + timedelta(days=1), all_day=True)
    assert "Tue 24 Nov, all day" in page()


def test_a_failure_shows_the_reason_that_the_provider_gave(alice, page):
    act(alice.pair(), "failed", "refused", error="The calendar is full.")
    assert "Could not write to Home" in page()
    assert "The calendar is full." in page()


@pytest.mark.parametrize(("show", "seen"), [("done", "Created"), ("skipped", "Not copied to"), ("attention", "Held")])
def test_each_filter_shows_its_own_kind_only(alice, page, show, seen):
    pair = alice.pair()
    act(pair, "created", "new")
    act(pair, "skipped", "declined")
    act(pair, "held", "brake")
    html = page(f"?show={show}")
    assert [word for word in ("Created", "Not copied to", "Held") if word in html] == [seen]


@pytest.mark.parametrize("kind", [kind for kind, _ in Activity.Act.choices])
@pytest.mark.parametrize("reason", [Reason.NEW, Reason.BRAKE])
def test_every_act_has_its_words(alice, page, kind, reason):
    act(alice.pair(), kind, reason.value)
    assert reason.sentence[1:] in page()


def test_older_entries_are_a_page_away_and_none_is_lost(alice, page):
    pair = alice.pair()
    for minute in range(PAGE + 1):
        act(pair, at=timezone.now() - timedelta(minutes=PAGE - minute))
    first = page()
    assert first.count('class="entry"') == PAGE
    older = first.split("before=")[1].split('"')[0]
    assert page(f"?before={older}").count('class="entry"') == 1


@pytest.mark.parametrize("query", ["?show=nonsense", "?before=x", "?before=" + "9" * 30])
def test_nonsense_in_the_query_shows_the_first_page(alice, page, query):
    act(alice.pair())
    assert 'class="entry"' in page(query)


def test_the_activity_of_one_sync_is_its_own(alice, browser):
    pair = alice.pair()
    other = alice.pair(first=alice.calendar(alice.microsoft, "Other"), second=alice.home)
    act(other, "failed", "refused")
    assert "Could not write" not in browser.get(reverse("pair_activity", args=(pair.public_id,))).content.decode()


def test_strangers_activity_does_not_show(alice, charlie, page):
    act(charlie.pair(), "failed", "refused")
    assert "Could not write" not in page()


@pytest.mark.parametrize("entries", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_entries(alice, browser, entries, django_assert_num_queries):
    pair = alice.pair()
    for _ in range(entries):
        act(pair)
    # The session, the person, the pairs and their flows for the list, the entries.
    with django_assert_num_queries(6):
        browser.get(reverse("activity"))
