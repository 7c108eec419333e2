"""The thinnest thing that works: one event, there and back."""

from tests.engine.world import OPEN, World


def test_an_event_arrives_as_a_copy_with_its_details(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Lunch")
    world.pair(home, work)
    (copy,) = world.events(work)
    assert copy.content == world.events(home)[0].content
    assert copy.mark
    assert not copy.attendees


def test_a_second_look_writes_nothing(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home)
    world.whole_day(home)
    world.pair(home, work, OPEN, OPEN)
    world.forget_calls()
    world.sync()
    world.settle()
    assert world.writes() == []
    assert len(world.copies(work)) == 2
    assert world.copies(home) == []
