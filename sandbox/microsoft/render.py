"""Events and calendars as Graph prints them. What was printed once is kept until the event changes."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sandbox.microsoft import bodies
from sandbox.microsoft.instances import Instance
from sandbox.microsoft.store import Mailbox, Mount, Span
from sandbox.microsoft.zones import digits, stamp, to_wall

ROOT = "https://graph.microsoft.com/v1.0"
NO_TIME = "0001-01-01T00:00:00Z"
DEFAULTS: dict[str, Any] = {
    "subject": "",
    "importance": "normal",
    "sensitivity": "normal",
    "showAs": "busy",
    "categories": [],
    "attendees": [],
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "hasAttachments": False,
    "isCancelled": False,
    "isDraft": False,
    "isOrganizer": True,
    "onlineMeetingUrl": None,
    "onlineMeeting": None,
    "responseStatus": {"response": "organizer", "time": NO_TIME},
}
NOWHERE = {
    "displayName": "",
    "locationType": "default",
    "uniqueIdType": "unknown",
    "address": {},
    "coordinates": {},
}
CLOSED = frozenset({"private", "confidential"})


@dataclass(frozen=True, slots=True)
class Lens:
    """How a caller looks: whose mailbox, which id format, which zone, and whether bodies come as text."""

    mailbox: Mailbox
    immutable: bool = False
    zone: str = "UTC"
    text: bool = False

    def id(self, one: Instance) -> str:
        """The id in the caller's format."""
        return self.mailbox.ids.event(one.item.core, one.day, immutable=self.immutable)

    @property
    def key(self) -> tuple[Any, ...]:
        """Under which a printed event is kept."""
        return (self.mailbox.person.id, self.immutable, self.zone, self.text)


def when(span: Span, zone: str) -> dict[str, dict[str, str]]:
    """start and end. All-day ones are midnight whatever the zone."""
    if span.all_day:
        # Midnight in whatever zone was preferred: these are dates.
        start, end = span.start, span.end
    else:
        start, end = to_wall(span.start, zone), to_wall(span.end, zone)
    return {
        "start": {"dateTime": digits(start), "timeZone": zone},
        "end": {"dateTime": digits(end), "timeZone": zone},
    }


def etag(one: Instance) -> str:
    """The version of what is shown: an exception has its own, occurrences have their master's."""
    return f'W/"{one.item.owner_key(one.piece)}"'


def hidden(one: Instance, mailbox: Mailbox) -> bool:
    """Whether this is a closed event in a calendar that is shared without its private ones."""
    if one.item.box not in mailbox.blind:
        return False
    return {**one.item.fields, **one.piece.fields}.get("sensitivity") in CLOSED


def event(one: Instance, lens: Lens) -> dict[str, Any]:
    """The whole event, without extended properties. Shared between answers: never change it."""
    # Occurrences share their master's piece, and are told apart by their day.
    key = (*lens.key, one.day)
    if key not in one.piece.rendered:
        one.piece.rendered[key] = _event(one, lens)
    found: dict[str, Any] = one.piece.rendered[key]
    return found


def _event(one: Instance, lens: Lens) -> dict[str, Any]:
    item, piece = one.item, one.piece
    fields = {**DEFAULTS, **item.fields, **piece.fields}
    if hidden(one, lens.mailbox):
        # What a sharee sees of a closed event: that there is one.
        fields |= {"subject": "Private Appointment", "body": "", "attendees": [], "location": None}
    id = lens.id(one)
    location = fields.get("location") or NOWHERE
    made = {
        "@odata.etag": etag(one),
        "id": id,
        "createdDateTime": stamp(piece.created),
        "lastModifiedDateTime": stamp(piece.modified),
        "changeKey": item.owner_key(piece),
        **{name: fields[name] for name in DEFAULTS},
        "originalStartTimeZone": one.span.start_zone,
        "originalEndTimeZone": one.span.end_zone,
        "iCalUId": item.ical_uid or None,
        "bodyPreview": bodies.preview(fields.get("body", "")),
        "body": body(fields.get("body", ""), text=lens.text),
        "isAllDay": one.span.all_day,
        "seriesMasterId": lens.mailbox.ids.event(item.core, None, immutable=lens.immutable) if one.day else None,
        "type": one.type,
        "webLink": f"https://outlook.office365.com/owa/?itemid={quote(id, safe='')}&exvsurl=1&path=/calendar/item",
        "recurrence": item.recurrence if one.day is None else None,
        **when(one.span, lens.zone),
        "location": location,
        "locations": fields.get("locations") or ([location] if location["displayName"] else []),
        "organizer": {"emailAddress": fields["organizer"]},
    }
    # Only there if an application set it; never null.
    if item.transaction_id and one.day is None:
        made["transactionId"] = item.transaction_id
    if one.day is not None:
        made["originalStart"] = stamp(one.original_start)
    return made


def body(html: str, *, text: bool) -> dict[str, str]:
    """HTML as kept, or the text Exchange makes of it."""
    if text:
        return {"contentType": "text", "content": bodies.as_text(html)}
    return {"contentType": "html", "content": html}


def skeleton(one: Instance, lens: Lens) -> dict[str, Any]:
    """All that change tracking says about an occurrence."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": etag(one),
        "id": lens.id(one),
        "seriesMasterId": lens.mailbox.ids.event(one.item.core, None, immutable=lens.immutable),
        "type": "occurrence",
        **when(one.span, lens.zone),
    }


def calendar(mount: Mount) -> dict[str, Any]:
    """A calendar as the one looks at it in whose list it is."""
    owner = mount.box.owner.person
    return {
        "id": mount.id,
        "name": mount.name,
        "color": "auto",
        "hexColor": mount.hex_color,
        "isDefaultCalendar": mount.default,
        "changeKey": mount.box.owner.ids.change_key(0x0853DFFF),
        "canShare": mount.default,
        "canViewPrivateItems": mount.sees_private,
        "canEdit": mount.can_edit,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"] if mount.default else [],
        "defaultOnlineMeetingProvider": "teamsForBusiness" if mount.default else "unknown",
        "isTallyingResponses": mount.default,
        "isRemovable": not mount.default,
        "owner": {"name": owner.name, "address": owner.address},
    }
