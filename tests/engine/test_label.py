"""The label of copies, from the setting to the target: in place, once, and never where it does not belong."""

from dataclasses import replace

import pytest

from sync import pairs
from sync.models import FlowSettings, Link
from sync.providers.errors import Unknown
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from tests.engine.world import OPEN, PRIVATE, World

MANNERS = pytest.mark.parametrize("manner", [LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])
BLUE = replace(OPEN, label="blue")


@MANNERS
@pytest.mark.parametrize("back", [None, OPEN], ids=["one way", "two-way"])
def test_copies_are_labelled_in_place_with_one_write_each(world: World, manner: Manner, back) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    for number in range(3):
        world.event(home, hours=24 + number)
    pair = world.pair(home, work, OPEN, back)
    ids = [copy.id for copy in world.copies(work)]
    world.cloud.edit(work.remote_id, ids[0], label="green")
    world.settle()
    # As far as anybody asked, that was the person's choice.
    assert [copy.label for copy in world.copies(work)] == ["green", "", ""]
    for chosen in (BLUE, replace(BLUE, label="red"), replace(PRIVATE, label="red"), OPEN):
        world.forget_calls()
        pairs.edit(pair=pair, out=chosen, back=back)
        world.settle()
        assert [(copy.id, copy.label) for copy in world.copies(work)] == [(id, chosen.label) for id in ids]
        world.forget_calls()
        world.settle()
        assert world.writes() == []
    assert {event.label for event in world.events(home)} == {""}


@MANNERS
@pytest.mark.parametrize("back", [None, OPEN], ids=["one way", "two-way"])
@pytest.mark.parametrize("given", ["green", "7"], ids=["a label", "another colour"])
def test_a_colour_given_by_hand_outlives_whatever_is_written_until_a_label_is_chosen(
    world: World, manner: Manner, back: FlowSettings | None, given: str
) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    origin = world.event(home)
    pair = world.pair(home, work, OPEN, back)
    (copy,) = world.copies(work)
    world.cloud.edit(work.remote_id, copy.id, label=given)
    world.settle()
    for change in ("Later", "Latest"):
        world.cloud.edit(home.remote_id, origin, title=change)
        world.sync()
    pairs.edit(pair=pair, out=PRIVATE, back=back)
    world.settle()
    assert [(event.content.title, event.label) for event in world.copies(work)] == [("Busy", given)]
    pairs.edit(pair=pair, out=replace(PRIVATE, label="red"), back=back)
    world.settle()
    assert [event.label for event in world.copies(work)] == ["red"]


def test_a_colour_given_between_reading_and_writing_stays_as_well(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    origin = world.event(home)
    world.pair(home, work)
    (copy,) = world.copies(work)
    given: list[Call] = []

    def colour(call: Call, stage: str) -> None:
        if call.name == "update" and stage == "before" and not given:
            given.append(call)
            world.cloud.edit(work.remote_id, copy.id, label="green")

    world.cloud.fault = colour
    world.cloud.edit(home.remote_id, origin, title="Later")
    world.sync()
    assert [(event.content.title, event.label) for event in world.copies(work)] == [("Later", "green")]


@MANNERS
def test_a_change_of_label_is_one_write_for_each_copy(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home)
    world.event(home, hours=30)
    pair = world.pair(home, work)
    world.forget_calls()
    pairs.edit(pair=pair, out=BLUE, back=None)
    world.sync()
    assert [call.name for call in world.writes()] == ["update"] * 2


@MANNERS
@pytest.mark.parametrize("moment", ["create", "change"])
def test_a_lost_answer_neither_loses_a_label_nor_writes_it_twice(world: World, manner: Manner, moment: str) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home)
    lost: list[Call] = []

    def lose(call: Call, stage: str) -> None:
        if stage == "after" and call.name in ("insert", "update") and not lost:
            lost.append(call)
            raise Unknown("the answer was lost")

    if moment == "create":
        world.cloud.fault = lose
        world.pair(home, work, BLUE)
    else:
        pair = world.pair(home, work)
        world.forget_calls()
        world.cloud.fault = lose
        pairs.edit(pair=pair, out=BLUE, back=None)
    world.settle()
    world.settle()
    assert [copy.label for copy in world.copies(work)] == ["blue"]
    assert [call.name for call in world.writes()] == [lost[0].name]
    assert Link.objects.get().label == "blue"


def test_adopted_copies_keep_the_label_they_have(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home)
    pair = world.pair(home, work, BLUE)
    Link.objects.all().delete()
    world.forget_calls()
    pairs.edit(pair=pair, out=BLUE, back=None)
    world.settle()
    assert ([call.name for call in world.writes()], Link.objects.get().label) == (["insert"], "blue")


def test_where_there_are_no_colours_a_label_changes_nothing_for_long(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example", LIKE_CALDAV)
    world.event(home)
    world.pair(home, work, BLUE)
    world.forget_calls()
    world.settle()
    assert (world.writes(), [copy.label for copy in world.copies(work)]) == ([], [""])
