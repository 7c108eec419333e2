"""Requests measured against the providers' published definitions: what they do not know is refused by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.published import Published
from tests.sandbox.definitions import GOOGLE, GRAPH

WHEN = {"dateTime": "2026-11-20T10:00:00", "timeZone": "UTC"}
REAL = Published.found()


@pytest.fixture(params=["small", "real"] if REAL.graph.types else ["small"])
def published(request: pytest.FixtureRequest, tmp_path: Path) -> Published:
    """Small definitions of the same shape on every machine; the providers' own where they are at hand."""
    if request.param == "real":
        return REAL
    for name, document in (("microsoft/graph-v1.0-calendar-types.json", GRAPH), ("google/calendar.v3.json", GOOGLE)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(json.dumps(document))
    return Published(tmp_path)


@pytest.mark.parametrize(
    "value",
    [
        {"subject": "x", "showAs": "workingElsewhere", "sensitivity": "private", "isAllDay": True},
        {"start": WHEN, "end": WHEN, "location": {"displayName": "x"}, "body": {"contentType": "text", "content": ""}},
        {"attendees": [{"type": "required", "emailAddress": {"address": "a@b.example", "name": "A"}}]},
        {"singleValueExtendedProperties": [{"id": "String {0} Name x", "value": "y"}], "transactionId": "t"},
        {"recurrence": None, "@odata.type": "#microsoft.graph.event"},
        {"recurrence": {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]}}},
    ],
)
def test_what_graph_knows_passes(published: Published, value: dict[str, Any]) -> None:
    assert published.graph_error("event", value) is None


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"summary": "x"}, "'summary'"),
        ({"showAs": "Busy"}, "'showAs'"),
        ({"sensitivity": 2}, "'sensitivity'"),
        ({"isAllDay": "true"}, "'isAllDay'"),
        ({"reminderMinutesBeforeStart": True}, "'reminderMinutesBeforeStart'"),
        ({"start": {**WHEN, "zone": "UTC"}}, "'zone'"),
        ({"start": "2026-11-20T10:00:00Z"}, "'start'"),
        ({"attendees": {}}, "'attendees'"),
        ({"attendees": [{"emailAddress": {"mail": "x"}}]}, "'mail'"),
        ({"recurrence": {"range": {"startDate": "20261120"}}}, "'startDate'"),
        ({"cancelledOccurrences": None}, "'cancelledOccurrences'"),
        ([], "event"),
    ],
)
def test_what_graph_does_not_know_is_named(published: Published, value: Any, named: str) -> None:
    assert named in str(published.graph_error("event", value))


def test_what_an_operation_of_graph_needs_is_missed(published: Published) -> None:
    given = {"changeType": "updated", "resource": "me/events"}
    wrong = published.graph_error("subscription", given, ["changeType", "notificationUrl"])
    assert "'notificationUrl' is required" in str(wrong)
    assert published.graph_error("subscription", given, ["changeType"]) is None


@pytest.mark.parametrize(
    "value",
    [
        {"summary": "x", "visibility": "confidential", "transparency": "transparent", "eventType": "focusTime"},
        {"start": {"date": "2026-11-20"}, "end": {"dateTime": "2026-11-20T10:00:00+02:00", "timeZone": "UTC"}},
        {"extendedProperties": {"private": {"any": "thing"}}, "attendees": [{"email": "a@b.example"}]},
        {"recurrence": ["RRULE:FREQ=DAILY"], "reminders": {"useDefault": False, "overrides": []}},
        {"location": None},
    ],
)
def test_what_google_knows_passes(published: Published, value: dict[str, Any]) -> None:
    assert published.google_error("Event", value) is None


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"subject": "x"}, "'subject'"),
        ({"visibility": "personal"}, "Event.visibility"),
        ({"transparency": "free"}, "Event.transparency"),
        ({"start": {"date": "20261120"}}, "Event.start.date"),
        ({"start": {"dateTime": "tomorrow"}}, "Event.start.dateTime"),
        ({"sequence": "1"}, "Event.sequence"),
        ({"sequence": True}, "Event.sequence"),
        ({"extendedProperties": {"private": {"number": 1}}}, "Event.extendedProperties.private.number"),
        ({"extendedProperties": {"mine": {}}}, "'mine'"),
        ({"attendees": [{"email": "x", "responseStatus": "yes"}]}, "Event.attendees[0].responseStatus"),
        ("text", "Event"),
    ],
)
def test_what_google_does_not_know_is_named(published: Published, value: Any, named: str) -> None:
    assert named in str(published.google_error("Event", value))


def test_what_a_method_of_google_needs_is_missed(published: Published) -> None:
    given = {"summary": "x", "start": {"date": "2026-11-20"}}
    assert "'Event.end' is missing" in str(published.google_error("Event", given, "calendar.events.insert"))
    assert published.google_error("Event", given, "calendar.events.patch") is None


def test_without_the_definitions_nothing_is_found_wrong(tmp_path: Path) -> None:
    nothing = Published(tmp_path)
    assert nothing.graph_error("event", {"summary": 1}) is None
    assert nothing.google_error("Event", {"subject": 1}) is None


def test_their_absence_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HETK_PUBLISHED", str(tmp_path / "away"))
    found = Published.found.__wrapped__(Published)
    assert "are not checked" in capsys.readouterr().err
    assert not found.graph.types
