"""events.*: get, insert, import, patch, update, delete, move."""

from sandbox.google import acts, guests, render, rules
from sandbox.google.calls import READ, SEND, WRITE, Answer, Call, method
from sandbox.google.errors import Refusal, bad, not_found
from sandbox.google.store import Calendar, Fields, Item
from sandbox.google.times import zone_named

ONE = "/calendars/{calendar}/events/{event}"
ALL = "/calendars/{calendar}/events"
LOOK = {"alwaysIncludeEmail": bool, "maxAttendees": int}
INSERT = {"conferenceDataVersion": int, "eventLabelVersion": int, "supportsAttachments": bool}
CHANGE = {**SEND, **INSERT, **LOOK}


def _told(call: Call, calendar: Calendar, item: Item) -> Answer:
    zone = call.one("timeZone") or calendar.zone
    body = render.event(calendar, item, zone=zone_named(zone).key, sight=call.sight(calendar))
    return Answer(200, body, {"ETag": item.etag})


def _find(calendar: Calendar, event: str) -> Item:
    found = calendar.find(event)
    if found is None:
        raise not_found()
    return found


@method("GET", ONE, READ, timeZone=str, **LOOK)
def get(call: Call, calendar: str, event: str) -> Answer:
    place = call.calendar(calendar)
    item = _find(place, event)
    if call.headers.get("if-none-match", "").strip() == item.etag:
        return Answer(304, headers={"ETag": item.etag})
    return _told(call, place, item)


@method("POST", ALL, WRITE, maxAttendees=int, **SEND, **INSERT)
def insert(call: Call, calendar: str) -> Answer:
    place = call.calendar(calendar, write=True)
    body = rules.check(call.cloud.world.published, call.json(), "insert")
    call.cloud.may_create(call.person, body)
    item = acts.create(call.cloud, place, body, by=call.person.address, send=call.send)
    return _told(call, place, item)


@method("POST", f"{ALL}/import", WRITE, **INSERT)
def import_(call: Call, calendar: str) -> Answer:
    """A private copy of somebody's event; an event with that iCalUID is taken over."""
    place = call.calendar(calendar, write=True)
    body = rules.check(call.cloud.world.published, call.json(), "import")
    if body.get("eventType", "default") != "default":
        raise bad("Only events of the default type can be imported.", "eventTypeRestriction", "calendar")
    known = place.items.get(place.uids.get(body.get("iCalUID", ""), ""))
    if known is None:
        return _told(
            call, place, acts.create(call.cloud, place, body, by=call.person.address, send="none", imported=True)
        )
    return _told(call, place, acts.change(call.cloud, place, known, body, send="none"))


@method("PATCH", ONE, WRITE, **CHANGE)
def patch(call: Call, calendar: str, event: str) -> Answer:
    place = call.calendar(calendar, write=True)
    item = _find(place, event)
    call.match(item)
    body = rules.check(call.cloud.world.published, call.json(), "patch")
    _same_id(body, item)
    whole = rules.merged({name: value for name, value in item.fields.items() if name != "sequence"}, body)
    return _told(call, place, acts.change(call.cloud, place, item, whole, send=call.send))


@method("PUT", ONE, WRITE, **CHANGE)
def update(call: Call, calendar: str, event: str) -> Answer:
    place = call.calendar(calendar, write=True)
    item = _find(place, event)
    call.match(item)
    body = rules.check(call.cloud.world.published, call.json(), "update")
    _same_id(body, item)
    if not guests.organizes(place, item.fields) and _takes_away(item.fields, body):
        raise Refusal(
            403,
            "forbiddenForNonOrganizer",
            "Shared properties can only be changed by the organizer of the event.",
            "calendar",
        )
    return _told(call, place, acts.change(call.cloud, place, item, body, send=call.send))


def _same_id(body: Fields, item: Item) -> None:
    if body.get("id") not in (None, item.id):
        raise bad("Invalid resource id value.")


def _takes_away(old: Fields, new: Fields) -> bool:
    return any(old.get(name) and not new.get(name) for name in rules.SHARED)


@method("DELETE", ONE, WRITE, **SEND)
def delete(call: Call, calendar: str, event: str) -> Answer:
    place = call.calendar(calendar, write=True)
    item = _find(place, event)
    if not item.cancelled:
        call.match(item)
    acts.remove(call.cloud, place, item, send=call.send)
    return Answer(204)
