"""What a reading may conclude: pages that contradict each other, rounds that break off, instances that leave, long events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from sync.core.event import Content, Event, Timed
from sync.engine.read import Reading, beyond
from sync.models import Calendar, Link
from sync.providers.base import Page, Provider, Span, Traits
from sync.providers.errors import CursorLost
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Manner
from sync.store.rules import flows_touching
from tests.engine.world import World

MANNERS = pytest.mark.parametrize("manner", [LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])


@dataclass
class Told:
    """A provider that tells exactly these pages (an error in their place is raised), reading by reading."""

    readings: list[list[Page | Exception]]
    alive: dict[str, Event] = field(default_factory=dict)
    traits: Traits = LIKE_GOOGLE.traits
    asked: list[str] = field(default_factory=list)

    def read(self, calendar_id: str, cursor: str, span: Span) -> Iterator[Page]:
        for page in self.readings.pop(0):
            if isinstance(page, Exception):
                raise page
            yield page

    def get(self, calendar_id: str, ids: Sequence[str]) -> dict[str, Event | None]:
        self.asked += ids
        return {id: self.alive.get(id) for id in ids}


def read(world: World, calendar: Calendar, told: Told) -> None:
    calendar.refresh_from_db()
    Reading(calendar, flows_touching(calendar), cast(Provider, told), lambda: world.now).run()


@pytest.fixture
def lunch(world: World) -> tuple[Calendar, Event]:
    """An event in step, and how its calendar tells it."""
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    id = world.event(home)
    world.pair(home, work)
    event = world.cloud.event(home.remote_id, id)
    assert event is not None
    return home, event


def test_an_event_that_a_later_page_calls_removed_is_gone(world, lunch):
    home, event = lunch
    read(world, home, Told([[Page(events=[event]), Page(removed=[event.id], cursor="next")]]))
    assert Link.objects.get().origin_seen == Link.GONE


def test_an_event_that_a_later_page_shows_again_is_there(world, lunch):
    home, event = lunch
    told = Told([[Page(removed=[event.id]), Page(events=[event], cursor="next")]])
    read(world, home, told)
    assert Link.objects.get().origin_seen == event.version
    assert told.asked == []


def test_what_a_broken_round_told_is_forgotten_with_it(world, lunch):
    home, event = lunch
    day = timedelta(days=1)
    start = event.content.when.start
    standup = [
        Event(
            id=f"s{n}",
            version="1",
            series_id="s",
            content=Content(title="S", when=Timed(start + n * day, start + n * day)),
        )
        for n in range(3)
    ]
    broken: list[Page | Exception] = [
        Page(events=standup[:2], series={"s": frozenset(("s0", "s1"))}),
        CursorLost("too old"),
    ]
    whole: list[Page | Exception] = [Page(events=[event, *standup], full=True, cursor="next")]
    read(world, home, Told([[Page(events=standup, cursor="a")]]))
    read(world, home, Told([broken, whole]))
    assert not Link.objects.filter(origin_seen=Link.GONE).exists()


@MANNERS
def test_a_long_event_that_began_before_all_that_is_read_takes_its_copy_along(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    for hours in (24, 30):
        world.event(home, "Stays", hours=hours)
    span = Timed(world.now - timedelta(days=150), world.now + timedelta(days=30))
    sabbatical = world.cloud.create(home.remote_id, Content(title="Sabbatical", when=span))
    world.pair(home, work)
    assert len(world.copies(work)) == 3
    world.cloud.delete(home.remote_id, sabbatical)
    world.cloud.lose_cursors(home.remote_id)
    world.sync()
    assert world.titles(work) == ["Stays", "Stays"]


@MANNERS
def test_an_occurrence_that_is_moved_out_of_all_that_is_read_takes_its_copy_along(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    starts = [(world.now + timedelta(days=days)).replace(minute=0, second=0) for days in (300, 310, 320)]
    whens = [Timed(start, start + timedelta(hours=1)) for start in starts]
    _, ids = world.cloud.series(home.remote_id, world.content("Review"), whens)
    world.pair(home, work)
    before = {copy.id for copy in world.copies(work)}
    far = Timed(starts[2] + timedelta(days=300), starts[2] + timedelta(days=300, hours=1))
    world.cloud.move(home.remote_id, ids[2], far)
    world.sync()
    assert {copy.id for copy in world.copies(work)} == before
    assert far in {copy.content.when for copy in world.copies(work)}


def test_only_instances_at_the_ends_of_what_is_told_may_have_left() -> None:
    day = datetime(2027, 3, 1, 9, tzinfo=UTC)
    moments = {str(n): day + timedelta(days=n) for n in range(5)}
    present = [moments["1"], moments["3"]]
    assert beyond({n: moments[n] for n in "024"}, present) == {"0", "4"}
    assert beyond(moments, []) == set(moments)
