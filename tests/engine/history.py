"""Histories: people and the real engine on the same calendars while troubles rain; then the rain stops, and all must be well.

The same seed makes the same calls in the same order.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

from sync.core.window import window_at
from sync.models import Brake, Calendar, Flow, Run
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT
from sync.store.keys import marks
from tests.engine.arena import Arena, Killed, Snapshot, arena
from tests.engine.book import Book, excluded, unlike, wanted
from tests.engine.door import Door, Violation
from tests.engine.people import People

RAIN = 0.15
QUIET_CYCLES = 3
MANNERS = {"google": LIKE_GOOGLE, "microsoft": LIKE_MICROSOFT}
PAUSES = (2, 20, 90, 400, 1500, 6 * 3600)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one history."""

    seed: int
    calls: int
    faults: int
    trace: str
    violation: str = ""


class History:
    def __init__(self, arena: Arena, seed: int, snapshot: Snapshot, rain: float) -> None:
        self.chance = random.Random(seed)
        self.arena = arena
        self.world = arena.restore(snapshot)
        self.world.cloud.page_size = self.chance.choice([2, 5, 50])
        rows = list(Calendar.objects.select_related("connection").order_by("pk"))
        refs = {marks().calendar_ref(row.identity): row.remote_id for row in rows}
        self.book = Book(self.world.cloud, refs, {row.remote_id: row.identity for row in rows})
        self.people = People(self.world, self.book, rows, self.chance)
        self.door = Door(self.book, random.Random(seed + 1), arena.switch, rain)
        self.door.meddle = self._meddle

    def play(self) -> None:
        """Raises `Violation`."""
        for _ in range(self.chance.randint(2, 6)):
            self.people.create()
        self.people.pair()
        for _ in range(self.chance.randint(4, 12)):
            self._step()
        self._calm_down()
        self._check()

    def _step(self) -> None:
        for _ in range(self.chance.randint(0, 4)):
            self.people.act()
        self._look()
        self.world.wait(seconds=self.chance.choice(PAUSES))
        if self.chance.random() < 0.05:
            self.world.wait(days=self.chance.choice([1, 8, 20]))

    def _look(self) -> None:
        """Everybody syncs while it rains; then whoever was signed out signs in again."""
        self.world.cloud.fault = self.door
        alive = self._sync()
        self.world.cloud.fault = None
        if alive:
            settled = Flow.objects.exclude(settled_at=None).values_list("pair_id", "source__remote_id")
            self.book.note_agreements(window_at(self.world.now), set(settled))
        if self.chance.random() < 0.3:
            self.arena.mend()

    def _sync(self) -> bool:
        try:
            self.world.sync()
        except Killed:
            self.arena.revive()
            return False
        return True

    def _meddle(self, here: str, id: str) -> None:
        """Somebody edits the event that is just about to be written."""
        event = self.world.cloud.event(here, id)
        if event and event.mark:
            self.people.change_copy(here, event)

    def _calm_down(self) -> None:
        """No more troubles: three cycles, and in the next nothing is written."""
        self.door.rain = 0
        self.world.cloud.fault = self.door
        for way in {way.pair for way in self.book.ways if way.paused}:
            self.people.resume_pair(way)
        for _ in range(QUIET_CYCLES):
            self.arena.mend()
            self._quiet()
        extra = 6
        while extra and Brake.objects.filter(decided_at=None).exists():
            extra -= 1
            self.arena.mend()
            self._quiet()
        self.world.forget_calls()
        self._quiet()
        if writes := self.world.writes():
            raise Violation(f"{len(writes)} writes although nothing changed, the first {writes[0].name}")

    def _quiet(self) -> None:
        self.arena.rest()
        self.world.sync()

    def _check(self) -> None:
        window = window_at(self.world.now)
        if broken := Run.objects.filter(trouble__startswith="internal error").first():
            raise Violation(broken.trouble)
        self._check_origins()
        copies = self.book.copies()
        for origin, event in self.book.live():
            for way in self.book.ways:
                if way.source != origin.calendar or way.ending:
                    continue
                here = copies.pop((way.target, self.book.ref(origin)), [])
                if len(here) > 1:
                    raise Violation("an event has two copies")
                if not window.holds(event.content.when):
                    continue
                if here and excluded(event, self.book.address(way)):
                    raise Violation("a copy of what is not copied")
                if not here and way.target not in origin.away and wanted(event, way, self.book.address(way), window):
                    raise Violation(f"a copy is missing: {event.id} in {way.target}")
                if here and (fields := unlike(event, here[0], way)):
                    raise Violation(f"a copy differs from its origin in {fields}: {event.id} in {way.target}")
        for left in copies.values():
            for copy in left:
                mark = self.book.read(copy)
                place = (self.book.refs.get(mark.source), self.book.refs.get(mark.target)) if mark else None
                if place not in self.book.left and window.holds(copy.content.when):
                    raise Violation(f"a copy without an origin: {copy.id}")

    def _check_origins(self) -> None:
        for origin in self.book.origins.values():
            event = self.book.event(origin)
            if event is None and not (origin.deleted or origin.may_go):
                raise Violation("an origin was lost")
            if event is None:
                continue
            for name in origin.said:
                if getattr(event.content, name) not in origin.allowed(name):
                    raise Violation(f"somebody's {name} was lost: {origin.id}")


class Simulation:
    """Plays histories in one arena; calendars of accounts in every mixture of manners are prepared once."""

    def __init__(self, arena: Arena, rain: float = RAIN) -> None:
        self._arena = arena
        self._rain = rain
        self._ready = [self._furnish(kinds) for number in (2, 3) for kinds in product(MANNERS, repeat=number)]

    def play(self, seed: int) -> Told:
        history = History(self._arena, seed, self._ready[seed % len(self._ready)], self._rain)
        violation = ""
        try:
            history.play()
        except Violation as broken:
            violation = str(broken)
        door = history.door
        return Told(seed, door.calls, door.faults, door.trace.hexdigest(), violation)

    def _furnish(self, kinds: tuple[str, ...]) -> Snapshot:
        world = self._arena.restore(self._arena.empty)
        for number, kind in enumerate(kinds):
            world.calendar(f"alice@{number}.example", MANNERS[kind])
        return self._arena.save()


@contextmanager
def simulation(rain: float = RAIN) -> Iterator[Simulation]:
    with arena() as place:
        yield Simulation(place, rain)
