"""How long to wait: doubling, spread, bounded, and never shorter than a provider asked."""

from datetime import timedelta

import pytest

from sync.core.event import Event
from sync.engine.backoff import LONGEST, POLL, POLL_BUSY, POLL_UNWATCHED, pause, poll_after
from sync.models import Calendar, Link, Watch
from sync.providers.errors import ComeBack
from sync.providers.memory import Call
from tests.engine.world import World


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 2), (1, 2), (2, 4), (3, 8), (9, 512), (10, 900), (99, 900)])
def test_each_attempt_waits_twice_as_long_up_to_a_limit(attempts, seconds):
    assert pause(attempts, 0.5) == timedelta(seconds=seconds)


def test_chance_spreads_a_pause_by_a_quarter_either_way():
    assert pause(3, 0.0) == timedelta(seconds=6)
    assert pause(3, 1.0) == timedelta(seconds=10)


@pytest.mark.parametrize("asked", [0.0, 0.25, 7.5, 90.5, 3600.0])
def test_a_pause_is_never_shorter_than_asked(asked):
    assert pause(1, 0.0, asked) == timedelta(seconds=max(asked, 1.5))
    assert pause(99, 1.0, 0.5) <= timedelta(seconds=LONGEST * 1.25)


def test_polls_are_spread_and_more_frequent_where_no_bell_hangs():
    assert poll_after(True, 0.5) == POLL
    assert poll_after(False, 0.5) == POLL_UNWATCHED
    assert poll_after(True, 0.0) == POLL * 0.8
    assert poll_after(True, 1.0) == POLL * 1.2


def test_a_calendar_without_a_bell_is_looked_at_often_while_it_changes_and_rarely_while_it_does_not():
    quiet = [timedelta(minutes=minutes) for minutes in (0, 5, 10, 20, 30, 60, 600)]
    waits = [poll_after(False, 0.5, each) for each in quiet]
    assert waits == sorted(waits)
    assert (waits[0], waits[3], waits[-1]) == (POLL_BUSY, timedelta(minutes=2), POLL_UNWATCHED)
    assert poll_after(False, 1.0, timedelta(days=9)) <= timedelta(minutes=5)
    assert poll_after(True, 0.5, timedelta(0)) == POLL


def test_what_changed_lately_is_polled_sooner_than_what_stands_still(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    Calendar.objects.update(can_watch=False)
    Watch.objects.all().delete()
    world.event(home)
    world.sync()
    busy = due_in(home, world)
    world.wait(hours=3)
    world.sync()
    assert busy < timedelta(minutes=1) < timedelta(minutes=3) < due_in(home, world)


def due_in(calendar: Calendar, world: World) -> timedelta:
    calendar.refresh_from_db()
    assert calendar.due_at is not None
    return calendar.due_at - world.now


@pytest.mark.parametrize("after", [1.4, 2.75])
def test_a_fraction_of_a_second_asked_by_one_write_is_obeyed(world: World, after: float) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    world.event(home)
    struck: list[Call] = []

    def slow_down(call: Call, at: str) -> None:
        if call.name == "insert" and at == "before" and not struck:
            struck.append(call)
            raise ComeBack("slow down", after=after, status=429)

    world.cloud.fault = slow_down
    world.sync()
    assert world.events(work) == []
    struck_at = world.now
    world.wait(seconds=after - 0.6)
    world.sync()
    assert world.events(work) == []
    world.wait(seconds=after - (world.now - struck_at).total_seconds())
    world.sync()
    assert world.link().state == Link.State.LIVE
    assert isinstance(world.events(work)[0], Event)


def test_a_pause_asked_of_a_reading_is_kept_to_the_second_by_the_whole_mailbox(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    second = world.calendar("alice@home.example", name="Second")
    world.pair(home, work)
    world.pair(second, work)
    struck: list[Call] = []

    def slow_down(call: Call, at: str) -> None:
        if call.name == "read" and call.address == "alice@home.example" and at == "before" and not struck:
            struck.append(call)
            raise ComeBack("slow down", after=90.5, status=429)

    world.cloud.fault = slow_down
    world.sync()
    assert struck
    world.event(home)
    world.event(second, hours=30)
    world.forget_calls()
    for _ in range(3):
        world.wait(seconds=30)
        world.sync()
        assert [call for call in world.cloud.calls if call.address == "alice@home.example"] == []
    world.wait(seconds=0.6)
    world.sync()
    assert len(world.events(work)) == 2
