"""Calendar feeds as the engine's `Provider`: one calendar at one address, which is read and never written.

The file comes whole each time it changed, and is compared with what the cursor remembers. Whatever is not a whole calendar is an
error, so nothing is ever missing because a server was in trouble.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from hetk import feed
from hetk.feed import File, Flaw
from sync.core.event import Event
from sync.providers.base import Answered, Page, RemoteCalendar, RemoteWatch, Span, Token, Traits, Write
from sync.providers.errors import Changed, Refused, Unusable
from sync.providers.feed import cursor as cursors
from sync.providers.feed import mapping
from sync.providers.feed.client import CAUSE, Client
from sync.providers.feed.cursor import Known
from sync.providers.feed.mapping import Held
from sync.providers.icalendar.effort import Effort, Exhausted
from sync.providers.icalendar.ics import Broken
from sync.providers.icalendar.series import touches
from sync.providers.icalendar.words import parts_of

CALENDAR = "calendar"
PAGE_SIZE = 500
# Fewer events than these with new names are nothing to wonder at.
FEW = 3


def build(token: Token, address: str) -> "FeedProvider":
    return FeedProvider(token, address)


class FeedProvider:
    traits = Traits(conditional=True, removal_proves=True, pushes=False, seats=2, batch=1, fetch=1_000_000)

    def __init__(self, token: Token, address: str) -> None:
        self.client = Client(token)
        self.address = address
        self.page_size = PAGE_SIZE
        self._held: dict[str, Held] | None = None

    def calendars(self) -> list[RemoteCalendar]:
        file = self._file()
        return [
            RemoteCalendar(
                id=CALENDAR,
                name=feed.name_in(file.text) or feed.host_of(self.client.credential.url),
                owner=feed.owner_of(self.client.credential.url),
                zone=mapping.zone_in(file.text) or self.client.credential.zone,
                primary=True,
                can_write=False,
                can_watch=False,
            )
        ]

    def read(self, calendar_id: str, cursor: str, span: Span) -> Iterator[Page]:
        known = cursors.opened(cursor)
        file = self.client.fetch(known.etag, known.modified)
        if file is None:
            yield Page(cursor=cursor)
            return
        held = self._held = self._read(file)
        now = Known(file.etag, file.modified, {name: each.version for name, each in held.items()})
        if not cursor:
            yield from _with_cursor(self._pages(list(held.values()), span, full=True), now)
            return
        gone = [name for name in known.versions if name not in held]
        _same_names(known.versions, now.versions, gone)
        changed = [each for name, each in held.items() if known.versions.get(name) != each.version]
        emptied = {name: frozenset[str]() for name in gone}
        yield from _with_cursor([*self._pages(changed, span, full=False), Page(removed=gone, series=emptied)], now)

    def _pages(self, held: Sequence[Held], span: Span, *, full: bool) -> Iterator[Page]:
        effort = Effort()
        try:
            for at in range(0, max(1, len(held)), self.page_size):
                yield self._page(held[at : at + self.page_size], span, effort, full=full)
        except Exhausted:
            raise Unusable(feed.SENTENCES[Flaw.LONG], code=CAUSE) from None

    def _page(self, held: Sequence[Held], span: Span, effort: Effort, *, full: bool) -> Page:
        events: list[Event] = []
        series: dict[str, frozenset[str]] = {}
        for each in held:
            try:
                with effort.measured():
                    is_series, told = mapping.events(each, span, self._own)
            except Broken:
                # One event that cannot be read stops only itself: nothing is said of it, so nothing follows.
                continue
            effort.told(len(told))
            if is_series:
                series[each.name] = frozenset(event.id for event in told)
            events += [event for event in told if touches(event.content.when, span)] if full else told
        return Page(events=events, full=True) if full else Page(events=events, series=series)

    @property
    def _own(self) -> tuple[str, ...]:
        return (feed.owner_of(self.client.credential.url) or self.address,)

    def _file(self) -> File:
        file = self.client.fetch()
        if file is None:
            raise Unusable("not changed, though nobody asked that", code=CAUSE)
        return file

    def _read(self, file: File) -> dict[str, Held]:
        said = self.client.credential
        try:
            return mapping.held(file.text, zone=said.zone, steady=said.steady)
        except Broken:
            raise Unusable(feed.SENTENCES[Flaw.CUT], code=CAUSE) from None

    def get(self, calendar_id: str, ids: Sequence[str]) -> dict[str, Event | None]:
        if self._held is None:
            self._held = self._read(self._file())
        found: dict[str, Event | None] = {}
        for id in ids:
            name, slot = parts_of(id)
            each = self._held.get(name)
            with suppress(Broken):
                found[id] = mapping.event(each, slot, self._own) if each else None
        return found

    def find(self, calendar_id: str, mark: str, key: str) -> Event | None:
        """Nothing of ours can stand in a feed but what was copied into the calendar that it tells of."""
        return None

    def write(self, calendar_id: str, writes: Sequence[Write]) -> Iterator[Answered]:
        for _ in writes:
            yield Answered(error=Refused("a feed cannot be written to"))

    def watch(self, calendar_id: str, *, address: str, secret: str, expires_at: datetime) -> RemoteWatch:
        raise Refused("a feed knows no notifications")

    def renew(
        self, watch: RemoteWatch, *, calendar_id: str, address: str, secret: str, expires_at: datetime
    ) -> RemoteWatch:
        raise Changed("a feed knows no notifications")

    def unwatch(self, watch: RemoteWatch) -> None:
        """There is none."""


def _with_cursor(pages: Iterator[Page] | Sequence[Page], now: Known) -> Iterator[Page]:
    """The cursor comes with the last page."""
    last: Page | None = None
    for page in pages:
        if last is not None:
            yield last
        last = page
    yield replace(last or Page(), cursor=now.closed())


def _same_names(before: Mapping[str, str], now: Mapping[str, str], gone: Sequence[str]) -> None:
    """Raises `Unusable` when most of what went came back under another name: taken for new, each would be doubled."""
    went = Counter(before[name] for name in gone)
    came = Counter(version for name, version in now.items() if name not in before)
    renamed = (went & came).total()
    if renamed > max(FEW, len(before) // 2):
        raise Unusable("its events are named anew each time", code=CAUSE)
