"""Edits travel, deletions travel, nothing echoes, over the real protocols."""

from datetime import timedelta

import pytest

from sync.models import Calendar
from tests.end_to_end.scene import OPEN, PRIVATE, Scene, in_days, in_hours

ROADS = pytest.mark.parametrize(
    ("source", "target"),
    [
        ("alice-gmail", "alice-northwind"),
        ("alice-northwind", "alice-gmail"),
        ("alice-gmail", "alice-contoso"),
        ("alice-northwind", "alice-outlook"),
    ],
)


@ROADS
def test_events_of_every_shape_arrive_and_a_second_look_writes_nothing(scene: Scene, source: str, target: str) -> None:
    here, there = scene.account(source), scene.account(target)
    scene.create(here, "Single", location="Room 1", description="Notes")
    scene.create(here, "Holiday", start=in_days(10), end=in_days(12), all_day=True)
    scene.create(here, "Standup", hours=48, rrule="FREQ=WEEKLY;COUNT=4", zone="Europe/Tallinn")
    scene.create(here, "Secret", hours=72, sensitivity="private")
    scene.pair(here, there, OPEN, OPEN)
    assert scene.titles(there) == ["Holiday", "Secret", "Single"] + ["Standup"] * 4
    single = next(e for e in scene.events(there) if e["title"] == "Single")
    assert (single["location"], single["description"].strip()) == ("Room 1", "Notes")
    holiday = next(e for e in scene.events(there) if e["title"] == "Holiday")
    assert holiday["all_day"]
    assert holiday["start"][:10] == in_days(10).isoformat()
    scene.sandbox.forget_requests()
    scene.sync()
    scene.sync()
    assert {method for method, _ in scene.requests()} <= {"GET"}
    assert scene.titles(here) == scene.titles(there)


@ROADS
def test_edits_and_deletions_travel_both_ways(scene: Scene, source: str, target: str) -> None:
    here, there = scene.account(source), scene.account(target)
    origin = scene.create(here, "Lunch")
    other = scene.create(here, "Coffee", hours=30)
    scene.pair(here, there, OPEN, OPEN)
    scene.hand(here, "edit", id=origin, title="Late lunch")
    scene.sync()
    assert scene.titles(there) == ["Coffee", "Late lunch"]
    copy = next(e for e in scene.events(there) if e["title"] == "Late lunch")
    scene.hand(there, "edit", id=copy["id"], location="Terrace")
    scene.sync()
    assert next(e for e in scene.events(here) if e["id"] == origin)["location"] == "Terrace"
    scene.hand(here, "delete", id=other)
    scene.sync()
    assert scene.titles(there) == ["Late lunch"]
    scene.hand(there, "delete", id=copy["id"])
    scene.sync()
    assert scene.titles(here) == scene.titles(there) == []


@ROADS
def test_a_moved_and_a_deleted_occurrence_of_a_series_travel(scene: Scene, source: str, target: str) -> None:
    here, there = scene.account(source), scene.account(target)
    # At noon, so that a moved occurrence stays on its day whatever the hour of the run.
    noon = in_hours(24).replace(hour=12)
    scene.create(here, "Standup", start=noon, rrule="FREQ=DAILY;COUNT=5", zone="Europe/Tallinn")
    scene.pair(here, there)
    instances = sorted((e for e in scene.events(here)), key=lambda e: e["start"])
    scene.hand(here, "move", id=instances[1]["id"], start=noon + timedelta(hours=27), end=noon + timedelta(hours=28))
    scene.hand(here, "delete", id=instances[3]["id"])
    scene.sync()
    assert spans(scene, there) == spans(scene, here)
    assert len(spans(scene, there)) == 4


@ROADS
def test_a_private_flow_shows_nothing_but_the_time(scene: Scene, source: str, target: str) -> None:
    here, there = scene.account(source), scene.account(target)
    scene.create(here, "Doctor", location="Clinic", description="Tests", attendees=["dr@clinic.example"])
    scene.sandbox.forget_requests()
    invited = len(scene.sandbox.invitations())
    scene.pair(here, there, PRIVATE)
    (copy,) = scene.events(there)
    assert (copy["title"], copy["location"], copy["description"].strip()) == ("Busy", "", "")
    assert copy["sensitivity"] == "private"
    assert copy["attendees"] == []
    assert len(scene.sandbox.invitations()) == invited


def spans(scene: Scene, calendar: Calendar) -> list[tuple[str, str]]:
    return sorted((e["start"], e["end"]) for e in scene.events(calendar))
