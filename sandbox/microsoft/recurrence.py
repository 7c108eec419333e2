"""Graph's recurrence patterns: checked, expanded to dates, and translated from and to RRULE lines (RFC 5545 3.3.10)."""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sandbox.microsoft.errors import Refusal, invalid

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEXES = ("first", "second", "third", "fourth", "last")
NEEDS = {
    "daily": (),
    "weekly": ("daysOfWeek",),
    "absoluteMonthly": ("dayOfMonth",),
    "relativeMonthly": ("daysOfWeek",),
    "absoluteYearly": ("dayOfMonth", "month"),
    "relativeYearly": ("daysOfWeek", "month"),
}
EMPTY_PATTERN = {"month": 0, "dayOfMonth": 0, "firstDayOfWeek": "sunday", "index": "first"}
FAR = date(2200, 1, 1)


def refuse(message: str) -> Refusal:
    """400 for a rule that does not hold."""
    return invalid("ErrorPropertyValidationFailure", f"At least one property failed validation. {message}")


def checked(recurrence: dict[str, Any], first: date, zone: str) -> dict[str, Any]:
    """The recurrence as it is kept, complete; raises a Refusal for one that Exchange would not take."""
    pattern, span = recurrence.get("pattern") or {}, recurrence.get("range") or {}
    kind = pattern.get("type")
    if kind not in NEEDS:
        raise refuse("The recurrence pattern type is missing or not supported.")
    if any(not pattern.get(name) for name in NEEDS[kind]):
        raise refuse(f"The recurrence pattern {kind} needs {' and '.join(NEEDS[kind])}.")
    if not isinstance(pattern.get("interval"), int) or not 1 <= pattern["interval"] <= 99:
        raise refuse("The recurrence interval must be between 1 and 99.")
    if not 0 <= int(pattern.get("dayOfMonth") or 0) <= 31 or not 0 <= int(pattern.get("month") or 0) <= 12:
        raise refuse("The day or month of the recurrence pattern is out of range.")
    return {
        "pattern": {**EMPTY_PATTERN, **{key: value for key, value in pattern.items() if value is not None}},
        "range": _checked_range(span, first, zone),
    }


def _checked_range(span: dict[str, Any], first: date, zone: str) -> dict[str, Any]:
    kind = span.get("type")
    if kind not in ("endDate", "noEnd", "numbered"):
        raise refuse("The recurrence range type is missing.")
    start = _date(span.get("startDate"))
    # The service does not move the event to the first date of its rule.
    if start != first:
        raise invalid("ErrorInvalidRequest", "The recurrence range's start date must be the date of the event's start.")
    if kind == "endDate" and (_date(span.get("endDate")) or date.min) < first:
        raise invalid("ErrorInvalidRequest", "The recurrence range ends before it starts.")
    count = span.get("numberOfOccurrences") or 0
    if kind == "numbered" and not 1 <= count <= 999:
        raise refuse("numberOfOccurrences must be between 1 and 999.")
    return {
        "type": kind,
        "startDate": first.isoformat(),
        # Ranges are printed whole; the parts that do not apply have these values.
        "endDate": span["endDate"] if kind == "endDate" else "0001-01-01",
        "recurrenceTimeZone": span.get("recurrenceTimeZone") or zone,
        "numberOfOccurrences": count if kind == "numbered" else 0,
    }


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


class Dates:
    """The dates of one rule, worked out as far as somebody asked for them."""

    def __init__(self, recurrence: dict[str, Any]) -> None:
        self._recurrence = recurrence
        self._found: list[date] = []
        self._rest = _limited(recurrence["pattern"], recurrence["range"])
        self._done = False

    def between(self, first: date, last: date) -> list[date]:
        """All dates from `first` to `last`, both included."""
        while not self._done and (not self._found or self._found[-1] <= last):
            found = next(self._rest, None)
            if found is None:
                self._done = True
            else:
                self._found.append(found)
        return self._found[bisect_left(self._found, first) : bisect_left(self._found, last + timedelta(1))]

    def __reduce__(self) -> tuple[type["Dates"], tuple[dict[str, Any]]]:
        """Kept as the rule alone: what was worked out can be worked out again."""
        return Dates, (self._recurrence,)

    def __contains__(self, day: date) -> bool:
        return bool(self.between(day, day))


def _limited(pattern: dict[str, Any], span: dict[str, Any]) -> Iterator[date]:
    start = date.fromisoformat(span["startDate"])
    end = date.fromisoformat(span["endDate"]) if span["type"] == "endDate" else FAR
    left = span["numberOfOccurrences"] if span["type"] == "numbered" else -1
    for day in _endless(pattern, start):
        if day > end or left == 0:
            return
        if day >= start:
            yield day
            left -= 1


def _endless(pattern: dict[str, Any], start: date) -> Iterator[date]:
    kind, interval = pattern["type"], pattern["interval"]
    days = frozenset(DAYS.index(name) for name in pattern.get("daysOfWeek") or ())
    if kind == "daily":
        day = start
        while day <= FAR:
            yield day
            day += timedelta(interval)
    elif kind == "weekly":
        # Every second week depends on the day that a week begins with.
        week = start - timedelta((start.weekday() - DAYS.index(pattern["firstDayOfWeek"])) % 7)
        while week <= FAR:
            yield from (day for day in (week + timedelta(n) for n in range(7)) if day.weekday() in days)
            week += timedelta(7 * interval)
    else:
        yield from _monthly(pattern, start, days)


def _monthly(pattern: dict[str, Any], start: date, days: frozenset[int]) -> Iterator[date]:
    yearly = pattern["type"].endswith("Yearly")
    step = pattern["interval"] * (12 if yearly else 1)
    month = start.year * 12 + (pattern["month"] if yearly else start.month) - 1
    while month < FAR.year * 12:
        year, number = month // 12, month % 12 + 1
        length = monthrange(year, number)[1]
        if pattern["type"].startswith("absolute"):
            # A month that is too short has its occurrence on its last day.
            yield date(year, number, min(pattern["dayOfMonth"], length))
        else:
            # With several days named, the first (or last) day of the month that is any of them.
            fitting = [day for n in range(1, length + 1) if (day := date(year, number, n)).weekday() in days]
            yield fitting[-1 if pattern["index"] == "last" else INDEXES.index(pattern["index"])]
        month += step
