"""What a person asks of a direction, changed over the real protocols: copies change in place, go, and come again."""

from dataclasses import replace

import pytest

from sync import pairs
from tests.end_to_end.scene import OPEN, PRIVATE, Scene, in_days

ROADS = pytest.mark.parametrize(
    ("source", "target"), [("alice-gmail", "alice-northwind"), ("alice-northwind", "alice-gmail")]
)
LOOKS = {
    "pattern": (replace(OPEN, template="[Work] {title}"), "[Work] Lunch", "Kitchen"),
    "no place": (replace(OPEN, show_location=False), "Lunch", ""),
    "own word": (replace(PRIVATE, word="Taken"), "Taken", ""),
    "no title": (replace(OPEN, show_title=False), "Busy", "Kitchen"),
    "as it was": (OPEN, "Lunch", "Kitchen"),
}


def make(scene: Scene, source: str, target: str):
    here, there = scene.account(source), scene.account(target)
    for number in range(3):
        scene.create(here, "Lunch", hours=24 + number, location="Kitchen", description="Notes")
    return here, there


@ROADS
def test_every_change_of_looks_changes_the_same_copies_in_place(scene: Scene, source: str, target: str) -> None:
    here, there = make(scene, source, target)
    pair = scene.pair(here, there, OPEN, OPEN)
    ids = {event["id"] for event in scene.events(there)}
    for wanted, title, location in LOOKS.values():
        pairs.edit(pair=pair, out=wanted, back=OPEN)
        scene.sync()
        shown = scene.events(there)
        assert {(e["title"], e["location"] or "") for e in shown} == {(title, location)}
        assert {e["id"] for e in shown} == ids
        assert {(e["title"], e["location"]) for e in scene.events(here)} == {("Lunch", "Kitchen")}
    scene.sandbox.forget_requests()
    scene.sync()
    assert {method for method, _ in scene.requests()} <= {"GET"}


@ROADS
def test_a_label_is_given_to_the_same_copies_and_a_persons_own_colour_stays(
    scene: Scene, source: str, target: str
) -> None:
    here, there = make(scene, source, target)
    pair = scene.pair(here, there)
    ids = [event["id"] for event in scene.events(there)]
    own, blue, red = ("Trip", "Blue category", "Red category") if "northwind" in target else ("7", "9", "11")
    for label, shown in (("blue", blue), ("red", red), ("", ""), ("blue", blue)):
        pairs.edit(pair=pair, out=replace(OPEN, label=label), back=None)
        scene.sync()
        assert [(e["id"], e["label"]) for e in scene.events(there)] == [(id, shown) for id in ids]
        assert {e["label"] for e in scene.events(here)} == {""}
    scene.hand(there, "edit", id=ids[0], label=own)
    scene.sandbox.forget_requests()
    scene.sync()
    assert {method for method, _ in scene.requests()} <= {"GET"}
    for event in scene.events(here):
        scene.hand(here, "edit", id=event["id"], title="Dinner")
    scene.sync()
    assert [(e["title"], e["label"]) for e in scene.events(there)] == [("Dinner", own), *[("Dinner", blue)] * 2]


@ROADS
def test_a_title_changed_under_its_pattern_travels_back_without_it(scene: Scene, source: str, target: str) -> None:
    here, there = scene.account(source), scene.account(target)
    lunch, tea = scene.create(here, "Lunch"), scene.create(here, "Tea", hours=30)
    scene.pair(here, there, replace(OPEN, template="[Work] {title}"), OPEN)
    copies = {event["title"]: event["id"] for event in scene.events(there)}
    scene.hand(there, "edit", id=copies["[Work] Lunch"], title="[Work] Dinner")
    scene.hand(there, "edit", id=copies["[Work] Tea"], title="Coffee")
    scene.sync()
    scene.sync()
    assert {event["id"]: event["title"] for event in scene.events(here)} == {lunch: "Dinner", tea: "Tea"}
    assert scene.titles(there) == ["[Work] Dinner", "[Work] Tea"]


@ROADS
def test_what_is_left_out_goes_and_comes_again(scene: Scene, source: str, target: str) -> None:
    here, there = make(scene, source, target)
    scene.create(here, "Holiday", start=in_days(10), end=in_days(12), all_day=True)
    scene.create(here, "Gym #nosync", hours=50)
    pair = scene.pair(here, there)
    everything = ["Holiday", "Lunch", "Lunch", "Lunch"]
    assert scene.titles(there) == everything
    pairs.edit(pair=pair, out=replace(OPEN, whole_days="skip"), back=None)
    scene.sync()
    assert scene.titles(there) == ["Lunch"] * 3
    pairs.edit(pair=pair, out=replace(OPEN, whole_days="free"), back=None)
    scene.sync()
    assert scene.titles(there) == everything
    holiday = next(event for event in scene.events(there) if event["title"] == "Holiday")
    assert holiday["show_as"] == "free"
    assert len(scene.events(here)) == 5
