"""What Google keeps: calendars with their events, found by id, by time and by change instead of by looking through all."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.google import times
from sandbox.google.recurrence import Slots, end_of
from sandbox.google.times import Moment, key, seconds, value_of

# Series without an end are told so far ahead of now.
AHEAD = timedelta(days=730)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Fields = dict[str, Any]


@dataclass(eq=False)
class Item:
    """One event, master or exception; `virtual` for an instance that only its series speaks of.

    `fields` is the resource without what depends on who looks; `seq` the number of its last change in the calendar.
    """

    id: str
    fields: Fields
    seq: int = 0
    etag: str = ""
    first: float = 0.0
    last: float = 0.0
    master: str = ""
    virtual: bool = False
    slots: Slots | None = None
    rendered: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        # What was printed can be printed again.
        return {**self.__dict__, "rendered": {}}

    @property
    def cancelled(self) -> bool:
        return bool(self.fields["status"] == "cancelled")


class Calendar:
    """One calendar and everything in it. `ring` is called after each change."""

    def __init__(self, id: str, summary: str, zone: str, now: Callable[[], datetime], *, primary: bool = False) -> None:
        self.id, self.summary, self.zone, self.primary = id, summary, zone, primary
        self.now = now
        self.ring: Callable[[Calendar], None] = lambda calendar: None
        self.items: dict[str, Item] = {}
        self.uids: dict[str, str] = {}
        self.masters: dict[str, Item] = {}
        # Exceptions by series; what was an instance once and is none now.
        self.exceptions: dict[str, dict[str, Item]] = {}
        self.ghosts: dict[str, Item] = {}
        self.seq = 0
        self.updated = now()
        self._changes: list[tuple[int, str]] = []
        self._starts: list[tuple[float, str]] = []
        self._longest = 0.0

    def find(self, id: str) -> Item | None:
        """An event, exception or instance by its id, deleted ones too."""
        found = self.items.get(id)
        if found is not None:
            return found
        series, _, text = id.rpartition("_")
        master, slot = self.masters.get(series), times.slot_of(text)
        if master and slot and not master.cancelled and master.slots and master.slots.has(slot):
            return self.instance(master, slot)
        return self.ghosts.get(id)

    def put(self, item: Item, fields: Fields, *, silent: bool = False) -> None:
        """Keeps what an event now says. `silent` leaves `updated` as it is (reminders)."""
        # Read before anything is touched: an unreadable rule must leave everything as it was.
        slots = Slots(fields["start"], fields["recurrence"]) if fields.get("recurrence") else None
        before = self._slots_told(item)
        now = self.now()
        self._unplace(item)
        item.fields, item.virtual, item.slots = fields, False, slots
        if not silent:
            fields["updated"] = told(now)
        self.items[item.id] = item
        self._count(item, now)
        self._place(item)
        self._haunt(item, before)
        self.updated = now
        self.ring(self)

    def _count(self, item: Item, now: datetime) -> None:
        self.seq += 1
        item.seq = self.seq
        item.etag = f'"{int(now.timestamp() * 1000) * 2}{self.seq % 1_000_000:06d}"'
        item.rendered = {}
        self._changes.append((self.seq, item.id))
        if len(self._changes) > 4 * (len(self.items) + len(self.ghosts)) + 1000:
            self._changes = [entry for entry in self._changes if self._newest(entry)]

    def _newest(self, entry: tuple[int, str]) -> Item | None:
        seq, id = entry
        found = self.items.get(id) or self.ghosts.get(id)
        return found if found and found.seq == seq else None

    def since(self, seq: int) -> Iterator[Item]:
        """What changed after that number, each once, oldest change first; ghosts are cancelled instances."""
        for entry in self._changes[bisect_right(self._changes, (seq, "\uffff")) :]:
            found = self._newest(entry)
            if found is not None:
                yield found

    def _place(self, item: Item) -> None:
        item.first = seconds(value_of(item.fields["start"]), self.zone)
        item.last = seconds(value_of(item.fields["end"]), self.zone)
        self.uids.setdefault(item.fields["iCalUID"], item.id)
        if item.slots is not None:
            self.masters[item.id] = item
            return
        if item.fields.get("recurringEventId"):
            item.master = item.fields["recurringEventId"]
            self.exceptions.setdefault(item.master, {})[item.id] = item
        self._longest = max(self._longest, item.last - item.first)
        insort(self._starts, (item.first, item.id))

    def _unplace(self, item: Item) -> None:
        self.masters.pop(item.id, None)
        place = bisect_left(self._starts, (item.first, item.id))
        if place < len(self._starts) and self._starts[place] == (item.first, item.id):
            del self._starts[place]

    def singles(self, first: float, last: float) -> Iterator[Item]:
        """Events and exceptions that touch [first, last), by start, cancelled ones too."""
        begin = bisect_left(self._starts, (first - self._longest, ""))
        end = bisect_left(self._starts, (last, ""))
        for _, id in self._starts[begin:end]:
            item = self.items[id]
            if item.last > first:
                yield item

    def expanded(self, master: Item, first: datetime, last: datetime) -> Iterator[Item]:
        """The instances of a series that touch [first, last) and are no exceptions."""
        if master.slots is None or master.cancelled:
            return
        known = self.exceptions.get(master.id, {})
        reach = timedelta(seconds=master.last - master.first) + timedelta(days=1)
        begin = first - reach if first > EPOCH else first
        for slot in master.slots.between(begin, min(last, self.horizon())):
            if f"{master.id}_{key(slot)}" not in known:
                one = self.instance(master, slot)
                if one.last > first.timestamp() and one.first < last.timestamp():
                    yield one

    def horizon(self) -> datetime:
        """How far series without an end are told."""
        return self.now() + AHEAD

    def instance(self, master: Item, slot: Moment) -> Item:
        """An instance as its series has it."""
        start, end = master.fields["start"], master.fields["end"]
        ending = end_of(slot, value_of(end) - value_of(start))
        fields = {name: value for name, value in master.fields.items() if name != "recurrence"}
        fields |= {
            "start": _kept(slot, start),
            "end": _kept(ending, end),
            "recurringEventId": master.id,
            "originalStartTime": _kept(slot, start),
        }
        id = f"{master.id}_{key(slot)}"
        first, last = seconds(slot, self.zone), seconds(ending, self.zone)
        return Item(id, {**fields, "id": id}, master.seq, master.etag, first, last, master.id, virtual=True)

    def _slots_told(self, item: Item) -> dict[str, Moment]:
        if item.slots is None or item.cancelled or item.id not in self.items:
            return {}
        found = item.slots.between(EPOCH, self.horizon())
        return {f"{item.id}_{key(slot)}": slot for slot in found}

    def _haunt(self, master: Item, before: dict[str, Moment]) -> None:
        """Instances that the series no longer has are told as cancelled; exceptions among them are gone for good."""
        now = self._slots_told(master)
        for id, slot in before.items():
            if id in now:
                continue
            gone = self.exceptions.get(master.id, {}).pop(id, None)
            if gone is not None:
                self._unplace(gone)
                del self.items[id]
            ghost = gone or self.instance(master, slot)
            ghost = Item(id, {**ghost.fields, "status": "cancelled"}, master=master.id)
            self.ghosts[id] = ghost
            self._count(ghost, self.now())
        for id in now:
            self.ghosts.pop(id, None)


def _kept(value: Moment, like: dict[str, str]) -> dict[str, str]:
    if isinstance(value, datetime):
        return times.timed(value, like.get("timeZone", "UTC"))
    return {"date": value.isoformat()}


def told(now: datetime) -> str:
    """A time as Google writes it: to the millisecond."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
