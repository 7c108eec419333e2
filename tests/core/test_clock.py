"""Which zone an origin keeps when its copy is moved: its own, unless the person plainly took another."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sync.core.clock import given_back
from sync.core.event import AllDay, Timed

NINE = datetime(2027, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("own", "copy", "kept"),
    [
        ("Europe/Tallinn", "Europe/Kyiv", "Europe/Tallinn"),
        ("Europe/Tallinn", "UTC", "Europe/Tallinn"),
        ("Europe/Tallinn", "America/New_York", "America/New_York"),
        ("UTC", "Europe/Kyiv", "Europe/Kyiv"),
        ("Nowhere/Known", "Europe/Kyiv", "Europe/Kyiv"),
        # The same clock in winter only.
        ("Africa/Lagos", "Europe/Berlin", "Africa/Lagos"),
    ],
)
def test_the_name_survives_a_provider_that_has_none_for_it(own: str, copy: str, kept: str) -> None:
    moved = Timed(NINE + HOUR, NINE + 2 * HOUR, copy)
    assert given_back(Timed(NINE, NINE + HOUR, own), moved) == Timed(moved.start, moved.end, kept)


def test_whole_days_have_no_zone_to_keep() -> None:
    day, timed = AllDay(date(2027, 1, 5), date(2027, 1, 6)), Timed(NINE, NINE + HOUR, "Europe/Tallinn")
    assert given_back(timed, day) == day
    assert given_back(day, timed) == timed
