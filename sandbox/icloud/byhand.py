"""What a person does in Apple's calendar: writes iCalendar with a library that knows nothing of Hetk's."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar

from sandbox.cast import Person
from sandbox.hand import HandEvent, Moment
from sandbox.icloud import objects
from sandbox.icloud.store import Account, Calendar

if TYPE_CHECKING:
    from sandbox.icloud.cloud import AppleCloud

PLAIN = {"title": "SUMMARY", "description": "DESCRIPTION", "location": "LOCATION"}
ANSWERS = {"accepted": "ACCEPTED", "tentative": "TENTATIVE", "declined": "DECLINED", "unanswered": "NEEDS-ACTION"}
OF_A_SERIES = ("RRULE", "EXDATE", "RDATE")


class AppleHand:
    """Implements `sandbox.hand.Hand` for iCloud."""

    def __init__(self, cloud: "AppleCloud") -> None:
        self._cloud = cloud

    def calendars(self, person: Person) -> list[tuple[str, str, bool]]:
        account = self._cloud.accounts[person.id]
        base = f"/{account.dsid}/calendars/"
        events = [one for one in account.calendars.values() if one.component == "VEVENT"]
        return [(f"{base}{one.name}/", one.title, one.can_write) for one in events]

    def events(self, person: Person, calendar_id: str | None, start: datetime, end: datetime) -> list[HandEvent]:
        _, calendar = self._place(person, calendar_id)
        found = [
            event
            for resource in calendar.resources.values()
            for event in objects.shown(resource.name, resource.text, start, end)
        ]
        return sorted(found, key=lambda event: (str(event.start), event.id))

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
        account, calendar = self._writable(person, calendar_id)
        name = f"{str(uuid4()).upper()}.ics"
        event = icalendar.Event()
        event.add("UID", name.removesuffix(".ics"))
        event.add("CREATED", self._cloud.world.clock.now())
        _place_in_time(event, start, end, all_day, zone)
        given = {"title": title, "description": description, "location": location}
        _say(event, {**given, "show_as": show_as, "sensitivity": sensitivity, "rrule": rrule})
        if organizer or answer or attendees:
            _invite(event, person.address, organizer or person.address, answer, attendees)
        made = icalendar.Calendar()
        made.add("VERSION", "2.0")
        made.add("PRODID", "-//Apple Inc.//iCloud Calendar//EN")
        made.add_component(event)
        self._save(account, calendar, name, made)
        return name

    def edit(self, person: Person, calendar_id: str | None, id: str, **changes: Any) -> None:
        account, calendar = self._writable(person, calendar_id)
        name, _, slot = id.partition("#")
        whole = objects.opened(calendar.resources[name].text)
        event = _event(whole, slot)
        _say(event, changes)
        if {"start", "end", "all_day"} & changes.keys():
            start = changes.get("start") or event.decoded("DTSTART")
            end = changes.get("end") or start + objects.length_of(event)
            all_day = bool(changes.get("all_day", not isinstance(start, datetime)))
            _place_in_time(event, start, end, all_day, changes.get("zone", "UTC"))
        if changes.get("answer"):
            _invite(event, person.address, str(event.get("ORGANIZER", "")).partition(":")[2], changes["answer"], ())
        self._save(account, calendar, name, whole)

    def move(self, person: Person, calendar_id: str | None, id: str, start: Moment, end: Moment) -> None:
        self.edit(person, calendar_id, id, start=start, end=end)

    def delete(self, person: Person, calendar_id: str | None, id: str) -> None:
        account, calendar = self._writable(person, calendar_id)
        name, _, slot = id.partition("#")
        if not slot:
            calendar.remove(name)
            return
        whole = objects.opened(calendar.resources[name].text)
        events = whole.walk("VEVENT")
        for event in events[1:]:
            if objects.slot_of(event.decoded("RECURRENCE-ID")) == slot:
                whole.subcomponents.remove(event)
        events[0].add("EXDATE", _moment(slot, events[0].decoded("DTSTART")))
        self._save(account, calendar, name, whole)

    def _save(self, account: Account, calendar: Calendar, name: str, whole: icalendar.Calendar) -> None:
        now = self._cloud.world.clock.now()
        for event in whole.walk("VEVENT"):
            for stamp in ("DTSTAMP", "LAST-MODIFIED"):
                event.pop(stamp, None)
                event.add(stamp, now)
        text = whole.to_ical().decode()
        for guest in objects.guests(text, account.person.address):
            self._cloud.world.mailbox.invite(account.person.address, guest, calendar.name, "invited")
        calendar.put(name, text, objects.checked(text))

    def _place(self, person: Person, calendar_id: str | None) -> tuple[Account, Calendar]:
        account = self._cloud.accounts[person.id]
        return account, account.calendars[(calendar_id or "home").rstrip("/").rpartition("/")[2]]

    def _writable(self, person: Person, calendar_id: str | None) -> tuple[Account, Calendar]:
        account, calendar = self._place(person, calendar_id)
        if not calendar.can_write:
            raise PermissionError(f"{person.name} may only read {calendar.title}")
        return account, calendar


def _event(whole: icalendar.Calendar, slot: str) -> Any:
    """The lines of one event; an instance of a series that has none gets its own."""
    events = whole.walk("VEVENT")
    if not slot:
        return events[0]
    for event in events[1:]:
        if objects.slot_of(event.decoded("RECURRENCE-ID")) == slot:
            return event
    made = events[0].copy()
    for name in OF_A_SERIES:
        made.pop(name, None)
    first = events[0].decoded("DTSTART")
    start = _moment(slot, first)
    length = objects.length_of(events[0])
    _place_in_time(made, start, start + length, not isinstance(first, datetime), _zone(first))
    made.add("RECURRENCE-ID", start)
    whole.add_component(made)
    return made


def _moment(slot: str, first: Moment) -> Moment:
    if not isinstance(first, datetime):
        return datetime.strptime(slot, "%Y%m%d").replace(tzinfo=UTC).date()
    return datetime.strptime(slot, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(first.tzinfo)


def _zone(moment: Moment) -> str:
    zone = moment.tzinfo if isinstance(moment, datetime) else None
    return zone.key if isinstance(zone, ZoneInfo) else "UTC"


def _place_in_time(event: Any, start: Moment, end: Moment, all_day: bool, zone: str) -> None:
    for name in ("DTSTART", "DTEND", "DURATION"):
        event.pop(name, None)
    if all_day or not isinstance(start, datetime):
        first, last = _day(start, zone), _day(end, zone)
        event.add("DTSTART", first)
        event.add("DTEND", max(last, first + timedelta(days=1)))
        return
    clock = UTC if zone == "UTC" else ZoneInfo(zone)
    ended = end if isinstance(end, datetime) else datetime.combine(end, datetime.min.time(), UTC)
    event.add("DTSTART", start.astimezone(clock))
    event.add("DTEND", ended.astimezone(clock))


def _day(moment: Moment, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date() if isinstance(moment, datetime) else moment


def _say(event: Any, given: dict[str, Any]) -> None:
    for field, name in PLAIN.items():
        if field in given:
            event.pop(name, None)
            if given[field]:
                event.add(name, given[field])
    if "show_as" in given:
        event.pop("TRANSP", None)
        event.add("TRANSP", "TRANSPARENT" if given["show_as"] == "free" else "OPAQUE")
    if "sensitivity" in given:
        event.pop("CLASS", None)
        said = {"normal": "PUBLIC", "confidential": "CONFIDENTIAL"}.get(given["sensitivity"], "PRIVATE")
        event.add("CLASS", said)
    if given.get("rrule"):
        event.pop("RRULE", None)
        event.add("RRULE", icalendar.vRecur.from_ical(given["rrule"].removeprefix("RRULE:")))
    if given.get("attendees"):
        event.pop("ATTENDEE", None)
        for guest in given["attendees"]:
            event.add("ATTENDEE", icalendar.vCalAddress(f"mailto:{guest}"))


def _invite(event: Any, own: str, organizer: str, answer: str | None, attendees: Sequence[str]) -> None:
    event.pop("ORGANIZER", None)
    event.add("ORGANIZER", icalendar.vCalAddress(f"mailto:{organizer}"))
    event.pop("ATTENDEE", None)
    for guest in dict.fromkeys((own, *attendees)):
        person = icalendar.vCalAddress(f"mailto:{guest}")
        mine = ANSWERS.get(answer or "", "ACCEPTED") if guest == own else "NEEDS-ACTION"
        person.params["PARTSTAT"] = mine
        event.add("ATTENDEE", person)
