"""Microsoft Graph calendars as a provider. How they are read is told in `reading`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sync.core.event import Event, Field, Timed, When
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
from sync.providers.errors import Changed, Exists, NoAccess, ProviderError, Refused
from sync.providers.microsoft import mapping
from sync.providers.microsoft import watch as subscriptions
from sync.providers.microsoft.client import BATCH_SIZE, Client, path
from sync.providers.microsoft.reading import PAGE_SIZE, Reader, closed
from sync.providers.text import word
from sync.providers.wire import Ask, Outcome, understood


def build(token: Token, address: str) -> "MicrosoftProvider":
    return MicrosoftProvider(token, address)


class MicrosoftProvider:
    # Four at a time is the mailbox's limit; one place is left for the person's other programs.
    traits = Traits(
        conditional=False, removal_proves=False, pushes=True, seats=3, batch=BATCH_SIZE, fetch=BATCH_SIZE, labels=True
    )

    def __init__(self, token: Token, address: str, *, page_size: int = PAGE_SIZE) -> None:
        self.client = Client(token)
        self.address = address
        self.page_size = page_size
        # Calendars that answered this provider, which lives no longer than a cycle.
        self._open: set[str] = set()

    def calendars(self) -> list[RemoteCalendar]:
        try:
            listed = [item for page in self.client.pages(path("me", "calendars", _top="100")) for item in page["value"]]
        except Refused as error:
            raise closed(error) from None
        with understood():
            # The address somebody signs in with need not be the one their mailbox goes by.
            own = {_owner(item).casefold() for item in listed if item.get("isDefaultCalendar")}
            own.add(self.address.casefold())
            calendars = [_calendar(item, own) for item in listed if _offered(item)]
        return sorted(calendars, key=lambda calendar: not calendar.primary)

    def read(self, calendar_id: str, cursor: str, span: Span) -> Iterator[Page]:
        reader = self._reader(calendar_id)
        for page in reader.changes(cursor, span) if cursor else reader.everything(span):
            self._open.add(calendar_id)
            yield page

    def get(self, calendar_id: str, ids: Sequence[str]) -> dict[str, Event | None]:
        found = self._reader(calendar_id).get(ids)
        if None in found.values() and calendar_id not in self._open:
            # Every event of a calendar that is closed to us answers 404 as well.
            self._reader(calendar_id).knock()
            self._open.add(calendar_id)
        return found

    def find(self, calendar_id: str, mark: str, key: str) -> Event | None:
        """By mark alone: Graph cannot be asked for a transactionId, and nothing is made under a key without its mark."""
        return self._reader(calendar_id).find(mark, key) if mark else None

    def write(self, calendar_id: str, writes: Sequence[Write]) -> Iterator[Answered]:
        asks = [_ask(calendar_id, write) for write in writes]
        for write, outcome in zip(writes, self.client.write_all(asks), strict=True):
            answer = self._answered(write, outcome)
            sent = _timed(write)
            if sent and answer.event and not _stands(sent, answer.event.content.when):
                answer = self._in_utc(calendar_id, write, sent, answer.event)
            yield answer

    def _in_utc(self, calendar_id: str, write: Write, sent: Timed, event: Event) -> Answered:
        """The service has other rules for the zone than we have: the same instants once more, in UTC, which has none."""
        address = path("me", "calendars", calendar_id, "events", event.id)
        ask = Ask(method="PATCH", path=address, body=mapping.times(replace(sent, zone="UTC")))
        return self._answered(write, next(self.client.write_all([ask])))

    def _answered(self, write: Write, outcome: Outcome) -> Answered:
        if isinstance(outcome, ProviderError):
            return Answered(error=_refined(write, outcome), request_id=outcome.request_id)
        if isinstance(write, Remove):
            return Answered(request_id=outcome.request_id)
        try:
            with understood(writing=True):
                event = mapping.event(outcome.record(), address=self.address, mark=write.mark)
        except ProviderError as error:
            return Answered(error=error, request_id=outcome.request_id)
        key = write.key if isinstance(write, Insert) else event.key
        return Answered(event=replace(event, key=key), request_id=outcome.request_id)

    def watch(self, calendar_id: str, *, address: str, secret: str, expires_at: datetime) -> RemoteWatch:
        return subscriptions.start(self.client, calendar_id, address=address, secret=secret, expires_at=expires_at)

    def renew(
        self,
        watch: RemoteWatch,
        *,
        calendar_id: str,
        address: str,
        secret: str,
        expires_at: datetime,
    ) -> RemoteWatch:
        return subscriptions.prolong(self.client, watch, expires_at)

    def unwatch(self, watch: RemoteWatch) -> None:
        subscriptions.stop(self.client, watch.id)

    def _reader(self, calendar_id: str) -> Reader:
        return Reader(self.client, self.address, calendar_id, self.page_size)


def _owner(item: dict[str, Any]) -> str:
    return (item.get("owner") or {}).get("address") or ""


def _offered(item: dict[str, Any]) -> bool:
    """Outlook's own birthdays and the like are neither to be edited nor to be removed; nobody chose them."""
    return bool(item.get("isDefaultCalendar") or item.get("canEdit") or item.get("isRemovable", True))


def _calendar(item: dict[str, Any], own: set[str]) -> RemoteCalendar:
    primary, owner = bool(item.get("isDefaultCalendar")), _owner(item)
    return RemoteCalendar(
        id=word(item["id"]),
        name=item.get("name") or "",
        owner=owner,
        primary=primary,
        can_write=bool(item.get("canEdit")),
        # A person's own permission does not reach to subscriptions on what others share.
        can_watch=primary or owner.casefold() in own,
    )


def _ask(calendar_id: str, write: Write) -> Ask:
    match write:
        case Insert(key=key, mark=mark, content=content, label=label):
            body = mapping.copy_body(content, mark) | {"transactionId": key}
            body |= mapping.label_body(label) if label else {}
            return Ask(method="POST", path=path("me", "calendars", calendar_id, "events"), body=body)
        case Update(mark=""):
            changed = mapping.fields_body(write.content, write.fields)
        case Update():
            # What is not said stays as it is, a person's own categories among it.
            shown = mapping.label_body(write.label) if write.relabel else {}
            changed = mapping.copy_body(write.content, write.mark) | shown
        case Remove(id=id):
            return Ask(method="DELETE", path=path("me", "calendars", calendar_id, "events", id))
    return Ask(method="PATCH", path=path("me", "calendars", calendar_id, "events", write.id), body=changed)


def _refined(write: Write, error: ProviderError) -> ProviderError | None:
    """What the status means for this write; None when it is as good as done."""
    if not isinstance(error, Refused):
        return error
    facts: dict[str, Any] = {"status": error.status, "code": error.code, "request_id": error.request_id}
    match write, error.status:
        case Insert(), 409:
            return Exists("the transactionId is taken", **facts)
        case Insert(), 403 | 404:
            return NoAccess("the calendar is closed to us", **facts)
        case Remove(), 404 | 410:
            return None
        case ((Update() | Remove()), 404 | 409 | 410 | 412):
            return Changed("the event is gone or was changed meanwhile", **facts)
    return error


def _timed(write: Write) -> Timed | None:
    """The instants that a write named by a clock on a wall; None where it named none, or in UTC."""
    if isinstance(write, Remove) or (isinstance(write, Update) and not write.mark and Field.WHEN not in write.fields):
        return None
    when = write.content.when
    return when if isinstance(when, Timed) and mapping.times(when)["start"]["timeZone"] != "UTC" else None


def _stands(sent: Timed, answered: When) -> bool:
    """Whether the instants are those that were sent, to the second."""
    if not isinstance(answered, Timed):
        return False
    return all(
        abs(one - two) < timedelta(seconds=1) for one, two in ((sent.start, answered.start), (sent.end, answered.end))
    )
