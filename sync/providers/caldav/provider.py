"""CalDAV as a provider: iCloud, and any server that a person names (RFC 4791, RFC 6578).

A calendar's id is its path on the account's host, an event's id the name of its resource there, with the slot behind it for an
instance of a series. A copy is a resource of its own, named by its key and made only where nothing stands (If-None-Match), with
a UID that no other calendar has. There are no notifications: calendars are polled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sync.core.event import Event
from sync.providers.base import Answered, Known, Page, RemoteCalendar, RemoteWatch, Span, Token, Traits, Write
from sync.providers.caldav import calendars, hands, mapping, reading
from sync.providers.caldav.client import Client
from sync.providers.caldav.events import Events
from sync.providers.caldav.reading import PAGE_SIZE, Item, Listing
from sync.providers.errors import Changed, ComeBack, Refused
from sync.providers.icalendar.effort import Effort, Exhausted
from sync.providers.icalendar.ics import Broken
from sync.providers.icalendar.series import touches


def icloud(token: Token, address: str) -> "CalDavProvider":
    return CalDavProvider(token, address, anywhere=False)


def anywhere(token: Token, address: str) -> "CalDavProvider":
    return CalDavProvider(token, address, anywhere=True)


# How many requests of one cycle are under way at once, and how many writes it puts on record together: at Apple, whose rate
# nobody knows, fewer.
HANDS, SHARE = 4, 200
HANDS_AT_APPLE, SHARE_AT_APPLE = 2, 40
# Seconds until a calendar is looked at again that is too large to be read: nobody makes it smaller in a minute.
LATER = 3600.0


class CalDavProvider:
    def __init__(self, token: Token, address: str, *, anywhere: bool) -> None:
        self.hands = HANDS if anywhere else HANDS_AT_APPLE
        self.traits = Traits(
            conditional=True,
            removal_proves=True,
            pushes=False,
            seats=2,
            batch=1,
            share=SHARE if anywhere else SHARE_AT_APPLE,
            fetch=PAGE_SIZE,
        )
        self.client = Client(token, anywhere=anywhere)
        self.events = Events(self.client, address)
        self._known: dict[str, Known] = {}

    @property
    def page_size(self) -> int:
        return self.events.page_size

    @page_size.setter
    def page_size(self, size: int) -> None:
        self.events.page_size = size

    def calendars(self) -> list[RemoteCalendar]:
        return calendars.listed(self.client, self.events.address)

    def spare(self, calendar_id: str, known: Known) -> None:
        self._known[calendar_id] = known

    def read(self, calendar_id: str, cursor: str, span: Span) -> Iterator[Page]:
        changes = reading.listing(self.client, calendar_id, cursor)
        last, effort = Page(full=not cursor), Effort()
        for items in self._contents(calendar_id, changes, since=bool(cursor)):
            if last.events or last.removed or last.series:
                yield last
            try:
                last = self._page(calendar_id, items, span, effort, full=not cursor)
            except Exhausted:
                raise ComeBack("more events than Hetk reads", after=LATER) from None
        if cursor:
            emptied = {name: frozenset[str]() for name in changes.gone}
            last = replace(last, removed=[*last.removed, *changes.gone], series={**last.series, **emptied})
        yield replace(last, cursor=changes.cursor)

    def _contents(self, calendar_id: str, changes: Listing, *, since: bool) -> Iterator[Mapping[str, Item | None]]:
        """What changed, page by page: what came along with the names first."""
        known = self._known.get(calendar_id) if since else None
        spared = set(known(changes.etags)) if known and changes.etags else set()
        here: dict[str, Item | None] = {name: item for name, item in changes.items.items() if name not in spared}
        if here:
            self.events.keep(calendar_id, here)
            yield here
        names = [name for name in changes.etags if name not in spared and name not in here]
        for items in reading.fetch(self.client, calendar_id, names, self.page_size):
            if since:
                # An edit that follows in this cycle need not ask for them again; of a complete reading there are too many to keep.
                self.events.keep(calendar_id, items)
            yield items

    def _page(
        self, calendar_id: str, items: Mapping[str, Item | None], span: Span, effort: Effort, *, full: bool
    ) -> Page:
        events: list[Event] = []
        gone = [name for name, item in items.items() if item is None]
        touched = {name: frozenset[str]() for name in gone}
        for name, item in items.items():
            try:
                with effort.measured():
                    is_series, told = self.events.inside(calendar_id, item, span) if item else (False, [])
            except Broken:
                # One event that cannot be read stops only itself: nothing is said of it, so nothing follows.
                continue
            effort.told(len(told))
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
            found = self.get(calendar_id, [name])
            if name not in found:
                # Something stands there: to call it absent would make a second copy.
                raise Refused("what stands under this key cannot be read")
            return found[name]
        names = list(reading.listing(self.client, calendar_id, "").etags)
        for items in reading.fetch(self.client, calendar_id, names, self.page_size):
            for item in items.values():
                # Only what holds the mark is worth reading; a copy is never a series.
                held = item is not None and mark in item.text.replace("\n ", "")
                if held and (event := self.events.one(calendar_id, item, "")) and event.mark == mark:
                    return event
        return None

    def write(self, calendar_id: str, writes: Sequence[Write]) -> Iterator[Answered]:
        return hands.carry_out(self.events, calendar_id, writes, self.hands)

    def watch(self, calendar_id: str, *, address: str, secret: str, expires_at: datetime) -> RemoteWatch:
        raise Refused("CalDAV knows no notifications")

    def renew(
        self, watch: RemoteWatch, *, calendar_id: str, address: str, secret: str, expires_at: datetime
    ) -> RemoteWatch:
        raise Changed("CalDAV knows no notifications")

    def unwatch(self, watch: RemoteWatch) -> None:
        """There is none."""
