"""Events and calendars as they are told. What was told once is kept as bytes."""

from base64 import urlsafe_b64encode
from typing import Any

import orjson

from sandbox.google.store import Calendar, Fields, Item
from sandbox.google.times import shown

# What a private event still shows to people who may only read.
BUSY = ("id", "status", "created", "updated", "start", "end", "iCalUID", "sequence", "recurringEventId", "recurrence")


def event(calendar: Calendar, item: Item, *, zone: str, sight: str) -> bytes:
    """One event as `sight` has it: "all", "public" (private ones lose their content) or "busy" (every one does)."""
    known = item.rendered.get((zone, sight))
    if known is None:
        known = item.rendered[zone, sight] = orjson.dumps(as_dict(calendar, item, zone=zone, sight=sight))
    return known


def as_dict(calendar: Calendar, item: Item, *, zone: str, sight: str) -> Fields:
    """The resource."""
    fields = item.fields
    hidden = sight == "busy" or (sight == "public" and fields.get("visibility") in ("private", "confidential"))
    told = {name: value for name, value in fields.items() if not hidden or name in BUSY}
    found: Fields = {"kind": "calendar#event", "etag": item.etag, **told, "id": item.id}
    found["htmlLink"] = _link(calendar, item)
    for end in ("start", "end", "originalStartTime"):
        if end in fields:
            found[end] = shown(fields[end], zone)
    if hidden:
        return {**found, "visibility": "private"}
    for role in ("creator", "organizer"):
        if fields[role].get("email", "").casefold() == calendar.id.casefold():
            found[role] = {**fields[role], "self": True}
    if fields.get("attendees"):
        found["attendees"] = [_attendee(calendar, fields, guest) for guest in fields["attendees"]]
    return found


def _attendee(calendar: Calendar, fields: Fields, guest: Fields) -> Fields:
    address = guest["email"].casefold()
    found = dict(guest)
    if address == fields["organizer"].get("email", "").casefold():
        found["organizer"] = True
    if address == calendar.id.casefold():
        found["self"] = True
    return found


def _link(calendar: Calendar, item: Item) -> str:
    named = urlsafe_b64encode(f"{item.id} {calendar.id}".encode()).decode().rstrip("=")
    return f"https://www.google.com/calendar/event?eid={named}"


def tombstone(item: Item, zone: str) -> bytes:
    """A deleted event in a list: no more than is guaranteed."""
    found: dict[str, Any] = {"kind": "calendar#event", "etag": item.etag, "id": item.id, "status": "cancelled"}
    if item.fields.get("recurringEventId"):
        found["recurringEventId"] = item.fields["recurringEventId"]
        found["originalStartTime"] = shown(item.fields["originalStartTime"], zone)
    return orjson.dumps(found)
