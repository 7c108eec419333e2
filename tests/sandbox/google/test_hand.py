"""What a person does by hand arrives in the API, and the other way round."""

from typing import Any

import pytest

from tests.sandbox.google.client import HOLIDAYS_SUMMARY, Google, pool
from tests.sandbox.google.conftest import World

ALICE = "alice-gmail"
TIMES = {"start": "2026-12-01T07:00:00+00:00", "end": "2026-12-01T08:00:00+00:00", "zone": "Europe/Tallinn"}


def listed(world: World) -> list[dict[str, Any]]:
    return world.hand(ALICE, "list", start="2026-11-01T00:00:00+00:00", end="2027-11-01T00:00:00+00:00")


def test_the_calendars_come_with_the_primary_first(world: World) -> None:
    found = world.hand(ALICE, "calendars")
    assert [(one["name"], one["can_edit"]) for one in found] == [
        ("alice.tamm@gmail.example", True),
        ("Family", True),
        ("Club", True),
        (HOLIDAYS_SUMMARY, False),
    ]


def test_an_event_made_by_hand_is_an_event(world: World, alice: Google) -> None:
    given = {"location": "Port", "description": "Bring a rope", "show_as": "free", "sensitivity": "private"}
    id = world.hand(ALICE, "create", title="Sail", **TIMES, **given)["id"]
    seen = alice.one(id).body
    assert (seen["summary"], seen["location"], seen["description"]) == ("Sail", "Port", "Bring a rope")
    assert (seen["transparency"], seen["visibility"]) == ("transparent", "private")
    assert seen["start"] == {"dateTime": "2026-12-01T09:00:00+02:00", "timeZone": "Europe/Tallinn"}
    (shown,) = listed(world)
    assert {name: shown[name] for name in given} == given
    assert (shown["start"], shown["zone"], shown["is_copy"]) == ("2026-12-01T07:00:00+00:00", "Europe/Tallinn", False)


def test_edits_moves_and_deletions_arrive(world: World, alice: Google) -> None:
    id = world.hand(ALICE, "create", title="Draft", **TIMES)["id"]
    world.hand(ALICE, "edit", id=id, title="Final", location="Here")
    world.hand(ALICE, "move", id=id, start="2026-12-02T07:00:00+00:00", end="2026-12-02T09:00:00+00:00")
    seen = alice.one(id).body
    assert (seen["summary"], seen["location"]) == ("Final", "Here")
    assert (seen["start"]["dateTime"], seen["end"]["dateTime"]) == (
        "2026-12-02T09:00:00+02:00",
        "2026-12-02T11:00:00+02:00",
    )
    world.hand(ALICE, "delete", id=id)
    assert alice.one(id).body["status"] == "cancelled"


def test_a_timed_event_can_become_a_whole_day(world: World, alice: Google) -> None:
    id = world.hand(ALICE, "create", title="Trip", **TIMES)["id"]
    world.hand(ALICE, "edit", id=id, start="2026-12-01", end="2026-12-03", all_day=True)
    assert (alice.one(id).body["start"], alice.one(id).body["end"]) == ({"date": "2026-12-01"}, {"date": "2026-12-03"})


def test_one_instance_is_moved_and_one_deleted(world: World, alice: Google) -> None:
    id = world.hand(ALICE, "create", title="Yoga", rrule="FREQ=WEEKLY;COUNT=3", **TIMES)["id"]
    first, second, third = (one["id"] for one in listed(world))
    world.hand(ALICE, "move", id=second, start="2026-12-09T07:00:00+00:00", end="2026-12-09T08:00:00+00:00")
    world.hand(ALICE, "delete", id=third)
    assert [(one["id"], one["series_id"], one["start"][:10]) for one in listed(world)] == [
        (first, id, "2026-12-01"),
        (second, id, "2026-12-09"),
    ]
    assert {one["recurrence"] for one in listed(world)} == {"FREQ=WEEKLY;COUNT=3"}
    assert alice.one(third).body["status"] == "cancelled"


def test_an_invitation_from_elsewhere_carries_the_own_answer(world: World, alice: Google) -> None:
    given = {"organizer": "boss@elsewhere.example", "answer": "declined", "attendees": ["peer@elsewhere.example"]}
    id = world.hand(ALICE, "create", title="Review", **TIMES, **given)["id"]
    seen = alice.one(id).body
    assert seen["organizer"] == {"email": "boss@elsewhere.example"}
    own = next(guest for guest in seen["attendees"] if guest.get("self"))
    assert own["responseStatus"] == "declined"
    assert world.invitations() == []


def test_guests_invited_by_hand_are_written_to(world: World) -> None:
    world.hand(ALICE, "create", title="Dinner", attendees=["guest@elsewhere.example"], **TIMES)
    assert world.invitations() == [("guest@elsewhere.example", "invited")]


@pytest.mark.parametrize(
    ("kind", "told"), [("out_of_office", "outOfOffice"), ("focus_time", "focusTime"), ("default", "default")]
)
def test_kinds_have_googles_names(world: World, alice: Google, kind: str, told: str) -> None:
    id = world.hand(ALICE, "create", title="Away", kind=kind, **TIMES)["id"]
    assert alice.one(id).body["eventType"] == told


def test_a_calendar_to_read_cannot_be_written_by_hand(world: World) -> None:
    holidays = world.hand(ALICE, "calendars")[-1]["id"]
    body = {"person": ALICE, "do": "create", "calendar_id": holidays, "title": "Mine", **TIMES}
    answer = pool.request("POST", f"{world.url}/_sandbox/hand", json=body)
    assert (answer.status, "PermissionError" in answer.data.decode()) == (400, True)


def test_a_mark_shows_that_it_is_a_copy(world: World, alice: Google) -> None:
    alice.create(extendedProperties={"private": {"hetk": "x"}})
    assert [one["is_copy"] for one in listed(world)] == [True]
