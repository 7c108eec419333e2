"""Graph's JSON as events and back: tables, and the examples that Microsoft publishes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tzlocal.windows_tz import tz_win, win_tz

from sync.core.event import AllDay, Answer, Content, Field, Kind, Sensitivity, ShowAs, Timed
from sync.providers.microsoft import mapping, zones
from sync.providers.microsoft.client import OFF, WRITABLE
from tests.providers.published import definitions, example

OWNER = "alice@northwind.example"
NINE = datetime(2027, 1, 5, 9, tzinfo=UTC)
TEN = datetime(2027, 1, 5, 10, tzinfo=UTC)


def item(**changes: Any) -> dict[str, Any]:
    """An event as Graph gives it."""
    return {
        "@odata.etag": 'W/"key-1"',
        "id": "AAk-1=",
        "changeKey": "key-1",
        "subject": "Review",
        "body": {"contentType": "text", "content": "Bring it\r\n"},
        "start": {"dateTime": "2027-01-05T09:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2027-01-05T10:00:00.0000000", "timeZone": "UTC"},
        "location": {"displayName": "Room 4"},
        "showAs": "busy",
        "sensitivity": "normal",
        "lastModifiedDateTime": "2026-11-20T09:00:00.1234567Z",
        "iCalUId": "uid-1",
        "type": "singleInstance",
        **changes,
    }


def person(address: str, name: str = "") -> dict[str, Any]:
    return {"emailAddress": {"address": address, "name": name}}


def read(**changes: Any) -> Any:
    return mapping.event(item(**changes), address=OWNER)


def test_an_event_is_read_field_by_field() -> None:
    event = read()
    assert event.content == Content(title="Review", when=Timed(NINE, TEN), description="Bring it", location="Room 4")
    assert (event.id, event.version, event.ical_uid) == ("AAk-1=", "key-1", "uid-1")
    assert event.updated == datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC)
    assert (event.mark, event.key, event.series_id, event.organizer) == ("", "", "", "")
    assert event.kind is Kind.DEFAULT


def test_without_a_change_key_the_etag_is_the_version() -> None:
    assert read(changeKey=None).version == "key-1"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("free", ShowAs.FREE),
        ("tentative", ShowAs.TENTATIVE),
        ("busy", ShowAs.BUSY),
        ("oof", ShowAs.OUT_OF_OFFICE),
        ("workingElsewhere", ShowAs.ELSEWHERE),
        ("unknown", ShowAs.BUSY),
        (None, ShowAs.BUSY),
    ],
)
def test_free_and_busy_are_read(said: str | None, meant: ShowAs) -> None:
    assert read(showAs=said).content.show_as is meant


@pytest.mark.parametrize("value", list(Sensitivity))
def test_sensitivity_survives_both_ways(value: Sensitivity) -> None:
    assert read(sensitivity=value.value).content.sensitivity is value
    said = Content(title="", when=Timed(NINE, TEN), sensitivity=value)
    assert mapping.copy_body(said, "m")["sensitivity"] == value.value


@pytest.mark.parametrize("value", list(ShowAs))
def test_every_way_to_show_is_written_as_it_is(value: ShowAs) -> None:
    said = Content(title="", when=Timed(NINE, TEN), show_as=value)
    assert read(showAs=mapping.copy_body(said, "m")["showAs"]).content.show_as is value


@pytest.mark.parametrize(
    ("response", "guests", "organizes", "meant"),
    [
        ("none", False, True, Answer.NONE),
        ("organizer", False, True, Answer.NONE),
        ("organizer", True, True, Answer.ORGANIZER),
        ("none", True, True, Answer.ORGANIZER),
        ("accepted", True, False, Answer.ACCEPTED),
        ("tentativelyAccepted", True, False, Answer.TENTATIVE),
        ("declined", True, False, Answer.DECLINED),
        ("notResponded", True, False, Answer.UNANSWERED),
        ("declined", False, False, Answer.DECLINED),
    ],
)
def test_answers_are_read(response: str, guests: bool, organizes: bool, meant: Answer) -> None:
    attendees = [person("guest@elsewhere.example")] if guests else []
    event = read(responseStatus={"response": response}, attendees=attendees, isOrganizer=organizes)
    assert event.answer is meant


def test_the_owner_is_known_among_attendees_whatever_the_case() -> None:
    event = read(attendees=[person("ALICE@Northwind.example"), person("bob@northwind.example")], isOrganizer=True)
    assert [attendee.is_self for attendee in event.attendees] == [True, False]
    assert event.has_guests


def test_an_organizer_who_hides_the_list_is_a_guest_all_the_same() -> None:
    event = read(
        attendees=[person(OWNER)],
        organizer=person("boss@northwind.example"),
        isOrganizer=False,
        responseStatus={"response": "accepted"},
    )
    assert event.has_guests
    assert event.organizer == "boss@northwind.example"


def test_an_event_of_ones_own_has_an_organizer_and_no_guests() -> None:
    event = read(organizer=person(OWNER), isOrganizer=True, responseStatus={"response": "organizer"}, attendees=[])
    assert event.organizer == OWNER
    assert not event.has_guests


@pytest.mark.parametrize("start_zone", ["UTC", "W. Europe Standard Time", "tzone://Microsoft/Custom"])
def test_whole_days_are_their_dates_whatever_zone_stands_there(start_zone: str) -> None:
    event = read(
        isAllDay=True,
        originalStartTimeZone=start_zone,
        start={"dateTime": "2027-03-28T00:00:00.0000000", "timeZone": "UTC"},
        end={"dateTime": "2027-03-29T00:00:00.0000000", "timeZone": "UTC"},
    )
    assert event.content.when == AllDay(date(2027, 3, 28), date(2027, 3, 29))


@pytest.mark.parametrize(
    ("named", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("w. europe standard time", "Europe/Berlin"),
        ("FLE Standard Time", "Europe/Kyiv"),
        ("India Standard Time", "Asia/Kolkata"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("Europe/Tallinn", "Europe/Tallinn"),
        ("UTC", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("tzone://Microsoft/Custom", "UTC"),
        ("Customized Time Zone", "UTC"),
        ("../etc/passwd", "UTC"),
        ("", "UTC"),
    ],
)
def test_zones_are_read_by_their_iana_name(named: str, zone: str) -> None:
    when = read(originalStartTimeZone=named).content.when
    assert when == Timed(NINE, TEN, zone)


@pytest.mark.parametrize("zone", ["FLE Standard Time", "Europe/Tallinn"])
def test_times_on_the_clock_of_a_zone_are_the_instants_they_mean(zone: str) -> None:
    start, end = ({"dateTime": f"2027-01-05T{hour}:00:00.0000000", "timeZone": zone} for hour in (11, 12))
    when = read(start=start, end=end, originalStartTimeZone="Europe/Tallinn").content.when
    assert when == Timed(NINE, TEN, "Europe/Tallinn")


@pytest.mark.parametrize(
    ("zone", "wall", "windows"),
    [
        ("Europe/Berlin", "2027-01-05T10:00:00", "W. Europe Standard Time"),
        ("Europe/Tallinn", "2027-01-05T11:00:00", "FLE Standard Time"),
        ("America/New_York", "2027-01-05T04:00:00", "Eastern Standard Time"),
        ("Asia/Kathmandu", "2027-01-05T14:45:00", "Nepal Standard Time"),
        ("UTC", "2027-01-05T09:00:00", "UTC"),
        ("Antarctica/Troll", "2027-01-05T09:00:00", "UTC"),
        ("No/Such", "2027-01-05T09:00:00", "UTC"),
    ],
)
def test_times_are_written_on_the_clock_of_their_zone(zone: str, wall: str, windows: str) -> None:
    body = mapping.times(Timed(NINE, TEN, zone))
    assert body["start"] == {"dateTime": wall, "timeZone": windows}
    assert body["end"]["timeZone"] == windows
    assert body["isAllDay"] is False


def test_an_hour_that_the_clock_shows_twice_is_written_in_utc() -> None:
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    body = mapping.times(Timed(first, second, "Europe/Berlin"))
    assert body["start"] == {"dateTime": "2027-10-31T00:30:00", "timeZone": "UTC"}
    assert body["end"] == {"dateTime": "2027-10-31T01:30:00", "timeZone": "UTC"}


def test_every_windows_name_leads_to_a_zone_and_back() -> None:
    start = datetime(2027, 1, 5, 12, tzinfo=UTC)
    for windows in win_tz:
        zone = zones.iana(windows)
        assert zone == "UTC" or tz_win[zone] == windows, windows
        wall, _, named = zones.wall_times(start, start, zone)
        assert (named == windows) or zone == "UTC", (windows, wall)


def test_whole_days_are_written_as_midnights_in_one_zone() -> None:
    body = mapping.times(AllDay(date(2027, 3, 28), date(2027, 3, 30)))
    assert body == {
        "start": {"dateTime": "2027-03-28T00:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2027-03-30T00:00:00", "timeZone": "UTC"},
        "isAllDay": True,
    }


def test_a_mark_is_read_from_our_property_only() -> None:
    other = {"id": "String {00000000-1111-2222-3333-444444444444} Name HetkMark", "value": "not ours"}
    ours = {"id": mapping.MARK.replace("7d3f0c1e", "7D3F0C1E"), "value": "hetk1.x"}
    assert read(singleValueExtendedProperties=[other]).mark == ""
    assert read(singleValueExtendedProperties=[other, ours], transactionId="hetk1k").mark == "hetk1.x"


def test_html_bodies_are_read_as_text() -> None:
    html = "<html><head><style>p {}</style></head><body><div>One</div><div>Two &amp; three<br>Four</div></body></html>"
    assert read(body={"contentType": "html", "content": html}).content.description == "One\nTwo & three\nFour"


def test_a_copy_says_everything_and_switches_the_reminder_off() -> None:
    said = Content(title="Busy", when=Timed(NINE, TEN))
    body = mapping.copy_body(said, "hetk1.m")
    assert body["isReminderOn"] is False
    assert body["singleValueExtendedProperties"] == [{"id": mapping.MARK, "value": "hetk1.m"}]
    assert {"subject", "body", "location", "start", "end", "isAllDay", "showAs", "sensitivity"} <= body.keys()
    assert body.keys() <= WRITABLE
    assert {name: body[name] for name in OFF} == OFF


@pytest.mark.parametrize(
    ("field", "names"),
    [
        (Field.TITLE, {"subject"}),
        (Field.DESCRIPTION, {"body"}),
        (Field.LOCATION, {"location"}),
        (Field.WHEN, {"start", "end", "isAllDay"}),
        (Field.SHOW_AS, {"showAs"}),
        (Field.SENSITIVITY, {"sensitivity"}),
    ],
)
def test_a_persons_event_is_written_in_the_fields_named_only(field: Field, names: set[str]) -> None:
    said = Content(title="x", when=Timed(NINE, TEN))
    assert mapping.fields_body(said, frozenset({field})).keys() == names


@pytest.mark.parametrize(
    "name",
    ["concept-delta-query-events.02.response-200.json", "concept-delta-query-events.08.response-200.json"],
)
def test_the_published_rounds_of_changes_are_read(name: str) -> None:
    page = example(name)
    events = [
        mapping.event(value, address="samanthab@contoso.onmicrosoft.com")
        for value in page["value"]
        if "subject" in value
    ]
    assert events
    for event in events:
        assert isinstance(event.content.when, Timed)
        assert event.content.when.zone == "UTC"
        assert event.version
        assert not event.has_guests


def test_what_is_written_is_defined_by_graph() -> None:
    types = definitions()["types"]
    event, base = types["event"], types["outlookItem"]
    known = [*event["properties"], *base["properties"], *event.get("navigationProperties", ())]
    said = Content(title="x", when=Timed(NINE, TEN))
    names = mapping.copy_body(said, "m").keys() | {"transactionId"}
    assert names <= {property["name"] for property in known}


def test_in_a_calendar_that_somebody_shares_the_account_is_a_guest_like_any_other() -> None:
    """An edit there is their organizer's, and would be mailed to everybody on the list."""
    shared = read(isOrganizer=True, organizer=person("bob@northwind.example"), attendees=[person(OWNER)])
    assert [(a.address, a.is_self) for a in shared.attendees] == [(OWNER, False)]
    assert shared.has_guests
    own = read(isOrganizer=True, organizer=person(OWNER), attendees=[person(OWNER)])
    assert not own.has_guests


def test_a_guest_who_declined_is_told_apart() -> None:
    guests = [person("bob@x.example") | {"status": {"response": word}} for word in ("declined", "accepted")]
    assert [a.declined for a in read(attendees=guests).attendees] == [True, False]
