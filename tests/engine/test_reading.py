"""Rules 1 and 10 at the reading: the cursor, absence, and what proves it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from sync.core.event import Timed
from sync.models import Calendar, Flow, Link
from sync.providers.base import Page
from sync.providers.errors import ComeBack
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, MemoryProvider
from sync.store import due, strays
from sync.store.observe import Observer
from tests.engine.world import OPEN, World

Pairing = tuple[Calendar, Calendar]


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(params=[LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])
def sides(request: pytest.FixtureRequest, world: World) -> Pairing:
    return world.calendar("alice@home.example", request.param), world.calendar("alice@work.example", request.param)


def test_a_cursor_is_not_stored_before_what_it_stands_for(world, sides, monkeypatch):
    home, work = sides
    world.event(home, "Keep", hours=30)
    world.pair(home, work)
    world.event(home, "New", hours=40)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Observer, "observe", killed)
        with pytest.raises(Killed):
            world.sync()
    world.settle()
    assert world.titles(work) == ["Keep", "New"]


def test_a_lost_cursor_forgets_nothing_that_was_agreed(world, sides):
    home, work = sides
    origin = world.event(home, "Lunch")
    world.event(home, "Keep", hours=30)
    world.pair(home, work, OPEN, OPEN)
    before = world.events(work)
    copy = next(event for event in before if event.content.title == "Lunch")
    world.wait(seconds=5)
    # Only a memory of both sides can tell that this edit is the copy's, and goes back.
    world.cloud.edit(work.remote_id, copy.id, location="Terrace")
    for calendar in sides:
        world.cloud.lose_cursors(calendar.remote_id)
    world.forget_calls()
    world.sync()
    event = world.cloud.event(home.remote_id, origin)
    assert event is not None
    assert event.content.location == "Terrace"
    assert {event.id for event in world.events(work)} == {event.id for event in before}
    assert [call.name for call in world.writes()] == ["update"]


def test_what_was_deleted_while_the_cursor_was_lost_goes(world, sides):
    home, work = sides
    origin = world.event(home, "Lunch")
    world.event(home, "Keep", hours=30)
    world.pair(home, work)
    world.cloud.delete(home.remote_id, origin)
    world.cloud.lose_cursors(home.remote_id)
    world.sync()
    assert world.titles(work) == ["Keep"]


def test_an_event_that_only_left_the_cursors_span_is_not_gone(world, sides):
    home, work = sides
    origin = world.event(home, "Lunch")
    world.event(home, "Keep", hours=30)
    world.pair(home, work)
    event = world.cloud.event(home.remote_id, origin)
    assert event is not None
    assert isinstance(event.content.when, Timed)
    far = world.content(hours=24 * 500).when
    world.cloud.edit(home.remote_id, origin, when=far)
    world.sync()
    moved = next(copy for copy in world.copies(work) if copy.content.title == "Lunch")
    assert moved.content.when == far


def test_a_reading_that_ends_without_a_cursor_is_not_complete(world, sides, monkeypatch):
    home, work = sides
    ids = [world.event(home, f"Event {number}", hours=24 + number) for number in range(3)]
    world.pair(home, work)
    world.cloud.delete(home.remote_id, ids[0])
    whole = MemoryProvider.read

    def cut_short(self: MemoryProvider, *asked: object) -> Iterator[Page]:
        yield from (replace(page, cursor="") for page in whole(self, *asked))  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(MemoryProvider, "read", cut_short)
        world.sync()
        assert len(world.copies(work)) == 3
        home.refresh_from_db()
        assert home.trouble == ComeBack("the reading ended without a cursor").message
    world.settle()
    assert len(world.copies(work)) == 2
    assert Link.objects.count() == 2


@pytest.mark.parametrize("stage", ["before", "after"])
def test_a_process_that_ends_after_a_complete_reading_leaves_no_copy_without_origin(world, sides, monkeypatch, stage):
    home, work = sides
    origin = world.event(home, "Lunch")
    world.event(home, "Keep", hours=30)
    world.pair(home, work)
    # As after a backup from before the first sync; and meanwhile the origin went.
    Link.objects.all().delete()
    world.cloud.delete(home.remote_id, origin)
    due.read_again([home.pk, work.pk], prove=True)
    claim = strays.claim

    def killed(flow: Flow, now: datetime) -> None:
        if stage == "after":
            claim(flow, now)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(strays, "claim", killed)
        with pytest.raises(Killed):
            world.sync()
    world.settle()
    assert world.titles(work) == ["Keep"]
