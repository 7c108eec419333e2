"""What people do with their pairs, and what they may not."""

from datetime import timedelta

import pytest

from accounts.models import Connection
from sync import pairs
from sync.models import Brake, Calendar, Flow, Link, Pair
from sync.pairs import NotPossible
from tests.engine.world import OPEN, PRIVATE, World
from tests.factories import make_user


@pytest.fixture
def sides(world: World) -> tuple[Calendar, Calendar]:
    return world.calendar("alice@home.example"), world.calendar("alice@work.example")


def refused(world: World, first: Calendar, second: Calendar, *, two_way: bool = False) -> str:
    before = (Pair.objects.count(), Flow.objects.count(), Calendar.objects.exclude(due_at=None).count())
    with pytest.raises(NotPossible) as error:
        pairs.create(user=world.user, first=first, second=second, out=OPEN, back=OPEN if two_way else None)
    assert (Pair.objects.count(), Flow.objects.count(), Calendar.objects.exclude(due_at=None).count()) == before
    return str(error.value)


def test_a_calendar_is_not_paired_with_itself(world, sides):
    assert "two different calendars" in refused(world, sides[0], sides[0])


def test_a_strangers_calendar_is_refused_on_either_side(world, sides):
    stranger = make_user("charlie")
    connection = Connection.objects.create(
        user=stranger, kind="memory", issuer="memory", subject="charlie", address="charlie@home.example"
    )
    theirs = Calendar.objects.create(connection=connection, remote_id="theirs", name="Theirs")
    for first, second in [(sides[0], theirs), (theirs, sides[0])]:
        assert "accounts you connected" in refused(world, first, second)


def test_a_calendar_that_cannot_be_written_is_no_target(world, sides):
    home, work = sides
    Calendar.objects.filter(pk=work.pk).update(can_write=False)
    work.refresh_from_db()
    assert "read-only" in refused(world, home, work)
    assert "read-only" in refused(world, work, home, two_way=True)
    # One-way, out of it, nothing is written there.
    assert pairs.create(user=world.user, first=work, second=home, out=OPEN, back=None)


@pytest.mark.parametrize("turned", [False, True])
def test_two_calendars_are_paired_once(world, sides, turned):
    world.pair(*sides)
    first, second = reversed(sides) if turned else sides
    assert "in step already" in refused(world, first, second)


def test_a_new_pair_is_read_completely_on_both_sides(world, sides):
    pairs.create(user=world.user, first=sides[0], second=sides[1], out=OPEN, back=None)
    for calendar in Calendar.objects.all():
        assert calendar.due_at is not None
        assert (calendar.cursor, calendar.full_read_at) == ("", None)


def test_a_direction_that_is_switched_off_takes_its_copies_along(world, sides):
    home, work = sides
    world.event(home, "Mine")
    world.event(work, "Theirs", hours=30)
    pair = world.pair(home, work, OPEN, OPEN)
    pairs.edit(pair=pair, out=OPEN, back=None)
    world.sync()
    assert world.titles(home) == ["Mine"]
    assert world.titles(work) == ["Mine", "Theirs"]
    assert pair.flows.count() == 1


def test_a_direction_that_is_switched_on_copies_what_is_there(world, sides):
    home, work = sides
    world.event(work, "Theirs")
    pair = world.pair(home, work)
    assert world.events(home) == []
    pairs.edit(pair=pair, out=OPEN, back=PRIVATE)
    world.sync()
    assert world.titles(home) == ["Busy"]


def test_asking_to_sync_now_makes_both_sides_due(world, sides):
    pair = world.pair(*sides)
    Calendar.objects.update(due_at=world.now + timedelta(hours=1))
    pairs.sync_now(pair=pair)
    assert Calendar.objects.filter(due_at__lte=world.now).count() == 2


def test_pausing_twice_keeps_the_first_moment(world, sides):
    pair = world.pair(*sides)
    pairs.pause(pair=pair)
    first = Pair.objects.get().paused_at
    world.wait(seconds=60)
    pairs.pause(pair=pair)
    assert Pair.objects.get().paused_at == first


def test_ending_may_leave_the_copies_where_they_are(world, sides):
    home, work = sides
    world.event(home)
    pair = world.pair(home, work)
    world.forget_calls()
    pairs.end(pair=pair, remove_copies=False)
    world.settle()
    assert len(world.events(work)) == 1
    assert world.writes() == []
    assert not Pair.objects.exists()


def test_a_paused_pair_can_be_ended_with_its_copies(world, sides):
    home, work = sides
    world.event(home)
    pair = world.pair(home, work)
    pairs.pause(pair=pair)
    pairs.end(pair=Pair.objects.get(), remove_copies=True)
    world.settle()
    assert world.events(work) == []
    assert len(world.events(home)) == 1
    assert not Pair.objects.exists()


def test_a_direction_of_a_paused_pair_can_be_switched_off_and_nothing_else_is_written(world, sides):
    home, work = sides
    world.event(work, "Theirs")
    pair = world.pair(home, work, OPEN, OPEN)
    pairs.pause(pair=pair)
    world.event(home, "Made while paused", hours=40)
    pairs.edit(pair=Pair.objects.get(), out=OPEN, back=None)
    world.settle()
    assert world.titles(home) == ["Made while paused"]
    assert world.titles(work) == ["Theirs"]


@pytest.fixture
def brake(world: World, sides: tuple[Calendar, Calendar]) -> Brake:
    home, work = sides
    ids = [world.event(home, f"Event {n}", hours=24 + n) for n in range(4)]
    world.pair(home, work)
    for event_id in ids:
        world.cloud.delete(home.remote_id, event_id)
    world.sync()
    return Brake.objects.get()


def test_stopping_pauses_the_pair_and_deletes_nothing(world, sides, brake):
    pairs.decide(brake=brake, decision=Brake.Decision.STOP, by=world.user)
    world.settle()
    assert len(world.events(sides[1])) == 4
    assert Pair.objects.get().paused_at is not None


def test_the_first_word_counts(world, sides, brake):
    pairs.decide(brake=brake, decision=Brake.Decision.RESTORE, by=world.user)
    pairs.decide(brake=brake, decision=Brake.Decision.RELEASE, by=world.user)
    world.settle()
    assert len(world.events(sides[1])) == 4
    told = Brake.objects.get()
    assert (told.decision, told.decided_by) == (Brake.Decision.RESTORE, world.user)


def test_releasing_lets_exactly_the_held_deletions_go(world, sides, brake):
    assert Link.objects.filter(state=Link.State.HELD).count() == 4
    pairs.decide(brake=brake, decision=Brake.Decision.RELEASE, by=world.user)
    world.sync()
    assert world.events(sides[1]) == []
    assert not Link.objects.exists()


def test_a_reconnected_account_rings_both_sides_of_its_pairs(world, sides):
    world.pair(*sides)
    third = world.calendar("alice@third.example")
    Calendar.objects.update(due_at=None)
    pairs.ring_connection(sides[0].connection)
    assert set(Calendar.objects.exclude(due_at=None)) == set(sides)
    third.refresh_from_db()
    assert third.due_at is None
