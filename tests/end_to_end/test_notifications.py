"""Notifications of the clouds themselves, on their way to the real site: lost, doubled, an hour late."""

from datetime import UTC, datetime

import pytest

from sync.models import Calendar
from tests.end_to_end.scene import OPEN, Scene
from tests.processes import wait_for

GOOGLE, MICROSOFT = "alice-gmail", "alice-northwind"
HOSTS = {GOOGLE: "www.googleapis.com", MICROSOFT: "graph.microsoft.com"}
BOTH = pytest.mark.parametrize("person", [GOOGLE, MICROSOFT])
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def pair_of(scene: Scene, person: str) -> tuple[Calendar, Calendar]:
    here, there = scene.account(person), scene.account("alice-outlook")
    scene.pair(here, there, OPEN, OPEN)
    scene.sync()
    assert wait_for(lambda: all(one["state"] != "waiting" for one in scene.sandbox.deliveries()))
    scene.drain()
    return here, there


def astray(scene: Scene, person: str, manner: str, **more: object) -> None:
    scene.sandbox.faults(HOSTS[person], "/hooks/.*", times=20, notifications=manner, **more)


def poll(scene: Scene, calendar: Calendar) -> None:
    """The time of its next look has come."""
    Calendar.objects.filter(pk=calendar.pk).update(due_at=datetime.now(UTC))
    scene.drain()


def rung(calendar: Calendar, before: int) -> bool:
    return Calendar.objects.get(pk=calendar.pk).due_seq > before


@BOTH
def test_a_change_whose_notification_is_lost_comes_with_the_next_look(scene: Scene, person: str) -> None:
    here, there = pair_of(scene, person)
    before = Calendar.objects.get(pk=here.pk).due_seq
    astray(scene, person, "lost")
    scene.create(here, "Lunch")
    assert wait_for(lambda: any(one["state"] == "lost" for one in scene.sandbox.deliveries()))
    scene.drain()
    assert not rung(here, before)
    assert scene.titles(there) == []
    poll(scene, here)
    assert scene.titles(there) == ["Lunch"]


@BOTH
def test_a_notification_that_comes_twice_is_one_copy(scene: Scene, person: str) -> None:
    here, there = pair_of(scene, person)
    before = Calendar.objects.get(pk=here.pk).due_seq
    astray(scene, person, "doubled")
    scene.create(here, "Lunch")
    assert wait_for(lambda: Calendar.objects.get(pk=here.pk).due_seq >= before + 2)
    scene.drain()
    scene.sync()
    assert scene.titles(there) == ["Lunch"]


@BOTH
def test_a_notification_that_comes_an_hour_late_changes_nothing_any_more(scene: Scene, person: str) -> None:
    here, there = pair_of(scene, person)
    before = Calendar.objects.get(pk=here.pk).due_seq
    astray(scene, person, "late", seconds=3600.0)
    scene.create(here, "Lunch")
    poll(scene, here)
    assert scene.titles(there) == ["Lunch"]
    assert not rung(here, before)
    scene.sandbox.forget_requests()
    scene.sandbox.advance(3600)
    assert wait_for(lambda: rung(here, before))
    scene.drain()
    assert [path for method, path in scene.requests() if method in WRITES and path.endswith("/events")] == []
    assert scene.titles(there) == ["Lunch"]
