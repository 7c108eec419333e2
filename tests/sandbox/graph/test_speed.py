"""A calendar of five thousand events is listed and tracked without a wait. Bounds are ten times what was measured."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.cast import PEOPLE
from tests.sandbox.graph.client import Graph, at, event
from tests.sandbox.graph.conftest import World

EVENTS = 5000
START = "/me/calendarView/delta?startDateTime=2026-11-01T00:00:00Z&endDateTime=2027-11-01T00:00:00Z"


@pytest.fixture
def full(world: World, alice: Graph) -> Graph:
    """Alice's calendar with five thousand events in a year."""

    def fill() -> None:
        hand = world.running.world.graph.hand
        for number in range(EVENTS):
            start = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=100 * number)
            hand.create(PEOPLE["alice-northwind"], None, title=str(number), start=start, end=start + timedelta(hours=1))

    world.running.do(fill)
    return alice


def milliseconds(world: World) -> float:
    """How long the sandbox took over its last request."""
    return float(world.control("requests", method="GET")[-1]["milliseconds"])


def test_a_round_over_five_thousand_events_is_quick(world: World, full: Graph) -> None:
    rows, link = full.round(START, prefer="odata.maxpagesize=1000")
    assert len({row["id"] for row in rows}) == EVENTS
    world.control("requests", method="DELETE")
    again, _ = full.round(START, prefer="odata.maxpagesize=1000")
    took = [one["milliseconds"] for one in world.control("requests", method="GET")]
    assert len(again) == len(rows)
    assert max(took) < 300
    made = full.post("/me/events", event(start=at("2026-12-01T09:00:00")))
    assert milliseconds(world) < 50
    changed, _ = full.round(link)
    assert [row["id"] for row in changed] == [made.body["id"]]
    assert milliseconds(world) < 50


def test_a_day_in_a_full_calendar_is_quick(world: World, full: Graph) -> None:
    window = {"startDateTime": "2027-03-01T00:00:00Z", "endDateTime": "2027-03-02T00:00:00Z"}
    assert len(full.get("/me/calendarView", _top=100, **window).value) > 10
    assert milliseconds(world) < 50
    assert len(full.get("/me/events", _top=1000).value) == 1000
