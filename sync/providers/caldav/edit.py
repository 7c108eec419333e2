"""Changing a person's own event, field by field: every line that no change asks for goes back as it came. Pure."""

from datetime import datetime

from sync.core.event import Content, Field
from sync.providers.caldav.mapping import SAID_CLASSES, busy, time_line, times, zones_for
from sync.providers.errors import Changed
from sync.providers.icalendar.ics import Component, line, text_line
from sync.providers.icalendar.series import Instance, Resource
from sync.providers.icalendar.times import Moment, stamp, start_of

# What only a series as a whole says.
OF_A_SERIES = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
# What says the same in another way, and would be wrong beside a new value.
BESIDE = {
    Field.DESCRIPTION: ("X-ALT-DESC", "STYLED-DESCRIPTION"),
    Field.LOCATION: ("X-APPLE-STRUCTURED-LOCATION", "STRUCTURED-LOCATION", "GEO"),
    Field.WHEN: ("DURATION",),
}


def changed(
    calendar: Component, found: Resource, slot: str, content: Content, fields: frozenset[Field], now: datetime
) -> Component:
    """The calendar object with `fields` of one event as `content` says. `found`: what stands in `calendar`.

    An instance that had no lines of its own gets some: an exception beside the series.
    """
    instance = _instance(found, slot)
    target = instance.component
    # A zone that the file named without defining it stays so.
    there = {part.value("TZID") for part in calendar.parts} | {
        line.params.get("TZID", "") for component in found.components() for line in component.lines
    }
    if slot and slot not in found.exceptions:
        target = _exception(found, instance)
        calendar.parts.append(target)
    for each in Field:
        if each in fields:
            _say(target, each, content)
    _touch(target, now)
    calendar.parts[:0] = zones_for([target], there)
    return calendar


def without(calendar: Component, found: Resource, slot: str, now: datetime) -> Component:
    """The calendar object without one instance of its series."""
    instance = _instance(found, slot)
    calendar.parts = [part for part in calendar.parts if part is not found.exceptions.get(slot)]
    if found.master is not None:
        found.master.lines.append(time_line("EXDATE", _slot_start(found, slot, instance)))
        _touch(found.master, now)
    return calendar


def _instance(found: Resource, slot: str) -> Instance:
    instance = found.instance(slot)
    if instance is None:
        raise Changed("the instance is gone")
    return instance


def _exception(found: Resource, instance: Instance) -> Component:
    """Lines of its own for one instance: those of the series, or of the change that holds from some slot on."""
    made = instance.component.copy()
    length = made.first("DTEND"), made.first("DURATION")
    made.drop(*OF_A_SERIES)
    made.replace("DTSTART", time_line("DTSTART", instance.start))
    if length[0] is not None:
        # The end by the same clock, where the series gave its own first one.
        made.replace("DTEND", times(instance.when)[1])
    made.lines.append(time_line("RECURRENCE-ID", _slot_start(found, instance.slot, instance)))
    return made


def _slot_start(found: Resource, slot: str, instance: Instance) -> Moment:
    """The slot told the way the series tells its beginning."""
    if found.master is None:
        return instance.start
    day = datetime.strptime(slot[:8], "%Y%m%d").date()  # noqa: DTZ007
    start = start_of(found.master)
    if start.dated:
        return Moment(day)
    wall = datetime.strptime(slot.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
    if not slot.endswith("Z"):
        return start.at(wall)
    moment = Moment(wall, "UTC").instant(found.zones)
    return start.at(moment.astimezone(found.zones.clock(start.zone)).replace(tzinfo=None))


def _say(target: Component, field: Field, content: Content) -> None:
    target.drop(*BESIDE.get(field, ()))
    match field:
        case Field.TITLE:
            target.replace("SUMMARY", text_line("SUMMARY", content.title))
        case Field.DESCRIPTION:
            target.replace("DESCRIPTION", text_line("DESCRIPTION", content.description))
        case Field.LOCATION:
            target.replace("LOCATION", text_line("LOCATION", content.location))
        case Field.WHEN:
            start, end = times(content.when)
            target.replace("DTSTART", start)
            target.replace("DTEND", end)
        case Field.SHOW_AS:
            for said in busy(content.show_as):
                target.replace(said.name, said)
        case Field.SENSITIVITY:
            target.replace("CLASS", line("CLASS", SAID_CLASSES[content.sensitivity]))


def _touch(target: Component, now: datetime) -> None:
    number = target.value("SEQUENCE")
    target.replace("SEQUENCE", line("SEQUENCE", str(int(number) + 1 if number.isdecimal() else 1)))
    target.replace("DTSTAMP", line("DTSTAMP", stamp(now)))
    target.replace("LAST-MODIFIED", line("LAST-MODIFIED", stamp(now)))
