"""events.list: pages, filters, orders, and sync tokens with their refusals."""

from time import perf_counter
from typing import Any

import pytest

from tests.sandbox.google.client import FAMILY_SUMMARY, Google, at
from tests.sandbox.google.conftest import World

HOUR = {"start": at("2026-12-01T09:00:00"), "end": at("2026-12-01T10:00:00")}


def on(number: int) -> dict[str, Any]:
    return {"start": at(f"2026-12-{number:02d}T09:00:00"), "end": at(f"2026-12-{number:02d}T10:00:00")}


def test_pages_hold_everything_once_and_the_last_has_the_token(alice: Google) -> None:
    made = [alice.create(**on(number))["id"] for number in range(1, 8)]
    items, token = alice.round(maxResults=3)
    assert sorted(one["id"] for one in items) == sorted(made)
    assert alice.round(syncToken=token, maxResults=3)[0] == []


def test_a_page_token_wants_the_same_request(alice: Google) -> None:
    for number in (1, 2):
        alice.create(**on(number))
    token = alice.get(maxResults=1).body["nextPageToken"]
    assert alice.get(maxResults=1, pageToken=token).status == 200
    assert alice.get(maxResults=1, pageToken=token, singleEvents="true").status == 400
    assert alice.get(maxResults=1, pageToken=f"x{token}").status == 400


def test_what_is_deleted_between_pages_leaves_a_gap_and_is_told_later(alice: Google) -> None:
    made = [alice.create(**on(number))["id"] for number in (1, 2, 3)]
    first = alice.get(maxResults=2)
    alice.delete(made[2])
    last = alice.get(maxResults=2, pageToken=first.body["nextPageToken"])
    assert last.ids == []
    assert [one["id"] for one in alice.round(syncToken=last.body["nextSyncToken"])[0]] == [made[2]]


def test_pages_are_no_larger_than_the_service_likes(world: World, alice: Google) -> None:
    world.control("google/limits", {"page_size": 2})
    for number in (1, 2, 3):
        alice.create(**on(number))
    assert len(alice.get(maxResults=250).ids) == 2


def test_only_what_touches_the_span_is_listed(alice: Google) -> None:
    ids = [alice.create(**on(number))["id"] for number in (1, 2, 3)]
    span = {"timeMin": "2026-12-01T08:00:00Z", "timeMax": "2026-12-03T07:00:00Z"}
    assert alice.get(**span).ids == [ids[1]]
    assert alice.get(timeMin="2026-12-01T07:59:59Z", timeMax="2026-12-03T07:00:01Z").ids == ids
    assert alice.get(timeMin="2026-12-01T09:00:00").status == 400


def test_a_list_can_be_ordered_but_only_single_events_by_start(alice: Google) -> None:
    later, sooner = alice.create(**on(9))["id"], alice.create(**on(2))["id"]
    assert alice.get(orderBy="startTime", singleEvents="true").ids == [sooner, later]
    assert alice.get(orderBy="updated").ids == [later, sooner]
    assert alice.get(orderBy="startTime").status == 400


def test_filters_leave_the_others_out(alice: Google) -> None:
    marked = alice.create(summary="Red", extendedProperties={"private": {"colour": "red"}, "shared": {"team": "a"}})
    alice.create(summary="Blue", extendedProperties={"private": {"colour": "blue"}})
    for query in (
        {"privateExtendedProperty": "colour=red"},
        {"sharedExtendedProperty": "team=a"},
        {"iCalUID": marked["iCalUID"]},
        {"q": "red"},
    ):
        assert alice.get(**query).ids == [marked["id"]]
    assert alice.get(eventTypes="focusTime").ids == []


def test_deleted_events_are_listed_on_demand_with_no_more_than_their_id(alice: Google) -> None:
    made = alice.create(summary="Gone")
    alice.delete(made["id"])
    assert alice.get().ids == []
    (stone,) = alice.get(showDeleted="true").body["items"]
    assert (stone["id"], stone["status"]) == (made["id"], "cancelled")
    assert not {"summary", "start", "iCalUID"} & stone.keys()


def test_changes_since_a_moment_include_deletions_and_not_the_distant_past(world: World, alice: Google) -> None:
    alice.create(**on(1))
    world.control("clock", {"advance": 10})
    since = world.control("clock", method="GET")["now"]
    made = alice.create(**on(2))
    alice.delete(made["id"])
    assert alice.get(updatedMin=since).ids == [made["id"]]
    assert (alice.get(updatedMin="2026-01-01T00:00:00Z").status) == 410
    assert alice.get(updatedMin="2026-01-01T00:00:00Z").reason == "updatedMinTooLongAgo"


def test_a_delta_tells_each_change_once_and_deletions_as_tombstones(alice: Google) -> None:
    kept, doomed = alice.create(**on(1)), alice.create(**on(2))
    token = alice.round()[1]
    alice.patch(kept["id"], summary="Once")
    alice.patch(kept["id"], summary="Twice")
    alice.delete(doomed["id"])
    items, after = alice.round(syncToken=token)
    assert [(one["id"], one["status"], one.get("summary")) for one in items] == [
        (kept["id"], "confirmed", "Twice"),
        (doomed["id"], "cancelled", None),
    ]
    assert alice.round(syncToken=after)[0] == []
    assert len(alice.round(syncToken=token)[0]) == 2


@pytest.mark.parametrize(
    "query",
    [
        {"timeMin": "2026-12-01T00:00:00Z"},
        {"timeMax": "2026-12-01T00:00:00Z"},
        {"updatedMin": "2026-12-01T00:00:00Z"},
        {"orderBy": "updated"},
        {"iCalUID": "x"},
        {"q": "x"},
        {"privateExtendedProperty": "a=b"},
        {"sharedExtendedProperty": "a=b"},
        {"showDeleted": "false"},
        {"singleEvents": "true"},
    ],
)
def test_a_sync_token_takes_no_restriction_beside_it(alice: Google, query: dict[str, str]) -> None:
    token = alice.round()[1]
    assert alice.get(syncToken=token, **query).status == 400
    assert alice.get(syncToken=token).status == 200


def test_a_token_that_is_worthless_asks_for_a_full_sync(world: World, alice: Google) -> None:
    token = alice.round()[1]
    foreign = alice.round(alice.calendar(FAMILY_SUMMARY))[1]
    for worthless in (f"1{token}", token[:-2], "nonsense", foreign):
        reply = alice.get(syncToken=worthless)
        assert (reply.status, reply.reason) == (410, "fullSyncRequired")
        assert reply.message == "Sync token is no longer valid, a full sync is required."
    world.control("google/forget")
    assert alice.get(syncToken=token).status == 410


def test_a_token_grows_old(world: World, alice: Google) -> None:
    token = alice.round()[1]
    world.control("clock", {"advance": 29 * 86400})
    assert world.person("alice-gmail").get(syncToken=token).reason == "fullSyncRequired"


def test_times_are_told_in_the_zone_asked_for(alice: Google) -> None:
    alice.create()
    reply = alice.get(timeZone="America/New_York")
    assert reply.body["timeZone"] == "America/New_York"
    assert reply.body["items"][0]["start"] == {"dateTime": "2026-12-01T02:00:00-05:00", "timeZone": "Europe/Tallinn"}
    assert alice.get(timeZone="Eastern Standard Time").status == 400


def test_the_list_carries_an_etag_that_changes_with_it(alice: Google) -> None:
    before = alice.get()
    alice.create()
    assert before.headers["ETag"] == before.body["etag"] != alice.get().body["etag"]


def test_five_thousand_events_are_listed_quickly(world: World, alice: Google) -> None:
    def many() -> None:
        world_ = world.running.world
        hand, person = world_.google.hand, world_.people["alice-gmail"]
        start = world_.clock.now()
        for number in range(5000):
            hand.create(person, None, title=f"Event {number}", start=start, end=start.replace(year=start.year + 1))

    world.running.do(many)
    alice.round(maxResults=2500)
    started = perf_counter()
    items, _ = alice.round(maxResults=2500)
    assert len(items) == 5000
    assert perf_counter() - started < 1.5
