"""Series: RRULE, RDATE and EXDATE lines (RFC 5545 3.8.5) expanded on the wall clock of the event's zone."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

from sandbox.google.errors import Refusal, bad
from sandbox.google.times import Moment, value_of, zones

LINES = ("RRULE", "EXRULE", "RDATE", "EXDATE")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
DAY = timedelta(days=1)


def wrong(line: str = "") -> Refusal:
    """A line that Google cannot read."""
    return bad(f"Invalid recurrence rule. {line}".strip())


class Slots:
    """When the instances of a series begin, by its own rule, exceptions left out.

    `between` gives aware UTC datetimes or dates. A wall time that a change of the clock leaves out moves on by the gap.
    """

    def __init__(self, start: dict[str, str], lines: list[str]) -> None:
        self._written = (start, lines)
        self.all_day = "date" in start
        self.zone = ZoneInfo(start.get("timeZone", "UTC"))
        self.first = self._wall(value_of(start))
        # Found slots are kept, so that a later page or look does not start over.
        self._set = rruleset(cache=True)
        for line in lines:
            self._add(line)
        if not any(line.upper().startswith("RRULE") for line in lines):
            self._set.rdate(self.first)

    def __reduce__(self) -> tuple[type["Slots"], tuple[dict[str, str], list[str]]]:
        """Kept as the lines alone: what was worked out can be worked out again."""
        return Slots, self._written

    def between(self, first: datetime, last: datetime) -> list[Moment]:
        """All slots that begin in [first, last); dates are compared as dates, both ends included."""
        walls = self._set.between(self._wall(first) - DAY, self._wall(last) + DAY, inc=True)
        if self.all_day:
            begin, end = first.date(), last.date()
            return [wall.date() for wall in walls if begin <= wall.date() <= end]
        return [slot for wall in walls if first <= (slot := self._instant(wall)) < last]

    def has(self, slot: Moment) -> bool:
        """Whether the rule begins an instance exactly there."""
        if isinstance(slot, datetime) == self.all_day:
            return False
        wall = self._wall(slot)
        near = self._set.between(wall - DAY, wall + DAY, inc=True)
        return any(self._told(one) == slot for one in near)

    def _told(self, wall: datetime) -> Moment:
        return wall.date() if self.all_day else self._instant(wall)

    def _instant(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def _wall(self, value: Moment) -> datetime:
        if isinstance(value, datetime):
            # Dates of all-day series stand for themselves in every zone.
            return value.astimezone(UTC if self.all_day else self.zone).replace(tzinfo=None)
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001

    def _add(self, line: str) -> None:
        head, colon, value = line.partition(":")
        name = head.upper().split(";")[0]
        if not colon or name not in LINES:
            raise wrong(line)
        if name in ("RRULE", "EXRULE"):
            rule = self._rule(value.upper().strip())
            (self._set.rrule if name == "RRULE" else self._set.exrule)(rule)
            return
        zone = self._zone(head)
        for text in value.split(","):
            (self._set.rdate if name == "RDATE" else self._set.exdate)(self._listed(text.strip(), zone))

    def _zone(self, head: str) -> ZoneInfo:
        for parameter in head.split(";")[1:]:
            if parameter.upper().startswith("TZID="):
                named = parameter.partition("=")[2]
                if named not in zones():
                    raise wrong(head)
                return ZoneInfo(named)
        return self.zone

    def _rule(self, text: str) -> Any:
        parts = {name: value for name, _, value in (part.partition("=") for part in text.split(";") if part)}
        if parts.get("FREQ") not in FREQUENCIES or {"COUNT", "UNTIL"} <= parts.keys():
            raise wrong(text)
        if "UNTIL" in parts:
            parts["UNTIL"] = f"{self._until(parts['UNTIL']):%Y%m%dT%H%M%S}"
        try:
            return rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=self.first)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise wrong(text) from None

    def _until(self, text: str) -> datetime:
        if self.all_day or len(text) == len("20261231"):
            # A day is meant to its end, whatever zone it is read in.
            return self._parsed(text[:8]) + DAY - timedelta(seconds=1)
        return self._listed(text, self.zone)

    def _listed(self, text: str, zone: ZoneInfo) -> datetime:
        found = self._parsed(text)
        if len(text) == len("20261201"):
            return found if self.all_day else datetime.combine(found.date(), self.first.time())
        if self.all_day:
            return datetime(found.year, found.month, found.day)  # noqa: DTZ001
        aware = found.replace(tzinfo=UTC if text.endswith("Z") else zone)
        return aware.astimezone(self.zone).replace(tzinfo=None)

    @staticmethod
    def _parsed(text: str) -> datetime:
        shape = "%Y%m%d" if re.fullmatch(r"\d{8}", text) else "%Y%m%dT%H%M%S"
        try:
            return datetime.strptime(text.removesuffix("Z"), shape)  # noqa: DTZ007
        except ValueError:
            raise wrong(text) from None


def end_of(slot: Moment, length: timedelta) -> Moment:
    """Where an instance ends: exact time for times, whole days for days."""
    return slot + length if isinstance(slot, datetime) else date.fromordinal(slot.toordinal() + length.days)
