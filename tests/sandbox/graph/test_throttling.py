"""Throttling: four at once, ten thousand in ten minutes, to the fraction of a second."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.sandbox.graph.client import Graph, event
from tests.sandbox.graph.conftest import World


def at_once(graph: Graph, count: int) -> Counter[int]:
    with ThreadPoolExecutor(count) as threads:
        replies = threads.map(lambda number: graph.post("/me/events", event(subject=str(number))), range(count))
    return Counter(reply.status for reply in replies)


def test_a_mailbox_bears_four_requests_at_once(world: World, alice: Graph) -> None:
    world.control("graph/limits", {"latency": 0.3})
    assert at_once(alice, 4) == {201: 4}
    statuses = at_once(alice, 8)
    assert statuses == {201: 4, 429: 4}
    world.control("graph/limits", {"latency": 0})
    assert len(alice.get("/me/events", _top=50).value) == 8


def test_requests_that_a_fault_makes_slow_crowd_their_mailbox_too(world: World, alice: Graph) -> None:
    world.control("faults", {"host": "graph.microsoft.com", "path": "me/events", "times": 8, "latency": 0.3})
    assert at_once(alice, 8) == {201: 4, 429: 4}
    assert len(alice.get("/me/events", _top=50).value) == 4


def test_a_refusal_says_why_and_for_how_long(world: World, alice: Graph) -> None:
    world.control("graph/limits", {"seats": 0})
    reply = alice.get("/me/calendars")
    assert (reply.status, reply.code) == (429, "ApplicationThrottled")
    assert reply.body["error"]["message"] == "Application is over its MailboxConcurrency limit."
    assert 0 < float(reply.headers["Retry-After"]) < 1


def test_mailboxes_are_counted_apart(world: World, alice: Graph, bob: Graph) -> None:
    world.control("graph/limits", {"latency": 0.3})
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda graph: graph.get("/me/calendars"), [alice, bob] * 4))
    assert Counter(reply.status for reply in replies) == {200: 8}


def test_the_budget_of_ten_minutes_runs_out_and_comes_back(world: World, alice: Graph, bob: Graph) -> None:
    world.control("graph/limits", {"budget": 3})
    assert [alice.get("/me/calendars").status for _ in range(4)] == [200, 200, 200, 429]
    reply = alice.get("/me/calendars")
    assert (reply.status, reply.code) == (429, "TooManyRequests")
    assert bob.get("/me/calendars").status == 200
    wait = float(reply.headers["Retry-After"])
    assert 0 < wait <= 600
    assert "." in reply.headers["Retry-After"]
    world.control("clock", {"advance": wait + 0.1})
    assert alice.get("/me/calendars").status == 200


def test_calls_in_a_batch_are_counted_one_by_one(world: World, alice: Graph) -> None:
    world.control("graph/limits", {"budget": 3})
    items = [{"id": str(number), "method": "GET", "url": "/me/calendars"} for number in range(5)]
    statuses = Counter(one["status"] for one in alice.post("/$batch", {"requests": items}).body["responses"])
    assert statuses == {200: 3, 429: 2}
