"""A calendar that its person may only read from now on: what wants writing there waits, everything else goes on."""

from dataclasses import replace

import pytest

from sync import calendars, pairs
from sync.models import Calendar, Flow, Run
from tests.engine.world import OPEN, PRIVATE, World


def may_write(world: World, calendar: Calendar, allowed: bool) -> None:
    """Its owner gives the right or takes it back, and Hetk hears of it as it does every day."""
    shelf = world.cloud.shelves[calendar.remote_id]
    shelf.listed = replace(shelf.listed, can_write=allowed)
    calendars.refresh(calendar.connection)


def no_defect() -> bool:
    return not Run.objects.filter(trouble__startswith="internal error").exists()


@pytest.mark.parametrize("chosen", [OPEN, PRIVATE], ids=["unchanged", "made private"])
def test_a_target_that_may_only_be_read_waits_and_stops_no_other_sync_of_its_source(world: World, chosen) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    third = world.calendar("alice@third.example")
    world.event(home, "Lunch")
    pair = world.pair(home, work)
    world.pair(home, third)
    may_write(world, work, allowed=False)
    pairs.edit(pair=pair, out=chosen, back=None)
    world.event(home, "Dinner", hours=40)
    world.sync()
    assert world.titles(third) == ["Dinner", "Lunch"]
    assert world.titles(work) == ["Lunch"]
    world.forget_calls()
    world.settle()
    assert world.writes() == []
    assert no_defect()
    may_write(world, work, allowed=True)
    world.settle()
    assert world.titles(work) == (["Busy", "Busy"] if chosen is PRIVATE else ["Dinner", "Lunch"])
    assert not Flow.objects.filter(strip_due=True).exists()


def test_a_source_that_may_only_be_read_goes_on_being_copied_and_an_edit_of_its_copy_is_not_lost(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    lunch = world.event(home, "Lunch")
    world.pair(home, work, OPEN, OPEN)
    (copy,) = world.copies(work)
    may_write(world, home, allowed=False)
    world.cloud.edit(work.remote_id, copy.id, title="Long lunch")
    world.event(home, "Dinner", hours=40)
    world.sync()
    assert world.titles(work) == ["Dinner", "Long lunch"]
    world.forget_calls()
    world.settle()
    assert (world.writes(), world.titles(home)) == ([], ["Dinner", "Lunch"])
    assert no_defect()
    may_write(world, home, allowed=True)
    world.settle()
    event = world.cloud.event(home.remote_id, lunch)
    assert event is not None
    assert event.content.title == "Long lunch"
    assert world.titles(work) == ["Dinner", "Long lunch"]
