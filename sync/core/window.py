"""The span of time kept in step. It rolls with the calendar: three months back, twelve months forward."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sync.core.event import AllDay, When

MONTHS_BACK = 3
MONTHS_FORWARD = 12


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to and not including `end`, UTC dates."""

    start: date
    end: date

    def holds(self, when: When) -> bool:
        """Whether any part of the event lies inside."""
        return first_day(when) < self.end and last_moment(when) > midnight(self.start)

    def enters_at(self, when: When, now: datetime) -> datetime | None:
        """When an event of the future will come in by itself; None when it never will (it is past)."""
        ahead = first_day(when) - self.end
        return None if ahead < timedelta(0) else midnight(now.date() + ahead + timedelta(days=1))


def window_at(now: datetime) -> Window:
    today = now.date()
    return Window(add_months(today, -MONTHS_BACK), add_months(today, MONTHS_FORWARD))


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last day where that month is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def first_day(when: When) -> date:
    return when.start if isinstance(when, AllDay) else when.start.date()


def starts_at(when: When) -> datetime:
    """The beginning as an instant, for ordering only: all-day events count from midnight UTC."""
    return midnight(when.start) if isinstance(when, AllDay) else when.start


def last_moment(when: When) -> datetime:
    return midnight(when.end) if isinstance(when, AllDay) else when.end


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
