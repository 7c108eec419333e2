"""A reading from the beginning that is asked for while another one is under way is not taken for done by that one."""

from collections.abc import Callable

from sync import pairs
from sync.engine.cycle import Cycle
from sync.models import Calendar, Flow
from sync.providers.memory import Call
from sync.store import due
from tests.engine.world import OPEN, World


def once_at(world: World, name: str, then: Callable[[], object]) -> None:
    """`then` happens while the first call of that name is on its way."""

    def fault(call: Call, at: str) -> None:
        if call.name == name and at == "after":
            world.cloud.fault = None
            world.wait(seconds=1)
            then()

    world.cloud.fault = fault


def test_a_second_pair_started_during_the_first_reading_gets_every_copy(world: World) -> None:
    home, work, third = (world.calendar(f"alice@{name}.example") for name in ("home", "work", "third"))
    for hours in range(20, 30):
        world.event(home, f"Dinner {hours}", hours=hours)
    Calendar.objects.filter(pk=work.pk).update(full_read_at=world.now)
    pairs.create(user=world.user, first=home, second=work, out=OPEN, back=None)
    Calendar.objects.filter(pk=work.pk).update(due_at=None)
    once_at(world, "read", lambda: pairs.create(user=world.user, first=home, second=third, out=OPEN, back=None))
    world.sync()
    world.settle()
    assert len(world.copies(work)) == 10
    assert len(world.copies(third)) == 10


def test_a_direction_switched_off_is_proved_empty_by_a_reading_begun_afterwards(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(work, "Standup")
    pair = world.pair(home, work, OPEN, OPEN)
    due.read_again([home.pk], prove=True)
    once_at(world, "read", lambda: pairs.edit(pair=pair, out=OPEN, back=None))
    world.ring(home)
    (calendar,) = due.claim(1, world.now)
    Cycle(calendar, lambda: world.now, lambda: 0.5).run()
    row = Calendar.objects.get(pk=home.pk)
    assert (row.cursor, row.full_read_at) == ("", None)
    assert Flow.objects.filter(source=work).exists()
    world.settle()
    assert not Flow.objects.filter(source=work).exists()
    assert world.copies(home) == []


def test_a_reading_whose_lease_is_somebody_elses_leaves_the_cursor_alone(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    kept = Calendar.objects.get(pk=home.pk).cursor
    world.event(home, "Late")
    later = world.now + 2 * due.LEASE

    def somebody_else() -> None:
        Calendar.objects.filter(pk=home.pk).update(lease_until=later)

    once_at(world, "read", somebody_else)
    world.ring(home)
    (calendar,) = due.claim(1, world.now)
    Cycle(calendar, lambda: world.now, lambda: 0.5).run()
    assert Calendar.objects.get(pk=home.pk).cursor == kept
    Calendar.objects.filter(pk=home.pk).update(lease_until=None)
    world.settle()
    assert world.titles(work) == ["Late"]
