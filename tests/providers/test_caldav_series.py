"""Series as their instances, by table: what each case must give, and the same from a library that shares none of our code."""

import warnings
from datetime import UTC, date, datetime
from typing import Any

import pytest
from ical.calendar_stream import IcsCalendarStream

from sync.core.event import AllDay, Timed
from sync.providers.base import Span
from sync.providers.icalendar.ics import Broken, parse
from sync.providers.icalendar.series import Instance, Resource, resource

SPAN = Span(date(2026, 12, 1), date(2028, 1, 1))
BERLIN, NEW_YORK = ";TZID=Europe/Berlin", ";TZID=America/New_York"


def text(*events: str) -> str:
    """A calendar with one event for each; lines are separated by blanks between them."""
    parts = [
        f"BEGIN:VEVENT\nUID:one\nDTSTAMP:20260101T000000Z\nSUMMARY:x\n{event.strip()}\nEND:VEVENT" for event in events
    ]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//T//T//EN", *parts, "END:VCALENDAR"]
    return "\n".join(lines).replace("\n", "\r\n") + "\r\n"


def opened(*events: str, floating: str = "UTC", extra: str = "") -> Resource:
    whole = text(*events).replace("BEGIN:VEVENT", extra + "BEGIN:VEVENT", 1)
    found = resource(parse(whole), floating)
    assert found is not None
    return found


def instances(*events: str, span: Span = SPAN, **how: Any) -> list[Instance]:
    return sorted(opened(*events, **how).instances(span), key=lambda found: str(found.when.start))


def starts(*events: str, **how: Any) -> list[str]:
    """Beginnings, of timed events in UTC."""
    return [_told(found.when.start) for found in instances(*events, **how)]


def spans(*events: str, **how: Any) -> list[tuple[str, str]]:
    return [(_told(found.when.start), _told(found.when.end)) for found in instances(*events, **how)]


def _told(moment: date) -> str:
    return moment.strftime("%m-%dT%H:%M") if isinstance(moment, datetime) else moment.strftime("%m-%d")


DAILY = f"DTSTART{BERLIN}:20270104T090000\nDTEND{BERLIN}:20270104T100000\nRRULE:FREQ=DAILY;COUNT=4"
MOVED = f"RECURRENCE-ID{BERLIN}:20270105T090000\nDTSTART{BERLIN}:20270109T140000\nDTEND{BERLIN}:20270109T150000"
WHOLE = "DTSTART;VALUE=DATE:20270104\nDTEND;VALUE=DATE:20270105\nRRULE:FREQ=WEEKLY;COUNT=3"
TABLE = {
    "daily": (DAILY,),
    "no end of its own": ("DTSTART:20270104T090000Z\nDURATION:PT30M\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=5",),
    "until in UTC": (f"DTSTART{BERLIN}:20270104T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20270106T080000Z",),
    "last Friday of a month": ("DTSTART:20270129T120000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=6",),
    "the 31st": ("DTSTART:20270131T120000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=5",),
    "every other week": (
        f"DTSTART{NEW_YORK}:20270105T180000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU;COUNT=8",
    ),
    "second weekday": (
        "DTSTART:20270104T090000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2;COUNT=4",
    ),
    "yearly since long ago": (f"DTSTART{BERLIN}:20100301T080000\nDURATION:PT1H\nRRULE:FREQ=YEARLY",),
    "daily since long ago": (f"DTSTART{BERLIN}:20150101T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY",),
    "over the change of the clocks": (f"DTSTART{BERLIN}:20270326T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5",),
    "whole days": (WHOLE,),
    "several whole days": (
        "DTSTART;VALUE=DATE:20270129\nDTEND;VALUE=DATE:20270201\nRRULE:FREQ=MONTHLY;COUNT=3;BYMONTHDAY=29",
    ),
    "one left out": (f"{DAILY}\nEXDATE{BERLIN}:20270106T090000",),
    "two left out in one line": (f"{DAILY}\nEXDATE{BERLIN}:20270105T090000,20270106T090000",),
    "whole day left out": (f"{WHOLE}\nEXDATE;VALUE=DATE:20270111",),
    "one added": (f"{DAILY}\nRDATE{BERLIN}:20270120T110000",),
    "one moved": (DAILY, MOVED),
    "one moved to another day of the series": (DAILY, MOVED.replace("0109T1", "0106T1")),
    "one made longer": (DAILY, MOVED.replace("0109T14", "0105T09").replace("0109T15", "0105T12")),
}


@pytest.mark.parametrize("case", TABLE.values(), ids=list(TABLE))
def test_a_series_is_what_an_independent_library_makes_of_it(case: tuple[str, ...]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calendar = IcsCalendarStream.calendar_from_ics(text(*case))
        end = datetime.combine(SPAN.end, datetime.min.time(), UTC)
        begin = datetime.combine(SPAN.start, datetime.min.time(), UTC)
        theirs = sorted((_utc(e.dtstart), _utc(e.end)) for e in calendar.timeline_tz(UTC).overlapping(begin, end))
    ours = sorted((_utc(found.when.start), _utc(found.when.end)) for found in instances(*case))
    assert ours == theirs
    assert ours


def _utc(moment: Any) -> str:
    return moment.astimezone(UTC).isoformat() if isinstance(moment, datetime) else moment.isoformat()


@pytest.mark.parametrize(
    ("period", "ends"),
    [
        (f"RDATE{BERLIN};VALUE=PERIOD:20270120T110000/20270120T143000", "01-20T13:30"),
        (f"RDATE{BERLIN};VALUE=PERIOD:20270120T110000/PT2H30M", "01-20T12:30"),
        ("RDATE;VALUE=PERIOD:20270120T100000Z/20270122T100000Z,20270125T100000Z/P1D", "01-22T10:00"),
    ],
    ids=["an end", "a duration", "several, longer than a day"],
)
def test_an_added_period_lasts_as_long_as_it_says_and_the_others_as_the_series(period: str, ends: str) -> None:
    found = spans(f"{DAILY}\n{period}")
    assert ("01-20T10:00", ends) in found
    assert spans(DAILY) == found[:4]
    late = Span(date(2027, 1, 21), date(2027, 1, 22))
    shown = opened(f"{DAILY}\n{period}").instances(late)
    assert [one.slot for one in shown if ends.startswith("01-22")] == (["20270120T100000Z"] if "01-22" in ends else [])


def test_every_instance_has_a_name_of_its_own_that_stays_when_it_moves() -> None:
    before = {found.slot: found.when for found in instances(DAILY)}
    after = {found.slot: found.when for found in instances(DAILY, MOVED)}
    assert list(before) == ["20270104T080000Z", "20270105T080000Z", "20270106T080000Z", "20270107T080000Z"]
    assert before.keys() == after.keys()
    assert [slot for slot in before if before[slot] != after[slot]] == ["20270105T080000Z"]


@pytest.mark.parametrize("slot", ["20270105T080000Z", "20270106T080000Z"])
def test_an_instance_is_found_by_its_name(slot: str) -> None:
    found = opened(DAILY, MOVED).instance(slot)
    assert found is not None
    assert found.when == {one.slot: one.when for one in instances(DAILY, MOVED)}[slot]


@pytest.mark.parametrize("slot", ["", "20270103T080000Z", "20270105T090000Z", "20270105"])
def test_a_name_that_the_series_does_not_have_is_nobodys(slot: str) -> None:
    assert opened(DAILY).instance(slot) is None


def test_a_change_for_all_that_follow_moves_each_from_there_on_under_its_own_name() -> None:
    onwards = (
        f"RECURRENCE-ID{BERLIN};RANGE=THISANDFUTURE:20270106T090000\nDTSTART{BERLIN}:20270106T110000\nDURATION:PT2H"
    )
    found = instances(DAILY, onwards)
    assert [one.slot for one in found] == [one.slot for one in instances(DAILY)]
    assert spans(DAILY, onwards)[1:3] == [("01-05T08:00", "01-05T09:00"), ("01-06T10:00", "01-06T12:00")]
    assert spans(DAILY, onwards)[3] == ("01-07T10:00", "01-07T12:00")
    # One that was changed by itself stays as it was changed.
    assert starts(DAILY, onwards, MOVED.replace("0105", "0107"))[-1] == "01-09T13:00"


def test_a_time_that_the_clock_skips_counts_on_and_keeps_its_length() -> None:
    nightly = f"DTSTART{BERLIN}:20270327T023000\nDTEND{BERLIN}:20270327T033000\nRRULE:FREQ=DAILY;COUNT=3"
    assert spans(nightly) == [
        ("03-27T01:30", "03-27T02:30"),
        ("03-28T01:30", "03-28T02:30"),
        ("03-29T00:30", "03-29T01:30"),
    ]


def test_hours_are_hours_and_days_are_days_when_the_clocks_change() -> None:
    start = f"DTSTART{BERLIN}:20271030T120000"
    assert spans(f"{start}\nDURATION:PT24H") == [("10-30T10:00", "10-31T10:00")]
    assert spans(f"{start}\nDURATION:P1D") == [("10-30T10:00", "10-31T11:00")]
    assert spans(f"{start}\nDURATION:P1DT1H") == [("10-30T10:00", "10-31T12:00")]
    assert spans(f"DTSTART{BERLIN}:20271031T023000\nDURATION:PT1H") == [("10-31T00:30", "10-31T01:30")]


@pytest.mark.parametrize(
    ("excluded", "left"),
    [
        ("EXDATE:20270105T080000Z", ["01-04T08:00", "01-06T08:00", "01-07T08:00"]),
        ("EXDATE;VALUE=DATE:20270105", ["01-04T08:00", "01-06T08:00", "01-07T08:00"]),
        (f"EXDATE{NEW_YORK}:20270105T030000", ["01-04T08:00", "01-06T08:00", "01-07T08:00"]),
        ("EXDATE:20270105T090000", ["01-04T08:00", "01-06T08:00", "01-07T08:00"]),
        ("EXRULE:FREQ=DAILY;INTERVAL=2", ["01-05T08:00", "01-07T08:00"]),
    ],
)
def test_one_is_left_out_however_it_is_told(excluded: str, left: list[str]) -> None:
    assert starts(f"{DAILY}\n{excluded}") == left


@pytest.mark.parametrize("excluded", ["EXDATE:20270110T230000Z", f"EXDATE{BERLIN}:20270111T000000"])
def test_a_whole_day_is_left_out_by_the_instant_of_its_midnight(excluded: str) -> None:
    assert starts(f"{WHOLE}\n{excluded}", floating="Europe/Berlin") == ["01-04", "01-18"]


@pytest.mark.parametrize(
    "told",
    ["RECURRENCE-ID:20270105T080000Z", "RECURRENCE-ID;VALUE=DATE:20270105", f"RECURRENCE-ID{NEW_YORK}:20270105T030000"],
)
def test_a_change_finds_its_slot_however_it_is_told(told: str) -> None:
    moved = f"{told}\nDTSTART{BERLIN}:20270105T140000\nDURATION:PT1H"
    assert starts(DAILY, moved) == ["01-04T08:00", "01-05T13:00", "01-06T08:00", "01-07T08:00"]


def test_an_end_told_by_a_date_alone_means_that_day_also_west_of_greenwich() -> None:
    series = f"DTSTART{NEW_YORK}:20270104T200000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20270106"
    assert starts(series) == ["01-05T01:00", "01-06T01:00", "01-07T01:00"]


def test_the_beginning_counts_as_one_also_where_the_rule_does_not_name_it() -> None:
    assert starts("DTSTART:20270105T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3") == [
        "01-05T09:00",
        "01-11T09:00",
        "01-18T09:00",
    ]


def test_floating_times_are_the_calendars_own() -> None:
    series = "DTSTART:20270104T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2"
    assert starts(series, floating="America/New_York") == ["01-04T14:00", "01-05T14:00"]
    assert [one.slot for one in instances(series, floating="America/New_York")] == [
        "20270104T090000",
        "20270105T090000",
    ]
    when = instances(series, floating="America/New_York")[0].when
    assert isinstance(when, Timed)
    assert when.zone == "America/New_York"


BRITISH = (
    "BEGIN:VTIMEZONE\r\nTZID:GMT\r\nBEGIN:STANDARD\r\nDTSTART:19701025T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700329T010000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)


@pytest.mark.parametrize(
    ("zone", "brought", "start", "named"),
    [
        ("Europe/Tallinn", "", "07-01T06:00", "Europe/Tallinn"),
        ("W. Europe Standard Time", "", "07-01T07:00", "Europe/Berlin"),
        ("/example.org/20070129_1/Europe/Berlin", "", "07-01T07:00", "Europe/Berlin"),
        ("GMT", "", "07-01T09:00", "GMT"),
        # A file may redefine a name that means something else.
        ("GMT", BRITISH, "07-01T08:00", "UTC"),
        ("Customized Time Zone", BRITISH.replace("GMT", "Customized Time Zone"), "07-01T08:00", "UTC"),
        # A place that everybody knows is not redefined by a file with old rules.
        ("Europe/Berlin", BRITISH.replace("GMT", "Europe/Berlin"), "07-01T07:00", "Europe/Berlin"),
        ("Middle-earth/Shire", "", "07-01T13:00", "America/New_York"),
    ],
)
def test_the_clock_is_found_by_name_by_windows_name_or_in_the_file(
    zone: str, brought: str, start: str, named: str
) -> None:
    (found,) = instances(
        f"DTSTART;TZID={zone}:20270701T090000\nDURATION:PT1H", extra=brought, floating="America/New_York"
    )
    assert isinstance(found.when, Timed)
    assert (_told(found.when.start), found.when.zone) == (start, named)


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("DTSTART;VALUE=DATE:20270104", AllDay(date(2027, 1, 4), date(2027, 1, 5))),
        ("DTSTART;VALUE=DATE:20270104\nDTEND;VALUE=DATE:20270104", AllDay(date(2027, 1, 4), date(2027, 1, 5))),
        ("DTSTART;VALUE=DATE:20270104\nDURATION:P2D", AllDay(date(2027, 1, 4), date(2027, 1, 6))),
        ("DTSTART:20270104", AllDay(date(2027, 1, 4), date(2027, 1, 5))),
    ],
)
def test_whole_days_without_a_proper_end_last_their_day(said: str, when: AllDay) -> None:
    assert [found.when for found in instances(said)] == [when]


def test_what_ends_before_it_begins_has_no_length() -> None:
    assert spans("DTSTART:20270104T090000Z\nDTEND:20270104T080000Z") == [("01-04T09:00", "01-04T09:00")]
    assert spans("DTSTART:20270104T090000Z") == [("01-04T09:00", "01-04T09:00")]


def test_an_instance_without_its_series_is_told_alone() -> None:
    (found,) = instances(MOVED)
    assert (found.slot, _told(found.when.start)) == ("20270105T080000Z", "01-09T13:00")


def test_one_moved_away_out_of_the_span_is_still_told_and_one_moved_in_as_well() -> None:
    january = Span(date(2027, 1, 1), date(2027, 2, 1))
    away = MOVED.replace("20270109", "20270509")
    assert len(instances(DAILY, away, span=january)) == 4
    assert starts(DAILY, away, span=Span(date(2027, 5, 1), date(2027, 6, 1))) == ["05-09T12:00"]


def test_a_long_event_that_began_before_the_span_is_inside() -> None:
    series = "DTSTART;VALUE=DATE:20261120\nDURATION:P20D\nRRULE:FREQ=YEARLY;COUNT=1"
    assert starts(series) == ["11-20"]


@pytest.mark.parametrize(
    "said",
    [
        "DTSTART:nonsense",
        "SUMMARY:no beginning",
        "DTSTART:20270104T090000Z\nRRULE:FREQ=SOMETIMES",
        "DTSTART:20270104T090000Z\nRRULE:BYDAY=MO",
        "DTSTART:20270104T090000Z\nDURATION:long",
    ],
)
def test_what_cannot_be_read_says_so_and_is_never_an_empty_series(said: str) -> None:
    with pytest.raises(Broken):
        opened(said).instances(SPAN)
