"""What one flow copies at all: which of the events that could have a copy are left out, and by which word of the person's."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sync.core.event import AllDay, Answer, Event, Kind, ShowAs, Timed, When
from sync.core.operation import Reason

WEEK = frozenset(range(1, 8))


class WholeDays(StrEnum):
    """What becomes of all-day events."""

    COPY = "copy"
    FREE = "free"
    SKIP = "skip"


class Unanswered(StrEnum):
    """What becomes of invitations that wait for an answer."""

    TENTATIVE = "tentative"
    AS_IS = "as_is"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Hours:
    """When the person works. `days`: ISO weekdays, 1 is Monday. `start` and `end`: wall clock in `zone`; both None: the whole day.

    An end before the start lies on the next day: a night shift belongs to the day on which it begins.
    """

    zone: str
    days: frozenset[int] = WEEK
    start: time | None = None
    end: time | None = None

    def touch(self, when: When) -> bool:
        """Whether any part of the event falls into them. Whole days do where one of them is a working day."""
        if isinstance(when, AllDay):
            return any(day.isoweekday() in self.days for day in _days(when.start, when.end))
        zone = ZoneInfo(self.zone)
        first, last = when.start.astimezone(zone).date(), when.end.astimezone(zone).date()
        # The shift that began the evening before may still last.
        days = _days(first - timedelta(days=1), last + timedelta(days=1))
        return any(_meet(when, *self._shift(day, zone)) for day in days if day.isoweekday() in self.days)

    def _shift(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The hours of one day as instants."""
        start, end = self.start or time(), self.end or time()
        until = day if end > start else day + timedelta(days=1)
        begins, ends = datetime.combine(day, start, tzinfo=zone), datetime.combine(until, end, tzinfo=zone)
        return begins.astimezone(UTC), ends.astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a flow leaves out. Words are compared without regard to case; an empty tuple or text asks for nothing.

    only_with: the title must have one of them. not_with: it may have none of them. keep_out: the word that a person writes into
    the title of a single event.
    """

    whole_days: WholeDays = WholeDays.COPY
    unanswered: Unanswered = Unanswered.TENTATIVE
    free: bool = True
    declined: bool = False
    out_of_office: bool = True
    focus_time: bool = True
    hours: Hours | None = None
    only_with: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    keep_out: str = ""


def unwanted(event: Event, filters: Filters) -> Reason | None:
    """The first word of the person's that leaves this event out; None when all of them let it pass."""
    return next((reason for reason, hit in _judged(event, filters) if hit), None)


def _judged(event: Event, filters: Filters) -> tuple[tuple[Reason, bool], ...]:
    content, title = event.content, event.content.title.casefold()
    return (
        (Reason.KEPT_OUT, _has(title, filters.keep_out)),
        (Reason.DECLINED, event.answer is Answer.DECLINED and not filters.declined),
        (Reason.UNANSWERED, event.answer is Answer.UNANSWERED and filters.unanswered is Unanswered.SKIP),
        (Reason.OUT_OF_OFFICE, event.kind is Kind.OUT_OF_OFFICE and not filters.out_of_office),
        (Reason.FOCUS_TIME, event.kind is Kind.FOCUS_TIME and not filters.focus_time),
        (Reason.ALL_DAY, isinstance(content.when, AllDay) and filters.whole_days is WholeDays.SKIP),
        (Reason.FREE, content.show_as is ShowAs.FREE and not filters.free),
        (Reason.WITHOUT_WORD, bool(filters.only_with) and not any(_has(title, word) for word in filters.only_with)),
        (Reason.WITH_WORD, any(_has(title, word) for word in filters.not_with)),
        (Reason.OUTSIDE_HOURS, filters.hours is not None and not filters.hours.touch(content.when)),
    )


def words(text: str) -> tuple[str, ...]:
    """Words or phrases as people write them down: one a line, or set apart by commas."""
    parts = (" ".join(part.split()) for line in text.splitlines() for part in line.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _has(title: str, word: str) -> bool:
    return bool(word) and word.casefold() in title


def _days(first: date, end: date) -> list[date]:
    """The days up to and not including `end`; a week of them says it all."""
    return [first + timedelta(days=n) for n in range(min(max((end - first).days, 1), 9))]


def _meet(when: Timed, start: datetime, end: datetime) -> bool:
    """An event without length is a moment, and touches the hours it lies in."""
    return when.start < end and (when.end > start or when.start == when.end == start)
