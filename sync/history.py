"""The last 90 days of the service, part by part: from measurements alone, so what was not measured is not told.

Whoever measures is the timetable: while it stands still, nothing is noted, and the day says so by having fewer measurements, or none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from django.db.models import F

from sync import condition
from sync.measured import Day, Measurements
from sync.models import PartDay
from sync.wording import count

KEPT = 90
# In the strip of days, what is worse is taller, so that it is seen without colours too.
TALL = {"none": 2, "ok": 12, "warn": 18, "stop": 24}
# Of bad days so many are told in words.
TOLD = 20


def note(found: Measurements) -> int:
    """One measurement more of today, for every part that is in use; of how many."""
    day = found.at.astimezone(UTC).date()
    parts = [part for part in condition.parts(found) if part.tone != "still"]
    PartDay.objects.bulk_create([PartDay(day=day, part=part.name) for part in parts], ignore_conflicts=True)
    for part in parts:
        PartDay.objects.filter(day=day, part=part.name).update(**{part.tone: F(part.tone) + 1})
    return len(parts)


def forget(now: datetime) -> int:
    gone, _ = PartDay.objects.filter(day__lt=first(now)).delete()
    return gone


def first(now: datetime) -> date:
    return now.astimezone(UTC).date() - timedelta(days=KEPT - 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days of one tone in a row, in a strip that is one wide for each day and 24 high."""

    x: int
    width: int
    tone: str

    @property
    def y(self) -> int:
        return 24 - self.height

    @property
    def height(self) -> int:
        return TALL[self.tone]


@dataclass(frozen=True, slots=True)
class Strip:
    """One part: a sentence, the picture of it, and its bad days in words, the newest first."""

    name: str
    sentence: str
    spans: tuple[Span, ...]
    bad: tuple[str, ...]


def strips(found: Measurements, names: Iterable[str]) -> list[Strip]:
    """Of the parts that were measured within the time, in this order."""
    return [_strip(name, found.history[name], first(found.at)) for name in names if name in found.history]


def _strip(name: str, days: Mapping[date, Day], begin: date) -> Strip:
    all_days = [begin + timedelta(days=number) for number in range(KEPT)]
    spans, x = [], 0
    for tone, those in groupby(days[day].tone if day in days else "none" for day in all_days):
        width = len(list(those))
        spans.append(Span(x, width, tone))
        x += width
    bad = [day for day in reversed(all_days) if day in days and days[day].tone in {"warn", "stop"}]
    return Strip(name, _sentence(days), tuple(spans), tuple(_told(day, days[day]) for day in bad[:TOLD]))


def _sentence(days: Mapping[date, Day]) -> str:
    number, trouble = sum(one.number for one in days.values()), sum(one.trouble for one in days.values())
    measured = f"Measured {count(number, 'time')} on {count(len(days), 'day')} of {KEPT}"
    return (
        f"{measured}; in trouble {count(trouble, 'time')}." if trouble else f"{measured}, and found working each time."
    )


def _told(day: date, one: Day) -> str:
    words = [count(one.stop, "time") + " not working"] if one.stop else []
    words += [count(one.warn, "time") + " in some trouble"] if one.warn else []
    return f"{day.day} {day:%B}: {' and '.join(words)}, of {count(one.number, 'measurement')}"
