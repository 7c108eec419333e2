"""Google Calendar v3 as a provider.

Reading: events.list with singleEvents, so that a series comes as its instances and a deleted one as a cancelled instance. The
cursor is the syncToken; the span is asked for in the full reading only, as the service does not take it with a token, so later
readings also tell what lies outside. Every page repeats the same parameters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, TypeGuard

from sync.core.event import Event
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
from sync.providers.errors import Changed, ComeBack, CursorLost, Exists, NoAccess, ProviderError, Refused
from sync.providers.google import mapping
from sync.providers.google import watch as channels
from sync.providers.google.client import BATCH_SIZE, Client, path
from sync.providers.text import word
from sync.providers.wire import Ask, Outcome, understood

PAGE_SIZE = 2500
WRITERS = frozenset(("owner", "writer", "writerWithoutPrivateAccess"))
# Google's own calendars (holidays, birthdays) and rooms; calendars read in from a web address are real but cannot be watched.
NOT_OFFERED = ("@group.v.calendar.google.com", "@resource.calendar.google.com")
# No version is ever this one.
GONE = '"gone"'
NOT_WATCHED = "@import.calendar.google.com"


def build(token: Token, address: str) -> "GoogleProvider":
    return GoogleProvider(token, address)


class GoogleProvider:
    traits = Traits(
        conditional=True, removal_proves=True, pushes=True, seats=4, batch=BATCH_SIZE, fetch=BATCH_SIZE, labels=True
    )

    def __init__(self, token: Token, address: str, *, page_size: int = PAGE_SIZE) -> None:
        self.client = Client(token)
        self.address = address
        self.page_size = page_size

    def calendars(self) -> list[RemoteCalendar]:
        listed, page_token = [], ""
        while True:
            query = {"maxResults": 250} | ({"pageToken": page_token} if page_token else {})
            page = self.client.read(path("users", "me", "calendarList", **query))
            with understood():
                # Nobody is without calendars: a list of none is no list.
                listed += [self._calendar(item) for item in page["items"] if self._offered(item)]
            page_token = page.get("nextPageToken", "")
            if not page_token:
                return sorted(listed, key=lambda calendar: not calendar.primary)

    def _offered(self, item: dict[str, Any]) -> bool:
        # Who may only see free and busy has nothing to copy.
        readable = item.get("accessRole") not in ("freeBusyReader", "none")
        return readable and not item.get("deleted") and not item["id"].endswith(NOT_OFFERED)

    def _calendar(self, item: dict[str, Any]) -> RemoteCalendar:
        primary, id = bool(item.get("primary")), word(item["id"])
        shared = whose(id, "")
        mine = self.address if item.get("accessRole") == "owner" else ""
        return RemoteCalendar(
            id=id,
            name=item.get("summaryOverride") or item.get("summary", ""),
            owner=item.get("dataOwner") or (self.address if primary else shared) or mine,
            zone=mapping.known_zone(item.get("timeZone", "UTC")),
            primary=primary,
            can_write=item.get("accessRole") in WRITERS,
            can_watch=not id.endswith(NOT_WATCHED),
        )

    def read(self, calendar_id: str, cursor: str, span: Span) -> Iterator[Page]:
        query: dict[str, Any] = {"singleEvents": "true", "maxResults": self.page_size}
        if cursor:
            query["syncToken"] = cursor
        else:
            query |= {"timeMin": _midnight(span.start), "timeMax": _midnight(span.end)}
        page_token = ""
        while True:
            paged = query | ({"pageToken": page_token} if page_token else {})
            found = self._list(calendar_id, paged)
            page_token = found.get("nextPageToken", "")
            page = self._page(found, whose(calendar_id, self.address), full=not cursor)
            if page_token:
                yield page
                continue
            if not isinstance(found.get("nextSyncToken"), str):
                raise ComeBack("the last page has no token")
            yield replace(page, cursor=found["nextSyncToken"])
            return

    def _list(self, calendar_id: str, query: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.client.read(path("calendars", calendar_id, "events", **query))
        except Refused as error:
            if error.status == 410:
                raise CursorLost("the sync token is too old", status=410, code=error.code) from None
            raise _closed(error) from None

    def _page(self, found: dict[str, Any], owner: str, *, full: bool) -> Page:
        """Of an item that comes twice the last counts."""
        with understood():
            items = {item["id"]: item for item in _items(found)}
            alive = [item for item in items.values() if item.get("status") != "cancelled"]
            gone = () if full else tuple(id for id, item in items.items() if item.get("status") == "cancelled")
            events = [mapping.event(item, address=owner) for item in alive]
        return Page(events=events, removed=gone, full=full)

    def get(self, calendar_id: str, ids: Sequence[str]) -> dict[str, Event | None]:
        asks = [Ask(method="GET", path=path("calendars", calendar_id, "events", id)) for id in ids]
        found: dict[str, Event | None] = {}
        missing = False
        for id, outcome in zip(ids, self.client.read_all(asks), strict=True):
            if isinstance(outcome, ProviderError):
                missing |= outcome.status == 404
                if outcome.status not in (404, 410):
                    raise outcome
                found[id] = None
            else:
                found[id] = self._alive(outcome.record(), calendar_id)
        if missing:
            # A deleted event is still there as a cancelled one. 404 may as well mean that the calendar is closed to us.
            self._list(calendar_id, {"maxResults": 1})
        return found

    def _alive(self, item: dict[str, Any], calendar_id: str, *, writing: bool = False) -> Event | None:
        with understood(writing=writing):
            gone = item.get("status") == "cancelled"
            return None if gone else mapping.event(item, address=whose(calendar_id, self.address))

    def find(self, calendar_id: str, mark: str, key: str) -> Event | None:
        by_key = self._by_key(calendar_id, key) if key else None
        if by_key is not None or not mark:
            return by_key
        query = {"privateExtendedProperty": f"{mapping.MARK}={mark}", "maxResults": 10}
        items = _items(self._list(calendar_id, query))
        events = [event for item in items if (event := self._alive(item, calendar_id)) and event.mark == mark]
        return events[0] if events else None

    def _by_key(self, calendar_id: str, key: str) -> Event | None:
        try:
            return self._alive(self.client.read(path("calendars", calendar_id, "events", key)), calendar_id)
        except Refused as error:
            if error.status not in (404, 410):
                raise _closed(error) from None
            return None

    def write(self, calendar_id: str, writes: Sequence[Write]) -> Iterator[Answered]:
        writes = self._completed(calendar_id, writes)
        asks = [_ask(calendar_id, write) for write in writes]
        for write, outcome in zip(writes, self.client.write_all(asks), strict=True):
            yield self._answered(calendar_id, write, outcome)

    def _completed(self, calendar_id: str, writes: Sequence[Write]) -> list[Write]:
        """A replacement without a version would bring a deleted copy back to life, and one without its colour would take that
        away: such copies are looked at first.
        """
        asked = [write.id for write in writes if _blind(write) or _coloured(write)]
        if not asked:
            return list(writes)
        seen = self.get(calendar_id, asked)
        return [_complete(write, seen[write.id]) if _blind(write) or _coloured(write) else write for write in writes]

    def _answered(self, calendar_id: str, write: Write, outcome: Outcome) -> Answered:
        if isinstance(outcome, ProviderError):
            error = _refined(write, outcome)
            return Answered(error=error, request_id=outcome.request_id)
        if isinstance(write, Remove):
            return Answered(request_id=outcome.request_id)
        try:
            event = self._alive(outcome.record(), calendar_id, writing=True)
        except ProviderError as error:
            return Answered(error=error, request_id=outcome.request_id)
        if event is None:
            return Answered(error=Changed("the event is deleted", status=outcome.status), request_id=outcome.request_id)
        return Answered(event=event, request_id=outcome.request_id)

    def watch(self, calendar_id: str, *, address: str, secret: str, expires_at: datetime) -> RemoteWatch:
        return channels.start(self.client, calendar_id, address=address, secret=secret, expires_at=expires_at)

    def renew(
        self, watch: RemoteWatch, *, calendar_id: str, address: str, secret: str, expires_at: datetime
    ) -> RemoteWatch:
        new = channels.start(self.client, calendar_id, address=address, secret=secret, expires_at=expires_at)
        channels.stop(self.client, watch)
        return new

    def unwatch(self, watch: RemoteWatch) -> None:
        channels.stop(self.client, watch)


def whose(calendar_id: str, address: str) -> str:
    """Whose calendar it is: somebody's main calendar has their address as its id, and is not the account's where it is shared."""
    is_address = "@" in calendar_id and not calendar_id.endswith(".calendar.google.com")
    return calendar_id if is_address else address


def _blind(write: Write) -> TypeGuard[Update]:
    return isinstance(write, Update) and bool(write.mark) and not write.version


def _coloured(write: Write) -> TypeGuard[Update]:
    """A copy that may have a colour, which is to stay whatever it is."""
    return isinstance(write, Update) and bool(write.mark) and bool(write.label or write.coloured) and not write.relabel


def _complete(write: Update, seen: Event | None) -> Update:
    version = write.version or (seen.version if seen else GONE)
    return replace(write, version=version, label=seen.label if seen and not write.relabel else write.label)


def _items(page: dict[str, Any]) -> list[dict[str, Any]]:
    items = page.get("items", [])
    if not isinstance(items, list):
        raise ComeBack("a page without a list")
    return items


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat().replace("+00:00", "Z")


def _closed(error: ProviderError) -> ProviderError:
    if error.status in (403, 404):
        return NoAccess("the calendar is closed to us", status=error.status, code=error.code)
    return error


def _ask(calendar_id: str, write: Write) -> Ask:
    body: dict[str, Any] | None
    match write:
        case Insert(key=key, mark=mark, content=content, label=label):
            body = {"id": key, **mapping.copy_body(content, mark, label)}
            return Ask(method="POST", path=path("calendars", calendar_id, "events", sendUpdates="none"), body=body)
        case Update(mark=""):
            method, body = "PATCH", mapping.patch_body(write.content, write.fields)
        case Update():
            method, body = "PUT", mapping.copy_body(write.content, write.mark, write.label)
        case Remove():
            method, body = "DELETE", None
    expected = {"If-Match": write.version} if write.version else {}
    address = path("calendars", calendar_id, "events", write.id, sendUpdates="none")
    return Ask(method=method, path=address, headers=expected, body=body)


def _refined(write: Write, error: ProviderError) -> ProviderError | None:
    """What the status means for this write; None when it is as good as done."""
    if not isinstance(error, Refused):
        return error
    facts: dict[str, Any] = {"status": error.status, "code": error.code, "request_id": error.request_id}
    match write, error.status:
        case Insert(), 409:
            return Exists("the id is taken", **facts)
        case Insert(), 404:
            return NoAccess("the calendar is closed to us", **facts)
        case Remove(), 404 | 410:
            return None
        case ((Update() | Remove()), 404 | 409 | 410 | 412):
            return Changed("the event is gone or at another version", **facts)
        case _, 403 if error.code == "requiredAccessLevel" or (isinstance(write, Insert) and error.code == "forbidden"):
            return NoAccess("the calendar is not writable", **facts)
    return error
