"""What the people of a history did, and so what their calendars may say in the end. Knows the rules, not the engine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sync.core.event import Content, Event, Field
from sync.core.mark import Mark
from sync.core.window import Window
from sync.models import Calendar
from sync.providers.memory import MemoryCloud
from sync.store.keys import marks
from tests.engine.domains import Domains
from tests.engine.ways import Way, unlike, wanted

NAMES = tuple(each.value for each in Field)


@dataclass(slots=True)
class Origin:
    """An event that a person made, and what was done to it since both sides last agreed.

    said: the values that stood at the agreement, or that a person gave the origin since. edited: the fields of those.
    copied: values given through copies where they may travel back. stray: those given where they may not.
    doubtful: the settings, the guests or the place in time changed meanwhile, so that a copy's edit may be dropped or taken.
    """

    calendar: str
    id: str
    said: dict[str, object]
    edited: set[str] = field(default_factory=set)
    copied: dict[str, dict[str, object]] = field(default_factory=dict)
    stray: dict[str, list[object]] = field(default_factory=dict)
    doubtful: bool = False
    deleted: bool = False
    may_go: bool = False
    away: set[str] = field(default_factory=set)

    def allowed(self, name: str) -> list[object]:
        """What the field may say now."""
        copied = list(self.copied.get(name, {}).values())
        if not copied or name in self.edited or self.doubtful:
            copied.append(self.said[name])
        return copied + (self.stray.get(name, []) if self.doubtful else [])

    def tell(self, name: str, here: str, value: object, *, stands: object) -> None:
        """A copy says so, after what it may have said before: where that has arrived, it stays whatever becomes of this."""
        told = self.copied.setdefault(name, {})
        if here in told and told[here] == stands:
            self.said[name] = stands
        told[here] = value

    def agree(self, event: Event) -> None:
        self.said = said(event.content)
        self.edited.clear()
        self.copied.clear()
        self.stray.clear()
        self.doubtful = self.may_go = False


class Book:
    """`rows`: every calendar as its people see it; a shared one has a row for each of them."""

    def __init__(self, cloud: MemoryCloud, rows: Sequence[Calendar], domains: Domains) -> None:
        self.cloud = cloud
        self.domains = domains
        # The remote calendar that a hash in a mark stands for, and the identities that each has.
        self.refs = {marks().calendar_ref(row.identity): row.remote_id for row in rows}
        self.identities: dict[str, list[str]] = {}
        for row in rows:
            self.identities.setdefault(row.remote_id, []).append(row.identity)
        self.ways: list[Way] = []
        self.origins: dict[tuple[str, str], Origin] = {}
        self._by_ref: dict[str, Origin] = {}
        self._marks: dict[str, Mark | None] = {}
        # (source, target) of pairs that were ended without removing their copies.
        self.left: set[tuple[str, str]] = set()
        # Ids of copies that somebody chose to keep.
        self.kept: set[str] = set()

    def made(self, here: str, id: str) -> None:
        """Somebody made an event."""
        if event := self.cloud.event(here, id):
            origin = self.origins[here, id] = Origin(here, id, said(event.content))
            self._by_ref |= {marks().origin_ref(identity, id): origin for identity in self.identities[here]}

    def read(self, event: Event) -> Mark | None:
        if event.mark not in self._marks:
            self._marks[event.mark] = marks().read(event.mark)
        return self._marks[event.mark]

    def ways_of(self, mark: Mark | None) -> list[Way]:
        """The ways that a copy with this mark may belong to."""
        if mark is None:
            return []
        source, target = self.refs.get(mark.source), self.refs.get(mark.target)
        return [way for way in self.ways if (way.source, way.target) == (source, target)]

    def ways_from(self, origin: Origin) -> list[Way]:
        return [way for way in self.ways if way.source == origin.calendar and not way.ending]

    def ref(self, origin: Origin, way: Way) -> str:
        return marks().origin_ref(way.identity, origin.id)

    def event(self, origin: Origin) -> Event | None:
        return self.cloud.event(origin.calendar, origin.id)

    def origin_of(self, copy: Event) -> Origin | None:
        mark = self.read(copy)
        return self._by_ref.get(mark.origin) if mark else None

    def live(self) -> Iterator[tuple[Origin, Event]]:
        for origin in self.origins.values():
            if event := self.event(origin):
                yield origin, event

    def shaken(self, pair: int) -> None:
        """Settings changed: what was done to copies and not yet seen may count or not."""
        calendars = {way.source for way in self.ways if way.pair == pair}
        for origin in self.origins.values():
            origin.doubtful |= origin.calendar in calendars

    def shaken_all(self) -> None:
        """The same of every calendar. What copies have given back until now stands in the origin, whatever becomes of later edits."""
        for origin in self.origins.values():
            origin.doubtful = True
            if event := self.event(origin):
                origin.said |= {name: getattr(event.content, name) for name in origin.copied}

    def go_back(self, ways: Sequence[Way]) -> None:
        """Everything that people asked of Hetk since is forgotten; what it made is left where it is."""
        self.left |= {(way.source, way.target) for way in self.ways}
        self.ways = list(ways)
        self.left -= {(way.source, way.target) for way in ways}
        self.shaken_all()

    def note_agreements(self, window: Window, known: set[tuple[int, str, str]]) -> None:
        """Origins that stand in every target as they should: whatever is edited later starts from here.

        known: (pair, source, id) of the origins of which Hetk knows what their copies said; copies of an earlier pair, or of a lost link,
        count when they were found again.
        """
        copies = self.copies()
        for origin, event in self.live():
            ways = [way for way in self.ways if way.source == origin.calendar and not way.ending]
            if not ways or not known.issuperset((way.pair, way.source, origin.id) for way in ways):
                continue
            found = [copies.get((way.target, self.ref(origin, way)), []) for way in ways]
            if all(
                wanted(event, way, window) and len(here) == 1 and not unlike(event, here[0], way)
                for way, here in zip(map(self.domains.as_published, ways), found, strict=True)
            ):
                origin.agree(event)
                origin.away -= {way.target for way in ways}

    def copies(self) -> dict[tuple[str, str], list[Event]]:
        """By (target, hash of the origin)."""
        found: dict[tuple[str, str], list[Event]] = {}
        for id in self.cloud.shelves:
            for copy in self.cloud.copies(id):
                mark = self.read(copy)
                found.setdefault((id, mark.origin if mark else ""), []).append(copy)
        return found


def said(content: Content) -> dict[str, object]:
    return {name: getattr(content, name) for name in NAMES}
