"""What can go wrong between a client and Graph, and what is true afterwards."""

from time import sleep

import pytest
import urllib3

from tests.sandbox.graph.client import Graph, event
from tests.sandbox.graph.conftest import HOOK, World
from tests.sandbox.graph.test_subscriptions import QUIET, subscribe

HOST = "graph.microsoft.com"


def fault(world: World, path: str = "/me/events", **what: object) -> None:
    world.control("faults", {"host": HOST, "path": path, **what})


def test_a_create_whose_answer_was_lost_is_found_by_its_transaction_id(world: World, alice: Graph) -> None:
    fault(world, lost=True)
    with pytest.raises(urllib3.exceptions.HTTPError):
        alice.post("/me/events", event(transactionId="t-1"))
    assert alice.post("/me/events", event(transactionId="t-1")).status == 409
    assert [one["transactionId"] for one in alice.get("/me/events").value] == ["t-1"]


def test_a_create_without_a_transaction_id_is_doubled_by_a_retry(world: World, alice: Graph) -> None:
    fault(world, lost=True)
    with pytest.raises(urllib3.exceptions.HTTPError):
        alice.post("/me/events", event())
    assert alice.post("/me/events", event()).status == 201
    assert len(alice.get("/me/events").value) == 2


def test_a_dropped_create_did_nothing(world: World, alice: Graph) -> None:
    fault(world, drop=True)
    with pytest.raises(urllib3.exceptions.HTTPError):
        alice.post("/me/events", event(transactionId="t-1"))
    assert alice.get("/me/events").value == []
    assert alice.create(transactionId="t-1")["transactionId"] == "t-1"


def test_a_call_inside_a_batch_can_be_lost_alone(world: World, alice: Graph) -> None:
    item = {"method": "POST", "url": "/me/events", "headers": {"Content-Type": "application/json"}}
    items = [{**item, "id": id, "body": event(transactionId=id)} for id in ("a", "b")]
    fault(world, lost=True)
    found = alice.post("/$batch", {"requests": items}).body["responses"]
    assert sorted(one["status"] for one in found) == [201, 504]
    assert len(alice.get("/me/events").value) == 2


def test_a_call_inside_a_batch_can_be_dropped_alone(world: World, alice: Graph) -> None:
    item = {"method": "POST", "url": "/me/events", "headers": {"Content-Type": "application/json"}}
    items = [{**item, "id": id, "body": event(transactionId=id)} for id in ("a", "b")]
    fault(world, drop=True)
    found = alice.post("/$batch", {"requests": items}).body["responses"]
    assert sorted(one["status"] for one in found) == [201, 504]
    assert len(alice.get("/me/events").value) == 1


def test_a_token_revoked_by_its_person_opens_nothing(world: World, alice: Graph) -> None:
    world.control("revoke", {"person": "alice-northwind"})
    assert alice.get("/me/calendars").code == "InvalidAuthenticationToken"


@pytest.mark.parametrize(("manner", "posts"), [("lost", 0), ("doubled", 2)])
def test_notifications_may_be_lost_or_doubled(world: World, alice: Graph, manner: str, posts: int) -> None:
    made = alice.create()
    subscribe(alice)
    fault(world, "/notify", notifications=manner)
    alice.patch(f"/me/events/{made['id']}", {"subject": "x"})
    sleep(QUIET)
    assert len(world.endpoint.posts) == posts
    alice.patch(f"/me/events/{made['id']}", {"subject": "y"})
    assert len(world.endpoint.notices(posts + 1)) == posts + 1


def test_an_expired_subscription_leaves_room_for_a_new_one(world: World, alice: Graph) -> None:
    subscribe(alice, minutes=60)
    world.control("clock", {"advance": 3700})
    later = world.person("alice-northwind")
    body = {"changeType": "created,updated,deleted", "notificationUrl": f"{HOOK}/notify", "resource": "/me/events"}
    now = world.control("clock", method="GET")["now"]
    reply = later.post("/subscriptions", {**body, "expirationDateTime": f"{now[:10]}T23:59:59.9999999Z"})
    assert reply.status == 201, reply.body
