"""What a person does in Google Calendar: the same acts as over the wire, without a program's limits."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.cast import Person, by_address
from sandbox.google import acts, rules
from sandbox.google.calls import WRITERS
from sandbox.google.errors import Refusal
from sandbox.google.store import Calendar, Fields, Item
from sandbox.google.times import timed, value_of
from sandbox.hand import HandEvent, Moment

if TYPE_CHECKING:
    from sandbox.google.calendar import GoogleCloud

ANSWERS = {"accepted": "accepted", "tentative": "tentative", "declined": "declined", "unanswered": "needsAction"}
SENSITIVITIES = {"normal": "default", "personal": "private", "private": "private", "confidential": "confidential"}
TEXTS = {"title": "summary", "description": "description", "location": "location", "label": "colorId"}
KINDS = {
    "out_of_office": "outOfOffice",
    "focus_time": "focusTime",
    "working_location": "workingLocation",
    "birthday": "birthday",
}
EXTRA: dict[str, Fields] = {
    "outOfOffice": {"outOfOfficeProperties": {"autoDeclineMode": "declineNone"}},
    "focusTime": {"focusTimeProperties": {"autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb"}},
    "workingLocation": {
        "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}},
        "visibility": "public",
        "transparency": "transparent",
    },
    "birthday": {"birthdayProperties": {"type": "birthday"}, "visibility": "private", "transparency": "transparent"},
}
ENDS = ("start", "end")


class GoogleHand:
    """Implements `sandbox.hand.Hand` for Google's calendars."""

    def __init__(self, cloud: "GoogleCloud") -> None:
        self._cloud = cloud

    def calendars(self, person: Person) -> list[tuple[str, str, bool]]:
        seen = self._cloud.sights[person.id]
        found = [
            (id, sight.override or self._cloud.calendars[id].summary, sight.role in WRITERS)
            for id, sight in seen.items()
            if sight.role
        ]
        return sorted(found, key=lambda one: one[0] != person.address)

    def events(self, person: Person, calendar_id: str | None, start: datetime, end: datetime) -> list[HandEvent]:
        calendar = self._place(person, calendar_id)
        found = [one for one in calendar.singles(start.timestamp(), end.timestamp()) if not one.cancelled]
        for master in calendar.masters.values():
            found += calendar.expanded(master, start, end)
        return [_seen(calendar, one) for one in sorted(found, key=lambda one: (one.first, one.id))]

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
    ) -> str:
        calendar = self._writable(person, calendar_id)
        given = {"title": title, "description": description, "location": location, "attendees": attendees}
        body = _said({**given, "show_as": show_as, "sensitivity": sensitivity, "rrule": rrule}, {})
        body |= {"eventType": KINDS.get(kind, "default"), **EXTRA.get(KINDS.get(kind, ""), {})}
        body |= _times(start, end, all_day, zone)
        invited = organizer is not None and organizer.casefold() != calendar.id
        if answer or invited:
            body |= _invited(person, organizer, answer, attendees)
        created = _refusals(
            acts.create, self._cloud, calendar, body, by=organizer or person.address, send="all", imported=invited
        )
        return str(created.id)

    def edit(self, person: Person, calendar_id: str | None, id: str, **changes: Any) -> None:
        calendar = self._writable(person, calendar_id)
        item = _find(calendar, id)
        body = _said(changes, item.fields)
        if {"start", "end", "all_day", "zone"} & changes.keys():
            body |= _moved(item, changes)
        if changes.get("answer"):
            guests = item.fields.get("attendees") or ()
            told = ANSWERS.get(changes["answer"], "needsAction")
            body["attendees"] = [
                {**one, "responseStatus": told} if one["email"] == calendar.id else one for one in guests
            ]
        whole = {
            name: value for name, value in item.fields.items() if name not in (*ENDS, "sequence") or name not in body
        }
        whole = rules.merged({name: value for name, value in whole.items() if name != "sequence"}, body)
        _refusals(acts.change, self._cloud, calendar, item, whole, send="all")

    def move(self, person: Person, calendar_id: str | None, id: str, start: Moment, end: Moment) -> None:
        self.edit(person, calendar_id, id, start=start, end=end)

    def delete(self, person: Person, calendar_id: str | None, id: str) -> None:
        calendar = self._writable(person, calendar_id)
        _refusals(acts.remove, self._cloud, calendar, _find(calendar, id), send="all")

    def _place(self, person: Person, calendar_id: str | None) -> Calendar:
        found = self._cloud.calendars[calendar_id or person.address]
        if self._cloud.role(found, person) is None:
            raise KeyError(calendar_id)
        return found

    def _writable(self, person: Person, calendar_id: str | None) -> Calendar:
        found = self._place(person, calendar_id)
        if self._cloud.role(found, person) not in WRITERS:
            raise PermissionError(f"{person.name} may only read {found.summary}")
        return found


def _find(calendar: Calendar, id: str) -> Item:
    found = calendar.find(id)
    if found is None or found.cancelled:
        raise KeyError(id)
    return found


def _refusals(act: Any, *args: Any, **named: Any) -> Any:
    try:
        return act(*args, **named)
    except Refusal as refusal:
        raise ValueError(refusal.message) from None


def _said(given: dict[str, Any], old: Fields) -> Fields:
    """The named fields but the times, as Google's; what is empty is taken away."""
    body: Fields = {}
    for name, told in TEXTS.items():
        if name in given:
            body[told] = given[name] or None
    if "show_as" in given:
        body["transparency"] = "transparent" if given["show_as"] == "free" else "opaque"
    if "sensitivity" in given:
        body["visibility"] = SENSITIVITIES.get(given["sensitivity"], "default")
    if "rrule" in given:
        body["recurrence"] = [f"RRULE:{given['rrule'].removeprefix('RRULE:')}"] if given["rrule"] else None
    if "attendees" in given:
        known = {one["email"]: one for one in old.get("attendees") or ()}
        body["attendees"] = [known.get(address, _guest(address)) for address in given["attendees"]] or None
    return body


def _guest(address: str, response: str = "needsAction") -> Fields:
    known = by_address(address)
    name = {"displayName": known.name} if known else {}
    return {"email": address, "responseStatus": response, **name}


def _invited(person: Person, organizer: str | None, answer: str | None, attendees: Sequence[str]) -> Fields:
    """What differs in an event to which somebody else invited."""
    own = _guest(person.address, ANSWERS.get(answer or "unanswered", "needsAction"))
    listed = [own, *(_guest(address) for address in attendees if address.casefold() not in (person.address, organizer))]
    if organizer is None:
        return {"attendees": listed}
    return {"attendees": [_guest(organizer, "accepted"), *listed], "organizer": {"email": organizer}}


def _times(start: Moment, end: Moment, all_day: bool, zone: str) -> Fields:
    if all_day or not isinstance(start, datetime):
        return {"start": {"date": _day(start, zone)}, "end": {"date": _day(end, zone)}}
    return {"start": timed(start, zone), "end": timed(_aware(end), zone)}


def _aware(value: Moment) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)


def _day(value: Moment, zone: str) -> str:
    day: date = value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value
    return day.isoformat()


def _moved(item: Item, changes: dict[str, Any]) -> Fields:
    """New times; of a start without an end, the length stays."""
    old_start, old_end = (value_of(item.fields[end]) for end in ENDS)
    zone = changes.get("zone") or item.fields["start"].get("timeZone", "UTC")
    start, end = changes.get("start") or old_start, changes.get("end")
    all_day = bool(changes.get("all_day", not isinstance(start, datetime)))
    if end is None:
        same = isinstance(start, datetime) == isinstance(old_start, datetime)
        end = start + (old_end - old_start) if same else old_end
    return _times(start, end, all_day, zone)


def _seen(calendar: Calendar, item: Item) -> HandEvent:
    fields = item.fields
    rule = (calendar.masters[item.master].fields if item.master in calendar.masters else fields).get("recurrence")
    free = fields.get("transparency") == "transparent"
    private = ((fields.get("extendedProperties") or {}).get("private") or {}).keys()
    start, end = value_of(fields["start"]), value_of(fields["end"])
    return HandEvent(
        id=item.id,
        series_id=item.master or None,
        title=fields.get("summary", ""),
        start=start,
        end=end,
        all_day="date" in fields["start"],
        zone=fields["start"].get("timeZone", calendar.zone),
        description=fields.get("description", ""),
        location=fields.get("location", ""),
        show_as="free" if free else "oof" if fields["eventType"] == "outOfOffice" else "busy",
        sensitivity={"private": "private", "confidential": "confidential"}.get(fields.get("visibility", ""), "normal"),
        recurrence=next((line.removeprefix("RRULE:") for line in rule or () if line.startswith("RRULE:")), None),
        attendees=[guest["email"] for guest in fields.get("attendees") or ()],
        is_copy=any("hetk" in name.lower() for name in private),
        created=datetime.fromisoformat(fields["created"]),
        updated=datetime.fromisoformat(fields["updated"]),
        label=fields.get("colorId", ""),
    )
