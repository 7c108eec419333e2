"""Subscriptions: the handshake, the limits, what is posted, and how they end."""

from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import pytest

from tests.sandbox.graph.client import WINDOW, Graph, Reply, weekly
from tests.sandbox.graph.conftest import HOOK, World

QUIET = 0.8


def wish(minutes: float = 2880, **more: Any) -> dict[str, Any]:
    expires = datetime.now(UTC) + timedelta(minutes=minutes)
    return {
        "changeType": "created,updated,deleted",
        "notificationUrl": f"{HOOK}/notify?key=7",
        "resource": "/me/events",
        "expirationDateTime": expires.isoformat(),
        "clientState": "state",
        **more,
    }


def subscribe(graph: Graph, *, prefer: str = "", **more: Any) -> dict[str, Any]:
    reply = graph.post("/subscriptions", wish(**more), prefer=prefer)
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.body
    return made


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.code


def test_a_subscription_begins_with_a_handshake(world: World, alice: Graph) -> None:
    made = subscribe(alice)
    assert (made["resource"], made["clientState"]) == ("/me/events", "state")
    assert made["notificationUrl"] == f"{HOOK}/notify?key=7"
    [token] = world.endpoint.tokens
    assert token.startswith("Validation: ")
    assert alice.get(f"/subscriptions/{made['id']}").body["resource"] == "/me/events"


def test_both_addresses_are_validated(world: World, alice: Graph) -> None:
    subscribe(alice, lifecycleNotificationUrl=f"{HOOK}/lifecycle")
    assert len(world.endpoint.tokens) == 2


@pytest.mark.parametrize("manner", ["encoded", "json", "refused"])
def test_a_handshake_answered_wrongly_makes_no_subscription(world: World, alice: Graph, manner: str) -> None:
    world.endpoint.manner = manner
    reply = alice.post("/subscriptions", wish())
    assert refused(reply) == (400, "InvalidRequest")
    assert "validation" in reply.body["error"]["message"]
    assert alice.get("/subscriptions").value == []


def test_an_address_that_nobody_answers_makes_no_subscription(alice: Graph) -> None:
    assert alice.post("/subscriptions", wish(notificationUrl="https://nowhere.example/")).status == 400


@pytest.mark.parametrize("missing", ["changeType", "notificationUrl", "resource", "expirationDateTime"])
def test_four_properties_are_required(alice: Graph, missing: str) -> None:
    body = wish()
    del body[missing]
    assert alice.post("/subscriptions", body).status == 400
    assert alice.get("/subscriptions").value == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"notificationUrl": "http://hooks.test.example/notify"},
        {"lifecycleNotificationUrl": "http://hooks.test.example/notify"},
        {"clientState": "x" * 129},
        {"changeType": "created,moved"},
        {"resource": "/me/events/AAMkAGx"},
        {"resource": "/me/messages"},
        {"expirationDateTime": "tomorrow"},
        {"expirationDateTime": "2020-01-01T00:00:00Z"},
        {"includeResourceData": True},
        {"notificationURL": "x"},
    ],
)
def test_what_does_not_hold_is_refused(world: World, alice: Graph, wrong: dict[str, Any]) -> None:
    assert alice.post("/subscriptions", wish(**wrong)).status == 400
    assert alice.get("/subscriptions").value == []
    assert world.endpoint.tokens == []


def test_a_client_state_may_have_128_characters(alice: Graph) -> None:
    assert subscribe(alice, clientState="x" * 128)["clientState"] == "x" * 128


def test_a_subscription_lasts_at_most_seven_days(alice: Graph) -> None:
    reply = alice.post("/subscriptions", wish(minutes=10_081))
    assert refused(reply) == (400, "ExtensionError")
    assert "10080 minutes" in reply.body["error"]["message"]
    subscribe(alice, minutes=10_079)


def test_a_short_one_is_raised_to_45_minutes(alice: Graph) -> None:
    ends = datetime.fromisoformat(subscribe(alice, minutes=5)["expirationDateTime"])
    assert timedelta(minutes=44) < ends - datetime.now(UTC) <= timedelta(minutes=45)


def test_the_same_wish_twice_is_a_conflict(alice: Graph, bob: Graph) -> None:
    made = subscribe(alice)
    default = f"/me/calendars/{alice.calendar('Calendar')}/events"
    for resource in ("/me/events", "me/events", default):
        assert refused(alice.post("/subscriptions", wish(resource=resource))) == (409, "Conflict")
    subscribe(alice, changeType="created")
    subscribe(bob)
    alice.delete(f"/subscriptions/{made['id']}")
    subscribe(alice)


def test_shared_calendars_of_others_cannot_be_followed(alice: Graph, bob: Graph) -> None:
    reply = alice.post("/subscriptions", wish(resource=f"/me/calendars/{alice.calendar('Team Northwind')}/events"))
    assert refused(reply) == (403, "ExtensionError")
    assert "Forbidden" in reply.body["error"]["message"]
    assert refused(alice.post("/subscriptions", wish(resource="/users/bob@northwind.example/events")))[0] == 403
    subscribe(bob, resource=f"/me/calendars/{bob.calendar('Team Northwind')}/events")


def test_a_new_event_is_announced_as_created_and_as_updated(world: World, alice: Graph) -> None:
    made = subscribe(alice)
    event = alice.create()
    found = world.endpoint.notices(2)
    assert [one["changeType"] for one in found] == ["created", "updated"]
    for one in found:
        assert (one["subscriptionId"], one["clientState"]) == (made["id"], "state")
        assert one["resourceData"]["id"] == event["id"]
        assert one["resourceData"]["@odata.type"] == "#Microsoft.Graph.Event"
        assert one["resource"].endswith(f"/Events/{event['id']}")
        assert one["tenantId"]
        assert "subject" not in str(one)
    assert {path for path, _ in world.endpoint.posts} == {"/notify?key=7"}


def test_changes_and_deletions_are_announced(world: World, alice: Graph) -> None:
    event = alice.create()
    subscribe(alice)
    alice.patch(f"/me/events/{event['id']}", {"subject": "x"})
    assert [one["changeType"] for one in world.endpoint.notices(1)] == ["updated"]
    alice.delete(f"/me/events/{event['id']}")
    assert [one["changeType"] for one in world.endpoint.notices(2)] == ["updated", "deleted"]


def test_only_what_was_asked_for_is_announced(world: World, alice: Graph) -> None:
    subscribe(alice, changeType="deleted")
    event = alice.create()
    alice.delete(f"/me/events/{event['id']}")
    assert [one["changeType"] for one in world.endpoint.notices(1)] == ["deleted"]
    sleep(QUIET)
    assert len(world.endpoint.all()) == 1


def test_my_events_means_the_default_calendar_only(world: World, bob: Graph) -> None:
    subscribe(bob)
    bob.create(bob.calendar("Team Northwind"))
    sleep(QUIET)
    assert world.endpoint.all() == []


def test_a_sharees_change_reaches_the_owners_subscription(world: World, alice: Graph, bob: Graph) -> None:
    subscribe(bob, resource=f"/me/calendars/{bob.calendar('Team Northwind')}/events")
    alice.create(alice.calendar("Team Northwind"))
    [first, _] = world.endpoint.notices(2)
    assert bob.get(f"/me/events/{first['resourceData']['id']}").status == 200


def test_a_change_of_an_occurrence_is_an_update_of_its_master(world: World, alice: Graph) -> None:
    master = alice.create(recurrence=weekly())
    second = alice.get(f"/me/events/{master['id']}/instances", **WINDOW).value[1]
    subscribe(alice)
    alice.delete(f"/me/events/{second['id']}")
    [notice] = world.endpoint.notices(1)
    assert (notice["changeType"], notice["resourceData"]["id"]) == ("updated", master["id"])


def test_ids_in_notifications_have_the_format_of_the_subscription(world: World, alice: Graph) -> None:
    prefer = 'IdType="ImmutableId"'
    subscribe(alice, prefer=prefer)
    event = alice.create(prefer=prefer)
    assert {one["resourceData"]["id"] for one in world.endpoint.notices(2)} == {event["id"]}


def test_hands_are_announced_too(world: World, alice: Graph) -> None:
    subscribe(alice)
    times = {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T10:00:00Z"}
    world.hand("alice-northwind", "create", title="By hand", **times)
    assert len(world.endpoint.notices(2)) == 2


def test_an_expired_subscription_is_silent_and_gone(world: World, alice: Graph) -> None:
    made = subscribe(alice, minutes=60)
    world.control("clock", {"advance": 3700})
    later = world.person("alice-northwind")
    later.create()
    sleep(QUIET)
    assert world.endpoint.all() == []
    reply = later.patch(f"/subscriptions/{made['id']}", {"expirationDateTime": wish()["expirationDateTime"]})
    assert refused(reply) == (404, "ResourceNotFound")


def test_a_renewed_subscription_goes_on(world: World, alice: Graph) -> None:
    made = subscribe(alice, minutes=60)
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    renewed = alice.patch(f"/subscriptions/{made['id']}", {"expirationDateTime": later})
    assert renewed.body["expirationDateTime"] > made["expirationDateTime"]
    world.control("clock", {"advance": 3700})
    world.person("alice-northwind").create()
    assert len(world.endpoint.notices(2)) == 2


def test_only_the_end_can_be_changed(alice: Graph) -> None:
    made = subscribe(alice)
    body = {"expirationDateTime": wish()["expirationDateTime"], "clientState": "other"}
    assert alice.patch(f"/subscriptions/{made['id']}", body).status == 400


def test_a_deleted_subscription_is_silent(world: World, alice: Graph) -> None:
    made = subscribe(alice)
    assert alice.delete(f"/subscriptions/{made['id']}").status == 204
    assert alice.delete(f"/subscriptions/{made['id']}").status == 404
    alice.create()
    sleep(QUIET)
    assert world.endpoint.all() == []


def test_nobody_sees_the_subscriptions_of_others(alice: Graph, bob: Graph) -> None:
    made = subscribe(alice)
    assert [one["id"] for one in alice.get("/subscriptions").value] == [made["id"]]
    assert bob.get("/subscriptions").value == []
    assert bob.delete(f"/subscriptions/{made['id']}").status == 404


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved", "missed"])
def test_lifecycle_events_go_to_their_own_address(world: World, alice: Graph, event: str) -> None:
    made = subscribe(alice, lifecycleNotificationUrl=f"{HOOK}/lifecycle")
    assert world.control("graph/lifecycle", {"event": event}) == {"sent": 1}
    [notice] = world.endpoint.notices(1)
    assert (notice["lifecycleEvent"], notice["subscriptionId"]) == (event, made["id"])
    assert notice["clientState"] == "state"
    assert "changeType" not in notice
    assert [path for path, _ in world.endpoint.posts] == ["/lifecycle"]
    still_there = alice.get(f"/subscriptions/{made['id']}").status == 200
    assert still_there is (event != "subscriptionRemoved")


def test_lifecycle_events_can_be_sent_to_one_person(world: World, alice: Graph, bob: Graph) -> None:
    subscribe(alice, lifecycleNotificationUrl=f"{HOOK}/alice")
    subscribe(bob, lifecycleNotificationUrl=f"{HOOK}/bob")
    world.control("graph/lifecycle", {"event": "missed", "person": "bob-northwind"})
    world.endpoint.notices(1)
    sleep(QUIET / 2)
    assert [path for path, _ in world.endpoint.posts] == ["/bob"]


def test_a_subscription_can_be_reauthorized(alice: Graph) -> None:
    made = subscribe(alice)
    assert alice.post(f"/subscriptions/{made['id']}/reauthorize", {}).status == 204
    assert alice.post("/subscriptions/unknown/reauthorize", {}).status == 404


def test_changes_close_together_share_a_post(world: World, alice: Graph) -> None:
    subscribe(alice)
    items = [
        {
            "id": str(number),
            "method": "POST",
            "url": "/me/events",
            "headers": {"Content-Type": "application/json"},
            "body": {"subject": "x", "start": start, "end": start},
        }
        for number, start in enumerate([{"dateTime": "2026-12-01T09:00:00", "timeZone": "UTC"}] * 20)
    ]
    alice.post("/$batch", {"requests": items})
    assert len(world.endpoint.notices(40)) == 40
    assert len(world.endpoint.posts) < 10
