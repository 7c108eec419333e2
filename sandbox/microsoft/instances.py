"""Series laid out in time: which instances exist, where they are, and their neighbours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sandbox.microsoft.store import Box, Item, Piece, Span, midnight
from sandbox.microsoft.zones import to_utc, to_wall

MARGIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Instance:
    """One event in time: a single one (`day` is None), an occurrence, or an exception (`piece` is not the master).

    day: the date of the original slot in the zone of the series.
    """

    item: Item
    day: date | None
    span: Span
    piece: Piece

    @property
    def type(self) -> str:
        """Graph's word for it."""
        if self.day is None:
            return "seriesMaster" if self.item.recurrence else "singleInstance"
        return "occurrence" if self.piece is self.item else "exception"

    @property
    def original_start(self) -> datetime:
        """Where the rule had put it, in UTC."""
        return self.span.start if self.day is None else slot(self.item, self.day).start


def itself(item: Item) -> Instance:
    """A single event, or the master of a series with the times of its first occurrence."""
    return Instance(item, None, item.span, item)


def series_zone(item: Item) -> str:
    """The zone whose wall clock a series keeps; of a single event the one it was written in."""
    return str(item.recurrence["range"]["recurrenceTimeZone"]) if item.recurrence else item.span.start_zone


def slot(item: Item, day: date) -> Span:
    """Where the rule puts the occurrence of that date: the same wall time whatever daylight saving does."""
    span = item.span
    if span.all_day:
        return Span(midnight(day), midnight(day) + (span.end - span.start), True, span.start_zone, span.end_zone)
    zone = series_zone(item)
    first, last = to_wall(span.start, zone), to_wall(span.end, zone)
    # Wall time first, then the zone: this is what keeps nine o'clock nine o'clock in summer and winter.
    start = datetime.combine(day, first.time())
    return Span(to_utc(start, zone), to_utc(start + (last - first), zone), False, span.start_zone, span.end_zone)


def instance(item: Item, day: date) -> Instance | None:
    """The living instance of that original date."""
    if item.dates is None or day in item.cancelled:
        return None
    if piece := item.exceptions.get(day):
        return Instance(item, day, piece.span, piece)
    return Instance(item, day, slot(item, day), item) if day in item.dates else None


def between(item: Item, start: datetime, end: datetime) -> list[Instance]:
    """The instances of a series that overlap the window, by start."""
    if item.dates is None:
        return []
    length = item.span.end - item.span.start
    found = []
    # The margin covers all zones: dates are the series' own, the window is in UTC.
    for day in item.dates.between((start - length - MARGIN).date(), (end + MARGIN).date()):
        if day not in item.cancelled and day not in item.exceptions:
            span = slot(item, day)
            if span.overlaps(start, end):
                found.append(Instance(item, day, span, item))
    # Exceptions may have moved anywhere, so that each is looked at.
    for day, piece in item.exceptions.items():
        if piece.span.overlaps(start, end):
            found.append(Instance(item, day, piece.span, piece))
    return sorted(found, key=lambda one: one.span.start)


def view(box: Box, start: datetime, end: datetime) -> list[Instance]:
    """Everything in a calendar that overlaps the window, series expanded, by start."""
    found = [itself(item) for item in box.singles(start, end)]
    for item in box.series.values():
        found.extend(between(item, start, end))
    return sorted(found, key=lambda one: (one.span.start, one.item.number))


def all_days(item: Item, limit: int = 500) -> tuple[date, ...]:
    """Dates of the first living instances; what a deletion may have to name."""
    if item.dates is None:
        return ()
    last = item.span.start.date() + timedelta(days=5 * 366)
    days = set(item.dates.between(date.min, last)) - item.cancelled | set(item.exceptions)
    return tuple(sorted(days)[:limit])


def neighbours(item: Item, day: date) -> Iterator[tuple[date, int]]:
    """The dates where the instances before (-1) and after (+1) now are, in the zone of the series."""
    if item.dates is None:
        return
    days = set(item.dates.between(day - timedelta(800), day + timedelta(800))) | set(item.exceptions)
    # Cancelled neighbours are no boundary.
    living = sorted(days - item.cancelled - {day})
    before = [other for other in living if other < day]
    after = [other for other in living if other > day]
    for other, side in ((before[-1:], -1), (after[:1], 1)):
        for near in other:
            found = instance(item, near)
            if found:
                yield local_date(item, found.span.start), side


def local_date(item: Item, moment: datetime) -> date:
    """The date of an instant on the wall calendar of the series."""
    return moment.date() if item.span.all_day else to_wall(moment, series_zone(item)).date()
