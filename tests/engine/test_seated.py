"""Whoever asks a mailbox has a seat there first: cycles, the wizard, dry runs, explanations. Who finds none is told so."""

from collections.abc import Callable
from datetime import UTC

import pytest

from accounts.models import Connection
from sync import calendars, example, pairs, unreachable
from sync.engine.clients import Busy
from sync.engine.explain import explain_day
from sync.engine.preview import dry_change, dry_run
from sync.models import Calendar, Pair, Seat
from sync.providers.memory import LIKE_MICROSOFT, Call
from sync.store import seats
from sync.views import counting
from tests.engine.arena import Slept
from tests.engine.world import OPEN, PRIVATE, World

Sides = tuple[Calendar, Calendar]
# One request each, now and then: they are not counted.
LONE = {"watch", "renew", "unwatch"}


@pytest.fixture
def sides(world: World) -> Sides:
    """Two calendars in step, and changes on their way."""
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example", LIKE_MICROSOFT)
    for number in range(30):
        world.event(home, f"Home {number}", hours=24 + number)
    world.pair(home, work, OPEN, OPEN)
    world.wait(seconds=30)
    for event in world.events(home)[:3]:
        world.cloud.edit(home.remote_id, event.id, title="Later")
    world.cloud.delete(work.remote_id, world.copies(work)[9].id)
    Calendar.objects.update(cursor="")
    return home, work


def resync(world: World, home: Calendar, work: Calendar) -> None:
    pairs.edit(pair=Pair.objects.get(), out=PRIVATE, back=OPEN)
    world.sync()


ASKERS: dict[str, Callable[[World, Calendar, Calendar], object]] = {
    "a cycle": resync,
    "a dry run": lambda world, home, work: dry_run(first=home, second=work, out=OPEN, back=None),
    "a dry run of a change": lambda world, home, work: dry_change(pair=Pair.objects.get(), out=PRIVATE, back=None),
    "the picture": lambda world, home, work: example.sample(home),
    "an explanation": lambda world, home, work: explain_day(work, world.now.date(), UTC, world.now),
    "a list of calendars": lambda world, home, work: calendars.refresh(home.connection),
}


@pytest.mark.parametrize("asker", ASKERS)
def test_every_request_is_made_from_a_seat_which_is_free_again_afterwards(
    world: World, sides: Sides, asker: str
) -> None:
    asked: list[str] = []

    def seated(call: Call, stage: str) -> None:
        if call.name not in LONE:
            taken = Seat.objects.filter(connection__address=call.address, until__gt=world.now)
            assert taken.count() == 1, call
            asked.append(call.name)

    world.cloud.fault = seated
    ASKERS[asker](world, *sides)
    assert asked
    assert not Seat.objects.filter(until__gt=world.now).exists()


def test_who_finds_every_seat_taken_is_told_so_and_asks_nothing(world: World, sides: Sides, monkeypatch) -> None:
    monkeypatch.setattr(seats, "time", Slept(world.traveller))
    home, work = sides
    world.forget_calls()
    with seats.seat(home.connection_id, 1):
        Seat.objects.filter(connection=home.connection_id).update(until=world.now.replace(year=2099))
        with pytest.raises(Busy) as busy:
            calendars.refresh(home.connection)
        told = counting.count(home, work, OPEN, None).problem
        assert told == unreachable.told(busy.value)
        assert example.sample(home).made_up
    assert told is not None
    assert "alice@home.example" in told.what
    assert "Your calendars are safe" in told.then
    assert Connection.objects.get(pk=home.connection_id).throttled_until is None
    assert [call.name for call in world.cloud.calls if call.address == "alice@home.example"] == []
