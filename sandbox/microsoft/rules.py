"""What Graph accepts in the body of an event, and what it makes of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.microsoft import bodies
from sandbox.microsoft.errors import bad_body, invalid, unknown_property, unreadable
from sandbox.microsoft.zones import names

EVENT = "microsoft.graph.event"
# The service takes these without a word and keeps its own.
IGNORED = names(
    """
    id changeKey createdDateTime lastModifiedDateTime iCalUId webLink bodyPreview hasAttachments isOrganizer organizer
    responseStatus isCancelled isDraft onlineMeeting onlineMeetingUrl originalStart originalStartTimeZone originalEndTimeZone
    extensions attachments calendar instances multiValueExtendedProperties
    """
)
REFUSED = frozenset({"type", "seriesMasterId", "cancelledOccurrences", "exceptionOccurrences"})
ENUMS = {
    "importance": {"low", "normal", "high"},
    "sensitivity": {"normal", "personal", "private", "confidential"},
    "showAs": {"free", "tentative", "busy", "oof", "workingElsewhere", "unknown"},
    "onlineMeetingProvider": {"unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"},
}
FLAGS = names("isReminderOn responseRequested allowNewTimeProposals hideAttendees isOnlineMeeting")
TIMES = frozenset({"start", "end", "isAllDay", "recurrence"})
ATTENDEE_TYPES = frozenset({"required", "optional", "resource"})
PROPERTY_ID = re.compile(
    r"(String|Integer|Boolean) (0x[0-9A-Fa-f]+|\{[0-9A-Fa-f-]{36}\} (Name .+|Id 0x[0-9A-Fa-f]+))\Z"
)
LONGEST_SUBJECT = 255
MOST_ATTENDEES = 500


@dataclass
class Draft:
    """A body that passed. `fields`: Graph's properties as kept; `times`: start, end, isAllDay and recurrence as written."""

    fields: dict[str, Any] = field(default_factory=dict)
    times: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    transaction_id: str | None = None


def read(body: Any, *, creating: bool) -> Draft:
    """A body, property by property. Raises Refusal."""
    if not isinstance(body, dict):
        raise unreadable()
    draft = Draft()
    for name, value in body.items():
        _take(draft, name, value, creating=creating)
    if creating and (not draft.times.get("start") or not draft.times.get("end")):
        raise invalid("ErrorPropertyValidationFailure", "At least one property failed validation.")
    return draft


def _take(draft: Draft, name: str, value: Any, *, creating: bool) -> None:
    # Annotations are passed over wherever they stand.
    if name in IGNORED or name.startswith("@odata."):
        return
    if name in REFUSED or (name == "transactionId" and not creating):
        raise invalid("ErrorInvalidPropertySet", f"Set action is invalid for property '{name}'.")
    if name in TIMES:
        draft.times[name] = value
    elif name == "transactionId":
        draft.transaction_id = _text(name, value) if value is not None else None
    elif name == "singleValueExtendedProperties":
        draft.properties = dict(_property(one) for one in _list(name, value))
    elif reader := READERS.get(name):
        reader(draft.fields, name, value)
    else:
        raise unknown_property(name, EVENT)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise bad_body(f"A value of the wrong type was found for the property '{name}'; expected 'Edm.String'.")
    return value


def _list(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise bad_body(f"A value of the wrong type was found for the property '{name}'; expected a collection.")
    return value


def _property(one: Any) -> tuple[str, str]:
    if not isinstance(one, dict) or set(one) - {"id", "value", "@odata.type"}:
        raise unknown_property(str(next(iter(one), "")), "microsoft.graph.singleValueLegacyExtendedProperty")
    id = _text("id", one.get("id"))
    if not PROPERTY_ID.match(id):
        raise invalid("ErrorInvalidProperty", f"The extended property id '{id}' is not valid.")
    return property_key(id), _text("value", one.get("value"))


def property_key(id: str) -> str:
    """The id as it is kept: the GUID does not know capitals, the name does."""
    return re.sub(r"\{[^}]*\}", lambda guid: guid.group().lower(), id)


def _subject(fields: dict[str, Any], name: str, value: Any) -> None:
    # Longer subjects are cut without a word; so are line ends.
    fields[name] = _text(name, value or "").replace("\r\n", " ").replace("\n", " ")[:LONGEST_SUBJECT]


def _body(fields: dict[str, Any], name: str, value: Any) -> None:
    value = _known(value or {}, {"content", "contentType"}, "microsoft.graph.itemBody")
    # Without a kind the service takes text.
    kind = value.get("contentType") or "text"
    if kind.lower() not in ("text", "html"):
        raise _no_member(kind)
    fields[name] = bodies.stored(value.get("content") or "", kind)


def _known(value: Any, names: set[str], kind: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad_body(f"A value of the wrong type was found; expected '{kind}'.")
    for name in value:
        if name not in names and not name.startswith("@odata."):
            raise unknown_property(name, kind)
    return value


def _no_member(value: Any) -> Exception:
    return bad_body(f"Requested value '{value}' was not found.")


def _enum(fields: dict[str, Any], name: str, value: Any) -> None:
    if value not in ENUMS[name]:
        raise _no_member(value)
    fields[name] = value


def _flag(fields: dict[str, Any], name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise bad_body(f"Cannot convert the literal '{value}' to the expected type 'Edm.Boolean'.")
    fields[name] = value


def _minutes(fields: dict[str, Any], name: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad_body(f"Cannot convert the literal '{value}' to the expected type 'Edm.Int32'.")
    fields[name] = value


def _categories(fields: dict[str, Any], name: str, value: Any) -> None:
    fields[name] = [_text(name, one) for one in _list(name, value)]


PLACE = {
    "displayName", "locationType", "uniqueId", "uniqueIdType", "address", "coordinates", "locationEmailAddress", "locationUri"
}  # fmt: skip


def _place(value: Any) -> dict[str, Any]:
    value = _known(value or {}, PLACE, "microsoft.graph.location")
    name = _text("displayName", value.get("displayName") or "")
    kind = {"uniqueId": name, "uniqueIdType": "private"} if name else {"uniqueIdType": "unknown"}
    return {"displayName": name, "locationType": "default", **kind, "address": {}, "coordinates": {}, **value}


def _location(fields: dict[str, Any], name: str, value: Any) -> None:
    # Each follows the other: setting the location replaces all locations, and the first of locations is the location.
    places = [_place(one) for one in (_list(name, value) if name == "locations" else [value] if value else [])]
    fields["locations"] = [place for place in places if place["displayName"]]
    fields["location"] = places[0] if places else None


def _attendees(fields: dict[str, Any], name: str, value: Any) -> None:
    people = [_attendee(one) for one in _list(name, value)]
    if len(people) > MOST_ATTENDEES:
        raise invalid("ErrorInvalidRequest", f"The number of attendees exceeds the limit of {MOST_ATTENDEES}.")
    fields[name] = people


def _attendee(one: Any) -> dict[str, Any]:
    one = _known(one, {"emailAddress", "type", "status", "proposedNewTime"}, "microsoft.graph.attendee")
    address = _known(one.get("emailAddress"), {"address", "name"}, "microsoft.graph.emailAddress")
    kind = one.get("type") or "required"
    if kind not in ATTENDEE_TYPES:
        raise _no_member(kind)
    mail = _text("address", address.get("address"))
    return {
        "type": kind,
        "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
        "emailAddress": {"name": address.get("name") or mail, "address": mail},
    }


READERS: dict[str, Callable[[dict[str, Any], str, Any], None]] = {
    "subject": _subject,
    "body": _body,
    "location": _location,
    "locations": _location,
    "attendees": _attendees,
    "categories": _categories,
    "reminderMinutesBeforeStart": _minutes,
    **dict.fromkeys(ENUMS, _enum),
    **dict.fromkeys(FLAGS, _flag),
}
