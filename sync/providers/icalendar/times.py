"""DTSTART, DTEND, DURATION and their kin as moments on a clock (RFC 5545 3.3.4, 3.3.5, 3.3.6)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sync.core.event import AllDay, Timed, When
from sync.providers.icalendar.ics import Broken, Component, Line
from sync.providers.icalendar.zones import Zones, instant

_DURATION = re.compile(
    r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE | re.ASCII
)
_UTC = "UTC"
# Outside of these years clocks and windows cannot be counted with.
YEARS = range(1000, 9000)


@contextmanager
def reachable() -> Iterator[None]:
    """A number or a time too large to count with is no error of ours: what says it cannot be read. Raises `Broken`."""
    try:
        yield
    except Broken:
        raise
    except (OverflowError, ValueError):
        raise Broken("a time out of reach") from None


@dataclass(frozen=True, slots=True)
class Moment:
    """`wall`: a naive time on the clock of `zone` (a TZID; "" for floating), or a date."""

    wall: datetime | date
    zone: str = ""

    @property
    def dated(self) -> bool:
        return not isinstance(self.wall, datetime)

    def instant(self, zones: Zones) -> datetime:
        """In UTC; a date as the midnight that begins it on the calendar's own clock."""
        wall = self.wall if isinstance(self.wall, datetime) else datetime.combine(self.wall, time())
        return instant(wall, zones.clock(self.zone))

    def at(self, wall: datetime | date) -> "Moment":
        """Another one by the same clock."""
        return Moment(wall, self.zone)


@dataclass(frozen=True, slots=True)
class Length:
    """Days by the calendar, then seconds by the clock: P1D is not PT24H on the day the clocks are put forward."""

    days: int = 0
    exact: timedelta = timedelta(0)


def moment(text: str, zone: str = "") -> Moment:
    """A DATE or DATE-TIME. Raises `Broken`."""
    text = text.strip()
    try:
        if len(text) == 8:
            return Moment(datetime.strptime(text, "%Y%m%d").date())  # noqa: DTZ007
        if text[-1:] in "Zz" and text:
            return Moment(datetime.strptime(text[:-1].upper(), "%Y%m%dT%H%M%S"), _UTC)  # noqa: DTZ007
        return Moment(datetime.strptime(text.upper(), "%Y%m%dT%H%M%S"), zone)  # noqa: DTZ007
    except ValueError:
        raise Broken("a time that cannot be read") from None


def moment_of(line: Line) -> Moment:
    return moment(line.value, line.params.get("TZID", ""))


def moments_of(line: Line) -> list[Moment]:
    """All of an EXDATE or RDATE; of periods their beginning."""
    zone = line.params.get("TZID", "")
    return [moment(value.partition("/")[0], zone) for value in line.value.split(",") if value.strip()]


def periods_of(line: Line) -> list[tuple[Moment, str]]:
    """The periods among the values of an RDATE: each with its beginning, and its end or duration as it is written."""
    zone = line.params.get("TZID", "")
    said = [value.partition("/") for value in line.value.split(",") if "/" in value]
    return [(moment(start, zone), end.strip()) for start, _, end in said]


def start_of(event: Component) -> Moment:
    line = event.first("DTSTART")
    if line is None:
        raise Broken("an event without a beginning")
    return moment_of(line)


def length_of(event: Component, zones: Zones) -> Length:
    """Never negative. A DTEND makes an exact one (RFC 5545 3.8.5.3); a date alone lasts its day."""
    start = start_of(event)
    if line := event.first("DTEND"):
        end = moment_of(line)
        if isinstance(start.wall, datetime):
            return Length(exact=max(timedelta(0), end.instant(zones) - start.instant(zones)))
        last = end.wall.date() if isinstance(end.wall, datetime) else end.wall
        return Length(days=max(1, (last - start.wall).days))
    if text := event.value("DURATION"):
        said = duration(text)
        return said if not start.dated else Length(days=max(1, said.days + said.exact.days))
    return Length(days=1 if start.dated else 0)


def duration(text: str) -> Length:
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise Broken("a duration that cannot be read")
    if found[1] == "-":
        return Length()
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in found.groups()[1:])
    return Length(weeks * 7 + days, timedelta(hours=hours, minutes=minutes, seconds=seconds))


def when(start: Moment, length: Length, zones: Zones) -> When:
    """Raises `Broken` for what lies outside of `YEARS`, and `OverflowError`."""
    if isinstance(start.wall, datetime):
        begins = start.instant(zones)
        after = start.at(start.wall + timedelta(days=length.days)) if length.days else start
        said: When = Timed(begins, after.instant(zones) + length.exact, zones.name(start.zone))
    else:
        said = AllDay(start.wall, start.wall + timedelta(days=length.days))
    if said.start.year not in YEARS or said.end.year not in YEARS:
        raise Broken("a time out of reach")
    return said


def wall_of(start: Moment) -> datetime:
    return start.wall if isinstance(start.wall, datetime) else datetime.combine(start.wall, time())


def slot_of(start: Moment, zones: Zones) -> str:
    """The name of one instance of a series, from where the rule puts it: a date, an instant, or a time of no zone."""
    if not isinstance(start.wall, datetime):
        return start.wall.strftime("%Y%m%d")
    if not start.zone:
        return start.wall.strftime("%Y%m%dT%H%M%S")
    return start.instant(zones).strftime("%Y%m%dT%H%M%SZ")


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
