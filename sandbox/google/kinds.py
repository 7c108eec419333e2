"""Event types and what each of them demands (guide "calendar-status")."""

from typing import Any

from sandbox.google.errors import Refusal, bad
from sandbox.google.store import Calendar

PROPERTIES = {
    "birthday": "birthdayProperties",
    "focusTime": "focusTimeProperties",
    "outOfOffice": "outOfOfficeProperties",
    "workingLocation": "workingLocationProperties",
}
TYPES = ("default", "fromGmail", *PROPERTIES)
# Only on the person's own calendar.
STATUS = ("focusTime", "outOfOffice", "workingLocation")


def restricted(message: str) -> Refusal:
    return bad(message, "eventTypeRestriction", "calendar")


def check(fields: dict[str, Any], calendar: Calendar, old: dict[str, Any] | None) -> None:
    """Raises Refusal for what an event of its type may not be."""
    kind = fields["eventType"]
    if kind not in TYPES:
        raise bad(f"Invalid value for: {kind} is not a valid event type.")
    if old is not None and old["eventType"] != kind:
        raise restricted("Event type cannot be changed.")
    if old is None and kind == "fromGmail":
        raise restricted("Events from Gmail cannot be created through the API.")
    if kind in STATUS and not calendar.primary:
        raise restricted(f"An event of type {kind} may only be created on a primary calendar.")
    if kind in STATUS and fields.get("attendees"):
        raise restricted("Attendees cannot be added to an event with this event type.")
    stray = [name for other, name in PROPERTIES.items() if other != kind and fields.get(name)]
    if stray:
        raise restricted(f"{stray[0]} does not belong to an event of type {kind}.")
    if kind in _RULES:
        _RULES[kind](fields)


def _timed(fields: dict[str, Any]) -> None:
    if "date" in fields["start"]:
        raise restricted(f"An event of type {fields['eventType']} cannot last all day.")
    if fields.get("transparency") == "transparent":
        raise restricted(f"An event of type {fields['eventType']} must block time.")


def _working_location(fields: dict[str, Any]) -> None:
    if not fields.get("workingLocationProperties"):
        raise restricted("A working location event must have workingLocationProperties.")
    if fields.get("visibility") != "public" or fields.get("transparency") != "transparent":
        raise restricted("A working location event must be public and transparent.")


def _birthday(fields: dict[str, Any]) -> None:
    if "dateTime" in fields["start"] or fields.get("visibility") != "private":
        raise restricted("A birthday must be private and last all day.")
    if fields.get("transparency") != "transparent":
        raise restricted("A birthday must be transparent.")
    rules = fields.get("recurrence") or ()
    if not any("FREQ=YEARLY" in rule for rule in rules) and not fields.get("recurringEventId"):
        raise restricted("A birthday must repeat every year.")


_RULES = {
    "focusTime": _timed,
    "outOfOffice": _timed,
    "workingLocation": _working_location,
    "birthday": _birthday,
}
