"""The window: three months back, twelve ahead; months of every length, edges, and when an event comes in."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.event import AllDay, Timed
from sync.core.window import Window, add_months, first_day, last_moment, starts_at, window_at

MONTHS = [
    ("2026-05-31", 1, "2026-06-30"),
    ("2026-05-31", -3, "2026-02-28"),
    ("2024-05-31", -3, "2024-02-29"),
    ("2024-02-29", 12, "2025-02-28"),
    ("2024-02-29", 48, "2028-02-29"),
    ("2026-01-30", 1, "2026-02-28"),
    ("2026-12-31", 2, "2027-02-28"),
    ("2026-11-15", 1, "2026-12-15"),
    ("2026-12-15", 1, "2027-01-15"),
    ("2026-01-15", -1, "2025-12-15"),
    ("2026-03-02", 0, "2026-03-02"),
    ("2026-03-31", -13, "2025-02-28"),
]


@pytest.mark.parametrize(("day", "months", "expected"), MONTHS)
def test_months_are_added_to_the_same_day_or_the_last_of_a_shorter_month(day, months, expected):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


def test_the_window_is_three_months_back_and_twelve_ahead():
    assert window_at(datetime(2026, 5, 31, 23, 59, tzinfo=UTC)) == Window(date(2026, 2, 28), date(2027, 5, 31))


WINDOW = Window(date(2026, 1, 10), date(2026, 2, 10))


def timed(first: str, last: str) -> Timed:
    return Timed(datetime.fromisoformat(first + "Z"), datetime.fromisoformat(last + "Z"))


def days(first: str, last: str) -> AllDay:
    return AllDay(date.fromisoformat(first), date.fromisoformat(last))


EDGES = {
    "all inside": (timed("2026-01-20T10:00", "2026-01-20T11:00"), True),
    "ends as it starts": (timed("2026-01-09T23:00", "2026-01-10T00:00"), False),
    "ends a minute inside": (timed("2026-01-09T23:00", "2026-01-10T00:01"), True),
    "starts in its last minute": (timed("2026-02-09T23:59", "2026-02-10T00:30"), True),
    "starts as it ends": (timed("2026-02-10T00:00", "2026-02-10T01:00"), False),
    "around all of it": (timed("2025-01-01T00:00", "2027-01-01T00:00"), True),
    "its first day": (days("2026-01-10", "2026-01-11"), True),
    "the day before its first": (days("2026-01-09", "2026-01-10"), False),
    "into its first day": (days("2026-01-01", "2026-01-11"), True),
    "its last day": (days("2026-02-09", "2026-02-10"), True),
    "the day after its last": (days("2026-02-10", "2026-02-11"), False),
}


@pytest.mark.parametrize(("when", "inside"), EDGES.values(), ids=EDGES)
def test_any_part_inside_counts_and_the_end_is_exclusive(when, inside):
    assert WINDOW.holds(when) is inside


def test_what_is_behind_the_window_never_comes_in():
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert window_at(now).enters_at(days("2025-11-01", "2025-11-02"), now) is None


@given(
    today=st.dates(date(2023, 1, 1), date(2032, 12, 31)),
    hour=st.integers(0, 23),
    ahead=st.integers(0, 900),
    whole=st.booleans(),
)
def test_looking_again_when_told_to_finds_the_event_inside_at_last(today, hour, ahead, whole):
    now = datetime(today.year, today.month, today.day, hour, tzinfo=UTC)
    first = window_at(now).end + timedelta(days=ahead)
    start = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    when = AllDay(first, first + timedelta(days=1)) if whole else Timed(start, start + timedelta(hours=1))
    looks = 0
    while not window_at(now).holds(when):
        again = window_at(now).enters_at(when, now)
        assert again is not None
        assert again > now
        now, looks = again, looks + 1
    # A leap day on the way costs one more look, never a missed event; and nothing is looked at long after it came in.
    assert 1 <= looks <= 4
    assert not window_at(now - timedelta(days=3)).holds(when)


def test_all_day_counts_by_its_dates_and_timed_by_its_moments():
    holiday, call = days("2026-01-20", "2026-01-22"), timed("2026-01-20T10:00", "2026-01-20T11:00")
    assert (first_day(holiday), first_day(call)) == (date(2026, 1, 20), date(2026, 1, 20))
    assert starts_at(holiday) == datetime(2026, 1, 20, tzinfo=UTC)
    assert starts_at(call) == datetime(2026, 1, 20, 10, tzinfo=UTC)
    assert last_moment(holiday) == datetime(2026, 1, 22, tzinfo=UTC)
    assert last_moment(call) == datetime(2026, 1, 20, 11, tzinfo=UTC)
