"""The contract every provider keeps. `tests/providers/contract.py` is its proof; `CONTRIBUTING.md` walks through adding one.

A provider speaks for one connection. It is built with `token`, a function that hands it a valid access token
(`token(renew=True)` after a 401), and knows neither rows nor settings nor clock. It raises only `providers.errors`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from sync.core.event import Content, Event, Field
from sync.providers.errors import ProviderError


class Token(Protocol):
    """Hands out a valid access token; `renew=True` throws the present one away first."""

    def __call__(self, *, renew: bool = False) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """How a provider differs, as facts the engine may ask. Tests skip by these; code never forks by name.

    conditional: writes carry the version they expect (If-Match) and fail with `Changed`. Without it the engine reads before it
        writes to a calendar whose events people edit (two-way).
    removal_proves: an id reported as removed is truly gone. Without it the engine asks for the event by id first.
    pushes: watches exist.
    seats: how many requests at once one mailbox bears.
    batch: how many writes go in one request (1: none).
    share: how many writes are put on record together and handed over at once, where one request takes fewer: 0 for as many as it takes.
    fetch: how many events one request brings by id.
    labels: copies can have a colour. Elsewhere a write's label is passed over, and people are not offered any.
    """

    conditional: bool
    removal_proves: bool
    pushes: bool
    seats: int
    batch: int
    fetch: int
    share: int = 0
    labels: bool = False

    @property
    def at_once(self) -> int:
        return max(self.batch, self.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCalendar:
    """One calendar as the provider lists it. `owner`: the address it belongs to, which may differ from the signed-in one."""

    id: str
    name: str
    owner: str = ""
    zone: str = "UTC"
    primary: bool = False
    can_write: bool = True
    can_watch: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """What is read: from `start` up to and not including `end`, UTC dates."""

    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a reading.

    events: complete events (single ones and instances), copies of ours among them.
    removed: ids the provider says are gone or out of its span (see `Traits.removal_proves`); some may never have been told before,
        a series' master among them.
    series: for each series touched, ALL ids of its instances inside the span; a known id that is missing is gone. An id removed
        that may have been a master stands here with no instances.
    cursor: only on the last page: the token for the next reading. A page without one is not the last.
    full: this reading lists the whole span, so that absence counts once its last page is in.
    """

    events: Sequence[Event] = ()
    removed: Sequence[str] = ()
    series: Mapping[str, frozenset[str]] = field(default_factory=dict)
    cursor: str = ""
    full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """Create a copy. `key`: idempotency key (lower-case base32hex, valid as a Google id and a Graph transactionId).

    `label`: a `Label`, or "" for none.
    """

    key: str
    mark: str
    content: Content
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Change an event in place.

    With `mark`: a copy of ours; `content` is all it says, and the provider may replace the whole event. Without: somebody's own
    event; only `fields` of `content` may be touched. `version`: the one expected, or "" for "whatever is there".
    `label`: what the flow gives its copies. `relabel`: it replaces what stands there; otherwise a copy of a flow that gives one
    keeps the colour it has, which may be a person's choice, and so does one that is `coloured`: of which it is known that a person
    gave it a colour. Somebody's own event keeps its own in any case.
    """

    id: str
    version: str
    content: Content
    fields: frozenset[Field]
    mark: str = ""
    label: str = ""
    relabel: bool = False
    coloured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Delete an event. An event that is already gone counts as removed."""

    id: str
    version: str = ""


Write = Insert | Update | Remove


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of one write. `event`: the event as the provider now has it (None after a Remove or an error)."""

    event: Event | None = None
    error: ProviderError | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteWatch:
    """A push subscription as the provider granted it. `resource_id` is Google's; "" elsewhere."""

    id: str
    resource_id: str = ""
    expires_at: datetime


class Provider(Protocol):
    traits: Traits

    def calendars(self) -> list[RemoteCalendar]:
        """Event calendars of the account, the primary first. No task lists, no rooms, no subscribed holidays that nobody chose."""

    def read(self, calendar_id: str, cursor: str, span: Span) -> Iterator[Page]:
        """What changed since `cursor`; everything in `span` when it is "". Raises `CursorLost` when the cursor is not accepted."""

    def get(self, calendar_id: str, ids: Sequence[str]) -> dict[str, Event | None]:
        """The events by id, with their marks, in as few requests as the provider allows; None for one that is gone.

        One that is there and cannot be read is left out: nothing may follow from it.
        """

    def find(self, calendar_id: str, mark: str, key: str) -> Event | None:
        """The living copy that carries exactly this mark or was created under this key, if there is one.

        A provider that cannot be asked for a key (Graph) looks for the mark alone, so callers give both.
        """

    def write(self, calendar_id: str, writes: Sequence[Write]) -> Iterator[Answered]:
        """Carry out writes; one answer for each, in order. A batch is answered before the next is sent."""

    def watch(self, calendar_id: str, *, address: str, secret: str, expires_at: datetime) -> RemoteWatch:
        """Ask for notifications at `address`; `secret` comes back with each of them."""

    def renew(
        self, watch: RemoteWatch, *, calendar_id: str, address: str, secret: str, expires_at: datetime
    ) -> RemoteWatch:
        """Make the watch last until `expires_at`: the same one prolonged, or a new one. Raises `Changed` when it is gone."""

    def unwatch(self, watch: RemoteWatch) -> None:
        """Stop it; one that is already gone is fine."""


Known = Callable[[Mapping[str, str]], Collection[str]]
"""Of these versions by event id, the ids that the caller has on record in exactly that version."""


@runtime_checkable
class Sparing(Protocol):
    """A provider that hears of versions before it asks for contents."""

    def spare(self, calendar_id: str, known: Known) -> None:
        """From now on readings of this calendar since a cursor leave out what is `known`: mostly the echo of own writes."""


Build = Callable[[Token, str], Provider]
"""How the registry builds one: the token function, and the address of the account (to know which attendee is the owner)."""
