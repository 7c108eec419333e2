"""Google Calendar v3 JSON <-> events of ours. Pure.

What Google has no word for takes the nearest value, never a less private one: tentative, out of office and elsewhere are opaque,
personal is private. Descriptions may hold HTML; they are read as text, and written escaped where Google would read them as HTML.
"""

import html
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.core.event import (
    AllDay,
    Answer,
    Attendee,
    Content,
    Event,
    Field,
    Kind,
    Label,
    Sensitivity,
    ShowAs,
    Timed,
    When,
)
from sync.providers.text import from_html, looks_like_html, plain, word

MARK = "hetk"
KINDS = {
    "focusTime": Kind.FOCUS_TIME,
    "outOfOffice": Kind.OUT_OF_OFFICE,
    "workingLocation": Kind.WORKING_LOCATION,
    "birthday": Kind.BIRTHDAY,
}
ANSWERS = {
    "accepted": Answer.ACCEPTED,
    "declined": Answer.DECLINED,
    "tentative": Answer.TENTATIVE,
    "needsAction": Answer.UNANSWERED,
}
# Ids of the colours for events: Tomato, Tangerine, Banana, Basil, Blueberry, Grape.
COLOURS = {
    Label.RED.value: "11",
    Label.ORANGE.value: "6",
    Label.YELLOW.value: "5",
    Label.GREEN.value: "10",
    Label.BLUE.value: "9",
    Label.PURPLE.value: "3",
}
LABELS = {colour: label for label, colour in COLOURS.items()}
SENSITIVITIES = {"private": Sensitivity.PRIVATE, "confidential": Sensitivity.CONFIDENTIAL}
VISIBILITIES = {
    Sensitivity.NORMAL: "default",
    Sensitivity.PERSONAL: "private",
    Sensitivity.PRIVATE: "private",
    Sensitivity.CONFIDENTIAL: "confidential",
}


def event(item: Mapping[str, Any], *, address: str) -> Event:
    """An event that is not cancelled. `address`: whose calendar it is."""
    own_mark = ((item.get("extendedProperties") or {}).get("private") or {}).get(MARK, "")
    return Event(
        id=word(item["id"]),
        version=item.get("etag", ""),
        content=content(item),
        series_id=item.get("recurringEventId") or (item["id"] if item.get("recurrence") else ""),
        ical_uid=item.get("iCalUID", ""),
        kind=KINDS.get(item.get("eventType", ""), Kind.DEFAULT),
        cancelled=item.get("status") == "cancelled",
        answer=answer(item, address),
        organizer=(item.get("organizer") or {}).get("email", ""),
        attendees=attendees(item, address),
        updated=datetime.fromisoformat(item["updated"]) if item.get("updated") else None,
        mark=own_mark,
        key=item["id"],
        label=LABELS.get(item.get("colorId", ""), item.get("colorId", "")),
    )


def content(item: Mapping[str, Any]) -> Content:
    return Content(
        title=plain(item.get("summary") or ""),
        when=when(item),
        description=description(item.get("description") or ""),
        location=plain(item.get("location") or ""),
        show_as=show_as(item),
        sensitivity=SENSITIVITIES.get(item.get("visibility", ""), Sensitivity.NORMAL),
    )


def description(text: str) -> str:
    return from_html(text) if looks_like_html(text) else plain(text)


def show_as(item: Mapping[str, Any]) -> ShowAs:
    if item.get("transparency") == "transparent":
        return ShowAs.FREE
    return ShowAs.OUT_OF_OFFICE if item.get("eventType") == "outOfOffice" else ShowAs.BUSY


def when(item: Mapping[str, Any]) -> When:
    """Dates stay the dates they are; times become UTC, with the zone they were given in beside them, if it was named."""
    start, end = item["start"], item.get("end") or item["start"]
    if "date" in start:
        first, last = date.fromisoformat(start["date"]), date.fromisoformat(end.get("date", start["date"]))
        return AllDay(first, max(last, first + timedelta(days=1)))
    named = known_zone(start.get("timeZone") or "UTC")
    return Timed(_instant(start, named), _instant(end, known_zone(end.get("timeZone") or named)), named)


def _instant(value: Mapping[str, Any], zone: str) -> datetime:
    moment = datetime.fromisoformat(value["dateTime"])
    # Without an offset the zone says which instant is meant.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(UTC)


def known_zone(name: str) -> str:
    """The name itself if it is a zone of the tz database, else UTC: the instants are exact either way."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return name


def answer(item: Mapping[str, Any], address: str) -> Answer:
    """What the owner answered. Whoever organizes and has not declined is the organizer."""
    guests = item.get("attendees") or []
    own = next((ANSWERS.get(guest.get("responseStatus", "")) for guest in guests if _is_self(guest, address)), None)
    if own is Answer.DECLINED:
        return own
    if guests and _is_self(item.get("organizer") or {}, address):
        return Answer.ORGANIZER
    return own or Answer.NONE


def attendees(item: Mapping[str, Any], address: str) -> tuple[Attendee, ...]:
    """Everybody on the list. An organizer who is hidden or left off it is on it all the same: an edit would reach them."""
    listed = list(item.get("attendees") or [])
    organizer = item.get("organizer") or {}
    invited = bool(listed) or bool(item.get("attendeesOmitted"))
    if invited and organizer.get("email") and not _is_self(organizer, address):
        listed = [organizer, *(guest for guest in listed if not _same(guest, organizer))]
    return tuple(
        Attendee(
            address=guest.get("email", ""),
            name=guest.get("displayName", ""),
            is_self=_is_self(guest, address),
            declined=guest.get("responseStatus") == "declined",
        )
        for guest in listed
    )


def _is_self(person: Mapping[str, Any], address: str) -> bool:
    return bool(person.get("self")) or person.get("email", "").casefold() == address.casefold() != ""


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one.get("email", "").casefold() == other.get("email", "").casefold())


# Out.


def copy_body(said: Content, mark: str, label: str = "") -> dict[str, Any]:
    """The whole of a copy: what is not said here is not on it. `label`: as `event` reads it."""
    body = {name: value for field in Field for name, value in _said(said, field).items()}
    body |= {"colorId": COLOURS.get(label, label)} if label else {}
    return {**body, "reminders": {"useDefault": False}, "extendedProperties": {"private": {MARK: mark}}}


def patch_body(said: Content, fields: frozenset[Field]) -> dict[str, Any]:
    """Some fields of a person's own event. Times of the other kind are taken away, or both would stand there."""
    body = {name: value for field in Field if field in fields for name, value in _said(said, field).items()}
    if Field.WHEN in fields:
        other = {"dateTime": None, "timeZone": None} if isinstance(said.when, AllDay) else {"date": None}
        body |= {end: body[end] | other for end in ("start", "end")}
    return body


def _said(said: Content, field: Field) -> dict[str, Any]:
    match field:
        case Field.TITLE:
            return {"summary": said.title}
        case Field.DESCRIPTION:
            return {"description": markup(said.description)}
        case Field.LOCATION:
            return {"location": said.location}
        case Field.WHEN:
            return times(said.when)
        case Field.SHOW_AS:
            return {"transparency": "transparent" if said.show_as is ShowAs.FREE else "opaque"}
        case Field.SENSITIVITY:
            return {"visibility": VISIBILITIES[said.sensitivity]}


def markup(text: str) -> str:
    """Text as it must stand there to be read as the same text again."""
    return html.escape(text, quote=False).replace("\n", "<br>") if looks_like_html(text) else text


def times(value: When) -> dict[str, Any]:
    if isinstance(value, AllDay):
        return {"start": {"date": value.start.isoformat()}, "end": {"date": value.end.isoformat()}}
    # An event without length is refused; a minute is the shortest that shows.
    end = max(value.end, value.start + timedelta(minutes=1))
    zone = known_zone(value.zone)
    return {
        name: {"dateTime": moment.astimezone(ZoneInfo(zone)).isoformat(), "timeZone": zone}
        for name, moment in (("start", value.start), ("end", end))
    }
