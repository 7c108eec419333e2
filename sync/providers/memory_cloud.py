"""A cloud in memory: what people, and providers speaking for them, can do to calendars. Shared by several connections.

Deterministic: ids and versions are counters, time is the clock it was given. One lock guards everything, so that threads of
a worker may use it at once. Nothing here knows how a provider reads or writes; see `memory`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from threading import RLock
from typing import Any, Literal

from sync.core.event import Content, Event, Timed, When
from sync.providers.base import RemoteCalendar, Span, Traits

Stage = Literal["before", "after"]
CONTENT = ("title", "when", "description", "location", "show_as", "sensitivity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How an account behaves. `traits` are told to the engine; the rest shows in what readings say.

    marks_in_delta: a delta shows marks; otherwise an event with a key is `unsure_of_mark` there.
    series_rebuilt: a touched series is told whole (`Page.series`) and a deleted occurrence has no tombstone.
    window_bites: an event that leaves the cursor's span is reported as removed.
    replaces: an update of a copy replaces all of it, a colour that nobody thought of included.
    names_return: the key of an event that was deleted can be taken again.
    compares: changes are found by comparing names and ETags with those of the cursor (a server that has a CTag and no sync tokens). Such
        a cursor is never lost, and what came and went in between is never told.
    """

    traits: Traits
    marks_in_delta: bool = True
    series_rebuilt: bool = False
    window_bites: bool = False
    replaces: bool = False
    names_return: bool = False
    compares: bool = False


LIKE_GOOGLE = Manner(
    traits=Traits(conditional=True, removal_proves=True, pushes=True, seats=4, batch=50, fetch=50, labels=True),
    replaces=True,
)
LIKE_MICROSOFT = Manner(
    traits=Traits(conditional=False, removal_proves=False, pushes=True, seats=3, batch=20, fetch=20, labels=True),
    marks_in_delta=False,
    series_rebuilt=True,
    window_bites=True,
)
LIKE_CALDAV = Manner(
    traits=Traits(conditional=True, removal_proves=True, pushes=False, seats=4, batch=1, fetch=1000),
    series_rebuilt=True,
    names_return=True,
)
LIKE_OLD_CALDAV = replace(LIKE_CALDAV, compares=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing asked of the cloud. `requests`: what it would have cost over HTTP (0 for one write inside a batch)."""

    name: str
    address: str
    calendar_id: str = ""
    subject: Any = None
    requests: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    """A notification that a watch sent."""

    watch_id: str
    calendar_id: str
    address: str
    secret: str


@dataclass(slots=True, kw_only=True)
class Watching:
    calendar_id: str
    address: str
    secret: str
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class Shelf:
    """One calendar's content. `touched` says at which count of the cloud each id last changed, the deleted ones too; `born` when it came.

    shared: the other accounts that may use it.
    """

    listed: RemoteCalendar
    owner: str
    shared: set[str] = field(default_factory=set)
    events: dict[str, Event] = field(default_factory=dict)
    touched: dict[str, int] = field(default_factory=dict)
    born: dict[str, int] = field(default_factory=dict)
    series_of: dict[str, str] = field(default_factory=dict)
    # Keys stay taken when their event is deleted, as they do at the real services.
    keys: set[str] = field(default_factory=set)
    generation: int = 0
    closed: bool = False


class MemoryCloud:
    """Calendars of several accounts. `fault` is consulted before and after each call and may raise or act by hand."""

    def __init__(self, clock: Callable[[], datetime], *, page_size: int = 50) -> None:
        self.clock = clock
        self.page_size = page_size
        self.lock = RLock()
        self.fault: Callable[[Call, Stage], None] | None = None
        self.calls: list[Call] = []
        self.bells: list[Bell] = []
        self.manners: dict[str, Manner] = {}
        self.signed_out: set[str] = set()
        self.shelves: dict[str, Shelf] = {}
        self.watches: dict[str, Watching] = {}
        self.count = 0

    def account(self, address: str, manner: Manner = LIKE_GOOGLE) -> None:
        self.manners[address] = manner

    def calendar(
        self,
        address: str,
        name: str,
        *,
        id: str = "",
        primary: bool = False,
        can_write: bool = True,
        zone: str = "UTC",
    ) -> str:
        """Open a calendar for the account and give back its id."""
        with self.lock:
            self.manners.setdefault(address, LIKE_GOOGLE)
            id = id or f"cal-{self.tick()}"
            listed = RemoteCalendar(
                id=id,
                name=name,
                owner=address,
                zone=zone,
                primary=primary,
                can_write=can_write,
                can_watch=True,
            )
            self.shelves[id] = Shelf(listed=listed, owner=address)
            return id

    def share(self, calendar_id: str, address: str) -> None:
        """Let another account use the calendar too."""
        self.shelves[calendar_id].shared.add(address)

    # By hand: what a person does in the calendar.

    def create(
        self,
        calendar_id: str,
        content: Content,
        *,
        id: str = "",
        key: str = "",
        **facts: Any,
    ) -> str:
        """A new event; `facts` are further fields of `Event` (series_id, attendees, answer, kind, mark, ...)."""
        with self.lock:
            shelf, number = self.shelves[calendar_id], self.tick()
            id = id or f"ev-{number}"
            facts.setdefault("ical_uid", f"{facts.get('series_id') or id}@memory.example")
            if key:
                shelf.keys.add(key)
            self._put(shelf, Event(id=id, version="", content=content, key=key, **facts))
            return id

    def series(self, calendar_id: str, content: Content, whens: Iterable[When], **facts: Any) -> tuple[str, list[str]]:
        """A series as its instances: the id of the master, which is never listed, and theirs."""
        with self.lock:
            master = f"series-{self.tick()}"
            made = [self.create(calendar_id, replace(content, when=when), series_id=master, **facts) for when in whens]
            return master, made

    def edit(self, calendar_id: str, id: str, **changes: Any) -> None:
        """Change fields of the content (title=...) or of the event (answer=..., cancelled=...)."""
        with self.lock:
            shelf = self.shelves[calendar_id]
            event = shelf.events[id]
            said = {name: changes.pop(name) for name in CONTENT if name in changes}
            self._put(shelf, replace(event, content=replace(event.content, **said), **changes))

    def move(self, calendar_id: str, id: str, when: When) -> None:
        self.edit(calendar_id, id, when=when)

    def delete(self, calendar_id: str, id: str) -> None:
        """Delete an event, or every instance of the series with this id."""
        with self.lock:
            shelf = self.shelves[calendar_id]
            for one in [e.id for e in shelf.events.values() if id in (e.id, e.series_id)]:
                del shelf.events[one]
                shelf.touched[one] = self.tick()
            self._ring(calendar_id)

    # What tests look at, and the switches they have.

    def events(self, calendar_id: str) -> list[Event]:
        with self.lock:
            return sorted(self.shelves[calendar_id].events.values(), key=lambda event: event.id)

    def event(self, calendar_id: str, id: str) -> Event | None:
        with self.lock:
            return self.shelves[calendar_id].events.get(id)

    def copies(self, calendar_id: str) -> list[Event]:
        return [event for event in self.events(calendar_id) if event.mark]

    def lose_cursors(self, calendar_id: str) -> None:
        """From now on every cursor handed out so far is refused."""
        self.shelves[calendar_id].generation += 1

    def close(self, calendar_id: str, closed: bool = True) -> None:
        """Take the calendar away from the account, or give it back."""
        self.shelves[calendar_id].closed = closed

    def sign_out(self, address: str, out: bool = True) -> None:
        """Make the account's grant die, or live again."""
        (self.signed_out.add if out else self.signed_out.discard)(address)

    def requests(self, name: str = "", calendar_id: str = "") -> int:
        """How many requests there were: all of them, of one name, or to one calendar."""
        with self.lock:
            return sum(
                call.requests
                for call in self.calls
                if name in ("", call.name) and calendar_id in ("", call.calendar_id)
            )

    def writes(self, calendar_id: str = "") -> list[Call]:
        """Every single write that was asked for, carried out or not."""
        names = ("insert", "update", "remove")
        return [c for c in list(self.calls) if c.name in names and calendar_id in ("", c.calendar_id)]

    # Used by the provider.

    def tick(self) -> int:
        self.count += 1
        return self.count

    def consult(self, call: Call, stage: Stage) -> None:
        if stage == "before":
            with self.lock:
                self.calls.append(call)
        if self.fault is not None:
            self.fault(call, stage)

    def _put(self, shelf: Shelf, event: Event) -> Event:
        number = self.tick()
        stored = replace(event, version=f"v{number}", updated=self.clock(), unsure_of_mark=False)
        shelf.events[stored.id] = stored
        shelf.touched[stored.id] = number
        shelf.born.setdefault(stored.id, number)
        shelf.series_of[stored.id] = stored.series_id
        self._ring(shelf.listed.id)
        return stored

    def put(self, calendar_id: str, event: Event) -> Event:
        """Store an event as it is given; it comes back with its new version."""
        with self.lock:
            return self._put(self.shelves[calendar_id], event)

    def _ring(self, calendar_id: str) -> None:
        now = self.clock()
        self.bells += [
            Bell(
                watch_id=id,
                calendar_id=calendar_id,
                address=watch.address,
                secret=watch.secret,
            )
            for id, watch in self.watches.items()
            if watch.calendar_id == calendar_id and watch.expires_at > now
        ]


def inside(when: When, span: Span) -> bool:
    """Whether something of it lies in the span. A moment without length belongs to the day it is on."""
    if isinstance(when, Timed):
        first = datetime.combine(span.start, time(), UTC)
        last = datetime.combine(span.end, time(), UTC)
        return when.start < last and (when.end > first or when.start >= first)
    return when.start < span.end and when.end > span.start
