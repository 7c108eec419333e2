"""How a Graph calendar is read, so that nothing is lost and few requests are spent.

The full reading takes two lists of the same span. First a round of calendarView/delta, kept only for its deltaLink and for which
ids it names; then the plain calendarView, which gives everything whole and with its marks. In this order a change made in between
is in the list, or in the next round, or both; in the other order a deletion made in between would be in neither. The plain list
is paged by position, so a deletion meanwhile can push an event past the edge of a page unseen: what the round named and the list
did not is asked for by id before the reading counts as complete. N events cost 2 x ceil(N / 500) requests, where a round alone
would leave a request for each series and each mark to be made.

500 a page: no largest size is published; 500 is used in production by others, keeps a page of text bodies within a few megabytes, and
a smaller page than asked for does no harm.

Later readings follow the deltaLink. An occurrence comes without its content there, and a deleted one not at all, so each series
that is touched is asked for whole, all of them in one batch. A removal may name the master of a series: the series is told as empty.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from sync.core.event import Event
from sync.core.mark import is_foreign
from sync.providers.base import Page, Span
from sync.providers.errors import ComeBack, NoAccess, ProviderError, Refused
from sync.providers.microsoft import mapping
from sync.providers.microsoft.client import Client, path
from sync.providers.wire import Ask, Outcome, understood

PAGE_SIZE = 500
WITH_MARK = f"singleValueExtendedProperties($filter=id eq '{mapping.MARK}')"


class Reader:
    """Reads one calendar."""

    def __init__(self, client: Client, address: str, calendar_id: str, page_size: int = PAGE_SIZE) -> None:
        self.client = client
        self.address = address
        self.calendar_id = calendar_id
        self.page_size = page_size

    def everything(self, span: Span) -> Iterator[Page]:
        """The whole span, pages of complete events; the cursor on the last."""
        singles: set[str] = set()
        series: dict[str, set[str]] = {}
        cursor = ""
        first = path("me", "calendars", self.calendar_id, "calendarView", "delta", **_window(span))
        for page in self._pages(first, prefer=f"odata.maxpagesize={self.page_size}"):
            with understood():
                _note(page["value"], singles, series)
            cursor = page.get("@odata.deltaLink") or ""
        listed: set[str] = set()
        options = {"_top": str(self.page_size), "_expand": WITH_MARK}
        for page in self._pages(path("me", "calendars", self.calendar_id, "calendarView", **_window(span), **options)):
            with understood():
                events = [self._event(item) for item in page["value"] if item.get("type") != "seriesMaster"]
            listed |= {event.id for event in events}
            yield Page(events=events, full=True)
        yield replace(self._left_out(singles - listed, series, listed, span), cursor=_cursor(cursor), full=True)

    def _left_out(self, singles: set[str], series: dict[str, set[str]], listed: set[str], span: Span) -> Page:
        """What the round named and the list passed over. Usually nothing, and then nothing is asked."""
        found = [event for event in self.get(sorted(singles)).values() if event]
        whole = self.series([master for master, ids in sorted(series.items()) if not ids <= listed], span)
        return Page(events=found + [event for events in whole.values() for event in events])

    def changes(self, cursor: str, span: Span) -> Iterator[Page]:
        """What changed since the cursor, page by page; the series touched come with the last."""
        touched: dict[str, bool] = {}
        for page in self._pages(cursor):
            with understood():
                told = self._told(page["value"], touched)
            if page.get("@odata.nextLink"):
                yield told
                continue
            whole = self.series([master for master, alive in touched.items() if alive], span)
            ids = {master: frozenset(event.id for event in events) for master, events in whole.items()}
            ids |= {master: frozenset() for master, alive in touched.items() if not alive}
            events = [*told.events, *(event for events in whole.values() for event in events)]
            yield replace(told, events=events, series=ids, cursor=_cursor(page.get("@odata.deltaLink")))

    def _told(self, items: Iterable[dict[str, Any]], touched: dict[str, bool]) -> Page:
        """Singles and removals of one page; of an item that comes twice the last counts. Series are noted in `touched`."""
        latest = {item["id"]: item for item in items}
        removed, events = [], []
        for id, item in latest.items():
            if "@removed" in item:
                removed.append(id)
                # It may have been a series; that of a single event has no instances anybody knows.
                touched[id] = False
            elif master := _master(item):
                touched[master] = True
            else:
                events.append(self._new(item))
        return Page(events=events, removed=removed)

    def _new(self, item: dict[str, Any]) -> Event:
        """A change as a round tells it. What another program made is nobody's copy; otherwise only its mark can tell.

        A copy that a person moved here from another calendar, or brought back from a file, has its mark and no key.
        """
        event = mapping.event(item, address=self.address, mark="")
        return event if is_foreign(event.key) else replace(event, unsure_of_mark=True)

    def series(self, masters: Sequence[str], span: Span) -> dict[str, list[Event]]:
        """The instances of series inside the span, complete and with marks; none of a series that is gone."""
        asks = [
            self._ask(master, "instances", _top=str(self.page_size), _expand=WITH_MARK, **_window(span))
            for master in masters
        ]
        found: dict[str, list[Event]] = {}
        for master, outcome in zip(masters, self.client.read_all(asks), strict=True):
            items = [] if _gone(outcome) else list(self._rest(outcome))
            with understood():
                found[master] = [self._event(item) for item in items]
        return found

    def _rest(self, outcome: Outcome) -> Iterator[dict[str, Any]]:
        """The items of a list whose first page is here."""
        if isinstance(outcome, ProviderError):
            raise outcome
        page = outcome.record()
        if not isinstance(page.get("value"), list):
            raise ComeBack("a page without a list")
        yield from page["value"]
        if link := page.get("@odata.nextLink"):
            for further in self._pages(link):
                yield from further["value"]

    def get(self, ids: Sequence[str]) -> dict[str, Event | None]:
        asks = [self._ask(id, _expand=WITH_MARK) for id in ids]
        found: dict[str, Event | None] = {}
        for id, outcome in zip(ids, self.client.read_all(asks), strict=True):
            if isinstance(outcome, ProviderError) and not _gone(outcome):
                raise outcome
            with understood():
                found[id] = None if isinstance(outcome, ProviderError) else self._event(outcome.record())
        return found

    def knock(self) -> None:
        """Raises `NoAccess` where the calendar itself is closed to us."""
        address = path("me", "calendars", self.calendar_id, "events", _top="1")
        next(self._pages(address), None)

    def find(self, mark: str, key: str) -> Event | None:
        """The copy with this mark; of several, for people duplicate events, the one that was made under this key."""
        quoted = mark.replace("'", "''")
        wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{mapping.MARK}' and ep/value eq '{quoted}')"
        address = path("me", "calendars", self.calendar_id, "events", _filter=wanted, _expand=WITH_MARK)
        items = [item for page in self._pages(address) for item in page["value"]]
        with understood():
            found = [self._event(item) for item in items if item.get("type", "singleInstance") == "singleInstance"]
        return next((event for event in found if event.key == key), found[0] if found else None)

    def _pages(self, address: str, *, prefer: str = "") -> Iterator[dict[str, Any]]:
        try:
            yield from self.client.pages(address, prefer=prefer)
        except Refused as error:
            raise closed(error) from None

    def _ask(self, *rest: str, **query: str) -> Ask:
        return Ask(method="GET", path=path("me", "calendars", self.calendar_id, "events", *rest, **query))

    def _event(self, item: dict[str, Any]) -> Event:
        return mapping.event(item, address=self.address)


def closed(error: ProviderError) -> ProviderError:
    """What 403 and 404 mean when the question was about the calendar itself."""
    if error.status in (403, 404):
        return NoAccess(
            "the calendar is closed to us", status=error.status, code=error.code, request_id=error.request_id
        )
    return error


def _note(items: Iterable[dict[str, Any]], singles: set[str], series: dict[str, set[str]]) -> None:
    """The ids that a round names: single events, and the instances of each series."""
    for item in items:
        if "@removed" in item:
            singles.discard(item["id"])
        elif item.get("type") == "seriesMaster":
            series.setdefault(item["id"], set())
        elif master := item.get("seriesMasterId"):
            series.setdefault(master, set()).add(item["id"])
        else:
            singles.add(item["id"])


def _master(item: dict[str, Any]) -> str:
    """The series an item belongs to, or is the master of; "" for a single event."""
    return item["id"] if item.get("type") == "seriesMaster" else item.get("seriesMasterId") or ""


def _gone(outcome: Outcome) -> bool:
    return isinstance(outcome, ProviderError) and outcome.status in (404, 410)


def _cursor(link: object) -> str:
    if not isinstance(link, str) or not link:
        raise ComeBack("the round has no end")
    return link


def _window(span: Span) -> dict[str, str]:
    return {"startDateTime": _midnight(span.start), "endDateTime": _midnight(span.end)}


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
