"""What a person does in Outlook: the same acts as over the wire, with Outlook's zone names and without a program's limits."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.cast import Person, by_address
from sandbox.hand import HandEvent, Moment
from sandbox.microsoft import acts, bodies, rrule
from sandbox.microsoft.errors import Refusal
from sandbox.microsoft.events import locate
from sandbox.microsoft.instances import Instance, series_zone, view
from sandbox.microsoft.rules import read
from sandbox.microsoft.store import Mailbox, Mount, Span
from sandbox.microsoft.zones import as_outlook_names, digits, to_wall, zone

if TYPE_CHECKING:
    from sandbox.microsoft.graph import GraphCloud

ANSWERS = {
    "none": "none",
    "organizer": "organizer",
    "accepted": "accepted",
    "tentative": "tentativelyAccepted",
    "declined": "declined",
    "unanswered": "notResponded",
}
NAMES = {"title": "subject", "show_as": "showAs", "sensitivity": "sensitivity"}


class GraphHand:
    """Implements `sandbox.hand.Hand` for Microsoft's mailboxes."""

    def __init__(self, cloud: "GraphCloud") -> None:
        self._cloud = cloud

    def calendars(self, person: Person) -> list[tuple[str, str, bool]]:
        mounts = self._cloud.mailbox(person).mounts.values()
        return [(mount.id, mount.name, mount.can_edit) for mount in sorted(mounts, key=lambda mount: not mount.default)]

    def events(self, person: Person, calendar_id: str | None, start: datetime, end: datetime) -> list[HandEvent]:
        mailbox, mount = self._place(person, calendar_id)
        return [_seen(one, mailbox) for one in view(mount.box, start, end)]

    def create(
        self,
        person: Person,
        calendar_id: str | None,
        *,
        title: str,
        start: Moment,
        end: Moment,
        all_day: bool = False,
        zone: str = "UTC",
        description: str = "",
        location: str = "",
        show_as: str = "busy",
        sensitivity: str = "normal",
        attendees: Sequence[str] = (),
        rrule: str | None = None,
        answer: str | None = None,
        organizer: str | None = None,
        kind: str = "default",
        ical_uid: str | None = None,
    ) -> str:
        """An event of the default kind: Outlook has no others; out of office is a way to show it.

        `ical_uid`: for a meeting that came from elsewhere under its own one; "" for an event that has none.
        """
        mailbox, mount = self._writable(person, calendar_id)
        body = {
            **_texts(title=title, description=description, location=location, attendees=attendees),
            "showAs": "oof" if kind == "out_of_office" else show_as,
            "sensitivity": sensitivity,
            **_times(start, end, all_day or not isinstance(start, datetime), zone),
        }
        if rrule:
            body["recurrence"] = _recurrence(rrule, start, zone)
        item = acts.create(mount.box, _draft(body, creating=True), ical_uid, **_invited(person, organizer, answer))
        return mailbox.ids.event(item.core, None, immutable=True)

    def edit(self, person: Person, calendar_id: str | None, id: str, **changes: Any) -> None:
        """Also takes `answer`, and `cancelled` for a meeting whose organizer called it off."""
        one = self._find(person, calendar_id, id)
        texts = {name: changes[name] for name in ("title", "description", "location", "attendees") if name in changes}
        body = _texts(**texts) | {NAMES[name]: changes[name] for name in ("show_as", "sensitivity") if name in changes}
        if "label" in changes:
            body["categories"] = [changes["label"]] if changes["label"] else []
        if {"start", "end", "all_day", "zone"} & changes.keys():
            # Without new times the zone stays what it was; with them too, unless another one is named.
            known = changes.get("zone") or one.span.start_zone
            start, end = changes.get("start") or one.span.start, changes.get("end") or one.span.end
            all_day = changes.get("all_day", one.span.all_day or not isinstance(start, datetime))
            body |= _times(start, end, all_day, known)
        if "rrule" in changes:
            start = changes.get("start") or one.span.start
            body["recurrence"] = _recurrence(changes["rrule"], start, one.span.start_zone) if changes["rrule"] else None
        draft = _draft(body, creating=False)
        if changes.get("answer"):
            draft.fields |= _answered(changes["answer"])
        if "cancelled" in changes:
            draft.fields["isCancelled"] = changes["cancelled"]
        _refusals(acts.change, one, draft)

    def move(self, person: Person, calendar_id: str | None, id: str, start: Moment, end: Moment) -> None:
        self.edit(person, calendar_id, id, start=start, end=end)

    def delete(self, person: Person, calendar_id: str | None, id: str) -> None:
        acts.remove(self._find(person, calendar_id, id))

    def _place(self, person: Person, calendar_id: str | None) -> tuple[Mailbox, Mount]:
        mailbox = self._cloud.mailbox(person)
        return mailbox, mailbox.mounts[calendar_id] if calendar_id else mailbox.default

    def _writable(self, person: Person, calendar_id: str | None) -> tuple[Mailbox, Mount]:
        mailbox, mount = self._place(person, calendar_id)
        if not mount.can_edit:
            raise PermissionError(f"{person.name} may only read {mount.name}")
        return mailbox, mount

    def _find(self, person: Person, calendar_id: str | None, id: str) -> Instance:
        mailbox, mount = self._writable(person, calendar_id)
        try:
            return locate(mailbox, id, mount)[1]
        except Refusal:
            raise KeyError(id) from None


def _draft(body: dict[str, Any], *, creating: bool) -> Any:
    return _refusals(read, body, creating=creating)


# A hand has no use for HTTP statuses.
def _refusals(act: Any, *args: Any, **named: Any) -> Any:
    try:
        return act(*args, **named)
    except Refusal as refusal:
        raise ValueError(str(refusal)) from None


def _texts(**given: Any) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if "title" in given:
        body["subject"] = given["title"]
    if "description" in given:
        body["body"] = {"contentType": "text", "content": given["description"]}
    if "location" in given:
        body["location"] = {"displayName": given["location"]}
    if "attendees" in given:
        body["attendees"] = [_attendee(address) for address in given["attendees"]]
    return body


def _attendee(address: str) -> dict[str, Any]:
    known = by_address(address)
    return {"type": "required", "emailAddress": {"address": address, "name": known.name if known else address}}


def _times(start: Moment, end: Moment, all_day: bool, known: str) -> dict[str, Any]:
    # Outlook stores Windows names, of which several IANA zones share one: the way back is not unique.
    name = as_outlook_names(known)
    return {
        "isAllDay": all_day,
        "start": {"dateTime": _wall(start, all_day, name), "timeZone": name},
        "end": {"dateTime": _wall(end, all_day, name), "timeZone": name},
    }


def _wall(moment: Moment, all_day: bool, name: str) -> str:
    if not isinstance(moment, datetime):
        return f"{moment.isoformat()}T00:00:00"
    return f"{moment.date().isoformat()}T00:00:00" if all_day else digits(to_wall(moment, name))


def _recurrence(rule: str, start: Moment, known: str) -> dict[str, Any]:
    if isinstance(start, datetime):
        return rrule.to_graph(rule, to_wall(start, as_outlook_names(known)).date())
    return rrule.to_graph(rule, start)


def _invited(person: Person, organizer: str | None, answer: str | None) -> dict[str, Any]:
    """What differs in an event that somebody else organizes."""
    if organizer is None or organizer.casefold() == person.address:
        return _answered(answer) if answer else {}
    known = by_address(organizer)
    # An attendee's own copy: the organizer is somebody else, and a change of it is mailed to nobody.
    who = {"name": known.name if known else organizer, "address": organizer}
    return {"organizer": who, "isOrganizer": False, **_answered(answer or "unanswered")}


def _answered(answer: str) -> dict[str, Any]:
    return {"responseStatus": {"response": ANSWERS.get(answer, answer), "time": "0001-01-01T00:00:00Z"}}


def _seen(one: Instance, mailbox: Mailbox) -> HandEvent:
    fields = {**one.item.fields, **one.piece.fields}
    ids, item = mailbox.ids, one.item
    location = fields.get("location") or {}
    return HandEvent(
        id=ids.event(item.core, one.day, immutable=True),
        series_id=ids.event(item.core, None, immutable=True) if one.day else None,
        title=fields.get("subject", ""),
        start=_moment(one.span, one.span.start),
        end=_moment(one.span, one.span.end),
        all_day=one.span.all_day,
        zone=_iana(one),
        description=bodies.plain(fields.get("body", "")),
        location=location.get("displayName", ""),
        show_as=fields.get("showAs", "busy"),
        sensitivity=fields.get("sensitivity", "normal"),
        recurrence=rrule.from_graph(item.recurrence) if item.recurrence else None,
        attendees=[attendee["emailAddress"]["address"] for attendee in fields.get("attendees") or ()],
        is_copy=any("hetk" in key.lower() for key in {**item.properties, **one.piece.properties}),
        created=one.piece.created,
        updated=one.piece.modified,
        label=", ".join(fields.get("categories") or ()),
    )


def _moment(span: Span, instant: datetime) -> Moment:
    return instant.date() if span.all_day else instant


def _iana(one: Instance) -> str:
    name = series_zone(one.item) if one.item.recurrence and not one.span.all_day else one.span.start_zone
    found = zone(name)
    return found.key if isinstance(found, ZoneInfo) else "UTC"
