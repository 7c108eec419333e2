"""Changing a person's own event: only what is asked for changes, and nobody hears of it."""

from datetime import UTC, date, datetime

import pytest

from sync.core.event import AllDay, Content, Field, Sensitivity, ShowAs, Timed
from sync.providers.base import Span
from sync.providers.caldav import edit
from sync.providers.errors import Changed, Refused
from sync.providers.icalendar.ics import Component, parse, serialise
from sync.providers.icalendar.series import Resource, resource
from sync.providers.wire import keep_quiet_calendar

OWNER = "alice@northwind.example"
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SPAN = Span(date(2027, 1, 1), date(2027, 2, 1))
ALARM = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:Soon\nEND:VALARM"
SINGLE = """UID:one
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20270105T090000
DURATION:PT1H
SUMMARY;LANGUAGE=de:Meins
DESCRIPTION:Old
X-ALT-DESC;FMTTYPE=text/html:<b>Old</b>
LOCATION:Here
X-APPLE-STRUCTURED-LOCATION;VALUE=URI:geo:1,2
X-UNKNOWN-TO-US;P="a,b":kept
SEQUENCE:3
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT15M
DESCRIPTION:Soon
END:VALARM"""
SERIES = SINGLE.replace("DURATION:PT1H", "DTEND;TZID=Europe/Berlin:20270105T100000\nRRULE:FREQ=DAILY;COUNT=4")
SAID = Content(
    title="New",
    when=Timed(datetime(2027, 1, 5, 13, tzinfo=UTC), datetime(2027, 1, 5, 14, tzinfo=UTC), "Europe/Berlin"),
    description="New text",
    location="There",
    show_as=ShowAs.OUT_OF_OFFICE,
    sensitivity=Sensitivity.PRIVATE,
)


def opened(*events: str) -> tuple[Component, Resource]:
    parts = [f"BEGIN:VEVENT\n{event}\nEND:VEVENT" for event in events]
    calendar = parse("\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR"]))
    found = resource(calendar)
    assert found is not None
    return calendar, found


def changed(event: str, *fields: Field, slot: str = "") -> list[str]:
    calendar, found = opened(event)
    return list(edit.changed(calendar, found, slot, SAID, frozenset(fields), NOW).texts())


TOUCHED = {"SEQUENCE:4", "DTSTAMP:20261201T120000Z", "LAST-MODIFIED:20261201T120000Z"}


@pytest.mark.parametrize(
    ("field", "gone", "come"),
    [
        (Field.TITLE, {"SUMMARY;LANGUAGE=de:Meins"}, {"SUMMARY:New"}),
        (
            Field.DESCRIPTION,
            {"DESCRIPTION:Old", "X-ALT-DESC;FMTTYPE=text/html:<b>Old</b>"},
            {"DESCRIPTION:New text"},
        ),
        (
            Field.LOCATION,
            {"LOCATION:Here", "X-APPLE-STRUCTURED-LOCATION;VALUE=URI:geo:1,2"},
            {"LOCATION:There"},
        ),
        (
            Field.SHOW_AS,
            set(),
            {"TRANSP:OPAQUE", "STATUS:CONFIRMED", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"},
        ),
        (Field.SENSITIVITY, set(), {"CLASS:PRIVATE"}),
        (
            Field.WHEN,
            {"DTSTART;TZID=Europe/Berlin:20270105T090000", "DURATION:PT1H"},
            {"DTSTART;TZID=Europe/Berlin:20270105T140000", "DTEND;TZID=Europe/Berlin:20270105T150000"},
        ),
    ],
)
def test_one_field_is_changed_and_every_other_line_goes_back_as_it_came(
    field: Field, gone: set[str], come: set[str]
) -> None:
    before, after = set(opened(SINGLE)[0].texts()), set(changed(SINGLE, field))
    assert before - after == gone | {"SEQUENCE:3", "DTSTAMP:20260101T000000Z"}
    assert after - before == come | TOUCHED


def test_a_zone_that_is_new_to_the_file_is_defined_in_it() -> None:
    calendar, found = opened(SINGLE.replace(";TZID=Europe/Berlin:20270105T090000", ":20270105T090000Z"))
    after = serialise(edit.changed(calendar, found, "", SAID, frozenset({Field.WHEN}), NOW))
    assert "DTSTART;TZID=Europe/Berlin" in after
    assert "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin" in after


def test_an_alarm_of_ones_own_stays_where_it_is() -> None:
    assert ALARM in "\n".join(changed(SINGLE, Field.TITLE))


def test_one_instance_is_changed_by_lines_of_its_own_beside_the_series() -> None:
    calendar, found = opened(SERIES)
    before = {one.slot: one for one in found.instances(SPAN)}
    after = edit.changed(calendar, found, "20270106T080000Z", SAID, frozenset({Field.WHEN, Field.TITLE}), NOW)
    again = resource(parse(serialise(after)))
    assert again is not None
    now = {one.slot: one for one in again.instances(SPAN)}
    assert now.keys() == before.keys()
    assert [slot for slot in now if now[slot].when != before[slot].when] == ["20270106T080000Z"]
    one = now["20270106T080000Z"]
    assert (one.when, one.component.words("SUMMARY"), one.component.words("DESCRIPTION")) == (SAID.when, "New", "Old")
    assert not one.component.all("RRULE")
    assert one.component.value("X-UNKNOWN-TO-US") == "kept"
    assert again.master is not None
    assert list(again.master.texts()) == list(opened(SERIES)[1].first().texts())


def test_an_instance_that_keeps_its_time_keeps_it_exactly() -> None:
    calendar, found = opened(SERIES)
    after = edit.changed(calendar, found, "20270107T080000Z", SAID, frozenset({Field.TITLE}), NOW)
    again = resource(parse(serialise(after)))
    assert again is not None
    assert {one.slot: one.when for one in again.instances(SPAN)} == {
        one.slot: one.when for one in opened(SERIES)[1].instances(SPAN)
    }


def test_an_instance_changed_before_is_changed_in_its_own_lines_again() -> None:
    calendar, found = opened(SERIES)
    once = edit.changed(calendar, found, "20270106T080000Z", SAID, frozenset({Field.TITLE}), NOW)
    found = resource(once) or found
    twice = edit.changed(once, found, "20270106T080000Z", SAID, frozenset({Field.LOCATION}), NOW)
    assert len([part for part in twice.parts if part.name == "VEVENT"]) == 2


def test_one_instance_is_left_out_and_its_own_lines_go_along() -> None:
    calendar, found = opened(SERIES)
    once = edit.changed(calendar, found, "20270106T080000Z", SAID, frozenset({Field.WHEN}), NOW)
    after = edit.without(once, resource(once) or found, "20270106T080000Z", NOW)
    again = resource(parse(serialise(after)))
    assert again is not None
    assert [one.slot for one in again.instances(SPAN)] == ["20270105T080000Z", "20270107T080000Z", "20270108T080000Z"]
    assert "EXDATE;TZID=Europe/Berlin:20270106T090000" in serialise(after)


def test_a_whole_day_of_a_series_is_left_out_by_its_date() -> None:
    whole = "UID:one\nDTSTART;VALUE=DATE:20270105\nRRULE:FREQ=DAILY;COUNT=3\nSUMMARY:x"
    calendar, found = opened(whole)
    after = edit.without(calendar, found, "20270106", NOW)
    assert "EXDATE;VALUE=DATE:20270106" in serialise(after)


def test_a_timed_instance_can_become_a_whole_day() -> None:
    calendar, found = opened(SERIES)
    said = Content(title="x", when=AllDay(date(2027, 1, 6), date(2027, 1, 7)))
    after = edit.changed(calendar, found, "20270106T080000Z", said, frozenset({Field.WHEN}), NOW)
    again = resource(parse(serialise(after)))
    assert again is not None
    one = again.instance("20270106T080000Z")
    assert one is not None
    assert one.when == said.when
    assert len(again.instances(SPAN)) == 4


@pytest.mark.parametrize("slot", ["20270106T090000Z", "20270301T080000Z"])
def test_an_instance_that_is_gone_is_not_made_again(slot: str) -> None:
    calendar, found = opened(SERIES)
    with pytest.raises(Changed):
        edit.changed(calendar, found, slot, SAID, frozenset({Field.TITLE}), NOW)
    with pytest.raises(Changed):
        edit.without(calendar, found, slot, NOW)


def quiet(after: str, before: str = "", own: tuple[str, ...] = (OWNER,)) -> None:
    keep_quiet_calendar(opened(after)[0].blocks(), before=opened(before)[0].blocks() if before else (), own=own)


@pytest.mark.parametrize(
    "loud",
    [
        f"ATTENDEE:mailto:{OWNER}",
        f"ORGANIZER:mailto:{OWNER}",
        "CONFERENCE;VALUE=URI:https://meet.example/x",
        "X-GOOGLE-CONFERENCE:https://meet.example/x",
        ALARM,
        ALARM.replace("DISPLAY", "EMAIL"),
        "BEGIN:VTODO\nSUMMARY:x\nEND:VTODO",
    ],
)
def test_the_door_lets_nothing_loud_out_that_did_not_stand_there_before(loud: str) -> None:
    base = "UID:x\nDTSTART:20270105T090000Z"
    quiet(base)
    with pytest.raises(Refused):
        quiet(f"{base}\n{loud}")
    quiet(f"{base}\n{loud}", before=f"{base}\nSUMMARY:old\n{loud}")


@pytest.mark.parametrize(
    "guest",
    ["ATTENDEE:mailto:bob@elsewhere.example", f"ATTENDEE:mailto:{OWNER}.elsewhere", f"ATTENDEE:mailto:x{OWNER}"],
)
def test_the_door_lets_no_guest_out_even_where_one_stood_before(guest: str) -> None:
    base = f"UID:x\nDTSTART:20270105T090000Z\nORGANIZER:mailto:{OWNER}\n"
    with pytest.raises(Refused):
        quiet(f"{base}{guest}", before=f"{base}{guest}")
