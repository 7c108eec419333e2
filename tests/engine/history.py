"""Histories: people and the real engine on the same calendars while troubles rain; then the rain stops, and all must be well.

The same seed makes the same calls in the same order.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product

from accounts.models import Connection
from policy import keeper
from policy.enforcement import domains as domains_of
from sync import calendars
from sync.core.event import Event
from sync.core.window import window_at
from sync.models import Activity, Brake, Calendar, FlowSettings, Link, Run
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_MICROSOFT, LIKE_OLD_CALDAV, Call
from tests.engine.arena import Arena, Snapshot, arena
from tests.engine.bells import Bells
from tests.engine.book import Book, Origin
from tests.engine.domains import Domains
from tests.engine.door import Door, Violation
from tests.engine.figures import Told
from tests.engine.owners import Owners
from tests.engine.people import Nothing, People
from tests.engine.reached import counting
from tests.engine.ways import Way, excluded, refused, unlike

RAIN = 0.15
MANNERS = {"google": LIKE_GOOGLE, "microsoft": LIKE_MICROSOFT, "caldav": LIKE_CALDAV, "old caldav": LIKE_OLD_CALDAV}
CLOUDS = {
    LIKE_GOOGLE: "like Google", LIKE_MICROSOFT: "like Microsoft", LIKE_CALDAV: "like CalDAV", LIKE_OLD_CALDAV: "like CalDAV without tokens",
}  # fmt: skip
# Which mixtures of manners there are, beside all of two; of larger ones about every second has a calendar of CalDAV.
THREE = (
    *product(("google", "microsoft"), repeat=3), ("caldav", "google", "microsoft"), ("microsoft", "caldav", "caldav"),
    ("google", "old caldav", "caldav"), ("old caldav", "microsoft", "google"),
)  # fmt: skip
FOUR = (
    ("google", "microsoft", "google", "microsoft"),
    ("microsoft", "microsoft", "google", "google"),
    ("google", "caldav", "microsoft", "caldav"),
)
PLAIN = FlowSettings()
QUIET_CYCLES = 3
# How often in a row a brake may ask before that is a fault of its own.
QUESTIONS = 6
# The share of histories that are watched for all of the quiet cycles; the others until one has written nothing.
PATIENT = 0.3
PAUSES = (2, 20, 90, 400, 1500, 6 * 3600)
# What histories begin with: made once in a process, and copied by each of them.
_ready: list[Snapshot] = []


class History:
    def __init__(self, arena: Arena, seed: int, ready: list[Snapshot], rain: float) -> None:
        self.chance = random.Random(seed)
        self.arena = arena
        self.reached: Counter[str] = Counter()
        self.world = arena.restore(self.chance.choice(ready))
        self.world.cloud.page_size = self.chance.choice([2, 5, 50])
        rows = list(Calendar.objects.select_related("connection__user").order_by("pk"))
        names = {name for row in rows for name in domains_of(row)}
        self.domains = Domains(names, self.chance, lambda: self.world.now)
        keeper.use(self.domains)
        self.book = Book(self.world.cloud, rows, self.domains)
        self.people = People(self.world, self.book, rows, self.chance)
        self.owners = Owners(self.people, rows, self.domains, self._look, arena)
        self.bells = Bells(self.world.cloud, self.chance)
        self.door = Door(self.book, random.Random(seed + 1), arena.switch, rain, self.reach)
        self.door.meddle = self._meddle
        accounts = {row.connection.address for row in rows}
        shared = ", one shared by two people" if len(rows) > len(self.people.calendars) else ""
        self.reach(f"world: {len(self.people.calendars)} calendars{shared}")
        self.reach(f"shape: {self.owners.shape}")
        self.reach(f"bells: {self.bells.manner}")
        for address in accounts:
            self.reach(f"cloud: {CLOUDS[self.world.cloud.manners[address]]}")

    def reach(self, what: str) -> None:
        self.reached[what] += 1

    def play(self) -> None:
        """Raises `Violation`."""
        for _ in range(self.chance.randint(2, 6)):
            self.people.create()
        self.owners.begin()
        for _ in range(self.chance.randint(3, 8)):
            self._step()
        self._calm_down()
        self._check()

    def _step(self) -> None:
        for _ in range(self.chance.randint(0, 6)):
            self._act()
        self._look()
        self.world.wait(seconds=self.chance.choice(PAUSES))
        if self.chance.random() < 0.05:
            days = self.chance.choice([1, 8, 20, 45])
            self.world.wait(days=days)
            self.reach(f"time: {days} days at once")

    def _act(self) -> None:
        """One thing that somebody does; never at the same second as the last."""
        self.world.wait(seconds=self.chance.randint(1, 40))
        weights = People.VERBS | Owners.VERBS | (Owners.WORDS if self.domains.restless else {})
        (verb,) = self.chance.choices([*weights], [*weights.values()])
        try:
            getattr(self.people if verb in People.VERBS else self.owners, verb)()
        except Nothing:
            return
        self.reach(f"act: {verb}")

    def _look(self) -> None:
        """Workers do what is due while it rains; now and then whoever was signed out signs in again, and what was closed opens."""
        self._note_ways()
        self.bells.ring()
        self.world.cloud.fault = self.door
        alive = self.arena.work()
        self.world.cloud.fault = None
        if alive:
            known = Link.objects.exclude(copy_prints="").exclude(flow__settled_at=None)
            told = known.values_list("flow__pair_id", "flow__source__remote_id", "origin_id")
            self.book.note_agreements(window_at(self.world.now), set(told))
        if self.chance.random() < 0.3:
            self._mend()

    def _note_ways(self) -> None:
        for way in self.book.ways:
            self.reach(f"flow: {'private' if way.private else 'open'}, {'two-way' if way.two_way else 'one-way'}")
            for name, value in way.settings.as_fields().items():
                if name != "private" and value != getattr(PLAIN, name):
                    self.reach(f"setting: {name}")

    def _mend(self) -> None:
        if self.chance.random() < 0.5:
            self.owners.decide()
        self._put_right()

    def _put_right(self) -> None:
        cloud = self.world.cloud
        cloud.signed_out.clear()
        for id in cloud.shelves:
            cloud.close(id, closed=False)
        self.arena.mend()

    def _meddle(self, here: str, id: str) -> None:
        """Somebody edits the event that is just about to be written."""
        event = self.world.cloud.event(here, id)
        if event and event.mark:
            self.people.change_copy(here, event)

    def _calm_down(self) -> None:
        """No more troubles: three cycles after everybody's last word, and in the next nothing is written."""
        self.door.rain = 0
        self.domains.calm_down()
        self.world.cloud.fault = self.door
        for way in {way.pair for way in self.book.ways if way.paused}:
            self.owners.resume_pair(way)
        # Whatever was written too often rests until tomorrow.
        self.world.wait(days=1)
        patient = self.chance.random() < PATIENT
        left = QUIET_CYCLES
        for _ in range(QUESTIONS * QUIET_CYCLES):
            writes, asks = self._quiet()
            if not writes and not asks and (left <= 0 or not patient):
                return
            if left <= 0 and not asks:
                raise Violation(f"{len(writes)} writes although nothing changed, the first {writes[0].name}")
            # With the answer to a question everything begins anew.
            left = QUIET_CYCLES if asks else left - 1
        raise Violation("the brake asks again and again")

    def _quiet(self) -> tuple[list[Call], bool]:
        """Everybody looks once in good weather: what was written, and whether somebody is asked something."""
        self._put_right()
        self.world.forget_calls()
        self.arena.rest()
        self.bells.ring()
        self.world.work()
        return self.world.writes(), Brake.objects.filter(decided_at=None).exists()

    def _check(self) -> None:
        for reason in Activity.objects.values_list("reason", flat=True):
            self.reach(f"reason: {reason}")
        if broken := Run.objects.filter(trouble__startswith="internal error").first():
            raise Violation(broken.trouble)
        self._check_origins()
        copies = self.book.copies()
        for origin, event in self.book.live():
            for way in self.book.ways:
                if way.source == origin.calendar and not way.ending:
                    found = copies.pop((way.target, self.book.ref(origin, way)), [])
                    self._check_copy(origin, event, self.domains.as_published(way), found)
        window = window_at(self.world.now)
        for left in copies.values():
            for copy in left:
                mark = self.book.read(copy)
                place = (self.book.refs.get(mark.source), self.book.refs.get(mark.target)) if mark else None
                may_stay = place in self.book.left or copy.id in self.book.kept
                if not may_stay and window.holds(copy.content.when):
                    raise Violation(f"a copy without an origin: {copy.id}")

    def _check_copy(self, origin: Origin, event: Event, way: Way, here: list[Event]) -> None:
        window = window_at(self.world.now)
        if len(here) > 1:
            raise Violation("an event has two copies")
        if not window.holds(event.content.when) or refused(event, way):
            return
        if here and excluded(event, way) and here[0].id not in self.book.kept:
            raise Violation("a copy of what is not copied")
        if excluded(event, way):
            return
        if not here and way.target not in origin.away:
            raise Violation(f"a copy is missing: {event.id} in {way.target}")
        if here and (fields := unlike(event, here[0], way)):
            raise Violation(f"a copy differs from its origin in {fields}: {event.id} in {way.target}")

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
        if not _ready:
            _ready.extend(self._prepared())

    def _prepared(self) -> list[Snapshot]:
        two, three, four = (
            [self._alone(kinds) for kinds in each] for each in (product(MANNERS, repeat=2), THREE, FOUR)
        )
        shared = [self._shared(kind) for kind in MANNERS]
        # About as many of each size as this says.
        return [*two * 2, *three, *four * 2, *shared * 3]

    def play(self, seed: int) -> Told:
        history = History(self._arena, seed, _ready, self._rain)
        violation = ""
        with counting(history.reach):
            try:
                history.play()
            except Violation as broken:
                violation = str(broken)
        door = history.door
        return Told(seed, door.calls, door.faults, door.writes, door.trace.hexdigest(), history.reached, violation)

    def _alone(self, kinds: Sequence[str]) -> Snapshot:
        world = self._arena.restore(self._arena.empty)
        for number, kind in enumerate(kinds):
            world.calendar(f"alice@{number}.example", MANNERS[kind])
        return self._arena.save()

    def _shared(self, kind: str) -> Snapshot:
        """Alice has one calendar, Bob two; one of his he shares with her, and each of them sees it through an account of their own."""
        world = self._arena.restore(self._arena.empty)
        world.calendar("alice@0.example", LIKE_GOOGLE)
        world.user = self._arena.other
        world.calendar("bob@2.example", LIKE_MICROSOFT)
        theirs = world.calendar("bob@1.example", MANNERS[kind])
        world.user = self._arena.user
        world.cloud.share(theirs.remote_id, "alice@0.example")
        calendars.refresh(Connection.objects.get(address="alice@0.example"))
        return self._arena.save()


@contextmanager
def simulation(rain: float = RAIN) -> Iterator[Simulation]:
    with arena() as place:
        yield Simulation(place, rain)
