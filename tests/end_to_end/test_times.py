"""Rule 18 over the real protocols: events around the next change of the clocks, in odd zones, on both sides of the date line."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tzlocal.windows_tz import win_tz

from sync.providers.microsoft import zones
from tests.end_to_end.scene import OPEN, Scene, in_days
from tests.providers.times import changes

ROADS = pytest.mark.parametrize(
    ("source", "target"), [("alice-gmail", "alice-northwind"), ("alice-northwind", "alice-gmail")]
)
ZONES = (
    "Africa/Cairo", "America/New_York", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/London",
    "Europe/Tallinn", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago",
)  # fmt: skip


def typed() -> dict[str, dict[str, Any]]:
    """Name -> what a person types in: around the next change of each zone's clocks, and a whole day there."""
    found: dict[str, dict[str, Any]] = {}
    soon, far = datetime.now(UTC) + timedelta(days=2), datetime.now(UTC) + timedelta(days=300)
    for number, zone in enumerate(ZONES):
        change = next((c for c in changes(zone) if soon < c < far), soon.replace(minute=0, second=0, microsecond=0))
        for name, minutes, length in (
            ("over", -30, 60),
            ("after", 0, 45),
            ("before", -90, 60),
            ("twice or never", 15, 30),
        ):
            start = change + timedelta(minutes=minutes)
            found[f"{zone} {name}"] = {"start": start, "end": start + timedelta(minutes=length), "zone": zone}
        day = change.astimezone(ZoneInfo(zone)).date()
        found[f"{zone} day"] = {"start": day, "end": day + timedelta(days=1 + number % 2), "all_day": True}
    return found


def told_once(facts: dict[str, Any]) -> bool:
    """Whether the clock on the wall shows these times only once: Outlook knows no other way to type them in."""
    if "zone" not in facts:
        return True
    walls = [facts[end].astimezone(ZoneInfo(facts["zone"])) for end in ("start", "end")]
    return all(wall.replace(fold=0).utcoffset() == wall.replace(fold=1).utcoffset() for wall in walls)


def times(scene: Scene, calendar: Any) -> dict[str, tuple[Any, ...]]:
    return {e["title"]: (e["start"], e["end"], e["all_day"]) for e in scene.events(calendar)}


@ROADS
def test_both_sides_show_the_same_times_and_a_second_look_writes_nothing(
    scene: Scene, source: str, target: str
) -> None:
    here, there = scene.account(source), scene.account(target)
    said = {title: facts for title, facts in typed().items() if source == "alice-gmail" or told_once(facts)}
    for title, facts in said.items():
        scene.create(here, title, **facts)
    scene.pair(here, there, OPEN, OPEN)
    assert times(scene, there) == times(scene, here)
    for title, facts in said.items():
        start, end, all_day = times(scene, there)[title]
        shown = (date if all_day else datetime).fromisoformat
        assert (shown(start), shown(end)) == (facts["start"], facts["end"]), title
    scene.sandbox.forget_requests()
    scene.sync()
    assert [request for request in scene.requests() if request[0] != "GET"] == []


@ROADS
def test_a_copy_that_is_moved_moves_its_original_which_keeps_its_zone(scene: Scene, source: str, target: str) -> None:
    here, there = scene.account(source), scene.account(target)
    start = datetime.combine(in_days(20), datetime.min.time(), UTC) + timedelta(hours=9)
    zone = "Europe/Tallinn"
    id = scene.create(here, "Lunch", start=start, end=start + timedelta(hours=1), zone=zone)
    scene.pair(here, there, OPEN, OPEN)
    (copy,) = scene.events(there)
    later = start + timedelta(days=1, hours=3)
    scene.hand(there, "move", id=copy["id"], start=later, end=later + timedelta(hours=1))
    scene.sync()
    (origin,) = scene.events(here)
    assert (origin["id"], origin["start"]) == (id, times(scene, there)["Lunch"][0])
    assert datetime.fromisoformat(origin["start"]) == later
    # Outlook has one name for Tallinn and its neighbours; Google keeps the one that was chosen.
    assert origin["zone"] == (zone if source == "alice-gmail" else win_tz["FLE Standard Time"])
    scene.sandbox.forget_requests()
    scene.sync()
    assert [request for request in scene.requests() if request[0] != "GET"] == []


def test_where_the_service_has_other_rules_for_a_zone_the_instants_are_still_the_same(scene, monkeypatch) -> None:
    here, there = scene.account("alice-gmail"), scene.account("alice-northwind")
    start = datetime.combine(in_days(20), datetime.min.time(), UTC) + timedelta(hours=9)
    # As with a table of zones that is older than the service's: Paraguay an hour behind what it is there.
    older = {**win_tz, "Paraguay Standard Time": "America/Rio_Branco"}
    monkeypatch.setattr(zones, "win_tz", older)
    id = scene.create(here, "Siesta", start=start, end=start + timedelta(hours=1), zone="America/Asuncion")
    scene.pair(here, there, OPEN, OPEN)
    assert times(scene, there) == times(scene, here)
    later = start + timedelta(hours=4)
    scene.hand(here, "move", id=id, start=later, end=later + timedelta(hours=1))
    scene.sync()
    assert times(scene, there) == times(scene, here)
    scene.sandbox.forget_requests()
    scene.sync()
    assert [request for request in scene.requests() if request[0] != "GET"] == []
