"""A person changes their mind while a cycle is on its way: what was asked last is what stands at the end."""

from collections.abc import Callable

import pytest

from sync import pairs
from sync.models import Calendar, Pair
from sync.providers.memory import LIKE_GOOGLE, Call
from tests.engine.world import OPEN, PRIVATE, World


@pytest.fixture
def sides(world: World) -> tuple[Calendar, Calendar]:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    for hours in range(20, 80):
        world.event(home, f"Dinner {hours}", hours=hours)
    return home, work


def start(world: World, sides: tuple[Calendar, Calendar], two_way: bool = False) -> Pair:
    return pairs.create(user=world.user, first=sides[0], second=sides[1], out=OPEN, back=OPEN if two_way else None)


def once_at(world: World, name: str, then: Callable[[], object], stage: str = "before") -> None:
    """`then` happens a second later, while the first call of that name is on its way."""

    def fault(call: Call, at: str) -> None:
        if call.name == name and at == stage:
            world.cloud.fault = None
            world.wait(seconds=1)
            then()

    world.cloud.fault = fault


def test_a_pause_while_a_calendar_is_read_lets_nothing_be_sent(world, sides):
    pair = start(world, sides)
    once_at(world, "read", lambda: pairs.pause(pair=pair), "after")
    world.sync()
    world.settle()
    assert world.writes() == []
    pairs.resume(pair=pair)
    world.settle()
    assert len(world.copies(sides[1])) == 60


def test_a_pause_before_the_first_share_is_written_keeps_the_next_share_back(world, sides, monkeypatch):
    monkeypatch.setattr("sync.store.work.MOST", 20)
    pair = start(world, sides)
    once_at(world, "write", lambda: pairs.pause(pair=pair))
    world.sync()
    world.settle()
    assert len(world.copies(sides[1])) == 20
    pairs.resume(pair=pair)
    for _ in range(4):
        world.settle()
    assert len(world.copies(sides[1])) == 60


@pytest.mark.parametrize("stage", ["before", "after"])
def test_a_pause_during_the_first_sync_is_heard_before_the_next_request(world, sides, stage):
    for hours in range(100, 140):
        world.event(sides[0], f"Lunch {hours}", hours=hours)
    pair = start(world, sides)
    once_at(world, "write", lambda: pairs.pause(pair=pair), stage)
    world.sync()
    world.settle()
    # One request was on its way.
    assert len(world.copies(sides[1])) == LIKE_GOOGLE.traits.batch
    pairs.resume(pair=pair)
    world.forget_calls()
    world.settle()
    assert len(world.copies(sides[1])) == 100
    assert world.cloud.requests("find") == 0


@pytest.mark.parametrize("stage", ["before", "after"])
def test_privacy_turned_on_during_the_first_sync_strips_what_was_just_copied(world, sides, stage):
    pair = start(world, sides)
    once_at(world, "insert", lambda: pairs.edit(pair=pair, out=PRIVATE, back=None), stage)
    world.sync()
    assert set(world.titles(sides[1])) == {"Busy"}
    assert len(world.copies(sides[1])) == 60


@pytest.mark.parametrize("name", ["read", "insert", "write"])
@pytest.mark.parametrize("stage", ["before", "after"])
def test_an_end_during_the_first_sync_leaves_no_copy(world, sides, name, stage):
    pair = start(world, sides)
    once_at(world, name, lambda: pairs.end(pair=pair, remove_copies=True), stage)
    world.sync()
    world.settle()
    assert world.copies(sides[1]) == []
    assert not Pair.objects.exists()
    assert len(world.titles(sides[0])) == 60


@pytest.mark.parametrize("name", ["read", "insert", "write"])
def test_an_end_that_keeps_copies_during_the_first_sync_breaks_nothing(world, sides, name):
    pair = start(world, sides)
    once_at(world, name, lambda: pairs.end(pair=pair, remove_copies=False))
    world.sync()
    world.settle()
    assert not Pair.objects.exists()
    assert len(world.titles(sides[0])) == 60
    assert not Calendar.objects.exclude(trouble="").exists()


def test_a_direction_switched_off_during_the_first_sync_takes_its_copies_along(world, sides):
    world.event(sides[1], "Meeting")
    pair = start(world, sides, two_way=True)
    once_at(world, "insert", lambda: pairs.edit(pair=pair, out=OPEN, back=None))
    world.sync()
    world.settle()
    assert world.copies(sides[0]) == []
    assert len(world.copies(sides[1])) == 60
