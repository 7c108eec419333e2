"""The queue of calendars: bells, claims, leases, fences."""

from datetime import UTC, datetime, timedelta

import pytest

from sync.models import Calendar
from sync.store import due
from tests.factories import make_connection, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SOON, POLL = NOW + timedelta(seconds=10), NOW + timedelta(minutes=15)


@pytest.fixture
def calendars() -> list[Calendar]:
    connection = make_connection(make_user("alice"), "alice-gmail")
    return [Calendar.objects.create(connection=connection, remote_id=f"cal-{n}", name="x") for n in range(3)]


def row(calendar: Calendar) -> Calendar:
    return Calendar.objects.get(pk=calendar.pk)


def claimed(calendar: Calendar, at: datetime = NOW) -> Calendar:
    due.ring([calendar.pk], at=at)
    (found,) = due.claim(1, at)
    return found


def test_a_bell_makes_due_what_it_names_and_nothing_else(calendars):
    assert due.ring([calendars[0].pk], at=NOW) == 1
    assert [row(c).due_at for c in calendars] == [NOW, None, None]
    assert (row(calendars[0]).due_seq, row(calendars[0]).rung_at) == (1, NOW)


def test_a_second_bell_delays_nothing_and_the_wait_counts_from_the_first(calendars):
    due.ring([calendars[0].pk], at=NOW)
    due.ring([calendars[0].pk], at=SOON)
    assert (row(calendars[0]).due_at, row(calendars[0]).rung_at, row(calendars[0]).due_seq) == (NOW, NOW, 2)


def test_a_bell_brings_a_poll_forward(calendars):
    Calendar.objects.update(due_at=POLL)
    due.ring([calendars[0].pk], at=NOW)
    assert row(calendars[0]).due_at == NOW


def test_a_lost_calendar_hears_no_bell(calendars):
    Calendar.objects.filter(pk=calendars[0].pk).update(lost_at=NOW)
    assert due.ring([calendars[0].pk], at=NOW) == 0
    assert row(calendars[0]).due_at is None


def test_what_is_due_longest_is_claimed_first_and_only_once(calendars):
    for number, calendar in enumerate(calendars):
        due.ring([calendar.pk], at=NOW - timedelta(seconds=number))
    assert due.claim(2, NOW) == [calendars[2], calendars[1]]
    assert due.claim(2, NOW) == [calendars[0]]
    assert due.claim(2, NOW) == []


def test_what_is_not_yet_due_is_not_claimed(calendars):
    Calendar.objects.update(due_at=SOON)
    assert due.claim(5, NOW) == []
    assert len(due.claim(5, SOON)) == 3


def test_finishing_gives_the_lease_back_until_the_next_look(calendars):
    mine = claimed(calendars[0])
    assert due.finish(mine, now=SOON, next_due=POLL) is True
    after = row(mine)
    assert (after.due_at, after.lease_until, after.rung_at) == (POLL, None, None)


def test_a_bell_during_a_lease_waits_for_its_end_and_is_not_lost(calendars):
    mine = claimed(calendars[0])
    due.ring([mine.pk], at=SOON)
    assert due.claim(5, SOON) == []
    assert due.finish(mine, now=SOON, next_due=POLL) is True
    assert row(mine).due_at == SOON
    # The delay of the second bell is not counted from the first.
    assert row(mine).rung_at is not None


def test_a_lease_that_ran_out_comes_back_and_its_old_holder_cannot_finish(calendars):
    mine = claimed(calendars[0])
    later = NOW + due.LEASE + timedelta(seconds=1)
    (theirs,) = due.claim(1, later)
    assert theirs == mine
    assert due.finish(mine, now=later, next_due=None) is False
    assert row(mine).lease_until == theirs.lease_until
    assert due.claim(1, later) == []
    assert due.finish(theirs, now=later, next_due=POLL + due.LEASE) is True


def test_a_long_reading_keeps_its_calendar(calendars):
    mine = claimed(calendars[0])
    later = NOW + due.LEASE - timedelta(seconds=1)
    due.prolong(mine, later)
    assert due.claim(1, NOW + due.LEASE + timedelta(seconds=1)) == []
    assert due.finish(mine, now=later, next_due=POLL) is True


def test_a_lease_that_somebody_else_holds_is_not_prolonged(calendars):
    mine = claimed(calendars[0])
    later = NOW + due.LEASE + timedelta(seconds=1)
    (theirs,) = due.claim(1, later)
    due.prolong(mine, later + timedelta(minutes=1))
    assert row(mine).lease_until == theirs.lease_until
    assert due.finish(mine, now=later, next_due=None) is False


def test_a_calendar_at_rest_waits_for_a_bell(calendars):
    mine = claimed(calendars[0])
    due.rest([mine.pk])
    due.finish(mine, now=SOON, next_due=None)
    assert due.claim(5, POLL) == []
    due.ring([mine.pk], at=POLL)
    assert due.claim(5, POLL) == [mine]


def test_a_pause_reaches_the_calendars_of_its_mailbox_and_brings_none_forward(calendars):
    bob = make_connection(make_user("bob"), "bob-gmail")
    other = Calendar.objects.create(connection=bob, remote_id="b", name="x", due_at=NOW)
    far = POLL + timedelta(hours=1)
    Calendar.objects.filter(pk=calendars[0].pk).update(due_at=NOW)
    Calendar.objects.filter(pk=calendars[1].pk).update(due_at=far)
    due.not_before(calendars[0].connection_id, POLL)
    assert [row(c).due_at for c in calendars] == [POLL, far, None]
    assert row(other).due_at == NOW


def test_finding_nothing_due_costs_a_claim_three_queries_at_most(calendars, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert due.claim(5, NOW) == []


def test_a_bell_at_a_calendar_that_rests_and_whose_holder_died_is_answered_when_the_lease_ends(calendars):
    mine = claimed(calendars[0])
    # Its account is signed out meanwhile, and in again; whoever holds the calendar never comes back.
    due.rest([mine.pk])
    due.ring([mine.pk], at=NOW)
    assert due.claim(5, NOW) == []
    assert due.claim(5, NOW + due.LEASE) == [mine]
