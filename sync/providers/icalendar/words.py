"""What an event of an iCalendar file says, in words of ours. Pure.

What iCalendar has no word for takes the nearest value, never a less private one.
"""

from collections.abc import Collection
from datetime import UTC, datetime

from sync.core.event import Answer, Attendee, Content, Event, Sensitivity, ShowAs, When
from sync.providers.icalendar.ics import Component, Line
from sync.providers.icalendar.series import Instance, Resource
from sync.providers.icalendar.times import moment

MARK = "X-HETK-MARK"
# What the name of a copy of ours begins with, and its UID.
OURS = "hetk1"
BUSY_STATUS = "X-MICROSOFT-CDO-BUSYSTATUS"
ANSWERS = {
    "ACCEPTED": Answer.ACCEPTED,
    "DECLINED": Answer.DECLINED,
    "TENTATIVE": Answer.TENTATIVE,
    "NEEDS-ACTION": Answer.UNANSWERED,
    "DELEGATED": Answer.DECLINED,
}
# A class that nobody knows is private (RFC 5545 3.8.1.3).
CLASSES = {"": Sensitivity.NORMAL, "PUBLIC": Sensitivity.NORMAL, "CONFIDENTIAL": Sensitivity.CONFIDENTIAL}
STATUSES = {
    "FREE": ShowAs.FREE,
    "TENTATIVE": ShowAs.TENTATIVE,
    "BUSY": ShowAs.BUSY,
    "OOF": ShowAs.OUT_OF_OFFICE,
    "WORKINGELSEWHERE": ShowAs.ELSEWHERE,
}


def id_of(name: str, slot: str) -> str:
    """A resource's name, with the slot for an instance of a series. No name holds a "#": it is quoted there."""
    return f"{name}#{slot}" if slot else name


def parts_of(id: str) -> tuple[str, str]:
    name, _, slot = id.partition("#")
    return name, slot


def event(found: Resource, instance: Instance, *, name: str, version: str, own: Collection[str]) -> Event:
    """`name`: what the resource is known by; `own`: the addresses of the calendar's owner."""
    said = instance.component
    return Event(
        id=id_of(name, instance.slot),
        version=version,
        content=content(said, instance.when),
        series_id=name if found.recurs else "",
        ical_uid=said.value("UID"),
        cancelled=said.value("STATUS").upper() == "CANCELLED",
        answer=answer(said, own),
        organizer=address_of(said.first("ORGANIZER")),
        attendees=attendees(said, own),
        updated=updated(said),
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
        others = [guest for guest in listed if address_of(guest).casefold() != address_of(organizer).casefold()]
        listed = [organizer, *others]
    return tuple(
        Attendee(address=address_of(person), name=person.params.get("CN", ""), is_self=_is_own(person, own))
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


def address_of(person: Line | None) -> str:
    """Apple tells some people by the path of their principal and adds the address beside it."""
    if person is None:
        return ""
    value = person.value.strip()
    scheme, _, rest = value.partition(":")
    return rest if scheme.casefold() == "mailto" else person.params.get("EMAIL", value)


def _is_own(person: Line, own: Collection[str]) -> bool:
    said = {address_of(person).casefold(), person.value.strip().casefold()}
    return any(address.casefold() in said for address in own if address)
