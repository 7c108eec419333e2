"""What the HTTP providers share: waiting times, claims, batches, the door."""

from collections.abc import Sequence
from typing import Any

import pytest

from sync.providers.errors import ComeBack, ProviderError, Refused, SignInAgain, Unknown
from sync.providers.google import batch
from sync.providers.google.client import OFF as GOOGLE_OFF
from sync.providers.google.client import WRITABLE as GOOGLE_WRITABLE
from sync.providers.microsoft.client import OFF, WRITABLE
from sync.providers.wire import Ask, Outcome, Reply, denied, in_batches, keep_quiet, retry_after, trouble


def reply(status: int = 200, data: Any = None, *, writing: bool = False, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=named, data=data, writing=writing)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "2.128"}, 2.128),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
    ],
)
def test_the_time_to_wait_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("status", "writing", "kind"),
    [
        (429, False, ComeBack),
        (429, True, ComeBack),
        (503, False, ComeBack),
        (503, True, Unknown),
        (500, True, Unknown),
        (408, True, Unknown),
        (400, True, Refused),
        (413, True, Refused),
    ],
)
def test_a_status_that_means_the_same_everywhere(status: int, writing: bool, kind: type[ProviderError]) -> None:
    error = trouble(reply(status, writing=writing, retry_after="1.5"), "code")
    assert type(error) is kind
    assert error.code == "code"
    assert getattr(error, "after", 1.5) == 1.5


@pytest.mark.parametrize("data", [None, b"<html>", [], "words", 3])
def test_a_body_that_cannot_be_read_is_never_an_empty_answer(data: Any) -> None:
    with pytest.raises(ComeBack) as caught:
        reply(200, data).record()
    assert type(caught.value) is ComeBack
    with pytest.raises(Unknown):
        reply(201, data, writing=True).record()


def test_the_claims_of_a_challenge_are_carried_along() -> None:
    challenge = 'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'
    assert denied(reply(401, www_authenticate=challenge)).claims == '{"access_token":{}}'
    assert denied(reply(401, www_authenticate='Bearer realm="", claims="eyJ9"')).claims == ""
    assert denied(reply(401, www_authenticate='error="insufficient_claims", claims="%%%"')).claims == ""


@pytest.mark.parametrize(
    "body",
    [
        {"attendees": []},
        {"attendees": [{"emailAddress": {"address": "guest@elsewhere.example"}}]},
        {"organizer": {}},
        {"isReminderOn": True},
        {"reminderMinutesBeforeStart": 15},
        {"isOnlineMeeting": False},
        {"onlineMeetingProvider": "teamsForBusiness"},
        {"recurrence": None},
        {"subject": "x", "hideAttendees": True},
        {"importance": "high"},
    ],
    ids=lambda body: " ".join(body),
)
def test_no_write_to_graph_reaches_another_person(body: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        keep_quiet(body, allowed=WRITABLE, off=OFF)


@pytest.mark.parametrize(
    "body",
    [
        {"attendees": []},
        {"organizer": {"email": "x"}},
        {"reminders": {"useDefault": True}},
        {"reminders": {"useDefault": False, "overrides": [{"method": "email", "minutes": 10}]}},
        {"conferenceData": {}},
        {"guestsCanInviteOthers": True},
        {"attachments": []},
        {"hangoutLink": "x"},
    ],
    ids=lambda body: " ".join(body),
)
def test_no_write_to_google_reaches_another_person(body: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        keep_quiet(body, allowed=GOOGLE_WRITABLE, off=GOOGLE_OFF)


def test_what_a_copy_says_passes_the_door() -> None:
    keep_quiet({"subject": "with guest@elsewhere.example", "isReminderOn": False}, allowed=WRITABLE, off=OFF)
    keep_quiet({"subject": "x", "categories": ["Blue category"]}, allowed=WRITABLE, off=OFF)
    keep_quiet({"summary": "x", "colorId": "9"}, allowed=GOOGLE_WRITABLE, off=GOOGLE_OFF)
    keep_quiet({"summary": "x", "reminders": {"useDefault": False}}, allowed=GOOGLE_WRITABLE, off=GOOGLE_OFF)
    keep_quiet(None, allowed=WRITABLE, off=OFF)


class Line:
    """The other end of `in_batches`: answers as it is told, and counts."""

    def __init__(self, *answers: list[Outcome]) -> None:
        self.answers = list(answers)
        self.sent: list[list[str]] = []
        self.renewed = 0

    def many(self, asks: Sequence[Ask]) -> list[Outcome]:
        self.sent.append([ask.path for ask in asks])
        return self.answers.pop(0)

    def one(self, ask: Ask) -> Outcome:
        return self.many([ask])[0]

    def renew(self) -> None:
        self.renewed += 1

    def run(self, count: int, size: int) -> list[Outcome]:
        asks = [Ask(method="GET", path=str(n)) for n in range(count)]
        return list(in_batches(asks, size, one=self.one, many=self.many, renew=self.renew))


def test_batches_are_of_the_size_and_a_single_one_goes_alone() -> None:
    line = Line([reply()] * 2, [reply()] * 2, [reply()])
    assert len(line.run(5, 2)) == 5
    assert line.sent == [["0", "1"], ["2", "3"], ["4"]]
    assert Line().run(0, 2) == []


def test_after_a_throttled_item_nothing_more_is_sent() -> None:
    slow = ComeBack("slow down", after=2.0)
    line = Line([reply(), slow])
    outcomes = line.run(5, 2)
    assert outcomes[1:] == [slow] * 4
    assert len(line.sent) == 1


def test_an_unknown_item_stops_nothing() -> None:
    line = Line([reply(), Unknown("lost")], [reply()])
    assert [type(outcome) for outcome in line.run(3, 2)] == [Reply, Unknown, Reply]


def test_items_refused_for_their_token_are_sent_again_alone() -> None:
    refused = Refused("401", status=401)
    line = Line([reply(), refused, reply()], [reply()])
    assert [type(outcome) for outcome in line.run(3, 3)] == [Reply] * 3
    assert line.sent == [["0", "1", "2"], ["1"]]
    assert line.renewed == 1


def test_a_token_refused_twice_asks_to_sign_in() -> None:
    refused = Refused("401", status=401)
    with pytest.raises(SignInAgain):
        Line([refused, refused], [refused, refused]).run(2, 2)
    outcomes = Line([reply(), refused], [refused]).run(2, 2)
    assert [type(outcome) for outcome in outcomes] == [Reply, SignInAgain]


def test_a_batch_is_written_and_read_as_google_does() -> None:
    asks = [
        Ask(method="PUT", path="/a?x=1", headers={"If-Match": '"1"'}, body={"summary": "Grüße\r\n--hetk-batch"}),
        Ask(method="DELETE", path="/b"),
        Ask(method="GET", path="/c"),
    ]
    sent = batch.encode(asks, "/calendar/v3").decode()
    assert sent.count("\r\n--hetk-batch\r\n") + sent.startswith("--hetk-batch\r\n") == 3
    assert 'PUT /calendar/v3/a?x=1 HTTP/1.1\r\nContent-Type: application/json\r\nIf-Match: "1"\r\n\r\n{' in sent
    body = (
        b"--b1\r\nContent-Type: application/http\r\nContent-ID: <response-item1>\r\n\r\n"
        b"HTTP/1.1 204 No Content\r\nRetry-After: 1.5\r\n\r\n\r\n"
        b"--b1\r\nContent-Type: application/http\r\nContent-ID: <response-item0>\r\n\r\n"
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nETag: "2"\r\n\r\n{"id":"\xc3\xa4"}\r\n'
        b"--b1--\r\n"
    )
    first, second, third = batch.decode("multipart/mixed; boundary=b1", body, asks)
    assert first is not None
    assert (first.status, first.data, first.writing, first.headers["etag"]) == (200, {"id": "ä"}, True, '"2"')
    assert second is not None
    assert (second.status, second.data, second.headers["retry-after"]) == (204, None, "1.5")
    assert third is None


@pytest.mark.parametrize("body", [b"", b"nonsense", b"--b1\r\n\r\nno status\r\n--b1--"])
def test_a_broken_batch_answers_nobody(body: bytes) -> None:
    asks = [Ask(method="GET", path="/a")]
    assert batch.decode("multipart/mixed; boundary=b1", body, asks) == [None]
