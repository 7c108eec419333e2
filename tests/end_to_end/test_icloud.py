"""iCloud with each of the clouds, and with itself: what travels, what it costs, and that nobody hears of it."""

from typing import Any

import pytest

from accounts.models import Connection
from sync.models import Calendar, Link
from tests.end_to_end.scene import OPEN, PRIVATE, Scene, in_hours

OTHERS = pytest.mark.parametrize("other", ["alice-northwind", "alice-gmail", "bob-icloud"])
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def both(scene: Scene, other: str, back: Any = OPEN) -> tuple[Calendar, Calendar]:
    here, there = scene.account("alice-icloud"), scene.account(other)
    scene.pair(here, there, OPEN, back)
    return here, there


def asked(scene: Scene) -> list[str]:
    """What left for iCloud: the methods in their order."""
    return [entry["method"] for entry in scene.sandbox.requests() if entry["host"].endswith("icloud.com")]


@OTHERS
def test_events_of_both_sides_arrive_and_a_second_look_writes_nothing(scene: Scene, other: str) -> None:
    here, there = both(scene, other)
    scene.create(here, "From iCloud", location="Room 4")
    scene.create(there, "From the other")
    scene.create(here, "Standup", hours=30, rrule="FREQ=DAILY;COUNT=3")
    scene.sync()
    for calendar in (here, there):
        assert scene.titles(calendar) == ["From iCloud", "From the other", "Standup", "Standup", "Standup"]
    Calendar.objects.update(cursor="")
    scene.sandbox.forget_requests()
    scene.sync()
    assert not [method for method in asked(scene) if method in WRITES]
    assert scene.titles(here) == scene.titles(there)
    assert scene.sandbox.invitations() == []


@OTHERS
def test_moves_edits_and_deletions_travel_both_ways(scene: Scene, other: str) -> None:
    here, there = both(scene, other)
    id = scene.create(here, "Dentist")
    scene.sync()
    copy = scene.events(there)[0]
    scene.hand(there, "move", id=copy["id"], start=in_hours(50), end=in_hours(51))
    scene.sync()
    (origin,) = scene.events(here)
    assert (origin["id"], origin["start"][:16]) == (id, in_hours(50).isoformat()[:16])
    scene.hand(here, "edit", id=id, title="Dentist, moved")
    scene.sync()
    assert scene.titles(there) == ["Dentist, moved"]
    scene.hand(there, "delete", id=scene.events(there)[0]["id"])
    scene.sync()
    assert scene.titles(here) == scene.titles(there) == []
    assert scene.sandbox.invitations() == []


@OTHERS
def test_one_day_of_a_series_is_moved_and_dropped_without_the_others(scene: Scene, other: str) -> None:
    here, there = both(scene, other)
    scene.create(here, "Standup", rrule="FREQ=DAILY;COUNT=4")
    scene.sync()
    first, second, third, _ = (event["id"] for event in scene.events(here))
    scene.hand(here, "delete", id=first)
    scene.hand(here, "move", id=second, start=in_hours(200), end=in_hours(201))
    scene.sync()
    starts = [event["start"][:16] for event in scene.events(there)]
    assert len(starts) == 3
    assert in_hours(200).isoformat()[:16] in starts
    # A copy of one day, moved by hand over there, moves that day alone.
    copy = next(event for event in scene.events(there) if event["start"][:16] == starts[0])
    scene.hand(there, "move", id=copy["id"], start=in_hours(300), end=in_hours(301))
    scene.sync()
    moved = {event["id"]: event["start"][:16] for event in scene.events(here)}
    assert moved[third] == in_hours(300).isoformat()[:16]
    assert moved[second] == in_hours(200).isoformat()[:16]


@OTHERS
def test_what_is_hidden_does_not_arrive_in_any_line(scene: Scene, other: str) -> None:
    source, target = scene.account(other), scene.account("alice-icloud")
    scene.create(source, "Secret title", description="secret text", location="secret place")
    scene.pair(source, target, PRIVATE)
    (copy,) = scene.events(target)
    assert copy["title"] == "Busy"
    assert "ecret" not in str(copy)
    assert copy["is_copy"] is True


def test_a_changed_event_costs_two_reads_and_one_write(scene: Scene) -> None:
    here, _ = both(scene, "bob-icloud", back=None)
    id = scene.create(here, "Dentist")
    scene.sync()
    scene.hand(here, "edit", id=id, title="Dentist, moved")
    scene.sandbox.forget_requests()
    scene.look(here)
    assert asked(scene) == ["REPORT", "REPORT", "PUT"]
    scene.sandbox.forget_requests()
    scene.look(here)
    assert asked(scene) == ["REPORT"]


def test_a_password_that_was_taken_away_halts_and_nothing_is_missed_afterwards(scene: Scene) -> None:
    here, there = both(scene, "alice-gmail")
    scene.create(here, "Before")
    scene.sync()
    scene.sandbox.revoke("alice-icloud")
    scene.create(here, "Meanwhile")
    scene.create(there, "Over there")
    scene.sync()
    connection = Connection.objects.get(pk=here.connection_id)
    assert (connection.halted, connection.halt_cause) == (True, "apple-password")
    assert scene.titles(there) == ["Before", "Over there"]
    scene.reconnect(here)
    scene.sync()
    assert scene.titles(here) == scene.titles(there) == ["Before", "Meanwhile", "Over there"]


def test_throttling_delays_and_loses_nothing(scene: Scene) -> None:
    here, there = both(scene, "alice-gmail")
    for number in range(5):
        scene.create(there, f"Event {number}", hours=24 + number)
    scene.sandbox.faults("p42-caldav.icloud.com", method="PUT", status=503, headers={"Retry-After": "1"}, times=2)
    scene.sync()
    assert len(scene.titles(here)) < 5
    for _ in range(4):
        scene.let_pauses_end()
        scene.sync()
    assert len(scene.titles(here)) == 5
    assert not Link.objects.filter(state=Link.State.PARKED).exists()
