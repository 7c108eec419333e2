"""What Google publishes of a calendar: single events in UTC, series by the clock of their zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sandbox.feeds import lines
from sandbox.google.store import Calendar, Fields, Item
from sandbox.google.times import value_of


def published(calendar: Calendar, now: datetime, *, public: bool) -> str:
    """`public`: at the address that everybody may know; private events are told as busy there."""
    made = [
        "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        lines.text("X-WR-CALNAME", calendar.summary),
        f"X-WR-TIMEZONE:{calendar.zone}",
    ]
    for item in calendar.items.values():
        if not item.cancelled:
            made += _event(calendar, item, now, public=public)
    return lines.written(lines.component("VCALENDAR", made))


def _event(calendar: Calendar, item: Item, now: datetime, *, public: bool) -> list[str]:
    said = item.fields
    hidden = public and said.get("visibility") in ("private", "confidential")
    rules = [*said.get("recurrence", ()), *_called_off(calendar, item)]
    series = bool(said.get("recurrence") or item.master)
    slot = [_time("RECURRENCE-ID", said["originalStartTime"], series=True)] if item.master else []
    return lines.component(
        "VEVENT",
        [
            _time("DTSTART", said["start"], series=series),
            _time("DTEND", said["end"], series=series),
            *rules,
            *slot,
            lines.utc("DTSTAMP", now),
            f"UID:{said['iCalUID']}",
            *_words(said, hidden=hidden),
            f"STATUS:{said['status'].upper()}",
            f"TRANSP:{said.get('transparency', 'opaque').upper()}",
        ],
    )


def _words(said: Fields, *, hidden: bool) -> list[str]:
    if hidden:
        return ["SUMMARY:Busy"]
    names = {"SUMMARY": "summary", "DESCRIPTION": "description", "LOCATION": "location"}
    guests = [f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{guest['email']}" for guest in said.get("attendees", ())]
    organizer = [f"ORGANIZER:mailto:{said['organizer']['email']}"] if guests else []
    closed = "PRIVATE" if said.get("visibility") in ("private", "confidential") else "PUBLIC"
    told = [lines.text(name, said[key]) for name, key in names.items() if said.get(key)]
    return [*told, *organizer, *guests, f"CLASS:{closed}"]


def _called_off(calendar: Calendar, item: Item) -> list[str]:
    found = [one for one in calendar.exceptions.get(item.id, {}).values() if one.cancelled]
    return [_time("EXDATE", one.fields["originalStartTime"], series=True) for one in found]


def _time(name: str, said: dict[str, str], *, series: bool) -> str:
    value = value_of(said)
    if not isinstance(value, datetime):
        day: date = value
        return lines.dated(name, day)
    if series and said.get("timeZone", "UTC") != "UTC":
        return lines.timed(name, value.astimezone(ZoneInfo(said["timeZone"])).replace(tzinfo=None), said["timeZone"])
    return lines.utc(name, value)
