"""CalDAV as a provider: iCloud, and any server that a person names (RFC 4791, RFC 6578).

A calendar's id is its path on the account's host, an event's id the name of its resource there, with the slot behind it for an
instance of a series. A copy is a resource of its own, named by its key and made only where nothing stands (If-None-Match), with
a UID that no other calendar has. There are no notifications: calendars are polled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sync.core.event import Event
from sync.providers.base import Answered, Page, RemoteCalendar, RemoteWatch, Span, Token, Traits, Write
from sync.providers.caldav import calendars, mapping, reading, writing
from sync.providers.caldav.client import Client
from sync.providers.caldav.events import Events
from sync.providers.caldav.reading import PAGE_SIZE, Item
from sync.providers.errors import Changed, ComeBack, ProviderError, Refused, SignInAgain
from sync.providers.icalendar.ics import Broken
from sync.providers.icalendar.series import touches


def icloud(token: Token, address: str) -> "CalDavProvider":
    return CalDavProvider(token, address, anywhere=False)


def anywhere(token: Token, address: str) -> "CalDavProvider":
    return CalDavProvider(token, address, anywhere=True)


class CalDavProvider:
    traits = Traits(conditional=True, removal_proves=True, pushes=False, seats=4, batch=1, fetch=PAGE_SIZE)

    def __init__(self, token: Token, address: str, *, anywhere: bool) -> None:
        self.client = Client(token, anywhere=anywhere)
        self.events = Events(self.client, address)

    @property
    def page_size(self) -> int:
        return self.events.page_size

    @page_size.setter
    def page_size(self, size: int) -> None:
        self.events.page_size = size

    def calendars(self) -> list[RemoteCalendar]:
        return calendars.listed(self.client, self.events.address)

    def read(self, calendar_id: str, cursor: str, span: Span) -> Iterator[Page]:
        changes = reading.listing(self.client, calendar_id, cursor)
        last = Page(full=not cursor)
        for items in reading.fetch(self.client, calendar_id, list(changes.etags), self.page_size):
            if last.events or last.removed or last.series:
                yield last
            last = self._page(calendar_id, items, span, full=not cursor)
        if cursor:
            emptied = {name: frozenset[str]() for name in changes.gone}
            last = replace(last, removed=[*last.removed, *changes.gone], series={**last.series, **emptied})
        yield replace(last, cursor=changes.cursor)

    def _page(self, calendar_id: str, items: Mapping[str, Item | None], span: Span, *, full: bool) -> Page:
        events: list[Event] = []
        gone = [name for name, item in items.items() if item is None]
        touched = {name: frozenset[str]() for name in gone}
        for name, item in items.items():
            try:
                is_series, told = self.events.inside(calendar_id, item, span) if item else (False, [])
            except Broken:
                # One event that cannot be read stops only itself: nothing is said of it, so nothing follows.
                continue
            if is_series:
                touched[name] = frozenset(event.id for event in told)
            events += [event for event in told if touches(event.content.when, span)] if full else told
        if full:
            return Page(events=events, full=True)
        return Page(events=events, removed=gone, series=touched)

    def get(self, calendar_id: str, ids: Sequence[str]) -> dict[str, Event | None]:
        return self.events.get(calendar_id, ids)

    def find(self, calendar_id: str, mark: str, key: str) -> Event | None:
        if key:
            name = key + mapping.SUFFIX
            return self.get(calendar_id, [name])[name]
        names = list(reading.listing(self.client, calendar_id, "").etags)
        for items in reading.fetch(self.client, calendar_id, names, self.page_size):
            for item in items.values():
                # Only what holds the mark is worth reading; a copy is never a series.
                held = item is not None and mark in item.text.replace("\n ", "")
                if held and (event := self.events.one(calendar_id, item, "")) and event.mark == mark:
                    return event
        return None

    def write(self, calendar_id: str, writes: Sequence[Write]) -> Iterator[Answered]:
        for at, write in enumerate(writes):
            try:
                yield Answered(event=writing.carry_out(self.events, calendar_id, write))
            except SignInAgain:
                raise
            except ProviderError as error:
                yield Answered(error=error, request_id=error.request_id)
                if type(error) is ComeBack:
                    # Whoever was told to wait does not send the next one either.
                    yield from (Answered(error=error) for _ in writes[at + 1 :])
                    return

    def watch(self, calendar_id: str, *, address: str, secret: str, expires_at: datetime) -> RemoteWatch:
        raise Refused("CalDAV knows no notifications")

    def renew(
        self, watch: RemoteWatch, *, calendar_id: str, address: str, secret: str, expires_at: datetime
    ) -> RemoteWatch:
        raise Changed("CalDAV knows no notifications")

    def unwatch(self, watch: RemoteWatch) -> None:
        """There is none."""
