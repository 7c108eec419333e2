"""A calendar that its person may only read from now on: what wants writing there waits, everything else goes on."""

from dataclasses import replace

import pytest

from sync import calendars, pairs
from sync.models import Calendar, Flow, Link, Run, Verification
from sync.providers.errors import ComeBack
from sync.providers.memory import Call
from tests.engine.test_verify import counts, silently, verified
from tests.engine.world import OPEN, PRIVATE, World

COMPLETE = Verification.Outcome.COMPLETE


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


def test_an_audit_of_a_pair_with_a_side_that_may_only_be_read_covers_both_and_counts_what_it_cannot_repair(
    world: World,
) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Lunch")
    world.event(work, "Review", hours=30)
    pair = world.pair(home, work, OPEN, OPEN)
    may_write(world, home, allowed=False)
    row = verified(world, pair)
    assert (row.outcome, row.checked, len(row.scope), counts(row)) == (COMPLETE, 2, 2, {})
    world.cloud.edit(work.remote_id, world.copies(work)[0].id, title="Long lunch")
    world.event(work, "Retreat", hours=50)
    world.sync()
    world.forget_calls()
    row = verified(world, pair)
    assert (row.outcome, len(row.scope), row.repaired) == (COMPLETE, 2, 0)
    assert counts(row) == {"missing": 1, "differing": 1, "left": 2}
    assert world.writes() == []
    may_write(world, home, allowed=True)
    world.settle()
    assert world.titles(home) == ["Long lunch", "Retreat", "Review"]
    assert counts(verified(world, pair)) == {}


def test_details_that_show_in_a_target_that_may_only_be_read_are_told_and_not_called_repaired(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Doctor")
    pair = world.pair(home, work, PRIVATE)
    with silently(world, work):
        world.cloud.edit(work.remote_id, world.copies(work)[0].id, title="Doctor")
    may_write(world, work, allowed=False)
    row = verified(world, pair)
    assert (row.outcome, row.repaired, counts(row)) == (COMPLETE, 0, {"visible": 1, "left": 1})
    assert no_defect()
    may_write(world, work, allowed=True)
    world.settle()
    assert world.titles(work) == ["Busy"]
    assert counts(verified(world, pair)) == {}


def test_a_two_way_pair_is_audited_in_both_directions_or_not_at_all(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Lunch")
    pair = world.pair(home, work, OPEN, OPEN)
    world.settle()
    Link.objects.update(due_at=world.now)

    def fault(call: Call, stage: str) -> None:
        if call.name == "get" and stage == "before":
            raise ComeBack("the provider did not answer", status=500)

    world.cloud.fault = fault
    row = verified(world, pair)
    world.settle(1200)
    row.refresh_from_db()
    assert row.finished_at is None
    world.cloud.fault = None
    world.settle()
    row.refresh_from_db()
    assert (row.outcome, len(row.scope), counts(row)) == (COMPLETE, 2, {})
