"""Batches: twenty calls in one, each with a fate of its own."""

from typing import Any

import pytest

from tests.sandbox.graph.client import Graph, event
from tests.sandbox.graph.conftest import World

JSON = {"Content-Type": "application/json"}


def get(id: str, url: str = "/me/calendars", **more: Any) -> dict[str, Any]:
    return {"id": id, "method": "GET", "url": url, **more}


def post(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "method": "POST", "url": "/me/events", "headers": JSON, "body": event(subject=id), **more}


def batch(graph: Graph, *items: Any) -> dict[str, dict[str, Any]]:
    reply = graph.post("/$batch", {"requests": list(items)})
    assert reply.status == 200, reply.body
    return {one["id"]: one for one in reply.body["responses"]}


def test_each_call_is_answered_under_its_id(alice: Graph) -> None:
    made = alice.create()
    found = batch(
        alice,
        get("1", f"/me/events/{made['id']}?$select=subject"),
        post("2"),
        {"id": "3", "method": "PATCH", "url": f"me/events/{made['id']}", "headers": JSON, "body": {"subject": "x"}},
        {"id": "4", "method": "DELETE", "url": "/me/events/AAMkAGnothing"},
    )
    assert {id: one["status"] for id, one in found.items()} == {"1": 200, "2": 201, "3": 200, "4": 404}
    assert found["1"]["body"].keys() == {"@odata.context", "@odata.etag", "id", "subject"}
    assert found["4"]["body"]["error"]["code"] == "ErrorItemNotFound"
    assert alice.get(f"/me/events/{made['id']}").body["subject"] == "x"


def test_a_deletion_has_no_body(alice: Graph) -> None:
    made = alice.create()
    found = batch(alice, {"id": "1", "method": "DELETE", "url": f"/me/events/{made['id']}"})
    assert (found["1"]["status"], found["1"]["body"]) == (204, None)


def test_answers_come_in_no_order(alice: Graph) -> None:
    asked = [get(str(number)) for number in range(20)]
    reply = alice.post("/$batch", {"requests": asked})
    answered = [one["id"] for one in reply.body["responses"]]
    assert sorted(answered) == sorted(one["id"] for one in asked)
    assert answered != [one["id"] for one in asked]


def test_preferences_are_the_items_own(alice: Graph) -> None:
    immutable = {"Prefer": 'IdType="ImmutableId"'}
    made = alice.create(prefer=immutable["Prefer"])
    url = f"/me/events/{made['id']}"
    found = batch(alice, get("with", url, headers=immutable), get("without", url))
    assert found["with"]["body"]["id"] == made["id"]
    assert found["with"]["headers"]["Preference-Applied"] == immutable["Prefer"]
    assert found["without"]["body"]["id"] != made["id"]


@pytest.mark.parametrize(
    "items",
    [
        [get(str(number)) for number in range(21)],
        [],
        [get("1"), get("1")],
        [{"method": "GET", "url": "/me"}],
        [{"id": 1, "method": "GET", "url": "/me"}],
        [get("1", "https://graph.microsoft.com/v1.0/me")],
        [get("1", "/$batch")],
        [{"id": "1", "method": "FETCH", "url": "/me"}],
        [get("1", dependsOn=["2"]), get("2")],
    ],
)
def test_a_batch_that_is_none_is_refused_as_a_whole(alice: Graph, items: list[Any]) -> None:
    reply = alice.post("/$batch", {"requests": [*items, post("p")] if items else []})
    assert (reply.status, reply.code) == (400, "BadRequest")
    assert alice.get("/me/events").value == []


def test_twenty_are_allowed(alice: Graph) -> None:
    assert len(batch(alice, *(post(str(number)) for number in range(20)))) == 20
    assert len(alice.get("/me/events", _top=50).value) == 20


def test_a_body_needs_its_content_type(alice: Graph) -> None:
    found = batch(alice, post("1", headers={}), post("2"))
    assert (found["1"]["status"], found["2"]["status"]) == (400, 201)
    assert [one["subject"] for one in alice.get("/me/events").value] == ["2"]


def test_one_call_can_be_throttled_alone(world: World, alice: Graph) -> None:
    fault = {"host": "graph.microsoft.com", "path": "/me/events", "status": 429, "headers": {"Retry-After": "2.128"}}
    world.control("faults", {**fault, "times": 2})
    found = batch(alice, *(post(str(number)) for number in range(5)))
    throttled = [one for one in found.values() if one["status"] == 429]
    assert len(throttled) == 2
    assert {one["headers"]["Retry-After"] for one in throttled} == {"2.128"}
    assert {one["body"]["error"]["code"] for one in throttled} == {"ApplicationThrottled"}
    assert len(alice.get("/me/events").value) == 3


def test_a_dependent_call_fails_with_what_it_depends_on(alice: Graph) -> None:
    found = batch(
        alice, get("1", "/me/events/AAMkAGnothing"), post("2", dependsOn=["1"]), post("3"), post("4", dependsOn=["3"])
    )
    assert {id: one["status"] for id, one in found.items()} == {"1": 404, "2": 424, "3": 201, "4": 201}
    assert {one["subject"] for one in alice.get("/me/events").value} == {"3", "4"}


def test_a_batch_is_one_request_in_the_log_with_its_calls_beside_it(world: World, alice: Graph) -> None:
    world.control("requests", method="DELETE")
    batch(alice, get("1"), post("2"))
    outer, *inner = sorted(world.control("requests", method="GET"), key=lambda entry: entry["inner"])
    assert (outer["path"], outer["operation_count"], outer["inner"]) == ("/v1.0/$batch", 2, False)
    assert {(one["method"], one["path"], one["status"], one["inner"]) for one in inner} == {
        ("GET", "/v1.0/me/calendars", 200, True),
        ("POST", "/v1.0/me/events", 201, True),
    }
    assert {one["person"] for one in inner} == {"alice-northwind"}


def test_a_batch_needs_a_token(world: World) -> None:
    assert Graph(world.url, "", "").post("/$batch", {"requests": [get("1")]}).status == 401


def test_items_run_four_at_a_time(world: World, alice: Graph) -> None:
    world.control("graph/limits", {"latency": 0.1})
    batch(alice, *(get(str(number)) for number in range(8)))
    [took] = [one["milliseconds"] for one in world.control("requests", method="GET") if one["path"].endswith("$batch")]
    assert 190 <= took < 600
