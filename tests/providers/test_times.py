"""Rule 18 by table: every change of the clocks in every zone, through Microsoft and Google and back, to the second.

TIMES=all takes all zones instead of a sample.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tzlocal.windows_tz import tz_win, win_tz

from sync.core.event import AllDay, Content, Field, Timed, When
from sync.core.fingerprint import moment
from sync.core.privacy import Looks, give_back
from sync.providers.google import mapping as google
from sync.providers.microsoft import mapping as microsoft
from sync.providers.microsoft import zones
from tests.providers.times import FIRST, LAST, changes, spans
from tests.providers.times import zones as table

ZONES = table()


def meant(side: dict[str, Any]) -> datetime:
    """The instant that Exchange takes a written time for: the clock on the wall of the named Windows zone, told once."""
    clock = ZoneInfo("UTC" if side["timeZone"] == "UTC" else win_tz[side["timeZone"]])
    return datetime.fromisoformat(side["dateTime"]).replace(tzinfo=clock).astimezone(UTC)


def at_graph(when: When) -> dict[str, Any]:
    """What Graph answers for what was written: times in UTC with seven digits, the written zone beside them."""
    body = microsoft.times(when)
    if isinstance(when, AllDay):
        return {**body, "originalStartTimeZone": body["start"]["timeZone"]}
    ends = {
        name: {"dateTime": f"{meant(body[name]):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}
        for name in ("start", "end")
    }
    return {**ends, "isAllDay": False, "originalStartTimeZone": body["start"]["timeZone"]}


def same_clock(one: str, two: str, *moments: datetime) -> bool:
    """Kazakhstan shares a Windows name with Uzbekistan, and has had its hour only since the spring of 2024."""
    return all(m.astimezone(ZoneInfo(one)).utcoffset() == m.astimezone(ZoneInfo(two)).utcoffset() for m in moments)


@pytest.mark.parametrize("zone", ZONES)
def test_through_microsoft_every_instant_is_the_same_and_the_zone_keeps_its_name(zone: str) -> None:
    for start, end in spans(zone):
        when = Timed(start, end, zone)
        back = microsoft.when(at_graph(when))
        assert isinstance(back, Timed)
        assert (back.start, back.end) == (start, end), (start, microsoft.times(when))
        # One name stands for several zones with one clock; a time that would be ambiguous on it is told in UTC.
        assert back.zone == "UTC" or tz_win[back.zone] == tz_win[zone]
        assert moment(back) == moment(when)


@pytest.mark.parametrize("zone", ZONES)
def test_through_google_every_instant_is_the_same_and_the_zone_keeps_its_name(zone: str) -> None:
    for start, end in spans(zone):
        when = Timed(start, end, zone)
        body = google.times(when)
        assert google.when(body) == when
        # As it is told to somebody who looks from elsewhere.
        for name, instant in (("start", start), ("end", end)):
            body[name]["dateTime"] = instant.astimezone(ZoneInfo("Asia/Kathmandu")).isoformat()
        assert google.when(body) == when


@pytest.mark.parametrize("zone", ZONES)
def test_from_one_to_the_other_and_back_nothing_moves(zone: str) -> None:
    for start, end in spans(zone):
        first = Timed(start, end, zone)
        there = microsoft.when(at_graph(google.when(google.times(first))))
        assert isinstance(there, Timed)
        again = google.when(google.times(there))
        assert moment(again) == moment(first)
        # Nothing differs, so nothing is written; and where the time is given back, the origin keeps the name it had.
        kept = give_back(Content(title="", when=first), Content(title="", when=again), frozenset({Field.WHEN}), Looks())
        assert kept.when == first or not same_clock(zone, there.zone, start, end)


@pytest.mark.parametrize("windows", sorted(win_tz))
def test_every_windows_zone_is_read_by_name_and_written_by_the_same(windows: str) -> None:
    item = {"dateTime": "2027-01-05T09:00:00.0000000", "timeZone": "UTC"}
    for name in (windows, windows.upper(), windows.lower()):
        when = microsoft.when({"start": item, "end": item, "originalStartTimeZone": name})
        assert isinstance(when, Timed)
        assert when.zone == "UTC" or tz_win[when.zone] == windows
        # In the middle of winter and of summer no clock shows an hour twice.
        assert microsoft.times(when)["start"]["timeZone"] in {windows, "UTC"}
    assert (zones.iana(windows) == "UTC") == (ZoneInfo(win_tz[windows]).key in {"Etc/UTC", "Etc/GMT", "UTC"})


@pytest.mark.parametrize(
    "odd",
    [
        "tzone://Microsoft/Custom", "tzone://Microsoft/Utc", "Customized Time Zone", "(UTC+01:00) Amsterdam, Berlin, Bern",
        "My own zone 2", "", "../../etc/passwd", "/Europe/Berlin", "Europe/Nowhere", "W. Europe Standard Time 1", "\x00",
    ],
)  # fmt: skip
def test_a_zone_that_nobody_knows_leaves_the_instants_exact(odd: str) -> None:
    sides = {
        name: {"dateTime": f"2027-07-05T0{hour}:30:00.0000000", "timeZone": "UTC"}
        for name, hour in (("start", 8), ("end", 9))
    }
    when = microsoft.when({**sides, "originalStartTimeZone": odd})
    assert when == Timed(datetime(2027, 7, 5, 8, 30, tzinfo=UTC), datetime(2027, 7, 5, 9, 30, tzinfo=UTC), "UTC")
    assert google.when(google.times(when)) == when
    assert microsoft.when(at_graph(when)) == when
    there = {
        "start": {"dateTime": "2027-07-05T10:30:00+02:00", "timeZone": odd},
        "end": {"dateTime": "2027-07-05T11:30:00+02:00"},
    }
    assert google.when(there) == when


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        # Rules that changed: Kazakhstan 2024, Paraguay 2024, Greenland 2024, and summer time that came back in Egypt.
        ("Asia/Almaty", "2024-03-01T12:00", "2024-03-01T07:00"),
        ("America/Asuncion", "2024-07-01T12:00", "2024-07-01T16:00"),
        ("America/Asuncion", "2025-07-01T12:00", "2025-07-01T15:00"),
        ("America/Nuuk", "2027-07-01T12:00", "2027-07-01T13:00"),
        ("Africa/Cairo", "2027-07-01T12:00", "2027-07-01T09:00"),
        # Half and three quarters of an hour, and half an hour of summer time.
        ("Asia/Kolkata", "2027-01-05T12:00", "2027-01-05T06:30"),
        ("Asia/Kathmandu", "2027-01-05T12:00", "2027-01-05T06:15"),
        ("Australia/Eucla", "2027-01-05T12:00", "2027-01-05T03:15"),
        ("Pacific/Chatham", "2027-01-05T12:00", "2027-01-04T22:15"),
        ("Australia/Lord_Howe", "2027-07-05T12:00", "2027-07-05T01:30"),
        ("Australia/Lord_Howe", "2027-01-05T12:00", "2027-01-05T01:00"),
        # Both sides of the date line.
        ("Pacific/Kiritimati", "2027-01-05T12:00", "2027-01-04T22:00"),
        ("Pacific/Pago_Pago", "2027-01-05T12:00", "2027-01-05T23:00"),
        # An hour that does not exist counts on from before it; one that comes twice is meant the first time.
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:30"),
        ("Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30"),
        ("America/New_York", "2027-03-14T02:30", "2027-03-14T07:30"),
    ],
)
def test_a_time_without_an_offset_is_read_on_the_clock_of_its_zone(zone: str, wall: str, instant: str) -> None:
    there = {name: {"dateTime": f"{wall}:00", "timeZone": zone} for name in ("start", "end")}
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert google.when(there) == Timed(expected, expected, zone)
    named = tz_win[zone]
    here = {name: {"dateTime": f"{wall}:00.0000000", "timeZone": named} for name in ("start", "end")}
    when = microsoft.when({**here, "originalStartTimeZone": named})
    assert isinstance(when, Timed)
    assert when.start == expected


def test_a_time_with_neither_offset_nor_zone_is_told_in_utc() -> None:
    nine = datetime(2027, 1, 5, 9, tzinfo=UTC)
    floating = {name: {"dateTime": "2027-01-05T09:00:00"} for name in ("start", "end")}
    assert google.when(floating) == microsoft.when(floating) == Timed(nine, nine, "UTC")


@pytest.mark.parametrize("zone", ZONES)
def test_whole_days_are_the_same_dates_everywhere(zone: str) -> None:
    days = {change.date() for change in changes(zone)} | {date(2024, 2, 29), date(2027, 12, 31), date(2028, 2, 28)}
    for day in sorted(days):
        for length in (1, 2, 31):
            when = AllDay(day, day + timedelta(days=length))
            assert google.when(google.times(when)) == when
            assert microsoft.when(at_graph(when)) == when
            # Whatever zone stands beside them, on either side of the date line.
            there = at_graph(when) | {"originalStartTimeZone": tz_win.get(zone, zone)}
            assert microsoft.when(there) == when
            beside = google.times(when)
            beside["start"]["timeZone"] = beside["end"]["timeZone"] = zone
            assert google.when(beside) == when


def test_the_table_holds_what_people_use() -> None:
    assert set(win_tz.values()) | set(tz_win) >= set(ZONES)
    # Twice a year for nine years; half the world keeps its clocks as they are.
    assert len(changes("Europe/Tallinn")) == 2 * (LAST - FIRST + 1)
    assert len(changes("America/New_York")) == 2 * (LAST - FIRST + 1)
    assert changes("Asia/Kolkata") == ()
    # A year of theirs is shorter than ours.
    assert len(changes("Africa/Casablanca")) == 2 * (LAST - FIRST + 1) + 1
    assert sum(bool(changes(zone)) for zone in ZONES) > 15
