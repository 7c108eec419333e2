"""One resource as the events it stands for: a single one, or the instances of a series inside a span (RFC 5545 3.8.5).

dateutil generates what a rule says, by the clock on the wall; what surrounds it is done here: exceptions, added and excluded
dates, "this and all that follow", and ends that are right on the days the clocks change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain

from sync.core.event import AllDay, When
from sync.core.window import first_day, last_moment, midnight
from sync.providers.base import Span
from sync.providers.icalendar.ics import Broken, Component, Line
from sync.providers.icalendar.rules import ruled
from sync.providers.icalendar.times import (
    Length,
    Moment,
    duration,
    length_of,
    moment,
    moment_of,
    moments_of,
    periods_of,
    reachable,
    slot_of,
    start_of,
    wall_of,
    when,
)
from sync.providers.icalendar.zones import Zones

# A series of more instances than these in one span, or changed more often from some slot on, is nobody's.
MOST, MOST_CHANGES = 10_000, 100
DAY, ZERO = timedelta(days=1), timedelta(0)


@dataclass(frozen=True, slots=True)
class Instance:
    """`slot`: "" for a single event. `component`: what it says; `start`: by the clock it was told by."""

    slot: str
    component: Component
    start: Moment
    when: When


@dataclass(slots=True)
class Resource:
    """The events of one iCalendar object, all of one UID. `master` is missing where only single instances are known."""

    zones: Zones
    master: Component | None = None
    exceptions: dict[str, Component] = field(default_factory=dict)
    # From the slot on, in the order of time: (slot's moment, what changes there).
    onwards: list[tuple[Moment, Component]] = field(default_factory=list)
    # By slot, how long an added date lasts that was told as a period (RFC 5545 3.3.9).
    periods: dict[str, Length] = field(default_factory=dict)

    @property
    def recurs(self) -> bool:
        rules = self.master is not None and bool(self.master.all("RRULE", "RDATE"))
        return rules or bool(self.exceptions or self.onwards)

    def first(self) -> Component:
        """Any of its components."""
        return self.master or next(iter(self.exceptions.values()), None) or self.onwards[0][1]

    def components(self) -> list[Component]:
        own = [self.master] if self.master else []
        return [*own, *self.exceptions.values(), *(component for _, component in self.onwards)]

    @reachable()
    def instances(self, span: Span) -> list[Instance]:
        """All that the span touches, by slot or by time. Outside of it only exceptions that were moved away from inside.

        Raises `Broken`.
        """
        if not self.recurs:
            return [self._single()]
        found = {}
        for start in self._slots(span):
            instance = self._instance(start)
            if touches(instance.when, span) or instance.slot in self.exceptions:
                found[instance.slot] = instance
        for slot, component in self.exceptions.items():
            if slot not in found and touches(self._exception(slot, component).when, span):
                found[slot] = self._exception(slot, component)
        return list(found.values())

    @reachable()
    def instance(self, slot: str) -> Instance | None:
        """The one of that name; None when the series has none there. Raises `Broken`."""
        if not slot or not self.recurs:
            return self._single() if not slot and not self.recurs else None
        if slot in self.exceptions:
            return self._exception(slot, self.exceptions[slot])
        day = datetime.strptime(slot[:8], "%Y%m%d").date()  # noqa: DTZ007
        around = Span(day - 2 * DAY, day + 2 * DAY)
        return next((found for start in self._slots(around) if (found := self._instance(start)).slot == slot), None)

    def _single(self) -> Instance:
        if self.master is None:
            raise Broken("no event")
        start = start_of(self.master)
        return Instance("", self.master, start, when(start, length_of(self.master, self.zones), self.zones))

    def _instance(self, start: Moment) -> Instance:
        """What stands in the slot that begins there."""
        slot = slot_of(start, self.zones)
        if slot in self.exceptions:
            return self._exception(slot, self.exceptions[slot])
        if self.master is None:
            raise Broken("a slot without a series")
        component, begins = self.master, start
        for since, change in self.onwards:
            if since.instant(self.zones) <= start.instant(self.zones):
                component, begins = change, _shifted(start, since, start_of(change))
        length = self.periods.get(slot) if component is self.master else None
        return Instance(slot, component, begins, when(begins, length or length_of(component, self.zones), self.zones))

    def _exception(self, slot: str, component: Component) -> Instance:
        start = start_of(component)
        return Instance(slot, component, start, when(start, length_of(component, self.zones), self.zones))

    def _slots(self, span: Span) -> Iterator[Moment]:
        """Where rules and added dates put instances, less the excluded ones, near the span, each once."""
        if self.master is None:
            return
        start = start_of(self.master)
        lengths = [*self.periods.values(), *(length_of(component, self.zones) for component in self.components())]
        reach = max((_days(length) for length in lengths), default=0)
        moved = max((abs(wall_of(start_of(c)) - wall_of(since)) for since, c in self.onwards), default=timedelta(0))
        low, high = span.start - (reach + 2) * DAY - moved, span.end + 2 * DAY + moved
        excluded = _Excluded(self.master, self.zones, start)
        seen = set()
        for wall in _walls(self.master, start, self.zones, low, high):
            slot = slot_of(wall, self.zones)
            if slot not in seen and not excluded.holds(wall, slot):
                seen.add(slot)
                if len(seen) > MOST:
                    raise Broken("more instances than a series has")
                yield wall


class _Excluded:
    """EXDATE and EXRULE, compared by instant; a date excludes its whole day, whichever kind the series is of."""

    def __init__(self, master: Component, zones: Zones, start: Moment) -> None:
        self._slots: set[str] = set()
        self._days: set[date] = set()
        for each in (found for line in master.all("EXDATE") for found in moments_of(line)):
            if isinstance(each.wall, datetime) and start.dated:
                # Exchange excludes whole days by the instant of their midnight.
                clock = zones.clock("") if each.zone == "UTC" else zones.clock(each.zone)
                self._days.add(each.instant(zones).astimezone(clock).date())
            elif isinstance(each.wall, datetime):
                self._slots.add(slot_of(_like(each, start, zones), zones))
            else:
                self._days.add(each.wall)

    def holds(self, start: Moment, slot: str) -> bool:
        day = start.wall.date() if isinstance(start.wall, datetime) else start.wall
        return slot in self._slots or day in self._days


@reachable()
def resource(calendar: Component, floating: str = "UTC") -> Resource | None:
    """What one calendar object holds, None when it is no event. `floating`: the zone of the calendar it stands in.

    Raises `Broken`.
    """
    events = [part for part in calendar.parts if part.name == "VEVENT"]
    if not events:
        return None
    uid = events[0].value("UID")
    found = Resource(Zones(calendar, floating))
    for event in (event for event in events if event.value("UID") == uid):
        line = event.first("RECURRENCE-ID")
        if line is None:
            found.master = found.master or event
    series_start = start_of(found.master) if found.master else None
    for event in (event for event in events if event.value("UID") == uid):
        if line := event.first("RECURRENCE-ID"):
            _file(found, event, line, series_start)
    if found.master is not None and series_start is not None:
        found.periods = _periods(found.master, series_start, found.zones)
    if len(found.onwards) > MOST_CHANGES:
        raise Broken("more changes than a series has")
    found.onwards.sort(key=lambda pair: pair[0].instant(found.zones))
    return found


def _periods(master: Component, series_start: Moment, zones: Zones) -> dict[str, Length]:
    found = {}
    for line in master.all("RDATE"):
        for begins, ends in periods_of(line):
            length = duration(ends) if ends[:1] in "Pp+-" else None
            if length is None:
                length = Length(exact=max(ZERO, moment(ends, begins.zone).instant(zones) - begins.instant(zones)))
            found[slot_of(_like(begins, series_start, zones), zones)] = length
    return found


def floats(calendar: Component) -> bool:
    """Whether anything in it is told by no clock in particular, or by one that nobody knows."""
    zones = Zones(calendar)
    timed = [
        line
        for part in calendar.parts
        if part.name == "VEVENT"
        for line in part.all("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
    ]
    return any("T" in line.value and "Z" not in line.value and not zones.knows(_zone(line)) for line in timed)


def _zone(line: Line) -> str:
    return line.params.get("TZID", "")


def _file(found: Resource, event: Component, line: Line, series_start: Moment | None) -> None:
    since = _like(moment_of(line), series_start, found.zones)
    if line.params.get("RANGE", "").upper() == "THISANDFUTURE" and found.master is not None:
        found.onwards.append((since, event))
    else:
        found.exceptions[slot_of(since, found.zones)] = event


def _like(said: Moment, series_start: Moment | None, zones: Zones) -> Moment:
    """A slot told the way its series is: some tell a timed slot by its date alone, or a whole day by an instant."""
    if series_start is None or (said.dated and series_start.dated) or said.zone == series_start.zone != "":
        return said
    if isinstance(said.wall, datetime) and not series_start.dated:
        if not said.zone:
            return series_start.at(said.wall)
        clock = zones.clock(series_start.zone)
        return series_start.at(said.instant(zones).astimezone(clock).replace(tzinfo=None))
    if isinstance(said.wall, datetime):
        return Moment(
            said.instant(zones).astimezone(zones.clock("")).date() if said.zone == "UTC" else said.wall.date()
        )
    return series_start.at(datetime.combine(said.wall, wall_of(series_start).time()))


def _shifted(start: Moment, since: Moment, to: Moment) -> Moment:
    """A slot moved as far as the change moved the slot it begins at, by the clock that the change is told by."""
    moved = wall_of(start) + (wall_of(to) - wall_of(since))
    return to.at(moved if isinstance(to.wall, datetime) else moved.date())


def _walls(master: Component, start: Moment, zones: Zones, low: date, high: date) -> Iterator[Moment]:
    """The slots between two dates: the first one, those of each rule, and the added ones."""
    first, last = datetime.combine(low, time()), datetime.combine(high, time())
    rules = [line.value for line in master.all("RRULE")]
    skipped = {wall for line in master.all("EXRULE") for wall in ruled(line.value, start, zones, first, last)}
    for wall in chain([wall_of(start)], *(ruled(rule, start, zones, first, last) for rule in rules)):
        if first <= wall <= last and wall not in skipped:
            yield start.at(wall if not start.dated else wall.date())
    for added in (found for line in master.all("RDATE") for found in moments_of(line)):
        if first <= wall_of(added) <= last:
            yield _like(added, start, zones)


def _days(length: Length) -> int:
    return length.days + length.exact.days + 1


def touches(when: When, span: Span) -> bool:
    if isinstance(when, AllDay):
        return when.start < span.end and when.end > span.start
    return first_day(when) < span.end and last_moment(when) >= midnight(span.start)
