"""Situations that the sweep and the simulation found, each kept by name so that it never comes back."""

import pytest

from sync.models import Calendar
from sync.providers.errors import Unknown
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from tests.engine.world import OPEN, World

Pairing = tuple[Calendar, Calendar]


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(params=[LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])
def sides(request: pytest.FixtureRequest, world: World) -> Pairing:
    manner: Manner = request.param
    return world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)


def edit_both(world: World, sides: Pairing) -> None:
    """One event in step, then its title is changed at home and its place at work."""
    home, work = sides
    origin = world.event(home, "Lunch")
    world.pair(home, work, OPEN, OPEN)
    world.wait(seconds=5)
    world.cloud.edit(home.remote_id, origin, title="Late lunch")
    world.wait(seconds=5)
    world.cloud.edit(work.remote_id, world.events(work)[0].id, location="Terrace")


@pytest.mark.parametrize("number", [0, 1])
def test_edits_of_both_sides_arrive_although_one_of_the_two_writes_fails(world, sides, number):
    edit_both(world, sides)
    seen: list[Call] = []

    def fault(call: Call, at: str) -> None:
        if call.name == "update" and at == "before":
            seen.append(call)
            if len(seen) == number + 1:
                raise Unknown("timed out")

    world.cloud.fault = fault
    world.sync()
    world.settle()
    for calendar in sides:
        (event,) = world.events(calendar)
        assert (event.content.title, event.content.location) == ("Late lunch", "Terrace")


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("stage", ["before", "after"])
def test_edits_of_both_sides_arrive_although_the_process_ends_between_the_writes(world, sides, number, stage):
    edit_both(world, sides)
    seen: list[Call] = []

    def fault(call: Call, at: str) -> None:
        if call.name == "update" and at == stage:
            seen.append(call)
            if len(seen) == number + 1:
                raise Killed

    world.cloud.fault = fault
    with pytest.raises(Killed):
        world.sync()
    world.settle()
    for calendar in sides:
        (event,) = world.events(calendar)
        assert (event.content.title, event.content.location) == ("Late lunch", "Terrace")
