"""Which clock a time was told by: names of the tz database, Windows' names, and zones that a file brings along.

A file may define a zone under any name, also under one that means something else ("GMT" with a summer time). Names with a place
in them are trusted; others are taken from the file first. What nobody knows is floating: the calendar's own clock.
"""

import io
import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.tz import tzical
from tzlocal.windows_tz import win_tz

from sync.providers.icalendar.ics import Component, line, parse

UTC_NAMES = frozenset(("UTC", "Z", "ETC/UTC"))
WINDOWS = {name.casefold(): zone for name, zone in win_tz.items()}
# The longest name in the tz database has 32 letters, a vendor's prefix some more.
LONGEST_NAME = 200
# Lines of a zone that a file brings along: one that names each change of a century alone has a thousand.
LONGEST_ZONE = 3000
# The only rules of clocks (RFC 5545 3.6.5): to look up an hour in any other, dateutil counts from its beginning.
_CLOCK_RULE = re.compile(
    r"(?!.*(?:INTERVAL=[0-]|BYHOUR|BYMINUTE|BYSECOND))(?=.*FREQ=YEARLY)[A-Z0-9=;,+-]*", re.IGNORECASE
)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Zones:
    """The zones of one file; `floating` is the clock of the calendar it stands in."""

    def __init__(self, calendar: Component, floating: str = "UTC") -> None:
        self._brought = {part.value("TZID"): part for part in calendar.parts if part.name == "VTIMEZONE"}
        self._made: dict[str, tzinfo | None] = {}
        self.floating = known(floating) or "UTC"

    def clock(self, name: str) -> tzinfo:
        """The clock that a TZID stands for; for "" and unknown names the calendar's own."""
        if name not in self._made:
            self._made[name] = self._find(name)
        return self._made[name] or ZoneInfo(self.floating)

    def knows(self, name: str) -> bool:
        self.clock(name)
        return self._made[name] is not None

    def name(self, name: str) -> str:
        """The name in the tz database, "UTC" for a clock that has none there."""
        clock = self.clock(name)
        return clock.key if isinstance(clock, ZoneInfo) else "UTC"

    def _find(self, name: str) -> tzinfo | None:
        if not name:
            return None
        found = known(name)
        if found and "/" in found and "/" in name:
            return ZoneInfo(found)
        brought = self._brought.get(name)
        made = _from_file("\r\n".join(brought.texts())) if brought and _is_clock(brought) else None
        if made is not None and not (found and _agree(made, ZoneInfo(found))):
            return made
        return ZoneInfo(found) if found else made


def _is_clock(zone: Component) -> bool:
    lines = [line for part in (zone, *zone.parts) for line in part.lines]
    rules = [line.value for line in lines if line.name in ("RRULE", "EXRULE")]
    return len(lines) <= LONGEST_ZONE and all(_CLOCK_RULE.fullmatch(rule.strip()) for rule in rules)


@lru_cache(maxsize=1024)
def known(name: str) -> str:
    """The tz database's name of what a file calls a zone, "" if it has none."""
    if name.upper() in UTC_NAMES:
        return "UTC"
    if len(name) > LONGEST_NAME:
        return ""
    # "/freeassociation.sourceforge.net/Europe/Tallinn": a vendor's prefix before a name that is known.
    parts = name.strip("/").split("/")
    tails = ["/".join(parts[n:]) for n in range(len(parts)) if len(parts) - n >= 2]
    for candidate in (WINDOWS.get(name.casefold(), name), *tails):
        try:
            return ZoneInfo(candidate).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ""


@lru_cache(maxsize=256)
def _from_file(text: str) -> tzinfo | None:
    try:
        zones = tzical(io.StringIO(text))
        found: tzinfo | None = zones.get(next(iter(zones.keys())))
    # A zone that the file defines badly is no zone; dateutil raises many kinds of error for it.
    except Exception:  # noqa: BLE001
        return None
    return found


def _agree(one: tzinfo, other: tzinfo) -> bool:
    """Whether two clocks show the same through the coming years: in every month of three."""
    moments = [datetime(year, month, 15, 12) for year in (2025, 2026, 2027) for month in range(1, 13)]  # noqa: DTZ001
    return all(one.utcoffset(moment) == other.utcoffset(moment) for moment in moments)


def instant(wall: datetime, clock: tzinfo) -> datetime:
    """The instant that a clock shows `wall` at. An hour that it skips counts on from the offset before (RFC 5545 3.3.5)."""
    return wall.replace(tzinfo=clock).astimezone(UTC)


def shown(moment: datetime, zone: str) -> datetime | None:
    """What the clock shows at that moment; None where it shows the same twice, so that a wall time would not tell which."""
    wall = moment.astimezone(ZoneInfo(zone))
    if wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset():
        return None
    return wall.replace(tzinfo=None, fold=0)


@lru_cache(maxsize=512)
def definition(zone: str, year: int) -> Component:
    """The VTIMEZONE that an event of that year must bring along: its offsets from the year before to the year after."""
    clock = ZoneInfo(zone)
    first, last = datetime(year - 1, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
    made = Component("VTIMEZONE", [line("TZID", zone)])
    # The first of them says what holds before the first change.
    for moment in (first, *_changes(clock, first, last)):
        before = _offset(clock, moment - MINUTE) if moment != first else _offset(clock, first)
        after = _offset(clock, moment)
        summer = bool(moment.astimezone(clock).dst())
        made.parts.append(
            Component(
                "DAYLIGHT" if summer else "STANDARD",
                [
                    # The onset is told by the clock that is put forward or back at that moment (RFC 5545 3.6.5).
                    line("DTSTART", (moment + before).strftime("%Y%m%dT%H%M%S")),
                    line("TZOFFSETFROM", _said(before)),
                    line("TZOFFSETTO", _said(after)),
                    line("TZNAME", moment.astimezone(clock).tzname() or zone),
                ],
            )
        )
    return made


def _changes(clock: ZoneInfo, first: datetime, last: datetime) -> list[datetime]:
    """When the offset changes, to the minute."""
    found, moment = [], first
    while moment < last:
        after = moment + DAY
        if _offset(clock, moment) != _offset(clock, after):
            low, high = 0, 24 * 60
            while high - low > 1:
                middle = (low + high) // 2
                same = _offset(clock, moment + middle * MINUTE) == _offset(clock, moment)
                low, high = (middle, high) if same else (low, middle)
            found.append(moment + high * MINUTE)
        moment = after
    return found


def _offset(clock: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(clock).utcoffset() or timedelta(0)


def _said(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def calendar_zone(text: str) -> str:
    """The name of the zone that a calendar is said to be in, by its calendar-timezone property; "UTC" without one."""
    try:
        calendar = parse(text)
    except ValueError:
        return "UTC"
    names = [part.value("TZID") for part in calendar.parts if part.name == "VTIMEZONE"]
    return known(names[0]) or "UTC" if names else "UTC"
