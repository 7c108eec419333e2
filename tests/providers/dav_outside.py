"""A CalDAV server's calendar as the contract's `Outside`: the owner's hand writes iCalendar with a library of its own."""

import itertools
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import icalendar
from dateutil.rrule import rrulestr

from hetk.dav import Credential
from sync.core.event import Timed, When
from sync.providers.caldav.provider import CalDavProvider
from tests.providers.dav_servers import HOST, PASSWORD, Fault, Front

OWNER = "alice@northwind.example"
SHOW_AS = {"free": "TRANSPARENT", "busy": "OPAQUE"}
_numbers = itertools.count(1)


class DavOutside:
    """`home`: the path under which the person's calendars are; a calendar of its own is made there and removed again."""

    marks_in_delta = True
    series_rebuilt = True
    zones_kept = False
    keys_stay_taken = False
    found_by_key = True
    exact_pauses = False
    ids_return = True

    def __init__(self, front: Front, user: str, home: str) -> None:
        self.front = front
        self.user = user
        self.password = PASSWORD
        self.home = home
        self.renewals = 0
        self.calendar = f"{home}work-{next(_numbers)}/"
        self.send("MKCALENDAR", self.calendar, MKCALENDAR, {"Content-Type": "application/xml"})
        self.speaker = CalDavProvider(self.token, OWNER, anywhere=True)
        front.served.clear()

    @property
    def provider(self) -> CalDavProvider:
        return self.speaker

    def token(self, *, renew: bool = False) -> str:
        self.renewals += renew
        home = f"https://{HOST}{self.home}"
        return Credential(user=self.user, password=self.password, home=home, addresses=(OWNER,)).encoded()

    def stop(self) -> None:
        self.front.faults.clear()
        self.send("DELETE", self.calendar, missing_ok=True)

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        missing_ok: bool = False,
    ) -> bytes:
        """Straight to the server: what a person does is neither counted nor struck."""
        said = b64encode(f"{self.user}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.front.port}{path}",
            body or None,
            {"Authorization": f"Basic {said}", **(headers or {})},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                if missing_ok and error.code == 404:
                    return b""
                raise AssertionError(f"{method} {path}: {error.code} {error.read()[:300]!r}") from None

    def put(self, name: str, text: str) -> str:
        """Any iCalendar by hand."""
        self.send("PUT", self.calendar + name, text.encode(), {"Content-Type": "text/calendar; charset=utf-8"})
        return name

    def text(self, name: str) -> str:
        return self.send("GET", self.calendar + name).decode()

    def create(self, title: str, when: When, **fields: Any) -> str:
        number = next(_numbers)
        event = icalendar.Event()
        event.add("uid", f"by-hand-{number}@northwind.example")
        event.add("summary", title)
        _time(event, when)
        event.add("transp", SHOW_AS[fields.get("show_as", "busy")])
        for name in ("description", "location"):
            if name in fields:
                event.add(name, fields[name])
        if fields.get("sensitivity", "normal") != "normal":
            event.add("class", fields["sensitivity"].upper())
        if guests := fields.get("attendees", ()):
            event.add("organizer", icalendar.vCalAddress(f"mailto:{OWNER}"))
            for guest in guests:
                event.add("attendee", icalendar.vCalAddress(f"mailto:{guest}"))
        if rule := fields.get("rrule"):
            event.add("rrule", icalendar.vRecur.from_ical(rule))
        return self._save(f"hand-{number}.ics", _calendar(event))

    def occurrences(self, master: str) -> list[str]:
        event = self._load(master).walk("VEVENT")[0]
        start = event.decoded("dtstart")
        slots = rrulestr(rule_of(event), dtstart=start)
        return [f"{master}#{slot.astimezone(UTC):%Y%m%dT%H%M%SZ}" for slot in slots]

    def edit(self, id: str, **changes: Any) -> None:
        name, _, slot = id.partition("#")
        calendar = self._load(name)
        event = self._event(calendar, slot)
        for field, value in changes.items():
            event.pop({"title": "summary"}.get(field, field), None)
            event.add({"title": "summary"}.get(field, field), value)
        self._save(name, calendar)

    def move(self, id: str, when: When) -> None:
        name, _, slot = id.partition("#")
        calendar = self._load(name)
        event = self._event(calendar, slot)
        for field in ("dtstart", "dtend"):
            event.pop(field, None)
        _time(event, when)
        self._save(name, calendar)

    def delete(self, id: str) -> None:
        name, _, slot = id.partition("#")
        if not slot:
            self.send("DELETE", self.calendar + name)
            return
        calendar = self._load(name)
        calendar.walk("VEVENT")[0].add("exdate", _moment(slot))
        self._save(name, calendar)

    def _load(self, name: str) -> icalendar.Calendar:
        found = icalendar.Calendar.from_ical(self.text(name))
        assert isinstance(found, icalendar.Calendar)
        return found

    def _save(self, name: str, calendar: icalendar.Calendar) -> str:
        for event in calendar.walk("VEVENT"):
            for field in ("dtstamp", "last-modified"):
                event.pop(field, None)
                event.add(field, datetime.now(UTC))
        return self.put(name, calendar.to_ical().decode())

    def _event(self, calendar: icalendar.Calendar, slot: str) -> Any:
        events = calendar.walk("VEVENT")
        if not slot:
            return events[0]
        for event in events[1:]:
            if event.decoded("recurrence-id") == _moment(slot):
                return event
        made = icalendar.Event()
        for name in ("uid", "summary", "transp"):
            made[name] = events[0][name]
        made.add("recurrence-id", _moment(slot))
        calendar.add_component(made)
        return made

    def small_pages(self) -> None:
        self.speaker.page_size = 10

    def lose_cursor(self) -> None:
        """As a server words it that has thrown away its old tokens (RFC 6578 3.2)."""
        body = b'<?xml version="1.0"?><error xmlns="DAV:"><valid-sync-token/></error>'
        self.front.faults.append(Fault(method="REPORT", status=403, body=body))

    def close(self) -> None:
        self.send("DELETE", self.calendar)

    def sign_out(self) -> None:
        self.password = "changed-since"
        self.speaker = CalDavProvider(self.token, OWNER, anywhere=True)

    def throttle(self, after: float) -> None:
        self.front.faults.append(Fault(status=429, headers={"Retry-After": str(after)}))

    def throttle_second_item(self, after: float) -> None:
        self.front.faults.append(Fault(method="PUT", status=429, headers={"Retry-After": str(after)}, skip=1))

    def lose_answer(self) -> None:
        self.front.faults.append(Fault(method="PUT", lost=True))

    def invitations(self) -> Sequence[object]:
        """A server mails whom a written ATTENDEE names, and nobody else."""
        return [one for one in self.front.served if one.method == "PUT" and b"ATTENDEE" in one.body]

    def bells(self, secret: str) -> int:
        return 0

    def requests(self) -> int:
        return len(self.front.served)


MKCALENDAR = b"""<?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>Work</D:displayname><C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
</D:prop></D:set></C:mkcalendar>"""


def _calendar(event: icalendar.Event) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Somebody//By hand//EN")
    calendar.add_component(event)
    return calendar


def _time(event: Any, when: When) -> None:
    ends: list[date] = [when.start, when.end]
    if isinstance(when, Timed):
        ends = [each.astimezone(UTC) for each in (when.start, when.end)]
    for name, each in zip(("dtstart", "dtend"), ends, strict=True):
        event.add(name, each)


def _moment(slot: str) -> datetime:
    return datetime.strptime(slot, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def rule_of(event: Any) -> str:
    return str(event["rrule"].to_ical().decode())
