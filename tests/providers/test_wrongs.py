"""Every operation of each provider, under every status and every kind of broken answer: one of the errors, never less.

What the crash sweep brings about by name at each call of the engine comes about here, at the wire.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from sync.core.event import Content, Field
from sync.providers.base import Provider, RemoteWatch, Remove, Update
from sync.providers.errors import ProviderError
from sync.providers.google.provider import GoogleProvider
from sync.providers.microsoft.provider import MicrosoftProvider
from tests.providers.promises.outside import ALL_FIELDS, SPAN, insert, timed
from tests.providers.wrongs import Answering

CALENDAR = "calendar-1"
MAKERS: dict[str, Callable[..., Provider]] = {"microsoft": MicrosoftProvider, "google": GoogleProvider}
CURSORS = {"microsoft": "https://graph.microsoft.com/v1.0/me/calendarView/delta?$deltatoken=x", "google": "token"}
SAID = Content(title="Changed", when=timed(9))
WATCH = RemoteWatch(id="watch-1", resource_id="resource-1", expires_at=datetime(2030, 1, 1, tzinfo=UTC))
BELL: dict[str, Any] = {
    "address": "https://hooks.hetk.example/x/",
    "secret": "s",
    "expires_at": datetime(2030, 1, 1, tzinfo=UTC),
}
COPY = Update(id="e1", version="v1", content=SAID, fields=ALL_FIELDS, mark="mark")
ORIGIN = Update(id="e1", version="v1", content=SAID, fields=frozenset({Field.TITLE}))

Operation = Callable[[Provider, str], Any]
OPERATIONS: dict[str, Operation] = {
    "calendars": lambda provider, kind: provider.calendars(),
    "read all": lambda provider, kind: list(provider.read(CALENDAR, "", SPAN)),
    "read changes": lambda provider, kind: list(provider.read(CALENDAR, CURSORS[kind], SPAN)),
    "get": lambda provider, kind: provider.get(CALENDAR, ["e1"]),
    "get many": lambda provider, kind: provider.get(CALENDAR, ["e1", "e2"]),
    "find": lambda provider, kind: provider.find(CALENDAR, "mark", "key"),
    "insert": lambda provider, kind: list(provider.write(CALENDAR, [insert(1)])),
    "insert many": lambda provider, kind: list(provider.write(CALENDAR, [insert(1), insert(2)])),
    "update a copy": lambda provider, kind: list(provider.write(CALENDAR, [COPY])),
    "update an origin": lambda provider, kind: list(provider.write(CALENDAR, [ORIGIN])),
    "remove": lambda provider, kind: list(provider.write(CALENDAR, [Remove(id="e1", version="v1")])),
    "remove many": lambda provider, kind: list(provider.write(CALENDAR, [Remove(id="e1"), Remove(id="e2")])),
    "watch": lambda provider, kind: provider.watch(CALENDAR, **BELL),
    "renew": lambda provider, kind: provider.renew(WATCH, calendar_id=CALENDAR, **BELL),
    "unwatch": lambda provider, kind: provider.unwatch(WATCH),
}
WRITES = {"insert", "insert many", "update a copy", "update an origin", "remove", "remove many"}
READINGS = {"calendars", "read all", "read changes", "get", "get many", "find"}
# Their answer has no body that anybody reads.
BODILESS = {"remove", "unwatch"}

Said = dict[int, str]
_READING: Said = {401: "SignInAgain", 403: "NoAccess", 404: "NoAccess", 410: "CursorLost", 412: "Refused"}
_GETTING: Said = {401: "SignInAgain", 403: "Refused", 404: "NoAccess", 410: "gone", 412: "Refused"}
_CHANGING: Said = {401: "SignInAgain", 403: "Refused", 404: "Changed", 410: "Changed", 412: "Changed"}
_REMOVING: Said = {401: "SignInAgain", 403: "Refused", 404: "done", 410: "done", 412: "Changed"}
_OTHER: Said = {401: "SignInAgain", 403: "Refused", 404: "Refused", 410: "Refused", 412: "Refused"}
EXPECTED: dict[str, Said] = {
    "calendars": _READING,
    "read all": _READING,
    "read changes": _READING,
    "get": _GETTING,
    "get many": _GETTING,
    "find": _READING,
    "insert": _OTHER | {403: "NoAccess", 404: "NoAccess"},
    "insert many": _OTHER | {403: "NoAccess", 404: "NoAccess"},
    "update a copy": _CHANGING,
    "update an origin": _CHANGING,
    "remove": _REMOVING,
    "remove many": _REMOVING,
    "watch": _OTHER,
    "renew": _CHANGING | {412: "Refused"},
    "unwatch": _OTHER | {404: "done", 410: "done"},
}
# Google tells by its reasons what is closed to us, and opens a new channel where another would be prolonged.
AT_GOOGLE: dict[str, Said] = {
    "calendars": _OTHER,
    "insert": _OTHER | {404: "NoAccess"},
    "insert many": _OTHER | {404: "NoAccess"},
    "watch": _OTHER | {403: "NoAccess", 404: "NoAccess"},
    "renew": _OTHER | {403: "NoAccess", 404: "NoAccess"},
}
AT_MICROSOFT: dict[str, Said] = {"get": _GETTING | {410: "CursorLost"}, "get many": _GETTING | {410: "CursorLost"}}

BROKEN = {
    "html": b"<html><body>Sign in to the hotel's network</body></html>",
    "empty": b"",
    "cut short": b'{"value": [{"id": "e1", "subject": "Lun',
    "not utf-8": b'{"id": "\xff\xfe"}',
    "a list": b"[]",
    "a word": b'"fine"',
    "nothing": b"null",
    "no fields": b"{}",
    "no list": b'{"value": 3, "items": 3, "nextSyncToken": "t", "@odata.deltaLink": "x"}',
    "items of no kind": b'{"value": [null, 3], "items": [null, 3], "responses": [null], "nextSyncToken": "t"}',
    "items without an id": b'{"value": [{"subject": "x"}], "items": [{"summary": "x"}], "nextSyncToken": "t"}',
    "an id of the wrong type": b'{"id": 5, "value": [{"id": 5}], "items": [{"id": 5}], "expirationDateTime": 5}',
    "no times": b'{"id": "e1", "etag": "v", "value": [{"id": "e1"}], "items": [{"id": "e1"}], "nextSyncToken": "t"}',
    "times of the wrong type": b'{"id": "e1", "start": 5, "end": "x", "expiration": {}, "expirationDateTime": []}',
    "times that are none": b'{"id": "e1", "start": {"dateTime": "x", "date": "y"}, "end": {"dateTime": "x", "date": "y"}}',
    "guests of no kind": b'{"id": "e1", "start": {"dateTime": "2026-03-02T09:00:00Z"}, "attendees": [3], "organizer": 4}',
}

pytestmark = [
    pytest.mark.parametrize("kind", list(MAKERS)),
    pytest.mark.parametrize("operation", list(OPERATIONS)),
]


def outcomes(kind: str, operation: str) -> list[str]:
    """What each part of the operation came to: the name of its error, "gone", "done"; anything but those errors passes through."""
    provider = MAKERS[kind](lambda **_: "token", "alice@home.example")
    try:
        result = OPERATIONS[operation](provider, kind)
    except ProviderError as error:
        return [type(error).__name__]
    if operation in WRITES:
        return [type(answer.error).__name__ if answer.error else "done" for answer in result]
    if operation.startswith("get"):
        return ["gone" if event is None else "an event" for event in result.values()]
    if operation == "calendars":
        return ["a calendar" for _ in result] or ["none"]
    return ["done" if result is None and operation == "unwatch" else f"result {result!r}"]


def test_every_status_is_told_as_what_it_means_there(answers: Answering, kind: str, operation: str) -> None:
    table = EXPECTED | (AT_GOOGLE if kind == "google" else AT_MICROSOFT)
    for status, meaning in table[operation].items():
        answers.status, answers.body, answers.whole = status, b"{}", False
        assert (status, set(outcomes(kind, operation))) == (status, {meaning})


def test_trouble_over_there_is_asked_again_later(answers: Answering, kind: str, operation: str) -> None:
    for status, whole in product([408, 429, 500, 503, 599], [False, True]):
        answers.status, answers.body, answers.whole = status, b"<html>busy</html>", whole
        expected = "ComeBack" if operation in READINGS or status == 429 else "Unknown"
        assert (status, set(outcomes(kind, operation))) == (status, {expected})


def test_a_broken_answer_is_one_of_the_errors_and_never_an_empty_one(
    answers: Answering, kind: str, operation: str
) -> None:
    for name, whole in product(BROKEN, [False, True]):
        answers.status, answers.body, answers.whole = 200, BROKEN[name], whole
        allowed = {"ComeBack" if operation in READINGS else "Unknown"}
        if operation in BODILESS or (operation == "remove many" and not whole):
            allowed = {"done"}
        if operation == "calendars" and name == "no times":
            # A calendar has none, and needs no more than its id.
            allowed = {"a calendar"}
        came = outcomes(kind, operation)
        assert (name, came, set(came) <= allowed) == (name, came, True)
        assert came


def test_an_error_that_cannot_be_read_is_an_error_all_the_same(answers: Answering, kind: str, operation: str) -> None:
    bodies = (
        b"",
        b"<html>",
        b"[]",
        b'{"error": 3}',
        b'{"error": {"errors": [3], "code": 4}}',
        b'{"error": {"errors": "x"}}',
    )
    for status, body in product([400, 403, 404, 409, 500], bodies):
        answers.status, answers.body, answers.whole = status, body, False
        came = set(outcomes(kind, operation))
        assert came <= {"ComeBack", "Unknown", "Refused", "NoAccess", "Changed", "Exists", "done"}
        assert "done" not in came or (status == 404 and operation in {"remove", "remove many", "unwatch"})
