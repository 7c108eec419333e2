"""Event bodies: checked as the service checks them, and turned into the fields that are kept."""

import re
from typing import TYPE_CHECKING, Any

from sandbox.google import kinds
from sandbox.google.errors import bad
from sandbox.google.extended import limited
from sandbox.google.recurrence import wrong
from sandbox.google.store import Calendar, Fields, Item
from sandbox.google.times import both

if TYPE_CHECKING:
    from sandbox.published import Published

ID = re.compile(r"[0-9a-v]{5,1024}")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
STATUSES = ("confirmed", "tentative", "cancelled")
# What a body may set; anything else that the schema knows is the service's own and is passed over.
TEXTS = ("summary", "description", "location", "colorId", "eventLabelId")
CHOICES = {"transparency": "opaque", "visibility": "default"}
FLAGS = {
    "guestsCanInviteOthers": True,
    "guestsCanModify": False,
    "guestsCanSeeOtherGuests": True,
    "anyoneCanAddSelf": False,
    "privateCopy": False,
}
OBJECTS = ("reminders", "source", "conferenceData", "extendedProperties", *kinds.PROPERTIES.values())
WRITABLE = frozenset((*TEXTS, *CHOICES, *FLAGS, *OBJECTS, "start", "end", "recurrence", "attendees", "attachments"))
# What all attendees see; only the organizer may change it for them.
SHARED = ("summary", "description", "location", "start", "end", "recurrence", "attendees")
MOST_MINUTES = 40320


def check(published: "Published", body: Any, method: str) -> Fields:
    """A body that fits the published definition. Raises Refusal."""
    if not isinstance(body, dict):
        raise bad("Parse Error", "parseError")
    wrong_how = published.google_error("Event", body, f"calendar.events.{method}" if method != "patch" else "")
    if wrong_how and wrong_how.startswith("Unknown name"):
        raise bad(f"Invalid JSON payload received. {wrong_how}", "badRequest")
    if wrong_how:
        raise bad(wrong_how, "required" if wrong_how.startswith("Required") else "invalid")
    return body


def merged(old: Any, new: Any) -> Any:
    """A patch: objects grow together, lists are replaced, null takes away."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    found = {name: value for name, value in old.items() if new.get(name, value) is not None}
    for name, value in new.items():
        if value is not None:
            found[name] = merged(old.get(name), value)
    return found


def fields_of(body: Fields, calendar: Calendar, old: Fields | None = None) -> Fields:
    """All that a body says, in the kept form; `old` is what was there before. Raises Refusal."""
    recurrence = _recurrence(body.get("recurrence"))
    instance = bool(old and old.get("recurringEventId"))
    if recurrence and instance:
        raise bad("Invalid recurrence rule: an instance of a recurring event has none of its own.")
    start, end = both(body.get("start"), body.get("end"), calendar.zone, recurring=bool(recurrence))
    found: Fields = {"start": start, "end": end, "eventType": body.get("eventType") or "default"}
    found |= {name: body[name] for name in TEXTS if body.get(name)}
    found |= {name: body[name] for name, usual in CHOICES.items() if body.get(name, usual) not in (None, usual)}
    found |= {name: body[name] for name, usual in FLAGS.items() if body.get(name, usual) not in (None, usual)}
    found |= {name: body[name] for name in OBJECTS if body.get(name)}
    if recurrence:
        found["recurrence"] = recurrence
    found["reminders"] = _reminders(body.get("reminders"))
    if body.get("extendedProperties"):
        found["extendedProperties"] = limited(body["extendedProperties"])
    if body.get("attendees"):
        found["attendees"] = [_attendee(one) for one in body["attendees"]]
    if body.get("attachments"):
        found["attachments"] = body["attachments"]
    kinds.check(found, calendar, old)
    return found


def status_of(body: Fields) -> str:
    status = body.get("status") or "confirmed"
    if status not in STATUSES:
        raise bad(f"Invalid value for: {status} is not a valid status.")
    return str(status)


def sequence_of(body: Fields, old: Item) -> int:
    """The sequence number after this write. Raises Refusal for one that lies behind."""
    now = int(old.fields.get("sequence", 0))
    given = body.get("sequence")
    if given is not None and given < now:
        raise bad(
            "Invalid sequence value. The specified sequence number is below the current sequence number of the resource."
        )
    return max(now, given or 0)


def given_id(body: Fields, calendar: Calendar) -> None:
    """The client's own id: well formed, and not beside an iCalUID. Raises Refusal."""
    if body.get("id") is None:
        return
    if not ID.fullmatch(body["id"]):
        raise bad("Invalid resource id value.")
    if body.get("iCalUID"):
        raise bad("Only one of id and iCalUID may be given when an event is created.")


def _recurrence(lines: Any) -> list[str]:
    if not lines:
        return []
    kept = [line for line in lines if isinstance(line, str)]
    if len(kept) != len(lines) or any(line.upper().startswith(("DTSTART", "DTEND")) for line in kept):
        raise wrong()
    return kept


def _reminders(told: Any) -> Fields:
    if not told:
        return {"useDefault": True}
    overrides = told.get("overrides") or []
    if told.get("useDefault") and overrides:
        raise bad(
            "Cannot specify both default reminders and overrides at the same time.",
            "cannotUseDefaultRemindersAndSpecifyOverride",
            "calendar",
        )
    if len(overrides) > 5:
        raise bad("Too many reminder overrides: no more than 5 are allowed.")
    for one in overrides:
        if one.get("method") not in ("email", "popup") or not 0 <= int(one.get("minutes", -1)) <= MOST_MINUTES:
            raise bad("Invalid reminder override.")
    return {"useDefault": bool(told.get("useDefault")), **({"overrides": overrides} if overrides else {})}


def _attendee(told: Fields) -> Fields:
    address = told.get("email") or ""
    if not ADDRESS.fullmatch(address):
        raise bad("Invalid attendee email.")
    known = {
        name: value for name, value in told.items() if value not in (None, "") and name not in ("self", "organizer")
    }
    return {**known, "responseStatus": told.get("responseStatus") or "needsAction"}
