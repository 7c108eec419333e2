"""Situations that the sweep and the simulation found, each kept by name so that it never comes back."""

import pytest

from sync import pairs
from sync.core.operation import Reason
from sync.models import Calendar, Link
from sync.providers.errors import Unknown
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from tests.engine.world import OPEN, PRIVATE, World

Pairing = tuple[Calendar, Calendar]


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(params=[LIKE_GOOGLE, LIKE_MICROSOFT, LIKE_CALDAV], ids=["like google", "like microsoft", "like caldav"])
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


def lose_answer(world: World, name: str, stage: str = "after") -> None:
    """Nobody hears what became of the first such write: it is carried out, or was struck "before"."""
    lost: list[Call] = []

    def fault(call: Call, at: str) -> None:
        if call.name == name and at == stage and not lost:
            lost.append(call)
            raise Unknown("lost")

    world.cloud.fault = fault
    world.sync()
    assert lost
    world.cloud.fault = None


def test_privacy_turned_on_and_off_again_never_makes_a_title_busy(world, sides):
    home, work = sides
    world.event(home, "Doctor")
    pair = world.pair(home, work, OPEN, OPEN)
    pairs.edit(pair=pair, out=PRIVATE, back=OPEN)
    lose_answer(world, "update")
    assert world.titles(work) == ["Busy"]
    pairs.edit(pair=pair, out=OPEN, back=OPEN)
    world.settle()
    assert world.titles(home) == world.titles(work) == ["Doctor"]


@pytest.mark.parametrize("stage", ["before", "after"])
def test_a_copy_taken_over_tells_its_origin_nothing_although_the_first_update_was_lost(world, sides, stage):
    home, work = sides
    world.event(home, "Doctor")
    world.wait(seconds=5)
    pairs.end(pair=world.pair(home, work, PRIVATE, PRIVATE), remove_copies=False)
    pairs.create(user=world.user, first=home, second=work, out=OPEN, back=OPEN)
    lose_answer(world, "update", stage)
    world.settle()
    assert world.titles(home) == world.titles(work) == ["Doctor"]


def test_a_copy_that_was_edited_before_its_lost_create_was_found_keeps_the_edit(world, sides):
    home, work = sides
    world.event(home, "Lunch")
    pairs.create(user=world.user, first=home, second=work, out=OPEN, back=OPEN)
    lose_answer(world, "insert")
    (copy,) = world.copies(work)
    world.wait(seconds=5)
    world.cloud.edit(work.remote_id, copy.id, title="Late lunch")
    world.settle()
    assert world.titles(home) == world.titles(work) == ["Late lunch"]


def test_an_origin_that_was_edited_before_its_lost_copy_was_found_decides(world, sides):
    home, work = sides
    origin = world.event(home, "Lunch")
    pairs.create(user=world.user, first=home, second=work, out=OPEN, back=OPEN)
    lose_answer(world, "insert")
    world.wait(seconds=5)
    world.cloud.edit(home.remote_id, origin, title="Dinner")
    world.settle()
    assert world.titles(home) == world.titles(work) == ["Dinner"]


def test_an_edit_after_a_lost_answer_is_not_undone_by_what_was_lost(world, sides):
    home, work = sides
    origin = world.event(home, "Lunch")
    world.pair(home, work, OPEN, OPEN)
    world.cloud.edit(home.remote_id, origin, title="Late lunch")
    lose_answer(world, "update")
    world.wait(seconds=5)
    world.cloud.edit(home.remote_id, origin, title="Dinner")
    world.wait(seconds=5)
    world.cloud.edit(work.remote_id, world.events(work)[0].id, location="Terrace")
    world.settle()
    for calendar in sides:
        (event,) = world.events(calendar)
        assert (event.content.title, event.content.location) == ("Dinner", "Terrace")


def test_a_meeting_that_is_on_again_outlives_a_removal_whose_answer_was_lost(world, sides):
    home, work = sides
    origin = world.event(home, "Lunch")
    world.event(home, "Keep", hours=30)
    world.pair(home, work, OPEN, OPEN)
    world.cloud.edit(home.remote_id, origin, cancelled=True)
    lose_answer(world, "remove")
    assert world.titles(work) == ["Keep"]
    world.cloud.edit(home.remote_id, origin, cancelled=False)
    world.settle()
    assert world.titles(home) == world.titles(work) == ["Keep", "Lunch"]


def test_an_edit_between_reading_and_writing_is_not_overrun(world):
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    origin = world.event(home, "Lunch")
    world.pair(home, work, OPEN, OPEN)
    (copy,) = world.events(work)
    world.wait(seconds=5)
    world.cloud.edit(home.remote_id, origin, title="Late lunch")
    edited: list[Call] = []

    def edit_meanwhile(call: Call, at: str) -> None:
        if call.name == "update" and at == "before" and not edited:
            edited.append(call)
            world.wait(seconds=5)
            world.cloud.edit(work.remote_id, copy.id, location="Terrace")

    world.cloud.fault = edit_meanwhile
    world.sync()
    assert edited
    for calendar in (home, work):
        (event,) = world.events(calendar)
        assert (event.content.title, event.content.location) == ("Late lunch", "Terrace")


def test_a_copy_that_somebody_fights_over_is_left_alone_until_tomorrow(world, sides):
    home, work = sides
    world.event(home, "Lunch")
    world.pair(home, work)
    (copy,) = world.events(work)
    Link.objects.update(churn=99)
    for number in range(3):
        world.cloud.edit(work.remote_id, copy.id, title=f"Mine {number}")
        world.sync()
    assert world.titles(work) == ["Mine 2"]
    parked = world.link()
    assert (parked.state, parked.reason) == (Link.State.PARKED, Reason.CHURN)
    world.settle(seconds=24 * 3600)
    assert world.titles(work) == ["Lunch"]
