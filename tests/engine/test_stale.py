"""What a cycle read in one pass is old in the next when another worker has seen more: versions have no order, so it asks again."""

from collections.abc import Callable

import pytest

from sync import pairs
from sync.engine.cycle import Cycle
from sync.models import Calendar, FlowSettings, Link, Pair
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_MICROSOFT, Call
from tests.engine.world import OPEN, PRIVATE, World

MANNERS = pytest.mark.parametrize(
    "manner", [LIKE_GOOGLE, LIKE_MICROSOFT, LIKE_CALDAV], ids=["google", "microsoft", "caldav"]
)


def cycle(world: World, calendar: Calendar) -> None:
    calendar.refresh_from_db()
    Cycle(calendar, lambda: world.now, lambda: 0.5).run()


def after_each_write(world: World, *acts: Callable[[], object]) -> None:
    """The first act follows the first write, before its answer is on record, and so on."""
    left = list(acts)

    def fault(call: Call, stage: str) -> None:
        if call.name == "write" and stage == "after" and left:
            act = left.pop(0)
            world.wait(seconds=1)
            act()

    world.cloud.fault = fault


@MANNERS
def test_an_edit_that_another_worker_saw_between_two_passes_arrives(world, manner):
    source, target = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    origin = world.event(source, "Before")
    pair = world.pair(source, target)
    pairs.edit(pair=pair, out=FlowSettings(private=False, template="[Work] {title}"), back=None)

    def edited_and_seen() -> None:
        world.cloud.edit(source.remote_id, origin, title="After")
        cycle(world, source)
        pairs.edit(pair=Pair.objects.get(), out=OPEN, back=None)

    after_each_write(world, edited_and_seen, lambda: cycle(world, source))
    cycle(world, target)
    world.settle()
    assert [copy.content.title for copy in world.copies(target)] == ["After"]


@MANNERS
def test_an_edit_of_a_copy_that_another_worker_saw_between_two_passes_arrives(world, manner):
    source, target = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(source, "Before")
    pair = world.pair(source, target, back=OPEN)
    (copy,) = world.copies(target)
    pairs.edit(pair=pair, out=FlowSettings(private=False, template="[Work] {title}"), back=OPEN)

    def edited_and_seen() -> None:
        world.cloud.edit(target.remote_id, copy.id, location="Terrace")
        cycle(world, target)
        pairs.edit(pair=Pair.objects.get(), out=OPEN, back=OPEN)

    after_each_write(world, edited_and_seen, lambda: cycle(world, target))
    cycle(world, source)
    world.settle()
    assert [event.content.location for event in world.copies(target) + world.events(source)] == ["Terrace", "Terrace"]


@MANNERS
def test_what_a_person_does_to_a_copy_while_the_stripping_is_read_back_is_not_forgotten(world, manner):
    source, target = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    origin = world.event(source, "Doctor", hours=24)
    pair = world.pair(source, target, back=OPEN)
    pairs.edit(pair=pair, out=PRIVATE, back=OPEN)
    cycle(world, source)
    (copy,) = world.copies(target)
    later = world.content("Dentist", hours=30)
    readings = []

    def fault(call: Call, stage: str) -> None:
        if call.name == "read" and stage == "before":
            readings.append(call.calendar_id)
            if len(readings) == 2:
                world.cloud.edit(target.remote_id, copy.id, title="Dentist", when=later.when)

    world.cloud.fault = fault
    cycle(world, target)
    world.settle()
    assert readings[:2] == [target.remote_id, target.remote_id]
    assert list(Link.objects.values_list("state", "due_at")) == [(Link.State.LIVE, None)]
    assert [(e.content.title, e.content.when) for e in world.copies(target)] == [("Busy", later.when)]
    assert [(e.id, e.content.title, e.content.when) for e in world.events(source)] == [(origin, "Doctor", later.when)]


@MANNERS
def test_a_worker_that_stood_still_longer_than_its_lease_does_not_write_what_another_has_written_since(world, manner):
    source, target = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    origin = world.event(source, "Before")
    pair = world.pair(source, target)
    pairs.edit(pair=pair, out=FlowSettings(private=False, template="[Work] {title}"), back=None)
    acts = [lambda: cycle(world, source)]

    def fault(call: Call, stage: str) -> None:
        if call.name == "get" and call.calendar_id == source.remote_id and stage == "after" and acts:
            world.wait(seconds=400)
            world.cloud.edit(source.remote_id, origin, title="After")
            acts.pop()()
            world.forget_calls()

    world.cloud.fault = fault
    cycle(world, target)
    assert acts == []
    assert world.writes() == []
    assert [copy.content.title for copy in world.copies(target)] == ["[Work] After"]
    world.settle()
    assert [copy.content.title for copy in world.copies(target)] == ["[Work] After"]


def test_a_worker_that_is_slow_but_not_dead_keeps_what_it_has_taken(world):
    source, target = world.calendar("alice@home.example"), world.calendar("alice@work.example", LIKE_MICROSOFT)
    for hours in range(24, 74):
        world.event(source, hours=hours)
    pairs.create(user=world.user, first=source, second=target, out=OPEN, back=None)
    cycle(world, target)
    shares: list[int] = []
    by_another: list[int] = []

    def fault(call: Call, stage: str) -> None:
        if call.name == "write" and stage == "after":
            shares.append(len(call.subject))
            world.wait(seconds=200)
            if len(shares) == 2:
                cycle(world, source)
                by_another.extend(shares[2:])

    world.cloud.fault = fault
    world.ring()
    cycle(world, source)
    assert len(world.copies(target)) == 50
    assert (shares, by_another) == ([20, 20, 10], [])
