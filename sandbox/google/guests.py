"""Attendees: the mail that Google would send them, and the copies in the calendars of those who are at Google too."""

from typing import TYPE_CHECKING

from sandbox.cast import by_address
from sandbox.google.store import Calendar, Fields, Item

if TYPE_CHECKING:
    from sandbox.google.calendar import GoogleCloud

# What is the guest's own on the guest's copy.
PERSONAL = ("reminders", "colorId", "transparency", "visibility")


def others(calendar: Calendar, fields: Fields) -> list[str]:
    """The addresses of everybody invited but the calendar itself and the organizer."""
    mine = {calendar.id.casefold(), fields["organizer"].get("email", "").casefold()}
    listed = [guest["email"] for guest in fields.get("attendees") or ()]
    return [address for address in listed if address.casefold() not in mine]


def organizes(calendar: Calendar, fields: Fields) -> bool:
    return bool(fields["organizer"].get("email", "").casefold() == calendar.id.casefold())


def invite(cloud: "GoogleCloud", calendar: Calendar, item: Item, send: str) -> None:
    """A new event reaches its guests."""
    for address in others(calendar, item.fields):
        _write(cloud, calendar, address, "invited", send)
        _copy(cloud, calendar, item, address)


def follow(cloud: "GoogleCloud", calendar: Calendar, item: Item, before: Fields, send: str) -> None:
    """A changed or cancelled event reaches its guests; on a guest's copy only the answer travels."""
    if not organizes(calendar, item.fields):
        _answer(cloud, calendar, item, before, send)
        return
    was, now = others(calendar, before), [] if item.cancelled else others(calendar, item.fields)
    for address in was:
        if address not in now:
            _write(cloud, calendar, address, "cancelled", send)
            _uncopy(cloud, item, address)
    for address in now:
        _write(cloud, calendar, address, "updated" if address in was else "invited", send)
        _copy(cloud, calendar, item, address)


def _write(cloud: "GoogleCloud", calendar: Calendar, address: str, what: str, send: str) -> None:
    known = by_address(address)
    inside = known is not None and known.kind == "google"
    if send == "all" or (send == "externalOnly" and not inside):
        cloud.world.mailbox.invite(calendar.id, address, calendar.id, what)


def _theirs(cloud: "GoogleCloud", address: str) -> Calendar | None:
    known = by_address(address)
    return cloud.calendars.get(known.address) if known and known.kind == "google" else None


def _copy(cloud: "GoogleCloud", calendar: Calendar, item: Item, address: str) -> None:
    theirs = _theirs(cloud, address)
    if theirs is None or theirs is calendar or item.fields.get("privateCopy"):
        return
    known = theirs.items.get(item.id)
    fields = {name: value for name, value in item.fields.items() if name not in PERSONAL}
    fields["reminders"] = {"useDefault": True}
    if known is not None:
        fields |= {name: known.fields[name] for name in PERSONAL if name in known.fields}
    # Private properties belong to the copy on which they were written.
    told, kept = item.fields.get("extendedProperties") or {}, known.fields.get("extendedProperties") if known else {}
    properties = {"shared": told.get("shared"), "private": (kept or {}).get("private")}
    fields["extendedProperties"] = {place: found for place, found in properties.items() if found}
    if not fields["extendedProperties"]:
        del fields["extendedProperties"]
    theirs.put(known or Item(item.id, fields), fields)


def _uncopy(cloud: "GoogleCloud", item: Item, address: str) -> None:
    theirs = _theirs(cloud, address)
    known = theirs.find(item.id) if theirs else None
    if theirs is not None and known is not None and not known.cancelled:
        theirs.put(known, {**known.fields, "status": "cancelled"})


def _answer(cloud: "GoogleCloud", calendar: Calendar, item: Item, before: Fields, send: str) -> None:
    old, new = _own(calendar, before), _own(calendar, item.fields)
    if item.cancelled and before["status"] != "cancelled":
        # Whoever removes an invitation from the calendar declines it.
        new = "declined"
    organizer = item.fields["organizer"].get("email", "")
    if new is None or new == old:
        return
    if send in ("all", "externalOnly"):
        cloud.world.mailbox.invite(calendar.id, organizer, calendar.id, "answered")
    theirs = _theirs(cloud, organizer)
    origin = theirs.find(item.id) if theirs else None
    if theirs is None or origin is None or origin.cancelled:
        return
    listed = [
        {**guest, "responseStatus": new} if guest["email"].casefold() == calendar.id.casefold() else guest
        for guest in origin.fields.get("attendees") or ()
    ]
    theirs.put(origin, {**origin.fields, "attendees": listed})


def _own(calendar: Calendar, fields: Fields) -> str | None:
    guests = fields.get("attendees") or ()
    return next((one["responseStatus"] for one in guests if one["email"].casefold() == calendar.id.casefold()), None)
