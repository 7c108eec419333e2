"""Google's JSON as events and back, by table, and against the discovery document that Google publishes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sync.core.event import AllDay, Answer, Content, Field, Kind, Sensitivity, ShowAs, Timed, When
from sync.core.privacy import Looks, project
from sync.providers.google import mapping
from sync.providers.google.client import OFF, WRITABLE
from sync.providers.google.provider import whose
from sync.providers.microsoft import mapping as outlook
from tests.providers.published import discovery

OWNER = "alice.tamm@gmail.example"
NINE = datetime(2027, 1, 5, 9, tzinfo=UTC)
TEN = datetime(2027, 1, 5, 10, tzinfo=UTC)


def item(**changes: Any) -> dict[str, Any]:
    """An event as Google gives it."""
    return {
        "id": "abc123",
        "etag": '"3181161784712000"',
        "status": "confirmed",
        "summary": "Review",
        "description": "Bring it",
        "location": "Room 4",
        "start": {"dateTime": "2027-01-05T11:00:00+02:00", "timeZone": "Europe/Tallinn"},
        "end": {"dateTime": "2027-01-05T12:00:00+02:00", "timeZone": "Europe/Tallinn"},
        "iCalUID": "abc123@google.com",
        "updated": "2026-11-20T09:00:00.123Z",
        "eventType": "default",
        **changes,
    }


def read(**changes: Any) -> Any:
    return mapping.event(item(**changes), address=OWNER)


def said(**changes: Any) -> Content:
    return Content(**{"title": "x", "when": Timed(NINE, TEN), **changes})


def test_an_event_is_read_field_by_field() -> None:
    event = read()
    assert event.content == Content(
        title="Review", when=Timed(NINE, TEN, "Europe/Tallinn"), description="Bring it", location="Room 4"
    )
    assert (event.id, event.version, event.ical_uid) == ("abc123", '"3181161784712000"', "abc123@google.com")
    assert event.updated == datetime(2026, 11, 20, 9, 0, 0, 123000, tzinfo=UTC)
    assert (event.mark, event.key, event.series_id) == ("", "abc123", "")
    assert not event.unsure_of_mark


def test_an_event_without_words_is_read_too() -> None:
    event = read(summary=None, description=None, location=None)
    assert (event.content.title, event.content.description, event.content.location) == ("", "", "")


@pytest.mark.parametrize(
    ("start", "end", "meant"),
    [
        (
            {"dateTime": "2027-01-05T09:00:00Z"},
            {"dateTime": "2027-01-05T10:00:00Z"},
            Timed(NINE, TEN, "UTC"),
        ),
        (
            {"dateTime": "2027-01-05T11:00:00", "timeZone": "Europe/Tallinn"},
            {"dateTime": "2027-01-05T12:00:00", "timeZone": "Europe/Tallinn"},
            Timed(NINE, TEN, "Europe/Tallinn"),
        ),
        (
            {"dateTime": "2027-01-05T09:00:00Z", "timeZone": "Mars/Olympus"},
            {"dateTime": "2027-01-05T10:00:00Z", "timeZone": "Mars/Olympus"},
            Timed(NINE, TEN, "UTC"),
        ),
        ({"date": "2027-03-28"}, {"date": "2027-03-29"}, AllDay(date(2027, 3, 28), date(2027, 3, 29))),
        ({"date": "2027-03-28"}, {"date": "2027-03-28"}, AllDay(date(2027, 3, 28), date(2027, 3, 29))),
        ({"date": "2027-03-28"}, {"date": "2027-04-02"}, AllDay(date(2027, 3, 28), date(2027, 4, 2))),
    ],
    ids=["offset only", "zone only", "unknown zone", "whole day", "whole day without length", "whole days"],
)
def test_times_are_read_exactly(start: dict[str, str], end: dict[str, str], meant: When) -> None:
    event = read(start=start, end=end)
    assert event.content.when == meant


@pytest.mark.parametrize(
    ("visibility", "meant"),
    [
        (None, Sensitivity.NORMAL),
        ("default", Sensitivity.NORMAL),
        ("public", Sensitivity.NORMAL),
        ("private", Sensitivity.PRIVATE),
        ("confidential", Sensitivity.CONFIDENTIAL),
    ],
)
def test_visibility_is_read(visibility: str | None, meant: Sensitivity) -> None:
    assert read(visibility=visibility).content.sensitivity is meant


@pytest.mark.parametrize("value", list(Sensitivity))
def test_sensitivity_never_becomes_less_private(value: Sensitivity) -> None:
    order = list(Sensitivity)
    back = read(visibility=mapping.copy_body(said(sensitivity=value), "m")["visibility"]).content.sensitivity
    assert order.index(back) >= order.index(value)


@pytest.mark.parametrize("value", list(ShowAs))
def test_only_free_leaves_the_time_free(value: ShowAs) -> None:
    written = mapping.copy_body(said(show_as=value), "m")["transparency"]
    assert written == ("transparent" if value is ShowAs.FREE else "opaque")
    assert read(transparency=written).content.show_as is (ShowAs.FREE if value is ShowAs.FREE else ShowAs.BUSY)


@pytest.mark.parametrize(
    ("event_type", "kind", "show_as"),
    [
        ("default", Kind.DEFAULT, ShowAs.BUSY),
        ("fromGmail", Kind.DEFAULT, ShowAs.BUSY),
        ("focusTime", Kind.FOCUS_TIME, ShowAs.BUSY),
        ("outOfOffice", Kind.OUT_OF_OFFICE, ShowAs.OUT_OF_OFFICE),
        ("workingLocation", Kind.WORKING_LOCATION, ShowAs.BUSY),
        ("birthday", Kind.BIRTHDAY, ShowAs.BUSY),
        ("somethingNew", Kind.DEFAULT, ShowAs.BUSY),
    ],
)
def test_kinds_are_read(event_type: str, kind: Kind, show_as: ShowAs) -> None:
    event = read(eventType=event_type)
    assert (event.kind, event.content.show_as) == (kind, show_as)


@pytest.mark.parametrize("private", [True, False])
def test_out_of_office_is_out_of_office_at_outlook_and_an_ordinary_busy_event_at_google(private: bool) -> None:
    copy = project(read(eventType="outOfOffice"), Looks(private=private))
    assert outlook.copy_body(copy, "mark")["showAs"] == "oof"
    body = mapping.copy_body(copy, "mark")
    assert (body["transparency"], "eventType" in body) == ("opaque", False)


@pytest.mark.parametrize(
    ("response", "own", "meant"),
    [
        ("accepted", False, Answer.ACCEPTED),
        ("declined", False, Answer.DECLINED),
        ("tentative", False, Answer.TENTATIVE),
        ("needsAction", False, Answer.UNANSWERED),
        ("accepted", True, Answer.ORGANIZER),
        ("declined", True, Answer.DECLINED),
    ],
)
def test_answers_are_read(response: str, own: bool, meant: Answer) -> None:
    guests = [{"email": OWNER.upper(), "responseStatus": response}, {"email": "guest@elsewhere.example"}]
    organizer = {"email": OWNER, "self": True} if own else {"email": "boss@elsewhere.example"}
    assert read(attendees=guests, organizer=organizer).answer is meant


def test_an_event_of_ones_own_was_no_invitation() -> None:
    event = read(organizer={"email": OWNER, "self": True})
    assert event.answer is Answer.NONE
    assert not event.has_guests


def test_the_owner_is_told_by_flag_or_by_address() -> None:
    event = read(
        attendees=[
            {"email": "team@group.calendar.google.com", "self": True},
            {"email": OWNER.title()},
            {"email": "guest@elsewhere.example", "displayName": "Guest"},
        ],
        organizer={"email": OWNER, "self": True},
    )
    assert [attendee.is_self for attendee in event.attendees] == [True, True, False]
    assert event.attendees[2].name == "Guest"


@pytest.mark.parametrize("hidden", [{"attendees": [{"email": OWNER, "self": True}]}, {"attendeesOmitted": True}])
def test_an_organizer_behind_a_hidden_list_is_a_guest(hidden: dict[str, Any]) -> None:
    event = read(organizer={"email": "boss@elsewhere.example"}, **hidden)
    assert event.has_guests
    assert [a.address for a in event.attendees if not a.is_self] == ["boss@elsewhere.example"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain words",
        "two\nlines",
        "a < b and b > c",
        "Tom & Jerry",
        "Tom &amp; Jerry, as typed",
        "<b>not bold</b>",
        "<not a tag",
        "if x<y then <z>\nnext line",
        "https://example.org/?a=1&b=2",
    ],
)
def test_any_text_comes_back_as_it_was_written(text: str) -> None:
    assert mapping.description(mapping.markup(text)) == text


def test_what_people_format_is_read_as_text() -> None:
    typed = "<p>Agenda:</p><ul><li>One</li><li>Two &amp; three</li></ul><a href='https://example.org'>Link</a><br>End"
    assert mapping.description(typed) == "Agenda:\n\n- One\n- Two & three\n\nLink\nEnd"


def test_a_mark_is_read_from_the_private_properties_only() -> None:
    assert read(extendedProperties={"private": {"hetk": "hetk1.x"}}).mark == "hetk1.x"
    assert read(extendedProperties={"shared": {"hetk": "hetk1.x"}, "private": {"other": "y"}}).mark == ""


def test_a_copy_says_everything_and_has_no_reminder() -> None:
    body = mapping.copy_body(said(), "hetk1.m")
    assert body.keys() | {"id", "colorId"} == WRITABLE
    assert body["reminders"] == OFF["reminders"] == {"useDefault": False}
    assert body["extendedProperties"] == {"private": {"hetk": "hetk1.m"}}


@pytest.mark.parametrize(
    ("field", "names"),
    [
        (Field.TITLE, {"summary"}),
        (Field.DESCRIPTION, {"description"}),
        (Field.LOCATION, {"location"}),
        (Field.WHEN, {"start", "end"}),
        (Field.SHOW_AS, {"transparency"}),
        (Field.SENSITIVITY, {"visibility"}),
    ],
)
def test_a_persons_event_is_written_in_the_fields_named_only(field: Field, names: set[str]) -> None:
    assert mapping.patch_body(said(), frozenset({field})).keys() == names


def test_a_patch_takes_the_other_kind_of_times_away() -> None:
    days = mapping.patch_body(said(when=AllDay(date(2027, 3, 28), date(2027, 3, 29))), frozenset({Field.WHEN}))
    assert days["start"] == {"date": "2027-03-28", "dateTime": None, "timeZone": None}
    times = mapping.patch_body(said(), frozenset({Field.WHEN}))
    assert times["end"] == {"dateTime": "2027-01-05T10:00:00+00:00", "timeZone": "UTC", "date": None}


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        (Timed(NINE, TEN, "Europe/Tallinn"), "2027-01-05T11:00:00+02:00", "2027-01-05T12:00:00+02:00"),
        (Timed(NINE, TEN, "No/Such"), "2027-01-05T09:00:00+00:00", "2027-01-05T10:00:00+00:00"),
        (Timed(NINE, NINE), "2027-01-05T09:00:00+00:00", "2027-01-05T09:01:00+00:00"),
        (
            Timed(
                datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "Europe/Berlin"
            ),
            "2027-10-31T02:30:00+02:00",
            "2027-10-31T02:30:00+01:00",
        ),
    ],
    ids=["zone", "unknown zone", "no length", "the hour that comes twice"],
)
def test_times_are_written_with_their_offset(when: Timed, start: str, end: str) -> None:
    body = mapping.times(when)
    assert (body["start"]["dateTime"], body["end"]["dateTime"]) == (start, end)


def test_what_is_written_is_defined_by_google() -> None:
    properties = discovery()["schemas"]["Event"]["properties"]
    assert mapping.copy_body(said(), "m").keys() <= properties.keys()
    assert set(mapping.VISIBILITIES.values()) <= {"default", "public", "private", "confidential"}
    moment = discovery()["schemas"]["EventDateTime"]["properties"]
    assert mapping.times(said().when)["start"].keys() <= moment.keys()


def test_a_guest_who_declined_is_told_apart() -> None:
    guests = [{"email": "bob@x.example", "responseStatus": word} for word in ("declined", "accepted")]
    assert [a.declined for a in read(attendees=guests).attendees] == [True, False]


@pytest.mark.parametrize(
    ("calendar", "guest_is_self"),
    [(OWNER, True), ("c_team@group.calendar.google.com", True), ("bob.kask@gmail.example", False)],
)
def test_in_a_calendar_that_somebody_shares_the_account_is_a_guest_like_any_other(calendar, guest_is_self) -> None:
    own = whose(calendar, OWNER)
    event = mapping.event(item(attendees=[{"email": OWNER}], organizer={"email": own, "self": True}), address=own)
    assert [a.is_self for a in event.attendees] == [guest_is_self]
