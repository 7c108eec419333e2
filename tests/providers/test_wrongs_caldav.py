"""What `test_wrongs.py` shows of the others, of CalDAV: every operation, under every status and every kind of broken answer."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from hetk.dav import Credential
from sync.core.event import Content, Field
from sync.providers.base import Provider, Remove, Update
from sync.providers.caldav.mapping import SUFFIX
from sync.providers.caldav.provider import icloud
from sync.providers.errors import ProviderError
from tests.providers.promises.outside import ALL_FIELDS, SPAN, insert, timed
from tests.providers.wrongs import Answering

CALENDAR = "/1/calendars/home/"
CURSOR = '{"how": "sync", "token": "t1"}'
LISTED = '{"how": "list", "ctag": "c1", "etags": ""}'
SAID = Content(title="Changed", when=timed(9))
COPY = Update(id=insert(1).key + SUFFIX, version='"v1"', content=SAID, fields=ALL_FIELDS, mark="mark")
ORIGIN = Update(id="e1.ics", version='"v1"', content=SAID, fields=frozenset({Field.TITLE}))
SLOT = "e1.ics#20260302T090000Z"

Operation = Callable[[Provider], Any]
OPERATIONS: dict[str, Operation] = {
    "calendars": lambda provider: provider.calendars(),
    "read all": lambda provider: list(provider.read(CALENDAR, "", SPAN)),
    "read changes": lambda provider: list(provider.read(CALENDAR, CURSOR, SPAN)),
    "read changes by a list": lambda provider: list(provider.read(CALENDAR, LISTED, SPAN)),
    "get": lambda provider: provider.get(CALENDAR, ["e1.ics"]),
    "get many": lambda provider: provider.get(CALENDAR, ["e1.ics", "e2.ics"]),
    "find by key": lambda provider: provider.find(CALENDAR, "mark", "key"),
    "find by mark": lambda provider: provider.find(CALENDAR, "mark", ""),
    "insert": lambda provider: list(provider.write(CALENDAR, [insert(1)])),
    "update a copy": lambda provider: list(provider.write(CALENDAR, [COPY])),
    "update an origin": lambda provider: list(provider.write(CALENDAR, [ORIGIN])),
    "remove": lambda provider: list(provider.write(CALENDAR, [Remove(id="e1.ics", version='"v1"')])),
    "remove an occurrence": lambda provider: list(provider.write(CALENDAR, [Remove(id=SLOT, version='"v1"')])),
}
WRITES = {"insert", "update a copy", "update an origin", "remove", "remove an occurrence"}
# Those of them that read what stands there before they write: what goes wrong does so before anything was sent.
LOOK_FIRST = {"update an origin", "remove an occurrence"}

Said = dict[int, str]
_READING: Said = {
    401: "SignInAgain",
    403: "NoAccess",
    404: "NoAccess",
    410: "NoAccess",
    412: "Refused",
    423: "ComeBack",
}
_LOOKING: Said = {
    401: "SignInAgain",
    403: "NoAccess",
    404: "NoAccess",
    410: "NoAccess",
    412: "Refused",
    423: "ComeBack",
}
EXPECTED: dict[str, Said] = {
    "calendars": _READING,
    "read all": _READING,
    "read changes": _READING | {410: "CursorLost"},
    "read changes by a list": _READING,
    "get": _READING,
    "get many": _READING,
    "find by key": _READING,
    "find by mark": _READING,
    # What refuses a new event may be the calendar: it is asked, and refuses as well.
    "insert": {401: "SignInAgain", 403: "NoAccess", 404: "NoAccess", 409: "NoAccess", 410: "Refused", 412: "Exists"},
    "update a copy": {
        401: "SignInAgain",
        403: "Refused",
        404: "Changed",
        409: "Changed",
        410: "Changed",
        412: "Changed",
    },
    "update an origin": _LOOKING,
    "remove": {401: "SignInAgain", 403: "NoAccess", 404: "done", 410: "done", 423: "ComeBack"},
    "remove an occurrence": _LOOKING,
}

XML = '<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{}</multistatus>'
ITEM = "<response><href>/1/calendars/home/e1.ics</href>{}</response>"
DATA = "<propstat><prop><getetag>v1</getetag><C:calendar-data>{}</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat>"
BROKEN = {
    "html": "<html><body>Sign in to the hotel's network</body></html>",
    "empty": "",
    "json": '{"value": []}',
    "cut short": XML.format(ITEM)[:90],
    "not utf-8": "\x00\xff",
    "another document": '<?xml version="1.0"?><error xmlns="DAV:"/>',
    "an entity": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><multistatus xmlns="DAV:">&a;</multistatus>',
    "no namespace": "<multistatus><response/></multistatus>",
    "a response without an address": XML.format("<response><status>HTTP/1.1 404 x</status></response>"),
    "a response without a status": XML.format(ITEM.format("<propstat><prop/></propstat>")),
    "a status that is none": XML.format(ITEM.format("<status>gone</status>")),
}
# Well formed, and of no use: never less than what is there, nor an event that nobody can read.
USELESS = {
    "silence": XML.format(""),
    "no token": XML.format(ITEM.format(DATA.format(""))),
    "an event that is none": XML.format(ITEM.format(DATA.format("BEGIN:VCALENDAR"))) + "",
}

pytestmark = pytest.mark.parametrize("operation", list(OPERATIONS))
_numbers = count()


def outcomes(operation: str) -> set[str]:
    """What the operation came to: the name of its error, "gone", "done"; anything but those errors passes through."""
    # Somebody else each time: pauses that a server asks for are remembered by account.
    user = f"alice{next(_numbers)}@icloud.example"
    home = Credential(user=user, password="x", home="https://p1-caldav.icloud.com/1/calendars/").encoded()
    provider = icloud(lambda **_: home, user)
    try:
        result = OPERATIONS[operation](provider)
    except ProviderError as error:
        return {type(error).__name__}
    if operation in WRITES:
        return {type(answer.error).__name__ if answer.error else "done" for answer in result}
    if operation.startswith("get"):
        return {"gone" if event is None else "an event" for event in result.values()}
    if operation.startswith("find"):
        return {"none" if result is None else "an event"}
    if operation == "calendars":
        return {"none" if not result else "a calendar"}
    return {"events" if page.events else "removed" if page.removed else "nothing" for page in result}


def test_every_status_is_told_as_what_it_means_there(answers: Answering, operation: str) -> None:
    for status, meaning in EXPECTED[operation].items():
        answers.status, answers.body = status, b""
        assert (status, outcomes(operation)) == (status, {meaning})


def test_trouble_over_there_is_asked_again_later(answers: Answering, operation: str) -> None:
    reads = operation not in WRITES or operation in LOOK_FIRST
    for status in (408, 429, 500, 502, 503, 599):
        answers.status, answers.body = status, b"<html>busy</html>"
        expected = "ComeBack" if reads or status == 429 else "Unknown"
        assert (status, outcomes(operation)) == (status, {expected})


def test_a_broken_answer_is_one_of_the_errors_and_never_an_empty_one(answers: Answering, operation: str) -> None:
    for name, body in BROKEN.items():
        answers.status, answers.body = 207, body.encode("latin-1")
        came = outcomes(operation)
        # A DELETE has no body that anybody reads; of a PUT's nothing counts but the status, and the event is read after it.
        allowed = {"done"} if operation == "remove" else {"ComeBack", "Unknown", "Refused"}
        # Without an ETag it is not what was planned from, so it is read again.
        allowed |= {"Changed"} if operation in LOOK_FIRST else set()
        assert (name, came, came <= allowed) == (name, came, True)


def test_an_answer_of_no_use_takes_nothing_away(answers: Answering, operation: str) -> None:
    for name, body in USELESS.items():
        answers.status, answers.body = 207, body.encode()
        came = outcomes(operation)
        assert (name, came, came & {"gone", "removed", "events", "an event"}) == (name, came, set())
