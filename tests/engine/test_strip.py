"""Rule 4: turning privacy on first takes the details out of the copies that exist, at once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accounts.models import Connection
from sync import pairs
from sync.models import Brake, Calendar, Flow, Receipt
from sync.providers.errors import Refused, Unknown
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from tests.engine.world import OPEN, PRIVATE, World

MANNERS = pytest.mark.parametrize(
    "manner", [LIKE_GOOGLE, LIKE_MICROSOFT, LIKE_CALDAV], ids=["like google", "like microsoft", "like caldav"]
)


@MANNERS
def test_copies_lose_their_details_although_their_source_cannot_be_reached(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    for number in range(30):
        world.event(home, f"Doctor {number}", hours=24 + number)
    own = world.event(work, "Own", hours=3)
    pair = world.pair(home, work, OPEN, OPEN)
    ids = {event.id for event in world.copies(work)}
    world.cloud.signed_out.add("alice@home.example")
    world.sync()
    assert Connection.objects.get(address="alice@home.example").halted
    pairs.edit(pair=pair, out=PRIVATE, back=OPEN)
    world.sync()
    copies = world.copies(work)
    assert {event.id for event in copies} == ids
    assert {(e.content.title, e.content.description, e.content.location) for e in copies} == {("Busy", "", "")}
    event = world.cloud.event(work.remote_id, own)
    assert event is not None
    assert event.content.title == "Own"
    assert not Flow.objects.filter(strip_due=True).exists()


@MANNERS
def test_after_the_stripping_both_sides_are_in_step_and_no_origin_turned_busy(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home, "Doctor")
    pair = world.pair(home, work, OPEN, OPEN)
    world.forget_calls()
    pairs.edit(pair=pair, out=PRIVATE, back=PRIVATE)
    world.sync()
    assert world.titles(home) == ["Doctor"]
    assert world.titles(work) == ["Busy"]
    assert [call.name for call in world.writes()] == ["update"]
    world.forget_calls()
    world.settle()
    assert world.writes() == []
    pairs.edit(pair=pair, out=OPEN, back=OPEN)
    world.sync()
    assert world.titles(work) == ["Doctor"]


def on_the_nth_reading(world: World, calendar: Calendar, number: int, act: Callable[[], object]) -> None:
    """At once, for none."""
    left = [act]

    def fault(call: Call, stage: str) -> None:
        nonlocal number
        if call.name == "read" and call.calendar_id == calendar.remote_id and stage == "before":
            number -= 1
            if number == 0:
                left.pop()()

    if number == 0:
        left.pop()()
    world.cloud.fault = fault


def test_a_copy_that_could_not_be_stripped_is_tried_again(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Doctor")
    world.event(home, "Dentist", hours=30)
    pair = world.pair(home, work)
    struck: list[Call] = []

    def refuse_once(call: Call, at: str) -> None:
        if call.name == "update" and at == "before" and not struck:
            struck.append(call)
            raise Refused("not now", status=400)

    world.cloud.fault = refuse_once
    pairs.edit(pair=pair, out=PRIVATE, back=None)
    world.sync()
    world.settle()
    assert world.titles(work) == ["Busy", "Busy"]


@MANNERS
def test_what_a_person_changed_in_a_copy_that_is_stripped_arrives_when_the_source_is_back(
    world: World, manner: Manner
) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home, "Doctor")
    pair = world.pair(home, work, OPEN, OPEN)
    world.cloud.signed_out.add("alice@home.example")
    world.sync()
    (copy,) = world.copies(work)
    moved = world.content(hours=48).when
    world.cloud.edit(work.remote_id, copy.id, when=moved)
    pairs.edit(pair=pair, out=PRIVATE, back=OPEN)
    world.sync()
    assert [(e.content.title, e.content.when) for e in world.copies(work)] == [("Busy", moved)]
    world.sign_in(home.connection)
    world.settle()
    for calendar, title in ((home, "Doctor"), (work, "Busy")):
        assert [(e.content.title, e.content.when) for e in world.events(calendar)] == [(title, moved)]


@MANNERS
@pytest.mark.parametrize("stage", ["before", "after"])
def test_what_a_person_changed_in_a_copy_outlives_a_strip_whose_answer_was_lost(
    world: World, manner: Manner, stage: str
) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home, "Doctor")
    pair = world.pair(home, work, OPEN, OPEN)
    (copy,) = world.copies(work)
    moved = world.content(hours=48).when
    world.cloud.edit(work.remote_id, copy.id, when=moved)
    lost: list[Call] = []

    def lose(call: Call, at: str) -> None:
        if call.name == "update" and at == stage and not lost:
            lost.append(call)
            raise Unknown("lost")

    world.cloud.fault = lose
    pairs.edit(pair=pair, out=PRIVATE, back=OPEN)
    world.sync()
    world.settle()
    assert lost
    for calendar, title in ((home, "Doctor"), (work, "Busy")):
        assert [(e.content.title, e.content.when) for e in world.events(calendar)] == [(title, moved)]


@MANNERS
@pytest.mark.parametrize("readings", [0, 2], ids=["before it is read", "before it is read back"])
def test_what_a_person_changed_in_a_copy_they_kept_is_not_forgotten_when_it_is_stripped(
    world: World, manner: Manner, readings: int
) -> None:
    """Such a copy is nobody's business until its origin is wanted again, and may be planned then without being read."""
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    first, *_ = [world.event(home, f"Gym {number}", hours=24 + number) for number in range(4)]
    pair = world.pair(home, work, OPEN, OPEN)
    copy = next(event for event in world.copies(work) if event.content.title == "Gym 0")
    pairs.edit(pair=pair, out=replace(OPEN, not_words="gym"), back=OPEN)
    world.sync()
    pairs.decide(brake=Brake.objects.get(), decision=Brake.Decision.RESTORE, by=world.user)
    world.settle()
    moved = world.content(hours=70).when
    on_the_nth_reading(
        world, work, readings, lambda: world.cloud.edit(work.remote_id, copy.id, title="Gym", when=moved)
    )
    pairs.edit(pair=pair, out=replace(PRIVATE, not_words="gym"), back=OPEN)
    world.settle()
    world.cloud.edit(home.remote_id, first, title="Walk")
    world.settle()
    for calendar, id, title in ((home, first, "Walk"), (work, copy.id, "Busy")):
        event = world.cloud.event(calendar.remote_id, id)
        assert event is not None
        assert (event.content.title, event.content.when) == (title, moved)


@MANNERS
@pytest.mark.parametrize("two_way", [True, False])
def test_copies_of_a_paused_sync_lose_their_details_at_once_and_nothing_else_is_written_until_it_goes_on(
    world: World, manner: Manner, two_way: bool
) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home, "Doctor")
    back = OPEN if two_way else None
    pair = world.pair(home, work, OPEN, back)
    (copy,) = world.copies(work)
    pairs.pause(pair=pair)
    world.event(home, "Dentist", hours=30)
    own = world.event(work, "Own", hours=3)
    moved = world.content(hours=48).when
    world.cloud.edit(work.remote_id, copy.id, when=moved)
    world.forget_calls()
    pairs.edit(pair=pair, out=PRIVATE, back=back)
    world.settle()
    assert [(call.name, call.subject.id) for call in world.writes()] == [("update", copy.id)]
    assert world.cloud.requests("read", home.remote_id) == 0
    (bare,) = world.copies(work)
    assert (bare.content.title, bare.content.description, bare.content.location) == ("Busy", "", "")
    receipt = Receipt.objects.get()
    assert (receipt.copies, receipt.changed, receipt.left) == (1, 1, 0)
    world.forget_calls()
    world.settle()
    # The calendar rests again.
    assert world.requests() == 0
    pairs.resume(pair=pair)
    world.settle()
    assert len(world.copies(work)) == 2
    event = world.cloud.event(home.remote_id, next(e.id for e in world.events(home) if e.content.title == "Doctor"))
    assert event is not None
    # What the person moved meanwhile goes the way of the sync.
    there = next(e for e in world.copies(work) if e.id == copy.id)
    assert there.content.when == event.content.when
    assert (event.content.when == moved) is two_way
    assert world.cloud.event(work.remote_id, own) is not None
