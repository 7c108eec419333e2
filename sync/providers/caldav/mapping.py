"""iCalendar <-> events of ours. Pure.

A series is one resource; its instances are told one by one, each under the resource's name and its slot. What iCalendar has no
word for takes the nearest value, never a less private one; Outlook's finer busy status travels in its own property.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sync.core.event import AllDay, Answer, Attendee, Content, Event, Sensitivity, ShowAs, When
from sync.providers.caldav.ics import Component, Line, line, text_line
from sync.providers.caldav.series import Instance, Resource
from sync.providers.caldav.times import Moment, moment, stamp
from sync.providers.caldav.zones import definition, known, shown

MARK = "X-HETK-MARK"
OURS = "hetk1"
SUFFIX = ".ics"
BUSY_STATUS = "X-MICROSOFT-CDO-BUSYSTATUS"
PRODUCT = "-//Hetk//Hetk 1//EN"
ANSWERS = {
    "ACCEPTED": Answer.ACCEPTED,
    "DECLINED": Answer.DECLINED,
    "TENTATIVE": Answer.TENTATIVE,
    "NEEDS-ACTION": Answer.UNANSWERED,
    "DELEGATED": Answer.DECLINED,
}
# A class that nobody knows is private (RFC 5545 3.8.1.3).
CLASSES = {"": Sensitivity.NORMAL, "PUBLIC": Sensitivity.NORMAL, "CONFIDENTIAL": Sensitivity.CONFIDENTIAL}
SAID_CLASSES = {
    Sensitivity.NORMAL: "PUBLIC",
    Sensitivity.PERSONAL: "PRIVATE",
    Sensitivity.PRIVATE: "PRIVATE",
    Sensitivity.CONFIDENTIAL: "CONFIDENTIAL",
}
STATUSES = {
    "FREE": ShowAs.FREE,
    "TENTATIVE": ShowAs.TENTATIVE,
    "BUSY": ShowAs.BUSY,
    "OOF": ShowAs.OUT_OF_OFFICE,
    "WORKINGELSEWHERE": ShowAs.ELSEWHERE,
}
SAID_STATUSES = {value: name for name, value in STATUSES.items()}


def id_of(name: str, slot: str) -> str:
    """A resource's name, with the slot for an instance of a series. No name holds a "#": it is quoted there."""
    return f"{name}#{slot}" if slot else name


def uid_of(name: str) -> str:
    """The UID of the copy that stands under this name; "" for a name that we did not give. It is in no other calendar."""
    return f"{name.removesuffix(SUFFIX)}@hetk.io" if name.startswith(OURS) else ""


def parts_of(id: str) -> tuple[str, str]:
    name, _, slot = id.partition("#")
    return name, slot


def event(found: Resource, instance: Instance, *, name: str, version: str, own: Collection[str]) -> Event:
    """`own`: the addresses of the account's owner."""
    said = instance.component
    return Event(
        id=id_of(name, instance.slot),
        version=version,
        content=content(said, instance.when),
        series_id=name if found.recurs else "",
        ical_uid=said.value("UID"),
        cancelled=said.value("STATUS").upper() == "CANCELLED",
        answer=answer(said, own),
        organizer=_address(said.first("ORGANIZER")),
        attendees=attendees(said, own),
        updated=updated(said),
        mark=said.value(MARK),
        key=name.removesuffix(SUFFIX) if name.startswith(OURS) else "",
    )


def content(said: Component, when: When) -> Content:
    return Content(
        title=said.words("SUMMARY"),
        when=when,
        description=said.words("DESCRIPTION"),
        location=said.words("LOCATION"),
        show_as=show_as(said),
        sensitivity=CLASSES.get(said.value("CLASS").upper(), Sensitivity.PRIVATE),
    )


def show_as(said: Component) -> ShowAs:
    """TRANSP has the last word on whether time is blocked: clients that know nothing of Outlook's property change only that."""
    finer = STATUSES.get(said.value(BUSY_STATUS).upper())
    transparent, free = said.value("TRANSP").upper(), (ShowAs.FREE, ShowAs.ELSEWHERE)
    if transparent == "TRANSPARENT":
        return finer if finer in free else ShowAs.FREE
    if finer is not None and not (finer is ShowAs.FREE and transparent):
        return finer
    return ShowAs.TENTATIVE if said.value("STATUS").upper() == "TENTATIVE" else ShowAs.BUSY


def answer(said: Component, own: Collection[str]) -> Answer:
    """What the owner answered. Whoever organizes and has not declined is the organizer."""
    guests = said.all("ATTENDEE")
    mine = next((ANSWERS.get(_status(guest)) for guest in guests if _is_own(guest, own)), None)
    organizer = said.first("ORGANIZER")
    if guests and organizer and _is_own(organizer, own) and mine is not Answer.DECLINED:
        return Answer.ORGANIZER
    return mine or Answer.NONE


def attendees(said: Component, own: Collection[str]) -> tuple[Attendee, ...]:
    """Everybody on the list, and an organizer who is not on it: an edit would reach them all the same."""
    listed, organizer = said.all("ATTENDEE"), said.first("ORGANIZER")
    if organizer and not _is_own(organizer, own):
        others = [guest for guest in listed if _address(guest).casefold() != _address(organizer).casefold()]
        listed = [organizer, *others]
    return tuple(
        Attendee(address=_address(person), name=person.params.get("CN", ""), is_self=_is_own(person, own))
        for person in listed
    )


def updated(said: Component) -> datetime | None:
    for name in ("LAST-MODIFIED", "DTSTAMP", "CREATED"):
        if text := said.value(name):
            try:
                wall = moment(text).wall
            except ValueError:
                continue
            if isinstance(wall, datetime):
                return wall.replace(tzinfo=UTC)
    return None


def _status(person: Line) -> str:
    return person.params.get("PARTSTAT", "NEEDS-ACTION").upper()


def _address(person: Line | None) -> str:
    """Apple tells some people by the path of their principal and adds the address beside it."""
    if person is None:
        return ""
    value = person.value.strip()
    scheme, _, rest = value.partition(":")
    return rest if scheme.casefold() == "mailto" else person.params.get("EMAIL", value)


def _is_own(person: Line, own: Collection[str]) -> bool:
    said = {_address(person).casefold(), person.value.strip().casefold()}
    return any(address.casefold() in said for address in own if address)


# Out.


def copy(said: Content, *, mark: str, uid: str, now: datetime) -> Component:
    """The whole of a copy: what is not said here is not on it."""
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
