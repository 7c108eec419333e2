"""The batch endpoint: several calls in one, each with its own fate."""

import json
from typing import Any

from tests.sandbox.google.client import MINE, Google, event
from tests.sandbox.google.conftest import World

ROOT = b"/calendar/v3/calendars/primary/events"


def post(id: str, **fields: Any) -> bytes:
    return b"POST %s HTTP/1.1\r\nContent-Type: application/json\r\n\r\n%s" % (
        ROOT,
        json.dumps(event(id=id, **fields)).encode(),
    )


def get(id: str) -> bytes:
    return b"GET %s/%s HTTP/1.1\r\n\r\n" % (ROOT, id.encode())


def statuses(answer: Any) -> dict[str, int]:
    """Status by Content-ID."""
    boundary = answer.headers["Content-Type"].partition("boundary=")[2]
    found = {}
    for part in answer.data.decode().split(f"--{boundary}")[1:-1]:
        head, line = part.split("\r\n\r\n")[:2]
        id = next(row.partition(":")[2].strip() for row in head.split("\r\n") if row.startswith("Content-ID"))
        found[id] = int(line.split()[1])
    return found


def test_each_call_is_answered_under_its_own_id(alice: Google) -> None:
    answer = alice.batch(post("first"), post("second"), get("nowhere"), post("first"))
    assert answer.status == 200
    assert statuses(answer) == {
        "<response-item0>": 200,
        "<response-item1>": 200,
        "<response-item2>": 404,
        "<response-item3>": 409,
    }
    assert sorted(alice.get().ids) == ["first", "second"]


def test_answers_come_in_no_order(alice: Google) -> None:
    answer = statuses(alice.batch(*(get(f"event{number}") for number in range(20))))
    assert list(answer) != sorted(answer, key=lambda name: int(name[14:-1]))
    assert len(answer) == 20


def test_headers_of_a_part_count(alice: Google) -> None:
    alice.create(id="event")
    patch = (
        b'PATCH %s/event HTTP/1.1\r\nIf-Match: "old"\r\nContent-Type: application/json\r\n\r\n{"summary": "x"}' % ROOT
    )
    assert list(statuses(alice.batch(patch)).values()) == [412]
    assert alice.one("event").body["summary"] == "Planning"


def test_fifty_are_taken_and_one_more_refuses_all(alice: Google) -> None:
    assert len(statuses(alice.batch(*(post(f"event{n}") for n in range(50))))) == 50
    assert alice.batch(*(post(f"other{n}") for n in range(51))).status == 400
    assert len(alice.get().ids) == 50


def test_a_body_that_is_no_batch_is_refused(alice: Google) -> None:
    assert alice.batch().status == 400
    assert alice.batch(b"").status == 400


def test_addresses_outside_the_calendar_are_not_found(alice: Google) -> None:
    parts = (
        b"GET https://www.googleapis.com/calendar/v3/calendars/primary/events HTTP/1.1",
        b"GET /drive/v3/files HTTP/1.1",
    )
    assert set(statuses(alice.batch(*(part + b"\r\n\r\n" for part in parts))).values()) == {404}


def test_a_part_with_a_dead_token_of_its_own_fails_alone(alice: Google) -> None:
    alice.create(id="event")
    dead = get("event").replace(b"HTTP/1.1", b"HTTP/1.1\r\nAuthorization: Bearer dead")
    assert statuses(alice.batch(dead, get("event"))) == {"<response-item0>": 401, "<response-item1>": 200}


def test_the_log_counts_the_calls_and_lists_them(world: World, alice: Google) -> None:
    world.control("requests", method="DELETE")
    alice.batch(post("first"), get("first"))
    outer, *inner = world.control("requests", method="GET")
    assert (outer["path"], outer["operation_count"], outer["person"]) == ("/batch/calendar/v3", 2, "alice-gmail")
    assert [(one["method"], one["status"], one["inner"]) for one in inner] == [("POST", 200, True), ("GET", 200, True)]


def test_every_call_of_a_batch_counts_against_the_quota(world: World, alice: Google) -> None:
    world.control("google/limits", {"per_minute": 3})
    assert sorted(statuses(alice.batch(*(post(f"event{n}") for n in range(5)))).values()) == [200, 200, 200, 403, 429]


def test_one_call_can_fail_by_a_fault(world: World, alice: Google) -> None:
    world.control("faults", {"host": "www.googleapis.com", "path": "/events$", "method": "POST", "status": 429})
    assert statuses(alice.batch(post("first"), post("second"))) == {"<response-item0>": 429, "<response-item1>": 200}
    assert alice.get(MINE).ids == ["second"]
