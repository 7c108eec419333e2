"""iCalendar as events and back, by table; what we write is read again by a library that shares none of our code."""

from datetime import UTC, date, datetime

import icalendar
import pytest

from sync.core.event import AllDay, Answer, Content, Event, Sensitivity, ShowAs, Timed
from sync.providers.caldav import mapping
from sync.providers.icalendar.ics import Broken, parse, serialise
from sync.providers.icalendar.series import resource

OWNER = "alice@northwind.example"
NINE, TEN = datetime(2027, 1, 5, 9, tzinfo=UTC), datetime(2027, 1, 5, 10, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def event(*lines: str, name: str = "one.ics", own: tuple[str, ...] = (OWNER,)) -> Event:
    body = ["UID:one", "DTSTAMP:20261120T080000Z", "DTSTART:20270105T090000Z", "DTEND:20270105T100000Z", *lines]
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", *body, "END:VEVENT", "END:VCALENDAR"])
    found = resource(parse(text))
    assert found is not None
    instance = found.instance("")
    assert instance is not None
    return mapping.event(found, instance, name=name, version='"1"', own=own)


def test_everything_is_read_from_its_place() -> None:
    assert event(
        "SUMMARY:Review\\, again",
        "DESCRIPTION:One\\nTwo\\; \\\\new",
        "LOCATION:Room 4",
        "LAST-MODIFIED:20261121T080000Z",
    ) == Event(
        id="one.ics",
        version='"1"',
        content=Content(title="Review, again", when=Timed(NINE, TEN), description="One\nTwo; \\new", location="Room 4"),
        ical_uid="one",
        updated=datetime(2026, 11, 21, 8, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("lines", "meant"),
    [
        ((), ShowAs.BUSY),
        (("TRANSP:OPAQUE",), ShowAs.BUSY),
        (("TRANSP:TRANSPARENT",), ShowAs.FREE),
        (("STATUS:TENTATIVE",), ShowAs.TENTATIVE),
        (("STATUS:TENTATIVE", "TRANSP:TRANSPARENT"), ShowAs.FREE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:OOF",), ShowAs.OUT_OF_OFFICE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "TRANSP:OPAQUE"), ShowAs.TENTATIVE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE",), ShowAs.FREE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", "TRANSP:TRANSPARENT"), ShowAs.ELSEWHERE),
        # Somebody changed it in a client that knows nothing of Outlook's property.
        (("X-MICROSOFT-CDO-BUSYSTATUS:OOF", "TRANSP:TRANSPARENT"), ShowAs.FREE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE", "TRANSP:OPAQUE"), ShowAs.BUSY),
        (("X-MICROSOFT-CDO-BUSYSTATUS:NEWFANGLED",), ShowAs.BUSY),
    ],
)
def test_whether_time_is_blocked(lines: tuple[str, ...], meant: ShowAs) -> None:
    assert event(*lines).content.show_as is meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("PUBLIC", Sensitivity.NORMAL),
        ("PRIVATE", Sensitivity.PRIVATE),
        ("private", Sensitivity.PRIVATE),
        ("CONFIDENTIAL", Sensitivity.CONFIDENTIAL),
        ("X-SECRET", Sensitivity.PRIVATE),
    ],
)
def test_a_class_that_nobody_knows_is_private(said: str, meant: Sensitivity) -> None:
    assert event(f"CLASS:{said}").content.sensitivity is meant
    assert event().content.sensitivity is Sensitivity.NORMAL


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        ("ACCEPTED", Answer.ACCEPTED),
        ("DECLINED", Answer.DECLINED),
        ("TENTATIVE", Answer.TENTATIVE),
        ("NEEDS-ACTION", Answer.UNANSWERED),
    ],
)
@pytest.mark.parametrize(
    "me",
    [
        "ATTENDEE;PARTSTAT={0}:mailto:alice@northwind.example",
        "ATTENDEE;PARTSTAT={0}:MAILTO:Alice@Northwind.example",
        'ATTENDEE;CN="Tamm, Alice: A";EMAIL=alice@northwind.example;PARTSTAT={0}:/aMTIz/principal/',
        "ATTENDEE;PARTSTAT={0}:mailto:alice@icloud.example",
    ],
)
def test_the_owners_answer_is_found_under_each_of_their_addresses(status: str, meant: Answer, me: str) -> None:
    said = event("ORGANIZER:mailto:boss@elsewhere.example", me.format(status), own=(OWNER, "alice@icloud.example"))
    assert said.answer is meant
    assert said.organizer == "boss@elsewhere.example"
    assert said.has_guests


def test_who_organizes_is_the_organizer_and_alone_has_no_guests() -> None:
    mine = f"ORGANIZER:mailto:{OWNER}"
    assert event(mine, "ATTENDEE:mailto:bob@elsewhere.example").answer is Answer.ORGANIZER
    assert not event(mine).has_guests
    assert event(mine).answer is Answer.NONE
    # An organizer who is on no list is somebody an edit would reach.
    assert event("ORGANIZER:mailto:boss@elsewhere.example").has_guests


def test_cancelled_is_told() -> None:
    assert event("STATUS:CANCELLED").cancelled
    assert not event("STATUS:CONFIRMED").cancelled


def test_a_key_is_known_by_the_resources_name_alone() -> None:
    assert event(name="hetk1abc.ics").key == "hetk1abc"
    assert event(name="by-hand.ics").key == ""
    assert event("X-HETK-MARK:hetk1.a.b").mark == "hetk1.a.b"


CONTENTS = [
    Content(title="Review", when=Timed(NINE, TEN, "Europe/Tallinn"), description="a\nb", location="Room; 4, left"),
    Content(title="Ü" * 200 + " 🎉, end", when=Timed(NINE, TEN), description="\\n is no line, \\ is one"),
    Content(title="Busy", when=AllDay(date(2027, 3, 28), date(2027, 3, 30)), sensitivity=Sensitivity.PRIVATE),
    *(Content(title="x", when=Timed(NINE, TEN), show_as=show_as) for show_as in ShowAs),
    Content(title="x", when=Timed(NINE, TEN), sensitivity=Sensitivity.CONFIDENTIAL),
    Content(title="", when=Timed(NINE, TEN, "America/New_York")),
]


@pytest.mark.parametrize("said", CONTENTS, ids=str)
def test_what_is_written_is_read_again_by_us_and_by_an_independent_library(said: Content) -> None:
    text = serialise(mapping.copy(said, mark="hetk1.mark", uid="hetk1key@hetk.io", now=NOW))
    found = resource(parse(text))
    assert found is not None
    instance = found.instance("")
    assert instance is not None
    again = mapping.event(found, instance, name="hetk1key.ics", version="", own=(OWNER,))
    assert (again.content, again.mark, again.updated) == (said, "hetk1.mark", NOW)
    assert max(len(line) for line in text.encode().split(b"\r\n")) <= 75
    theirs = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]
    assert theirs["summary"] == said.title
    assert theirs.get("description", "") == said.description
    assert theirs.get("location", "") == said.location
    assert theirs.decoded("dtstart") == said.when.start
    assert theirs.decoded("dtend") == said.when.end
    assert not theirs.errors


@pytest.mark.parametrize("said", CONTENTS, ids=str)
def test_a_copy_has_nobody_on_it_and_rings_for_nobody(said: Content) -> None:
    text = serialise(mapping.copy(said, mark="m", uid="u", now=NOW))
    for name in ("ATTENDEE", "ORGANIZER", "VALARM", "CONFERENCE", "METHOD"):
        assert f"\n{name}" not in text
        assert f"BEGIN:{name}" not in text


def test_the_zone_of_a_copy_is_brought_along_and_rules_as_the_world_does() -> None:
    for day in (5, 200):
        when = Timed(
            datetime.fromordinal(date(2027, 1, 1).toordinal() + day).replace(hour=9, tzinfo=UTC),
            datetime.fromordinal(date(2027, 1, 1).toordinal() + day).replace(hour=10, tzinfo=UTC),
            "Europe/Berlin",
        )
        text = serialise(mapping.copy(Content(title="x", when=when), mark="m", uid="u", now=NOW))
        # Under a name that says nothing, only the definition in the file can tell the offset.
        renamed = text.replace("Europe/Berlin", "Zone-1")
        found = resource(parse(renamed))
        assert found is not None
        instance = found.instance("")
        assert instance is not None
        assert (instance.when.start, instance.when.end) == (when.start, when.end)


def test_an_hour_that_the_clock_shows_twice_is_written_in_utc() -> None:
    when = Timed(datetime(2027, 10, 31, 1, 15, tzinfo=UTC), datetime(2027, 10, 31, 1, 45, tzinfo=UTC), "Europe/Berlin")
    assert [line.text for line in mapping.times(when)] == ["DTSTART:20271031T011500Z", "DTEND:20271031T014500Z"]


def test_an_event_without_length_is_given_a_minute() -> None:
    start, end = mapping.times(Timed(NINE, NINE))
    assert (start.value, end.value) == ("20270105T090000Z", "20270105T090100Z")


def test_what_no_calendar_can_hold_is_left_out_of_a_text() -> None:
    text = serialise(mapping.copy(Content(title="a\x0bb\ud800c", when=Timed(NINE, TEN)), mark="m", uid="u", now=NOW))
    assert "SUMMARY:ab?c" in text


def test_a_uid_is_of_its_own_for_every_copy_and_unknown_for_what_others_named() -> None:
    assert mapping.uid_of("hetk1abc.ics") == "hetk1abc@hetk.io"
    assert mapping.uid_of("E4F1.ics") == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        "BEGIN:VCALENDAR",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\nno colon\nEND:VCALENDAR",
    ],
)
def test_what_is_no_calendar_says_so(text: str) -> None:
    with pytest.raises(Broken):
        parse(text)


def test_a_line_goes_back_as_it_came() -> None:
    lines = [
        'ATTENDEE;CN="Tamm, Alice";X-P=a,"b;c":mailto:a@b.example',
        "X-APPLE-TRAVEL;VALUE=DURATION:PT30M",
        "SUMMARY;LANGUAGE=de:A\\,b: c",
    ]
    text = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])
    assert serialise(parse(text)) == text
    attendee = parse(text).first("ATTENDEE")
    assert attendee is not None
    assert attendee.params["CN"] == "Tamm, Alice"
    assert attendee.value == "mailto:a@b.example"
