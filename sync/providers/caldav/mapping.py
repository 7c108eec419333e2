"""iCalendar <-> events of ours. Pure.

A series is one resource; its instances are told one by one, each under the resource's name and its slot. What iCalendar has no
word for takes the nearest value, never a less private one; Outlook's finer busy status travels in its own property.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sync.core.event import AllDay, Content, Event, Sensitivity, ShowAs, When
from sync.providers.icalendar import words
from sync.providers.icalendar.ics import Component, Line, line, text_line
from sync.providers.icalendar.series import Instance, Resource
from sync.providers.icalendar.times import Moment, stamp
from sync.providers.icalendar.words import BUSY_STATUS, MARK, OURS, STATUSES
from sync.providers.icalendar.zones import definition, known, shown

SUFFIX = ".ics"
PRODUCT = "-//Hetk//Hetk 1//EN"
SAID_CLASSES = {
    Sensitivity.NORMAL: "PUBLIC",
    Sensitivity.PERSONAL: "PRIVATE",
    Sensitivity.PRIVATE: "PRIVATE",
    Sensitivity.CONFIDENTIAL: "CONFIDENTIAL",
}
SAID_STATUSES = {value: name for name, value in STATUSES.items()}


def uid_of(name: str) -> str:
    """The UID of the copy that stands under this name; "" for a name that we did not give. It is in no other calendar."""
    return f"{name.removesuffix(SUFFIX)}@hetk.io" if name.startswith(OURS) else ""


def event(found: Resource, instance: Instance, *, name: str, version: str, own: Collection[str]) -> Event:
    """`own`: the addresses of the account's owner."""
    told = words.event(found, instance, name=name, version=version, own=own)
    return replace(
        told,
        mark=mark_in(instance.component),
        key=name.removesuffix(SUFFIX) if name.startswith(OURS) else "",
    )


def mark_in(event: Component) -> str:
    """Where a server drops properties that it does not know, the mark stands in a comment."""
    comments = (line.value.strip() for line in event.all("COMMENT"))
    return event.value(MARK) or next((value for value in comments if value.startswith(f"{OURS}.")), "")


# Out.


def copy(said: Content, *, mark: str, uid: str, now: datetime, commented: bool = False) -> Component:
    """The whole of a copy: what is not said here is not on it. `commented`: the mark stands in a comment as well."""
    made = Component(
        "VEVENT",
        [
            line("UID", uid),
            line("DTSTAMP", stamp(now)),
            line("LAST-MODIFIED", stamp(now)),
            *times(said.when),
            text_line("SUMMARY", said.title),
            *([text_line("DESCRIPTION", said.description)] if said.description.strip() else []),
            *([text_line("LOCATION", said.location)] if said.location.strip() else []),
            *busy(said.show_as),
            line("CLASS", SAID_CLASSES[said.sensitivity]),
            line(MARK, mark),
            *([line("COMMENT", mark)] if commented else []),
        ],
    )
    return Component("VCALENDAR", [line("VERSION", "2.0"), line("PRODID", PRODUCT)], [*zones_for([made], ()), made])


def busy(show_as: ShowAs) -> list[Line]:
    return [
        line("TRANSP", "TRANSPARENT" if show_as in (ShowAs.FREE, ShowAs.ELSEWHERE) else "OPAQUE"),
        line("STATUS", "TENTATIVE" if show_as is ShowAs.TENTATIVE else "CONFIRMED"),
        line(BUSY_STATUS, SAID_STATUSES[show_as]),
    ]


def times(when: When) -> list[Line]:
    """Both ends. An hour that the clock shows twice is told in UTC; an event without length lasts a minute: the shortest."""
    if isinstance(when, AllDay):
        return [time_line("DTSTART", Moment(when.start)), time_line("DTEND", Moment(when.end))]
    end = max(when.end, when.start + timedelta(minutes=1))
    zone = known(when.zone) or "UTC"
    walls = [shown(each, zone) for each in (when.start, end)]
    if zone == "UTC" or None in walls:
        walls, zone = [each.astimezone(UTC).replace(tzinfo=None) for each in (when.start, end)], "UTC"
    return [time_line(name, Moment(wall, zone)) for name, wall in zip(("DTSTART", "DTEND"), walls, strict=True) if wall]


def time_line(name: str, said: Moment) -> Line:
    if not isinstance(said.wall, datetime):
        return line(name, said.wall.strftime("%Y%m%d"), VALUE="DATE")
    text = said.wall.strftime("%Y%m%dT%H%M%S")
    if said.zone == "UTC":
        return line(name, f"{text}Z")
    return line(name, text, TZID=said.zone) if said.zone else line(name, text)


def zones_for(events: Sequence[Component], there: Collection[str]) -> list[Component]:
    """The definitions of the zones that events name and that are not `there` yet."""
    wanted: dict[str, int] = {}
    for each in (found for event in events for found in event.all("DTSTART", "DTEND")):
        zone = each.params.get("TZID", "")
        if zone and zone not in there and known(zone) == zone:
            wanted.setdefault(zone, int(each.value[:4]))
    return [definition(zone, year).copy() for zone, year in wanted.items()]
