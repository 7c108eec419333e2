"""Copies that no row knows any more are tied to their originals again by their mark; none is made a second time."""

from datetime import UTC, datetime

import pytest
import time_machine

from sync import pairs
from sync.models import Link
from tests.engine.world import OPEN, World


@pytest.fixture
def world(db):
    with time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as traveller:
        yield World(traveller)


def test_copies_whose_rows_were_lost_are_found_again_and_none_is_doubled(world):
    home, there = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    for hours in (24, 48, 72):
        world.event(home, f"Lunch {hours}", hours=hours)
    pair = world.pair(home, there, OPEN, OPEN)
    world.event(there, "Review", hours=30)
    world.sync()
    everything = world.titles(home), world.titles(there)
    tied = set(Link.objects.values_list("flow", "origin_id", "copy_id"))
    assert len(tied) == 4
    # Rows are lost and the calendars do not know: nothing that changed would bring them back.
    Link.objects.all().delete()
    world.forget_calls()
    pairs.find_again(pair=pair)
    world.sync()
    assert set(Link.objects.values_list("flow", "origin_id", "copy_id")) == tied
    assert (world.titles(home), world.titles(there)) == everything
    assert [call.name for call in world.writes() if call.name != "update"] == []


def test_what_was_found_again_is_kept_in_step_as_before(world):
    home, there = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    event = world.event(home, "Lunch")
    pair = world.pair(home, there)
    Link.objects.all().delete()
    pairs.find_again(pair=pair)
    world.sync()
    world.cloud.edit(home.remote_id, event, title="Supper")
    world.sync()
    assert world.titles(there) == ["Supper"]
    world.cloud.delete(home.remote_id, event)
    world.sync()
    assert world.titles(there) == []
