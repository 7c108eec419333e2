"""A feed's file as events: names that last, whatever its UIDs are worth."""

from datetime import UTC, date, datetime

import pytest

from sync.core.event import AllDay, Event, Timed
from sync.providers.base import Span
from sync.providers.feed import mapping
from sync.providers.icalendar.ics import Broken

SPAN = Span(date(2027, 1, 1), date(2028, 1, 1))
ZONE = """BEGIN:VTIMEZONE
TZID:Club time
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0330
TZOFFSETTO:+0330
END:STANDARD
END:VTIMEZONE"""


def event(*lines: str, uid: str = "1", start: str = "20270105T090000Z", title: str = "Match") -> str:
    said = [f"UID:{uid}"] if uid else []
    return "\n".join(
        ["BEGIN:VEVENT", *said, f"DTSTART:{start}", "DURATION:PT1H", f"SUMMARY:{title}", *lines, "END:VEVENT"]
    )


def file(*parts: str, head: str = "VERSION:2.0") -> str:
    return "\n".join(["BEGIN:VCALENDAR", head, *parts, "END:VCALENDAR", ""])


def read(text: str, *, zone: str = "UTC", steady: bool = True) -> dict[str, Event]:
    found = mapping.held(text, zone=zone, steady=steady).values()
    return {told.id: told for each in found for told in mapping.events(each, SPAN, ())[1]}


def test_an_event_keeps_its_name_and_its_version_changes_with_what_it_says() -> None:
    ((id, first),) = read(file(event(title="Match"))).items()
    ((same, second),) = read(file(event(title="Match, moved"))).items()
    assert id == same
    assert first.version != second.version
    assert first.ical_uid == "1"
    assert "Match" not in id


def test_what_is_written_anew_each_time_is_no_change() -> None:
    (one,) = read(file(event("DTSTAMP:20260101T000000Z", "SEQUENCE:1"))).values()
    (other,) = read(file(event("DTSTAMP:20260202T000000Z", "SEQUENCE:2"))).values()
    assert one.version == other.version


def test_two_events_of_one_uid_are_two_and_the_same_twice_is_one() -> None:
    found = read(file(event(), event(start="20270106T090000Z"), event(), event("SEQUENCE:3", title="Newer")))
    assert sorted(e.content.title for e in found.values()) == ["Match", "Newer"]


def test_an_event_without_a_uid_is_known_by_what_it_says() -> None:
    first, second = read(file(event(uid=""))), read(file(event(uid="", title="Other"), event(uid="")))
    assert set(first) < set(second)
    assert len(second) == 2


def test_uids_that_are_made_up_each_time_are_left_aside() -> None:
    one = read(file(event(uid="a"), event(uid="b", start="20270107T090000Z")), steady=False)
    other = read(file(event(uid="c"), event(uid="d", start="20270107T090000Z")), steady=False)
    assert set(one) == set(other)
    assert {told.ical_uid for told in one.values()} == {""}


def test_an_exception_belongs_to_the_series_of_its_uid() -> None:
    series = event("RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20270107T090000Z")
    moved = event("RECURRENCE-ID:20270106T090000Z", start="20270106T150000Z", title="Later")
    found = sorted((e.content.title, e.content.when.start) for e in read(file(series, moved)).values())
    assert found == [
        ("Later", datetime(2027, 1, 6, 15, tzinfo=UTC)),
        ("Match", datetime(2027, 1, 5, 9, tzinfo=UTC)),
    ]
    assert len({e.series_id for e in read(file(series, moved)).values()}) == 1


@pytest.mark.parametrize(
    ("head", "own", "hour", "name"),
    [
        ("VERSION:2.0", "Europe/Tallinn", 7, "Europe/Tallinn"),
        ("X-WR-TIMEZONE:America/New_York", "Europe/Tallinn", 14, "America/New_York"),
        ("X-WR-TIMEZONE:Nowhere", "UTC", 9, "UTC"),
    ],
)
def test_a_floating_time_is_told_by_the_files_clock_else_by_the_persons(
    head: str, own: str, hour: int, name: str
) -> None:
    (told,) = read(file(event(start="20270105T090000"), head=head), zone=own).values()
    assert told.content.when == Timed(
        datetime(2027, 1, 5, hour, tzinfo=UTC), datetime(2027, 1, 5, hour + 1, tzinfo=UTC), name
    )


def test_a_zone_of_the_files_own_counts_and_its_change_is_a_change() -> None:
    there = event("LOCATION:x").replace("DTSTART:20270105T090000Z", "DTSTART;TZID=Club time:20270105T090000")
    (told,) = read(file(ZONE, there)).values()
    assert told.content.when.start == datetime(2027, 1, 5, 5, 30, tzinfo=UTC)
    (again,) = read(file(ZONE.replace("+0330", "+0400"), there)).values()
    assert again.content.when.start == datetime(2027, 1, 5, 5, 0, tzinfo=UTC)
    assert again.version != told.version


def test_whole_days_stay_whole_days() -> None:
    day = event().replace("DTSTART:20270105T090000Z\nDURATION:PT1H", "DTSTART;VALUE=DATE:20270105")
    (told,) = read(file(day)).values()
    assert told.content.when == AllDay(date(2027, 1, 5), date(2027, 1, 6))


def test_a_line_that_nobody_can_read_does_not_cost_the_calendar() -> None:
    assert len(read(file(event("this is no line at all"), "neither is this"))) == 1


def test_several_calendars_in_one_file_are_all_read() -> None:
    assert len(read(file(event()) + file(event(uid="2")))) == 2


@pytest.mark.parametrize("cut", ["BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", "BEGIN:VCALENDAR\nBEGIN:VEVENT"])
def test_what_began_and_does_not_end_is_broken(cut: str) -> None:
    with pytest.raises(Broken):
        mapping.held(cut, zone="UTC", steady=True)


def test_a_copy_of_ours_that_somebody_publishes_is_known_by_its_uid_and_its_mark() -> None:
    (google,) = read(file(event(uid="hetk1abc@google.com"))).values()
    (apple,) = read(file(event("X-HETK-MARK:hetk1.k.i.t.s.o.0.m", uid="hetk1abc@hetk.io"))).values()
    assert (google.key, google.mark) == ("hetk1abc", "")
    assert (apple.key, apple.mark) == ("hetk1abc", "hetk1.k.i.t.s.o.0.m")
