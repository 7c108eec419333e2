"""The memory of the Graph sandbox: mailboxes, their calendars, the events in them, and what changed when."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sandbox.cast import Person
from sandbox.microsoft.ids import Ids
from sandbox.microsoft.recurrence import Dates

What = Literal["created", "updated", "deleted"]


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`, aware and in UTC. All-day: midnights in UTC that stand for dates; `end` is exclusive.

    The zones are the names that were written, Windows or IANA.
    """

    start: datetime
    end: datetime
    all_day: bool = False
    start_zone: str = "UTC"
    end_zone: str = "UTC"

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether any of it lies between; one without length counts where it starts."""
        return self.start < end and (self.end > start or self.start >= start)


@dataclass(eq=False)
class Piece:
    """What singles, masters and exceptions have in common: Graph's properties by name, times, and versions."""

    fields: dict[str, Any]
    span: Span
    created: datetime
    modified: datetime
    properties: dict[str, str] = field(default_factory=dict)
    change: int = 0
    rendered: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        # What was printed can be printed again.
        return {**self.__dict__, "rendered": {}}


@dataclass(eq=False, kw_only=True)
class Item(Piece):
    """A single event or the master of a series. `core` is its id without the mailbox around it, `number` counts the
    events made in the mailbox and decides on which of them the service's rarer manners show.

    exceptions: by the date of the original slot; their `fields` are only what differs from the master.
    """

    core: str
    number: int
    box: "Box"
    ical_uid: str
    transaction_id: str | None = None
    recurrence: dict[str, Any] | None = None
    dates: Dates | None = None
    exceptions: dict[date, Piece] = field(default_factory=dict)
    cancelled: set[date] = field(default_factory=set)

    def owner_key(self, piece: Piece) -> str:
        """Whether it belongs to the mailbox that lists it."""
        """The changeKey of this item, or of one exception of it."""
        return self.box.owner.ids.change_key(piece.change)

    def recur(self, recurrence: dict[str, Any] | None) -> None:
        """Give it another rule, or none. Exceptions of the old one are lost, as in Exchange."""
        self.recurrence = recurrence
        self.dates = Dates(recurrence) if recurrence else None
        self.exceptions.clear()
        self.cancelled.clear()


@dataclass(frozen=True, slots=True)
class Gone:
    """What is remembered of a deleted item: its number, and the days its instances had (none for a single event)."""

    number: int
    days: tuple[date, ...]


class Box:
    """The contents of one calendar, whoever looks at it."""

    def __init__(self, name: str, owner: "Mailbox") -> None:
        self.name = name
        self.owner = owner
        self.items: dict[str, Item] = {}
        self.gone: dict[str, Gone] = {}
        self.seq = 0
        self._log: list[tuple[int, str]] = []
        self._by_start: list[tuple[datetime, int, str]] = []
        self._longest = timedelta(0)
        self.series: dict[str, Item] = {}
        self.by_property: dict[tuple[str, str], dict[str, Item]] = {}

    def add(self, item: Item) -> None:
        """Keep a new item."""
        self.items[item.core] = item
        self.index(item)
        self._note(item)
        if item.transaction_id:
            self.owner.transactions[item.transaction_id] = item

    def index(self, item: Item) -> None:
        """Make an item findable; call `forget` with its old state before changing times, rule or properties."""
        if item.recurrence:
            self.series[item.core] = item
        else:
            insort(self._by_start, (item.span.start, item.number, item.core))
            # How far before a window an event may start and still reach into it. Only ever grows.
            self._longest = max(self._longest, item.span.end - item.span.start)
        for pair in item.properties.items():
            self.by_property.setdefault(pair, {})[item.core] = item

    def forget(self, item: Item) -> None:
        """Take an item out of the indexes, not out of the calendar."""
        if item.recurrence:
            del self.series[item.core]
        else:
            del self._by_start[bisect_left(self._by_start, (item.span.start, item.number, item.core))]
        for pair in item.properties.items():
            self.by_property[pair].pop(item.core, None)

    def remove(self, item: Item, days: tuple[date, ...] = ()) -> None:
        """Delete an item; `days` of a series are remembered for change tracking."""
        self.forget(item)
        del self.items[item.core]
        # Tombstones are kept for ever: tokens as old as the world may still ask.
        self.gone[item.core] = Gone(item.number, days)
        if item.transaction_id:
            # A deleted event gives its transactionId back.
            self.owner.transactions.pop(item.transaction_id, None)
        self._log_only(item.core)
        self.owner.cloud_changed(self, "deleted", item)

    def touch(self, item: Item, piece: Piece | None = None, *, quiet: bool = False) -> None:
        """Note that an item (and one exception of it) changed: new versions, a line in the log, notifications."""
        now = self.owner.now()
        for changed in (item,) if piece is None else (item, piece):
            changed.modified = now
            changed.rendered.clear()
        # They print their master's fields too.
        for exception in item.exceptions.values():
            exception.rendered.clear()
        self._note(item, piece)
        if not quiet:
            self.owner.cloud_changed(self, "updated", item)

    def _note(self, item: Item, piece: Piece | None = None) -> None:
        item.change = self.owner.next_change()
        if piece is not None:
            piece.change = item.change
        self._log_only(item.core)

    def _log_only(self, core: str) -> None:
        self.seq += 1
        self._log.append((self.seq, core))

    def singles(self, start: datetime, end: datetime) -> Iterator[Item]:
        """Single events that overlap the window, by start."""
        first = bisect_left(self._by_start, (start - self._longest, 0, ""))
        last = bisect_left(self._by_start, (end, 0, ""))
        for place in range(first, last):
            item = self.items[self._by_start[place][2]]
            if item.span.overlaps(start, end):
                yield item

    def changed_since(self, seq: int) -> list[str]:
        """Cores of what changed after `seq`, each once, by its last change."""
        # From the end, so that each stands where it changed last.
        newest = dict.fromkeys(core for _, core in reversed(self._log[bisect_left(self._log, (seq + 1, "")) :]))
        return list(newest)[::-1]


@dataclass(frozen=True)
class Mount:
    """A calendar as one mailbox lists it."""

    id: str
    name: str
    box: Box
    can_edit: bool
    viewer: "Mailbox"
    sees_private: bool = True
    default: bool = False
    hex_color: str = ""

    @property
    def own(self) -> bool:
        return self.box.owner is self.viewer


class Mailbox:
    """One person's mailbox: the calendars in its list and the counters behind its ids and versions."""

    def __init__(self, person: Person, seed: str, now: Callable[[], datetime]) -> None:
        self.person = person
        self.now = now
        self.ids = Ids(seed, person.id)
        self.mounts: dict[str, Mount] = {}
        # Calendars of others whose private events this mailbox may not see.
        self.blind: set[Box] = set()
        self.transactions: dict[str, Item] = {}
        self.created = 0
        self._changes = 0x0853E000
        self.cloud_changed: Callable[[Box, What, Item], None] = lambda box, what, item: None
        self.send: Callable[[str, str, str, str], None] = lambda organizer, attendee, calendar, what: None

    def mount(self, box: Box, *, can_edit: bool = True, sees_private: bool = True, **more: Any) -> Mount:
        """Put a calendar into the list; `more`: default, hex_color."""
        id = self.ids.calendar(f"{box.owner.person.id}/{box.name}")
        made = Mount(id, box.name, box, can_edit, self, sees_private, **more)
        if not sees_private:
            self.blind.add(box)
        self.mounts[made.id] = made
        return made

    @property
    def default(self) -> Mount:
        """The calendar that /me/events means."""
        return next(mount for mount in self.mounts.values() if mount.default)

    def next_change(self) -> int:
        """The number behind the next changeKey."""
        self._changes += 1
        return self._changes


def midnight(day: date) -> datetime:
    """The instant that stands for a date of an all-day event."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
