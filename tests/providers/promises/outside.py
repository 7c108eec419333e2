"""The other side of a provider under test, and how the tests speak to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from sync.core.event import Content, Event, Field, Timed, When
from sync.providers.base import Answered, Insert, Page, Provider, Span, Write

DAY = date.today() + timedelta(days=14)
SPAN = Span(date.today() - timedelta(days=90), date.today() + timedelta(days=365))
ALL_FIELDS = frozenset(Field)


class Outside(Protocol):
    """The other side of the provider under test. Times are aware datetimes, or dates for whole days."""

    calendar: str
    # Whether a delta shows marks; if not, what has a key comes back `unsure_of_mark`.
    marks_in_delta: bool
    # Whether a touched series is told whole; if not, its deleted occurrences are told as removed.
    series_rebuilt: bool
    # Whether a zone comes back by its own name, not by that of its family.
    zones_kept: bool
    # Whether a key stays taken when its event is deleted. Graph does not say how long it remembers a transactionId.
    keys_stay_taken: bool
    # Whether a copy can be found by its key alone.
    found_by_key: bool
    # Whether the id of a deleted event may come to be another's, as a name in a folder may.
    ids_return: bool
    # Whether a pause is told as the server said it; if not, it may be made longer.
    exact_pauses: bool

    @property
    def provider(self) -> Provider: ...

    def create(self, title: str, when: When, **fields: Any) -> str:
        """By hand; fields: description, location, show_as, sensitivity, attendees, rrule. Gives the id (a master's with rrule)."""

    def occurrences(self, master: str) -> list[str]:
        """The ids of a series' instances, by time."""

    def edit(self, id: str, **changes: Any) -> None: ...
    def move(self, id: str, when: When) -> None: ...
    def delete(self, id: str) -> None: ...

    def small_pages(self) -> None:
        """Make the next readings come in several pages, if there are more than ten events."""

    def lose_cursor(self) -> None: ...
    def close(self) -> None:
        """Take the calendar away from the account."""

    def sign_out(self) -> None:
        """Make the account's grant die."""

    def throttle_second_item(self, after: float) -> None:
        """The second write of the next batch is refused: too many requests, come back after so many seconds."""

    def throttle(self, after: float) -> None:
        """The next request is refused: too many requests."""

    def lose_answer(self) -> None:
        """The next write is carried out and its answer lost."""

    def invitations(self) -> Sequence[object]:
        """Every invitation or other mail that the cloud has sent to anybody."""

    def bells(self, secret: str) -> int:
        """How many notifications of changes arrived with this secret (the validation handshake does not count)."""

    def requests(self) -> int:
        """Requests served so far; a batch is one."""


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    return datetime.combine(DAY + timedelta(days=day), time(hour, minute), UTC)


def timed(hour: int, *, day: int = 0, minutes: int = 60, zone: str = "UTC") -> Timed:
    return Timed(at(hour, day=day), at(hour, day=day) + timedelta(minutes=minutes), zone)


@dataclass
class Reading:
    """All pages of one reading, put together as the engine does."""

    pages: list[Page]
    events: dict[str, Event] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    series: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for page in self.pages:
            self.events |= {event.id: event for event in page.events}
            self.removed |= set(page.removed)
            self.series |= page.series

    @property
    def cursor(self) -> str:
        return self.pages[-1].cursor

    def titles(self) -> list[str]:
        return sorted(event.content.title for event in self.events.values())

    def one(self, title: str) -> Event:
        (event,) = [event for event in self.events.values() if event.content.title == title]
        return event

    def tells_gone(self, id: str, master: str = "") -> bool:
        """Whether the reading says that a known id is not there any more."""
        return id in self.removed or (master in self.series and id not in self.series[master])


KEY = "hetk1" + "0123456789abcdefghijklmnopqrstuv"
MARK = "hetk1.installation.target.origin.1.k1.mac"


def insert(number: int = 1, **content: Any) -> Insert:
    content.setdefault("title", f"Copy {number}")
    content.setdefault("when", timed(9, day=number % 200))
    return Insert(key=f"{KEY}{number:04d}", mark=f"{MARK}.{number}", content=Content(**content))


class Spoken:
    """How the tests speak to the provider."""

    outside: Outside

    def read(self, cursor: str = "", span: Span = SPAN) -> Reading:
        return Reading(list(self.outside.provider.read(self.outside.calendar, cursor, span)))

    def write(self, *writes: Write) -> list[Answered]:
        return list(self.outside.provider.write(self.outside.calendar, writes))

    def wrote(self, write: Write) -> Event:
        (answer,) = self.write(write)
        assert answer.error is None, answer.error
        assert answer.event is not None
        return answer.event

    def get(self, id: str) -> Event | None:
        return self.outside.provider.get(self.outside.calendar, [id])[id]

    def got(self, id: str) -> Event:
        event = self.get(id)
        assert event is not None
        return event
