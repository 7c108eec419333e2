"""The dry run: it says what the pair then does, and does nothing."""

import pytest

from sync.core.event import Answer, Attendee, Kind
from sync.core.operation import Reason
from sync.engine.preview import dry_run, example
from sync.models import Calendar, Flow, FlowSettings, Link, Pair
from tests.engine.world import OPEN, PRIVATE, World

Sides = tuple[Calendar, Calendar]


@pytest.fixture
def sides(world: World) -> Sides:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    for number in range(5):
        world.event(home, f"Event {number}", hours=24 + number)
    world.whole_day(home)
    world.event(home, "Declined", answer=Answer.DECLINED)
    world.event(home, "Cancelled", cancelled=True)
    world.event(home, "Desk", kind=Kind.WORKING_LOCATION)
    world.event(home, "Same", attendees=(Attendee(address="alice@work.example"),))
    world.event(home, "Another program's", mark="hetk1.k1.other.target.origin.0.signature")
    world.event(work, "Theirs", hours=30)
    return home, work


@pytest.mark.parametrize("back", [None, PRIVATE], ids=["one-way", "two-way"])
@pytest.mark.parametrize("out", [OPEN, PRIVATE], ids=["open", "private"])
def test_the_counts_are_those_of_the_pair_that_is_then_made(
    world: World, sides: Sides, out: FlowSettings, back: FlowSettings | None
) -> None:
    home, work = sides
    preview = dry_run(first=home, second=work, out=out, back=back)
    world.pair(home, work, out, back)
    made = [len(world.copies(calendar)) for calendar in (work, home)]
    # One of the marked events at home is another installation's.
    assert [flow.creates for flow in preview.flows] == ([6] if back is None else [6, 1])
    assert made[0] == preview.flows[0].creates
    assert made[1] - 1 == (0 if back is None else preview.flows[1].creates)


def test_it_says_of_each_event_that_is_not_copied_why(sides):
    (flow,) = dry_run(first=sides[0], second=sides[1], out=OPEN, back=None).flows
    assert flow.skips == {
        Reason.DECLINED: 1,
        Reason.CANCELLED: 1,
        Reason.WORKING_LOCATION: 1,
        Reason.SAME_MEETING: 1,
        Reason.FOREIGN_COPY: 1,
    }
    assert sum(flow.days.values()) == flow.creates


def test_it_writes_nothing_anywhere(world, sides):
    world.forget_calls()
    dry_run(first=sides[0], second=sides[1], out=OPEN, back=OPEN)
    assert world.writes() == []
    assert {call.name for call in world.cloud.calls} == {"read"}
    for model in (Pair, Flow, Link):
        assert not model.objects.exists()
    assert not Calendar.objects.exclude(cursor="", due_at=None).exists()


def test_copies_that_are_there_already_are_not_promised_again(world, sides):
    home, work = sides
    world.pair(home, work, OPEN, OPEN)
    Pair.objects.all().delete()
    preview = dry_run(first=home, second=work, out=OPEN, back=OPEN)
    assert [flow.creates for flow in preview.flows] == [0, 0]
    assert [flow.skips[Reason.IS_COPY] for flow in preview.flows] == [1, 6]


def test_the_example_is_the_next_own_event_that_has_something_to_show(world):
    home = world.calendar("alice@home.example")
    assert example(home) is None
    world.event(home, "Past", hours=-24)
    world.event(home, "Somebody's copy", hours=2, mark="any")
    assert example(home) is None
    world.event(home, "Later", hours=48)
    world.event(home, "Next", hours=24)
    found = example(home)
    assert found is not None
    assert found.content.title == "Next"
