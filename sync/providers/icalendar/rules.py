"""The moments that a rule names (RFC 5545 3.3.10), by dateutil, and never more work than a calendar's rule needs.

Anybody can publish a rule of every second, or one that no day ever matches, for which dateutil looks until the year 9999.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import chain, islice

from dateutil.rrule import rrulestr

from sync.providers.icalendar.ics import Broken
from sync.providers.icalendar.times import Moment, moment, wall_of
from sync.providers.icalendar.zones import Zones

# A rule that names more moments than these before the span ends is not a calendar's.
LIMIT = 100_000
# Dates, weekdays, and weeks of the year repeat after 400 years: a rule is asked as near to the end of time as that allows,
# so that a search without a find is over soon.
CYCLE = timedelta(days=146_097)
LAST_YEAR = 9990
WITHIN_A_DAY = frozenset(("HOURLY", "MINUTELY", "SECONDLY"))


def ruled(rule: str, start: Moment, zones: Zones, first: datetime, last: datetime) -> Iterator[datetime]:
    """Those between `first` and `last`, by the clock of the series that begins at `start`. Raises `Broken`."""
    said = dict(part.upper().split("=", 1) for part in rule.strip().strip(";").split(";") if "=" in part)
    try:
        _must_move_on(said)
        later = (LAST_YEAR - last.year) // 400 * CYCLE
        begins = wall_of(start)
        if "UNTIL" in said:
            said["UNTIL"] = (min(_until(said["UNTIL"], start, zones), last) + later).strftime("%Y%m%dT%H%M%S")
        # A series that begins after the span is read for its mistakes alone.
        whole = ";".join(f"{name}={value}" for name, value in said.items())
        walls = iter(rrulestr(whole, dtstart=min(begins, last) + later))
        if begins <= last:
            yield from (wall - later for wall in _within(walls, said, begins + later, first + later, last + later))
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        raise Broken("a rule that cannot be read") from None


def _must_move_on(said: dict[str, str]) -> None:
    interval = said.get("INTERVAL", "1")
    if not interval.isdecimal() or int(interval) < 1:
        raise Broken("a rule that stands still")
    if said.get("FREQ") in WITHIN_A_DAY and "BYSETPOS" in said:
        raise Broken("a rule that counts inside of one moment")


def _within(
    walls: Iterator[datetime], said: dict[str, str], begins: datetime, first: datetime, last: datetime
) -> Iterator[datetime]:
    opening = next(walls, None)
    if opening is None:
        return
    # The beginning counts as the first of COUNT, also where the rule would not name it.
    count = int(said["COUNT"]) - 1 if "COUNT" in said and opening != begins else None
    for number, wall in enumerate(islice(chain([opening], walls), count)):
        if wall > last:
            return
        if number >= LIMIT:
            raise Broken("more moments than a rule has")
        if wall >= first:
            yield wall


def _until(text: str, start: Moment, zones: Zones) -> datetime:
    """The last moment by the series' own clock. A date alone, where there should be a time, means that day's end."""
    said = moment(text)
    if not isinstance(said.wall, datetime):
        return datetime.combine(said.wall, time(23, 59, 59))
    if start.dated or said.zone != "UTC":
        return said.wall
    return said.instant(zones).astimezone(zones.clock(start.zone)).replace(tzinfo=None)
