"""Rule 21 where three calendars are joined, and when meetings move, are declined, or go: one meeting, one place in each."""

from itertools import permutations

import pytest

from sync import pairs
from sync.core.event import Answer, Attendee
from sync.engine.pool import drain
from sync.models import Brake, Calendar
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from tests.engine.world import OPEN, PRIVATE, World

MANNERS = pytest.mark.parametrize(
    "manner", [LIKE_GOOGLE, LIKE_MICROSOFT, LIKE_CALDAV], ids=["like google", "like microsoft", "like caldav"]
)
UID = "review@meetings.example"


def mesh(world: World, manner: Manner) -> tuple[Calendar, Calendar, Calendar]:
    """Three calendars, each in step with both others; the first two have the same meeting."""
    a, b, c = (world.calendar(f"alice@{name}.example", manner) for name in "abc")
    for calendar in (a, b):
        world.event(calendar, "Review", ical_uid=UID)
    for hours, calendar in enumerate((a, b, c), start=30):
        world.event(calendar, f"Own of {calendar.connection.address}", hours=hours)
    for first, second in ((a, b), (b, c), (a, c)):
        world.pair(first, second, OPEN, OPEN)
    world.settle()
    return a, b, c


def reviews(world: World, calendar: Calendar) -> int:
    return world.titles(calendar).count("Review")


def quiet(world: World) -> None:
    world.forget_calls()
    world.settle()
    world.settle()
    assert world.writes() == []


@MANNERS
def test_a_meeting_of_two_calendars_has_one_copy_in_the_third(world: World, manner: Manner) -> None:
    a, b, c = mesh(world, manner)
    assert [reviews(world, calendar) for calendar in (a, b, c)] == [1, 1, 1]
    assert [len(world.events(calendar)) for calendar in (a, b, c)] == [4, 4, 4]
    quiet(world)


@MANNERS
@pytest.mark.parametrize("how", ["deleted", "declined", "moved"])
@pytest.mark.parametrize("whose", [0, 1])
def test_when_one_of_the_two_goes_the_third_keeps_exactly_one(world, manner, how, whose):
    calendars = mesh(world, manner)
    here = calendars[whose]
    (id,) = [e.id for e in world.events(here) if e.content.title == "Review"]
    match how:
        case "deleted":
            world.cloud.delete(here.remote_id, id)
        case "declined":
            world.cloud.edit(here.remote_id, id, answer=Answer.DECLINED)
        case "moved":
            world.cloud.move(here.remote_id, id, world.content(hours=60).when)
    world.sync()
    world.settle()
    # Two meetings when only one of them moved; and who deleted or declined one has the other beside it as a copy.
    expected = {"deleted": [1, 1, 1], "moved": [2, 2, 2], "declined": [1, 1, 1]}[how]
    expected[whose] += how == "declined"
    assert [reviews(world, calendar) for calendar in calendars] == expected
    quiet(world)


@MANNERS
def test_a_pair_that_ends_leaves_the_copy_to_the_other_that_has_the_meeting(world: World, manner: Manner) -> None:
    _, _, c = mesh(world, manner)
    for pair in list(world.user.pairs.filter(second=c)):
        pairs.end(pair=pair, remove_copies=True)
        world.settle()
        world.settle()
        left = world.user.pairs.filter(second=c).count()
        assert reviews(world, c) == min(left, 1)
    assert len(world.events(c)) == 1


def test_two_workers_at_the_same_moment_make_one_copy(world: World) -> None:
    a, b, c = (world.calendar(f"alice@{name}.example") for name in "abc")
    world.pair(a, c)
    world.pair(b, c)
    for calendar in (a, b):
        world.event(calendar, "Review", ical_uid=UID)
    strikes: list[Call] = []

    def meanwhile(call: Call, at: str) -> None:
        if call.name == "write" and at == "before" and not strikes:
            strikes.append(call)
            world.ring(b)
            drain(clock=lambda: world.now, sleep=lambda pause: None)

    world.cloud.fault = meanwhile
    world.ring(a)
    drain(clock=lambda: world.now, sleep=lambda pause: None)
    assert len([call for call in world.writes() if call.name == "insert"]) == 1
    world.settle()
    assert reviews(world, c) == 1
    quiet(world)


@MANNERS
@pytest.mark.parametrize("order", list(permutations((0, 1))))
def test_a_meeting_that_moves_on_both_sides_is_copied_to_neither_meanwhile(world, manner, order):
    sides = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    ids = [world.event(calendar, "Review", ical_uid=UID) for calendar in sides]
    world.pair(*sides, OPEN, OPEN)
    world.forget_calls()
    later = world.content(hours=50).when
    for place in order:
        world.cloud.move(sides[place].remote_id, ids[place], later)
        world.ring(sides[place])
        drain(clock=lambda: world.now, sleep=lambda pause: None)
        world.wait(seconds=20)
    world.settle()
    assert world.writes() == []
    assert [reviews(world, calendar) for calendar in sides] == [1, 1]


@MANNERS
def test_a_meeting_declined_over_there_blocks_nothing_there_and_so_is_copied(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    guests = (
        Attendee(address="bob@other.example"),
        Attendee(address="alice@home.example", is_self=True),
        Attendee(address="alice@work.example", declined=True),
    )
    world.event(home, "Review", ical_uid=UID, attendees=guests, answer=Answer.ACCEPTED)
    own = world.event(work, "Review", ical_uid=UID, answer=Answer.DECLINED)
    world.pair(home, work)
    assert len(world.copies(work)) == 1
    world.cloud.edit(work.remote_id, own, answer=Answer.ACCEPTED)
    world.sync()
    world.settle()
    assert world.copies(work) == []


def test_whom_a_shared_target_belongs_to_decides_who_has_the_meeting_there(world: World) -> None:
    home, family = world.calendar("alice@home.example"), world.calendar("alice@work.example", name="Family")
    Calendar.objects.filter(pk=family.pk).update(owner="bob@other.example")
    guests = (Attendee(address="alice@work.example"), Attendee(address="alice@home.example", is_self=True))
    world.event(home, "Review", attendees=guests)
    world.event(home, "Party", hours=30, attendees=(*guests, Attendee(address="bob@other.example")))
    world.pair(home, family)
    assert world.titles(family) == ["Review"]


@MANNERS
def test_a_direction_switched_on_later_knows_what_stands_there(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    for number in range(15):
        for calendar in (home, work):
            world.event(calendar, f"Review {number}", hours=24 + number, ical_uid=f"{number}-{UID}")
    pair = world.pair(home, work)
    world.forget_calls()
    pairs.edit(pair=pair, out=OPEN, back=OPEN)
    # The calendar whose events are to be copied is read first.
    world.ring(work)
    drain(clock=lambda: world.now, sleep=lambda pause: None)
    world.settle()
    assert world.writes() == []
    assert not Brake.objects.exists()
    assert len(world.events(home)) == 15


def test_a_private_direction_shows_no_more_for_standing_beside_an_open_one(world: World) -> None:
    a, b, c = (world.calendar(f"alice@{name}.example") for name in "abc")
    for calendar in (a, b):
        world.event(calendar, "Review", ical_uid=UID)
    world.pair(a, c, PRIVATE)
    world.pair(b, c, OPEN)
    assert world.titles(c) == ["Busy"]
