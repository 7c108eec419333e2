"""calendarView/delta with its real manners: a frozen window, rounds in pages, hints rather than truths."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

import orjson

from sandbox.microsoft import render
from sandbox.microsoft.calls import DEFAULT_PAGE, Answer, Call, answers, mount_of
from sandbox.microsoft.errors import Refusal, invalid
from sandbox.microsoft.instances import between, itself
from sandbox.microsoft.lists import window
from sandbox.microsoft.render import ROOT, Lens
from sandbox.microsoft.store import Box, Item

KEPT = 2000
REFUSED = ("$select", "$expand", "$filter", "$orderby", "$search")


@dataclass(frozen=True)
class Track:
    """One calendar and one window being followed. `path` is the address that its links repeat."""

    box: Box
    path: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Cursor:
    """What a $deltatoken stands for: all up to `seq` was told; `replay` is told once more next time."""

    track: Track
    seq: int
    size: int
    replay: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """What a $skiptoken stands for: page `number` of a round that was laid out when it began."""

    pages: tuple[tuple[str, ...], ...]
    number: int
    full: bool
    after: Cursor


@dataclass
class Tokens:
    """The tokens of one mailbox that are still known. The oldest fall out as newer ones are added."""

    kept: int = KEPT
    generation: int = 149
    _known: OrderedDict[str, Cursor | Place] = field(default_factory=OrderedDict)

    def give(self, meaning: Cursor | Place) -> str:
        """A token for this; older ones may fall out for it."""
        secret = token_urlsafe(24)
        token = secret + _check(secret)
        self._known[token] = meaning
        while len(self._known) > self.kept:
            self._known.popitem(last=False)
            self.generation += 1
        return token

    def read(self, token: str, name: str) -> Cursor | Place:
        """What a token stands for. Raises Refusal: 400 for one that was never given, 410 for one that is forgotten."""
        # Garbage and forgotten tokens are told apart by a check over the token itself, as nothing is kept of forgotten ones.
        if not token[:-6] or _check(token[:-6]) != token[-6:]:
            raise invalid("InvalidDeltaToken", f"The value '{token[:40]}' of parameter '{name}' is invalid.")
        if token not in self._known:
            # The numbers mean nothing to a caller; they are printed because real ones look so.
            high = self.generation + 8
            message = f"The sync state generation is not found; generation={self.generation};[highest={high}][{high}][{high - 2}]."
            raise Refusal(410, "SyncStateNotFound", message)
        # In use, and therefore among the last to fall out.
        self._known.move_to_end(token)
        return self._known[token]

    def forget(self) -> None:
        """As if all tokens were too old."""
        self._known.clear()


def _check(secret: str) -> str:
    return sha256(f"delta:{secret}".encode()).hexdigest()[:6]


@answers("GET", "me/calendarView/delta")
@answers("GET", "me/calendar/calendarView/delta")
@answers("GET", "me/calendars/{calendar}/calendarView/delta")
def delta(call: Call, calendar: str | None = None) -> Answer:
    """The first call of a round, a further page, or the next round."""
    _refuse_options(call)
    query = {name.lower(): value for name, value in call.query.items()}
    # Tokens belong to a mailbox, not to an address: the window and the calendar are inside them.
    tokens = call.cloud.delta_tokens(call.mailbox)
    if "$skiptoken" in query:
        place = tokens.read(query["$skiptoken"], "$skipToken")
    elif "$deltatoken" in query:
        place = tokens.read(query["$deltatoken"], "$deltaToken")
    else:
        place = _first(call, mount_of(call, calendar).box)
    if isinstance(place, Cursor):
        place = _next(place, call.page_preference or place.size)
    return _answer(call, place, tokens)


def _refuse_options(call: Call) -> None:
    if "$expand" in call.query:
        message = "Parsing OData Select and Expand failed: Value cannot be null. (Parameter 'initialState')"
        raise invalid("BadRequest", message)
    if any(name in call.query for name in REFUSED):
        message = (
            "The following parameters are not supported with change tracking over the 'CalendarView' resource:"
            " '$orderby, $filter, $select, $expand, $search'."
        )
        raise invalid("ErrorInvalidUrlQuery", message)


def _first(call: Call, box: Box) -> Place:
    start, end = window(call)
    track = Track(box, call.path.rstrip("/"), start, end)
    # $top is no page control here and is passed over.
    size = call.page_preference or DEFAULT_PAGE
    cores = [item.core for item in box.singles(start, end)]
    cores += [core for core, item in box.series.items() if between(item, start, end)]
    return Place(_pages(track, cores, size), 0, True, Cursor(track, box.seq, size))


def _next(cursor: Cursor, size: int) -> Place:
    box = cursor.track.box
    changed = box.changed_since(cursor.seq)
    # What is told again is told as it is now, and never after it is gone: that would be news.
    again = [core for core in cursor.replay if core in box.items and core not in changed]
    # Counted before the first page is printed: what changes during the round comes with the next one.
    after = Cursor(cursor.track, box.seq, size, _to_replay(cursor.track, changed))
    return Place(_pages(cursor.track, [*again, *changed], size), 0, False, after)


def _to_replay(track: Track, changed: list[str]) -> tuple[str, ...]:
    # Some changes of single events are told again in the next round.
    items = (track.box.items.get(core) for core in changed)
    return tuple(item.core for item in items if item and not item.recurrence and item.number % 9 == 4)


def _pages(track: Track, cores: list[str], size: int) -> tuple[tuple[str, ...], ...]:
    """Cores in pages of `size` rows; longer where a series would be split, or where an item is told a second time."""
    pages: list[list[str]] = [[]]
    room, carried = size, ""
    for core in cores:
        if room <= 0:
            pages.append([carried] if carried else [])
            room, carried = size, ""
        pages[-1].append(core)
        item = track.box.items.get(core)
        room -= 1 if item is None or not item.recurrence else 1 + len(between(item, track.start, track.end))
        if item and item.number % 40 == 7:
            # Now and then an item turns up a second time, on the page after.
            carried = core
    if len(pages) >= 4:
        # A page may be empty and yet have a successor.
        pages.insert(3, [])
    return tuple(tuple(page) for page in pages)


def _answer(call: Call, place: Place, tokens: Tokens) -> Answer:
    track, lens = place.after.track, call.lens
    call.applied.insert(0, "odata.track-changes")
    rows = [row for core in place.pages[place.number] for row in _rows(track, core, lens, full=place.full)]
    body: dict[str, Any] = {"@odata.context": f"{ROOT}/$metadata#Collection(event)", "value": rows}
    if place.number + 1 < len(place.pages):
        token = tokens.give(Place(place.pages, place.number + 1, place.full, place.after))
        body["@odata.nextLink"] = f"{ROOT}{track.path}?$skiptoken={token}"
    else:
        body["@odata.deltaLink"] = f"{ROOT}{track.path}?$deltatoken={tokens.give(place.after)}"
    return Answer(200, body)


def _rows(track: Track, core: str, lens: Lens, *, full: bool) -> Iterator[Any]:
    item = track.box.items.get(core)
    if item is None:
        # What was made and deleted between two rounds is named too, though nobody ever saw it.
        yield from _gone(track, core, lens)
    elif item.recurrence:
        yield from _series(track, item, lens, full=full)
    elif item.span.overlaps(track.start, track.end):
        yield whole(item, lens)
    else:
        # Moved out of the window, or never in it: the service words both like a deletion.
        yield removed(lens.mailbox.ids.event(core, None, immutable=lens.immutable))


def _gone(track: Track, core: str, lens: Lens) -> Iterator[Any]:
    ids = lens.mailbox.ids
    yield removed(ids.event(core, None, immutable=lens.immutable))
    gone = track.box.gone.get(core)
    if gone and gone.number % 2 == 0:
        # Whether the instances of a deleted series are named as well is not documented; half of them are.
        for day in (day for day in gone.days if track.start.date() <= day < track.end.date()):
            yield removed(ids.event(core, day, immutable=lens.immutable))


def _series(track: Track, item: Item, lens: Lens, *, full: bool) -> Iterator[Any]:
    found = between(item, track.start, track.end)
    # A series without an instance in the window is as good as gone from it.
    if not found:
        yield removed(lens.id(itself(item)))
        return
    if item.number % 3 or (full and item.span.start >= track.start):
        # Otherwise the master is missing, as it may be in later rounds and when the series began before the window.
        yield whole(item, lens)
    for one in found:
        yield (
            {"@odata.type": "#microsoft.graph.event", **render.event(one, lens)}
            if one.type == "exception"
            else render.skeleton(one, lens)
        )


def whole(item: Item, lens: Lens) -> orjson.Fragment:
    """A single event or master as change tracking prints it; kept with the event."""
    key = ("delta", *lens.key)
    if key not in item.rendered:
        row = {"@odata.type": "#microsoft.graph.event", **render.event(itself(item), lens)}
        item.rendered[key] = orjson.Fragment(orjson.dumps(row))
    kept: orjson.Fragment = item.rendered[key]
    return kept


def removed(id: str) -> dict[str, Any]:
    """How change tracking says that something is gone, or only out of its window."""
    return {"@odata.type": "#microsoft.graph.event", "id": id, "@removed": {"reason": "deleted"}}
