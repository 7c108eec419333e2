"""The in-memory provider: the whole contract over a `MemoryCloud`. The engine's tests run on it, its contract is tested like any.

A cursor is `generation.count.start.end`; it names the moment the reading began, so that what changes during a reading turns
up again in the next. How an account behaves is its `Manner` (`LIKE_GOOGLE`, `LIKE_MICROSOFT`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from sync.core.event import Event
from sync.core.mark import is_foreign
from sync.providers.base import (
    Answered,
    Insert,
    Page,
    RemoteCalendar,
    RemoteWatch,
    Remove,
    Span,
    Token,
    Traits,
    Update,
    Write,
)
from sync.providers.errors import Changed, ComeBack, CursorLost, Exists, NoAccess, ProviderError, Refused, SignInAgain
from sync.providers.memory_cloud import (
    LIKE_CALDAV,
    LIKE_GOOGLE,
    LIKE_MICROSOFT,
    LIKE_OLD_CALDAV,
    Call,
    Manner,
    MemoryCloud,
    Shelf,
    Watching,
    inside,
)

__all__ = [
    "LIKE_CALDAV",
    "LIKE_GOOGLE",
    "LIKE_MICROSOFT",
    "LIKE_OLD_CALDAV",
    "Call",
    "Manner",
    "MemoryCloud",
    "MemoryProvider",
    "build",
    "use",
]

_clouds: list[MemoryCloud] = []


def use(cloud: MemoryCloud) -> MemoryCloud:
    """The cloud that `build` speaks to from now on."""
    _clouds[:] = [cloud]
    return cloud


def build(token: Token, address: str) -> "MemoryProvider":
    return MemoryProvider(_clouds[0], address, token)


class MemoryProvider:
    """Speaks for the account `address` of a cloud."""

    def __init__(self, cloud: MemoryCloud, address: str, token: Token | None = None) -> None:
        self.cloud = cloud
        self.address = address
        self.token = token
        self.manner = cloud.manners[address]
        self.traits: Traits = self.manner.traits

    def calendars(self) -> list[RemoteCalendar]:
        with self.cloud.lock:
            listed = [shelf.listed for shelf in self.cloud.shelves.values() if self._may_use(shelf)]
        self._ask("calendars")
        rings = self.traits.pushes
        told = [replace(calendar, can_watch=calendar.can_watch and rings) for calendar in listed]
        return sorted(told, key=lambda calendar: not calendar.primary)

    def read(self, calendar_id: str, cursor: str, span: Span) -> Iterator[Page]:
        shelf = self._shelf(calendar_id)
        with self.cloud.lock:
            generation, began = shelf.generation, self.cloud.count
            compares = self.manner.compares
            since, told = _cursor(cursor, None if compares else generation, span)
            ids = [id for id, n in sorted(shelf.touched.items(), key=lambda pair: pair[1]) if n > since]
            ids = [id for id in ids if not compares or id in shelf.events or shelf.born[id] <= since]
            if not cursor:
                ids = [id for id in ids if id in shelf.events and inside(shelf.events[id].content.when, told)]
        after = f"{generation}.{began}.{told.start}.{told.end}"
        size = self.cloud.page_size
        pages = [ids[at : at + size] for at in range(0, len(ids), size)] or [[]]
        for number, part in enumerate(pages, 1):
            self._ask("read", calendar_id, subject=number)
            with self.cloud.lock:
                page = self._page(shelf, part, told, full=not cursor)
            yield replace(page, cursor=after) if number == len(pages) else page

    def _page(self, shelf: Shelf, ids: Sequence[str], span: Span, *, full: bool) -> Page:
        if full:
            return Page(events=[shelf.events[id] for id in ids if id in shelf.events], full=True)
        series = self._touched_series(shelf, ids, span)
        loose = [id for id in ids if shelf.series_of[id] not in series]
        events = [e for id in loose if (e := shelf.events.get(id)) and self._told(e, span)]
        told = {event.id for event in events}
        whole = [shelf.events[id] for members in series.values() for id in sorted(members)]
        return Page(
            events=[self._veiled(event) for event in events] + whole,
            # Graph words the end of a series as the removal of its master.
            removed=[id for id in loose if id not in told] + [name for name, ids in series.items() if not ids],
            series=series,
        )

    def _touched_series(self, shelf: Shelf, ids: Sequence[str], span: Span) -> dict[str, frozenset[str]]:
        """Each series touched, asked for whole: one request for each, as at Graph."""
        if not self.manner.series_rebuilt:
            return {}
        found: dict[str, frozenset[str]] = {}
        for name in dict.fromkeys(s for id in ids if (s := shelf.series_of[id])):
            self._ask("series", shelf.listed.id, subject=name)
            members = (e for e in shelf.events.values() if e.series_id == name and inside(e.content.when, span))
            found[name] = frozenset(event.id for event in members)
        return found

    def _told(self, event: Event, span: Span) -> bool:
        return not self.manner.window_bites or inside(event.content.when, span)

    def _veiled(self, event: Event) -> Event:
        if self.manner.marks_in_delta or is_foreign(event.key):
            return event
        return replace(event, mark="", unsure_of_mark=True)

    def get(self, calendar_id: str, ids: Sequence[str]) -> dict[str, Event | None]:
        shelf = self._shelf(calendar_id)
        found: dict[str, Event | None] = {}
        for at in range(0, len(ids), self.traits.fetch):
            part = ids[at : at + self.traits.fetch]
            self._ask("get", calendar_id, subject=tuple(part))
            found |= {id: shelf.events.get(id) for id in part}
        return found

    def find(self, calendar_id: str, mark: str, key: str) -> Event | None:
        shelf = self._shelf(calendar_id)
        self._ask("find", calendar_id, subject=(mark, key))
        with self.cloud.lock:
            ours = (e for e in shelf.events.values() if (mark and e.mark == mark) or (key and e.key == key))
            return next(ours, None)

    def write(self, calendar_id: str, writes: Sequence[Write]) -> Iterator[Answered]:
        self._shelf(calendar_id)
        for at in range(0, len(writes), self.traits.batch):
            batch = writes[at : at + self.traits.batch]
            answers = self._batch(calendar_id, batch)
            yield from answers
            slowed = next((a.error for a in answers if type(a.error) is ComeBack), None)
            if slowed is not None:
                # Whoever was told to wait does not send the next batch either.
                yield from (Answered(error=slowed) for _ in writes[at + len(batch) :])
                return

    def _batch(self, calendar_id: str, batch: Sequence[Write]) -> list[Answered]:
        """One request. A fault of the whole of it is the answer to each of its writes."""
        call = Call(
            name="write",
            address=self.address,
            calendar_id=calendar_id,
            subject=tuple(batch),
        )
        try:
            self.cloud.consult(call, "before")
            answers = [self._item(calendar_id, write) for write in batch]
            self.cloud.consult(call, "after")
        except ComeBack as error:
            return [Answered(error=error) for _ in batch]
        return answers

    def _item(self, calendar_id: str, write: Write) -> Answered:
        call = Call(
            name=type(write).__name__.lower(),
            address=self.address,
            calendar_id=calendar_id,
            subject=write,
            requests=0,
        )
        try:
            self.cloud.consult(call, "before")
            with self.cloud.lock:
                event = self._carry_out(self._shelf(calendar_id), write)
            self.cloud.consult(call, "after")
        except ProviderError as error:
            return Answered(error=error)
        return Answered(event=event, request_id=f"request-{len(self.cloud.calls)}")

    def _carry_out(self, shelf: Shelf, write: Write) -> Event | None:
        id = shelf.listed.id
        if not shelf.listed.can_write:
            raise NoAccess("the calendar is read-only", status=403)
        match write:
            case Insert(key=key, mark=mark, content=content, label=label):
                # Elsewhere a key stays taken when its event is deleted.
                living = (event.key for event in shelf.events.values())
                if key in (living if self.manner.names_return else shelf.keys):
                    raise Exists("the key is taken", status=409)
                label = label if self.traits.labels else ""
                made = self.cloud.create(id, content, key=key, mark=mark, label=label, organizer=self.address)
                return shelf.events[made]
            case Update():
                return self.cloud.put(id, self._updated(self._expected(shelf, write.id, write.version), write))
            case Remove(id=gone, version=version):
                if gone in shelf.events:
                    self._expected(shelf, gone, version)
                    self.cloud.delete(id, gone)
        return None

    def _updated(self, event: Event, update: Update) -> Event:
        if update.mark:
            stays = bool(update.label) or update.coloured or not self.manner.replaces
            label = event.label if stays and not update.relabel else update.label * self.traits.labels
            return replace(event, content=update.content, mark=update.mark, label=label)
        touched = {field.value: getattr(update.content, field.value) for field in update.fields}
        return replace(event, content=replace(event.content, **touched))

    def _expected(self, shelf: Shelf, id: str, version: str) -> Event:
        event = shelf.events.get(id)
        if event is None:
            raise Changed("the event is gone", status=404)
        if self.traits.conditional and version and event.version != version:
            raise Changed("the event is at another version", status=412)
        return event

    def watch(self, calendar_id: str, *, address: str, secret: str, expires_at: datetime) -> RemoteWatch:
        self._shelf(calendar_id)
        if not self.traits.pushes:
            raise Refused("there are no notifications here")
        self._ask("watch", calendar_id)
        with self.cloud.lock:
            id = f"watch-{self.cloud.tick()}"
            self.cloud.watches[id] = Watching(
                calendar_id=calendar_id,
                address=address,
                secret=secret,
                expires_at=expires_at,
            )
        return RemoteWatch(id=id, expires_at=expires_at)

    def renew(
        self,
        watch: RemoteWatch,
        *,
        calendar_id: str,
        address: str,
        secret: str,
        expires_at: datetime,
    ) -> RemoteWatch:
        self._ask("renew", calendar_id, subject=watch.id)
        kept = self.cloud.watches.get(watch.id)
        if kept is None or kept.expires_at <= self.cloud.clock():
            raise Changed("the watch is gone", status=404)
        kept.address, kept.secret, kept.expires_at = address, secret, expires_at
        return replace(watch, expires_at=expires_at)

    def unwatch(self, watch: RemoteWatch) -> None:
        self._ask("unwatch", subject=watch.id)
        self.cloud.watches.pop(watch.id, None)

    def _ask(self, name: str, calendar_id: str = "", *, subject: object = None) -> None:
        """A reading call: nothing is changed by it, so both stages can be consulted at once."""
        if self.address in self.cloud.signed_out:
            raise SignInAgain("the grant was revoked", status=400, code="invalid_grant")
        call = Call(name=name, address=self.address, calendar_id=calendar_id, subject=subject)
        self.cloud.consult(call, "before")
        self.cloud.consult(call, "after")

    def _shelf(self, calendar_id: str) -> Shelf:
        if self.address in self.cloud.signed_out:
            raise SignInAgain("the grant was revoked", status=400, code="invalid_grant")
        shelf = self.cloud.shelves.get(calendar_id)
        if shelf is None or not self._may_use(shelf):
            raise NoAccess("no such calendar", status=404)
        return shelf

    def _may_use(self, shelf: Shelf) -> bool:
        return not shelf.closed and self.address in {shelf.owner, *shelf.shared}


def _cursor(cursor: str, generation: int | None, span: Span) -> tuple[int, Span]:
    """The count it was made at and the span it is bound to; a `generation` None takes any."""
    if not cursor:
        return -1, span
    made, count, start, end = cursor.split(".")
    if generation is not None and int(made) != generation:
        raise CursorLost("the cursor is too old", status=410)
    return int(count), Span(date.fromisoformat(start), date.fromisoformat(end))
