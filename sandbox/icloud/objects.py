"""iCalendar objects as iCloud looks at them: what it refuses, whom it mails, and what its web page shows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rruleset, rrulestr

from sandbox.hand import HandEvent, Moment

DAY = timedelta(days=1)
MARK = "X-HETK-MARK"


class Refused(Exception):
    """A PUT that is not taken: `status`, and the precondition if it names one."""

    def __init__(self, status: int, condition: str = "") -> None:
        super().__init__(condition)
        self.status = status
        self.condition = condition


def opened(text: str) -> icalendar.Calendar:
    """Raises `Refused` for what is no calendar object of one event."""
    try:
        found = icalendar.Calendar.from_ical(text)
    except (ValueError, IndexError):
        raise Refused(400, "valid-calendar-data") from None
    if not isinstance(found, icalendar.Calendar) or "METHOD" in found:
        raise Refused(403, "valid-calendar-object-resource")
    return found


def checked(text: str) -> str:
    """The UID of an object that may be kept."""
    events = opened(text).walk("VEVENT")
    uids = {str(event.get("UID", "")) for event in events}
    if len(uids) != 1 or "" in uids:
        raise Refused(403, "valid-calendar-object-resource")
    for event in events:
        if "DTSTART" not in event or ("DTEND" not in event and "DURATION" not in event):
            # Not with a reason: the request simply fails.
            raise Refused(403)
    return uids.pop()


def guests(text: str, own: str) -> set[str]:
    """Whom the server writes to because they are on the list."""
    found = set()
    for event in opened(text).walk("VEVENT"):
        people = event.get("ATTENDEE", [])
        for person in people if isinstance(people, list) else [people]:
            found.add(str(person).partition(":")[2].casefold())
    return found - {own.casefold()}


def shown(name: str, text: str, start: datetime, end: datetime) -> Iterator[HandEvent]:
    """The events of one object that touch [start, end), series as their instances."""
    events = opened(text).walk("VEVENT")
    master = next((event for event in events if "RECURRENCE-ID" not in event), None)
    moved = {slot_of(event.decoded("RECURRENCE-ID")): event for event in events if "RECURRENCE-ID" in event}
    if master is not None and "RRULE" not in master:
        candidates = [_seen(name, "", master, master.decoded("DTSTART"), master)]
    elif master is not None:
        slots = slots_of(master, start - 60 * DAY, end + DAY)
        candidates = [_seen(name, slot_of(slot), master, slot, master) for slot in slots if slot_of(slot) not in moved]
    else:
        candidates = []
    candidates += [_seen(name, slot, event, event.decoded("DTSTART"), master) for slot, event in moved.items()]
    yield from (event for event in candidates if _instant(event.end) > start and _instant(event.start) < end)


def slots_of(master: Any, start: datetime, end: datetime) -> list[Moment]:
    """Where the rule puts instances, excluded ones left out, by the clock of the series."""
    first = master.decoded("DTSTART")
    zone = first.tzinfo if isinstance(first, datetime) else None
    wall = first.replace(tzinfo=None) if isinstance(first, datetime) else datetime.combine(first, datetime.min.time())
    found = rruleset()
    parts = dict(part.split("=") for part in master["RRULE"].to_ical().decode().split(";"))
    if until := parts.get("UNTIL"):
        moment = datetime.strptime(until[:15].removesuffix("Z"), "%Y%m%dT%H%M%S" if "T" in until else "%Y%m%d")  # noqa: DTZ007
        parts["UNTIL"] = f"{moment + DAY:%Y%m%dT%H%M%S}" if "T" not in until else f"{moment:%Y%m%dT%H%M%S}"
    rule: Any = rrulestr(";".join(f"{key}={value}" for key, value in parts.items()), dtstart=wall)
    found.rrule(rule)
    excluded = {slot_of(each) for each in _excluded(master)}
    walls = found.between(start.replace(tzinfo=None), end.replace(tzinfo=None), inc=True)
    slots = [
        each.replace(tzinfo=zone) if zone else each if isinstance(first, datetime) else each.date() for each in walls
    ]
    return [slot for slot in slots if slot_of(slot) not in excluded]


def _excluded(master: Any) -> Iterator[Moment]:
    lines = master.get("EXDATE", [])
    for line in lines if isinstance(lines, list) else [lines]:
        yield from (each.dt for each in line.dts)


def slot_of(moment: Moment) -> str:
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" if moment.tzinfo else f"{moment:%Y%m%dT%H%M%S}"
    return f"{moment:%Y%m%d}"


def length_of(event: Any) -> timedelta:
    if "DTEND" in event:
        found: timedelta = event.decoded("DTEND") - event.decoded("DTSTART")
        return found
    duration: timedelta = event.decoded("DURATION")
    return duration


def _seen(name: str, slot: str, event: Any, start: Moment, master: Any) -> HandEvent:
    zone = start.tzinfo if isinstance(start, datetime) else None
    people = event.get("ATTENDEE", [])
    stamp = event.decoded("LAST-MODIFIED", None) or event.decoded("DTSTAMP", datetime.now(UTC))
    rule = master.get("RRULE") if master is not None else None
    return HandEvent(
        id=f"{name}#{slot}" if slot else name,
        series_id=name if slot else None,
        title=str(event.get("SUMMARY", "")),
        start=start.astimezone(UTC) if isinstance(start, datetime) else start,
        end=_ended(start, length_of(event)),
        all_day=not isinstance(start, datetime),
        zone=zone.key if isinstance(zone, ZoneInfo) else "UTC",
        description=str(event.get("DESCRIPTION", "")),
        location=str(event.get("LOCATION", "")),
        show_as="free" if event.get("TRANSP") == "TRANSPARENT" else "busy",
        sensitivity={"PRIVATE": "private", "CONFIDENTIAL": "confidential"}.get(str(event.get("CLASS", "")), "normal"),
        recurrence=rule.to_ical().decode() if rule else None,
        attendees=[str(one).partition(":")[2] for one in (people if isinstance(people, list) else [people])],
        is_copy=MARK in event,
        created=event.decoded("CREATED", None) or stamp,
        updated=stamp,
    )


def _ended(start: Moment, length: timedelta) -> Moment:
    return start.astimezone(UTC) + length if isinstance(start, datetime) else start + length


def _instant(moment: date) -> datetime:
    if isinstance(moment, datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.combine(moment, datetime.min.time(), UTC)
