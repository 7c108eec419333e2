"""Push channels: opened, heard, ended."""

from time import sleep
from typing import Any

import pytest

from tests.sandbox.google.client import HOLIDAYS_SUMMARY, MINE, Google, Reply
from tests.sandbox.google.conftest import HOOK, World

WEEK = 7 * 86400


def watch(who: Google, path: str = MINE, **fields: Any) -> Reply:
    body = {"id": "channel-1", "type": "web_hook", "address": f"{HOOK}/hear", "token": "secret", **fields}
    return who.call("POST", f"{path}/watch", {name: value for name, value in body.items() if value is not None})


def stop(who: Google, id: str, resource: str) -> Reply:
    return who.call("POST", "/channels/stop", {"id": id, "resourceId": resource})


def now(world: World) -> float:
    return float(world.running.world.clock.timestamp())


def test_a_channel_says_that_it_is_open(world: World, alice: Google) -> None:
    opened = watch(alice).body
    assert (opened["kind"], opened["id"], opened["token"]) == ("api#channel", "channel-1", "secret")
    (headers,) = world.endpoint.heard("sync")
    assert headers["X-Goog-Message-Number"] == "1"
    assert headers["X-Goog-Resource-ID"] == opened["resourceId"]
    assert headers["X-Goog-Resource-URI"] == opened["resourceUri"]
    assert headers["X-Goog-Channel-Expiration"].endswith("GMT")


def test_changes_are_told_without_a_body_with_rising_numbers(world: World, alice: Google) -> None:
    watch(alice)
    numbers = []
    for count in (1, 2, 3):
        alice.create()
        numbers = [int(headers["X-Goog-Message-Number"]) for headers in world.endpoint.heard("exists", count)]
    assert len(numbers) == 3
    assert 1 < numbers[0] < numbers[1] < numbers[2]
    assert {body for _, body in world.endpoint.posts} == {b""}
    assert {headers["X-Goog-Channel-Token"] for headers, _ in world.endpoint.posts} == {"secret"}


def test_the_other_calendars_stay_silent(world: World, alice: Google, bob: Google) -> None:
    watch(alice)
    bob.create()
    sleep(0.5)
    assert world.endpoint.heard("exists", 0) == []


def test_a_hand_rings_too(world: World, alice: Google) -> None:
    watch(alice)
    start, end = "2026-12-01T09:00:00+02:00", "2026-12-01T10:00:00+02:00"
    world.hand("alice-gmail", "create", title="By hand", start=start, end=end)
    assert len(world.endpoint.heard("exists")) == 1


def test_without_a_token_none_is_told(world: World, alice: Google) -> None:
    assert "token" not in watch(alice, token=None).body
    assert "X-Goog-Channel-Token" not in world.endpoint.heard("sync")[0]


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [({}, WEEK), ({"params": {"ttl": "3600"}}, 3600), ({"params": {"ttl": str(30 * 86400)}}, WEEK)],
)
def test_a_channel_lives_a_week_at_most(world: World, alice: Google, fields: dict[str, Any], seconds: int) -> None:
    assert int(watch(alice, **fields).body["expiration"]) / 1000 - now(world) == pytest.approx(seconds, abs=10)


def test_an_expiration_may_be_asked_for(world: World, alice: Google) -> None:
    wanted = str(int((now(world) + 7200) * 1000))
    assert watch(alice, expiration=wanted).body["expiration"] == wanted
    assert watch(alice, id="late", expiration="1000").status == 400


def test_a_channel_that_has_expired_tells_nothing(world: World, alice: Google) -> None:
    opened = watch(alice, params={"ttl": "60"}).body
    world.endpoint.heard("sync")
    world.control("clock", {"advance": 61})
    alice.create()
    sleep(0.5)
    assert world.endpoint.heard("exists", 0) == []
    assert stop(alice, opened["id"], opened["resourceId"]).status == 404


def test_a_stopped_channel_tells_nothing_and_stops_once(world: World, alice: Google) -> None:
    opened = watch(alice).body
    world.endpoint.heard("sync")
    assert stop(alice, "channel-1", opened["resourceId"]).status == 204
    alice.create()
    sleep(0.5)
    assert world.endpoint.heard("exists", 0) == []
    assert stop(alice, "channel-1", opened["resourceId"]).reason == "notFound"


def test_only_who_opened_a_channel_may_stop_it(alice: Google, bob: Google) -> None:
    opened = watch(alice).body
    assert stop(bob, "channel-1", opened["resourceId"]).status == 404
    assert stop(alice, "channel-1", "another").status == 404
    assert stop(alice, "channel-1", opened["resourceId"]).status == 204


def test_two_channels_may_overlap_but_not_under_one_id(world: World, alice: Google) -> None:
    watch(alice)
    assert watch(alice).reason == "channelIdNotUnique"
    assert watch(alice, id="channel-2").status == 200
    alice.create()
    assert {headers["X-Goog-Channel-ID"] for headers in world.endpoint.heard("exists", 2)} == {"channel-1", "channel-2"}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"address": "http://hooks.test.example/hear"}, "webhookUrlNotHttps"),
        ({"type": "carrier_pigeon"}, "channelUnknown"),
        ({"id": None}, "required"),
        ({"id": "x" * 65}, "invalid"),
        ({"token": "x" * 257}, "invalid"),
    ],
)
def test_a_channel_that_does_not_fit_is_refused(world: World, alice: Google, fields: Any, reason: str) -> None:
    reply = watch(alice, **fields)
    assert (reply.status, reply.reason) == (400, reason)
    assert world.endpoint.posts == []


@pytest.mark.usefixtures("defined")
def test_a_channel_that_the_published_definition_does_not_know_is_refused(world: World, alice: Google) -> None:
    reply = watch(alice, surprise=1)
    assert (reply.status, reply.reason) == (400, "badRequest")
    assert world.endpoint.posts == []


def test_published_calendars_cannot_be_watched(alice: Google) -> None:
    assert watch(alice, alice.calendar(HOLIDAYS_SUMMARY)).reason == "pushNotSupportedForRequestedResource"
