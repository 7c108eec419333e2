"""A feed's file -> events of ours. Pure.

A feed has no names for its events but their UIDs, and those are often wrong: missing, used twice, or made up anew each time. Each
event gets a name of ours from its UID, or from what it says where that cannot be trusted; an event with its exceptions is one
resource, as in CalDAV.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from sync.core.event import Event
from sync.providers.base import Span
from sync.providers.icalendar import words
from sync.providers.icalendar.ics import Component, parse_all
from sync.providers.icalendar.series import Instance, Resource, resource
from sync.providers.icalendar.words import MARK, OURS
from sync.providers.icalendar.zones import known

# Written anew at each fetch by some publishers, or of no meaning to a reader.
PASSING = frozenset(("DTSTAMP", "UID", "SEQUENCE", "CREATED", "LAST-MODIFIED"))
TELLING = ("DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "RRULE", "RDATE")


@dataclass(frozen=True, slots=True)
class Held:
    """One resource of a file: `version` is made from all that it says."""

    name: str
    version: str
    calendar: Component
    floating: str
    steady: bool

    def resource(self) -> Resource | None:
        """Raises `Broken`."""
        return resource(self.calendar, self.floating)


def held(text: str, *, zone: str, steady: bool) -> dict[str, Held]:
    """What a file holds, by name. `zone`: the clock of times that name none, unless the file says. Raises `Broken`."""
    found: dict[str, Held] = {}
    for calendar in parse_all(text):
        floating = known(calendar.value("X-WR-TIMEZONE")) or zone
        zones = [part for part in calendar.parts if part.name == "VTIMEZONE"]
        texts = {part.value("TZID"): "\n".join(part.texts()) for part in zones}
        for name, events in _named(calendar, steady=steady):
            made = Component("VCALENDAR", [], [*zones, *events])
            found[name] = Held(name, _version(events, texts), made, floating, steady)
    return found


def zone_in(text: str) -> str:
    """The zone that a file says it is in; "" when it does not say."""
    return next((zone for calendar in parse_all(text) if (zone := known(calendar.value("X-WR-TIMEZONE")))), "")


def events(held: Held, span: Span, own: Collection[str]) -> tuple[bool, list[Event]]:
    """Whether it is a series, and its events: a single one wherever it lies, of a series what the span touches. Raises `Broken`."""
    found = held.resource()
    if found is None:
        return False, []
    return found.recurs, [_event(held, found, instance, own) for instance in found.instances(span)]


def event(held: Held, slot: str, own: Collection[str]) -> Event | None:
    """One of them; None when there is none in that slot. Raises `Broken`."""
    found = held.resource()
    instance = found.instance(slot) if found else None
    return _event(held, found, instance, own) if found and instance else None


def _event(held: Held, found: Resource, instance: Instance, own: Collection[str]) -> Event:
    told = words.event(found, instance, name=held.name, version=held.version, own=own)
    uid, mark = told.ical_uid, instance.component.value(MARK)
    # A copy of ours in a calendar that somebody publishes: Google and CalDAV make its UID from the name we gave it.
    key = uid.partition("@")[0] if uid.startswith(OURS) else ""
    return replace(told, ical_uid=uid if held.steady else "", mark=mark, key=key)


def _named(calendar: Component, *, steady: bool) -> Iterator[tuple[str, list[Component]]]:
    by_uid: dict[str, list[Component]] = defaultdict(list)
    for number, part in enumerate(part for part in calendar.parts if part.name == "VEVENT"):
        # What has no UID belongs to nothing else.
        by_uid[part.value("UID") or f"\n{number}"].append(part)
    for uid, parts in by_uid.items():
        exceptions = [part for part in parts if part.first("RECURRENCE-ID")]
        masters = _newest(part for part in parts if not part.first("RECURRENCE-ID"))
        first = next((part for part in masters if part.all("RRULE", "RDATE")), masters[0] if masters else None)
        for at, master in enumerate(masters or [exceptions[0]]):
            with_them = exceptions if master is first or not masters else []
            own = [master, *with_them] if masters else exceptions
            told = uid if steady and not uid.startswith("\n") else _telling(master)
            yield _name(told, master.value("DTSTART") if at else ""), own


def _newest(masters: Iterable[Component]) -> list[Component]:
    """Those of one UID, in the order of their beginning; of several with the same one the latest revision."""
    by_start: dict[str, Component] = {}
    for master in masters:
        start = master.value("DTSTART")
        if start not in by_start or _revision(master) >= _revision(by_start[start]):
            by_start[start] = master
    return [by_start[start] for start in sorted(by_start)]


def _revision(event: Component) -> int:
    said = event.value("SEQUENCE")
    return int(said) if said.isdecimal() else 0


def _telling(event: Component) -> str:
    return "\n".join(line.text for line in event.all(*TELLING))


def _name(told: str, more: str) -> str:
    return sha256(f"{told}\n{more}".encode()).hexdigest()[:24]


def _version(events: list[Component], zones: dict[str, str]) -> str:
    """Of what the events say, and of the zones they name."""
    lines = [line for event in events for line in event.lines if line.name not in PASSING]
    named = sorted({line.params["TZID"] for line in lines if "TZID" in line.params})
    said = [*(line.text for line in lines), *(zones.get(zone, "") for zone in named)]
    return sha256("\n".join(said).encode()).hexdigest()[:24]
