"""Microsoft Graph event JSON <-> events of ours. Pure.

Reading: times come in UTC (no zone is asked for) with the person's own zone beside them; whole days come as midnights, of which
the dates alone count. Writing: bodies are text, and whole days are midnights in one zone, UTC.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sync.core.event import AllDay, Answer, Attendee, Content, Event, Field, Label, Sensitivity, ShowAs, Timed, When
from sync.providers.microsoft import zones
from sync.providers.text import from_html, plain, word

# A property of our own; the id is ours for ever, or older copies would not be recognised.
MARK = "String {7d3f0c1e-5a86-4b0e-9d57-2f1c64e8ab39} Name HetkMark"
ANSWERS = {
    "accepted": Answer.ACCEPTED,
    "declined": Answer.DECLINED,
    "tentativelyAccepted": Answer.TENTATIVE,
    "notResponded": Answer.UNANSWERED,
}
SHOWN = {value.value: value for value in ShowAs}
# As Outlook names them itself. One that is not in the person's own list is shown by its name, without a colour.
CATEGORIES = {label.value: f"{label.value.capitalize()} category" for label in Label}
SENSITIVITIES = {value.value: value for value in Sensitivity}


def event(item: Mapping[str, Any], *, address: str, mark: str | None = None) -> Event:
    """A whole event. `mark`: what its mark is known to be; None when the item was asked for with its mark."""
    key = item.get("transactionId") or ""
    modified = item.get("lastModifiedDateTime")
    return Event(
        id=word(item["id"]),
        version=version(item),
        content=content(item),
        series_id=item.get("seriesMasterId") or (item["id"] if item.get("type") == "seriesMaster" else ""),
        ical_uid=item.get("iCalUId") or "",
        cancelled=bool(item.get("isCancelled")),
        answer=answer(item, address),
        organizer=_person(item.get("organizer")).get("address") or "",
        attendees=attendees(item, address),
        updated=datetime.fromisoformat(modified) if modified else None,
        mark=read_mark(item) if mark is None else mark,
        key=key,
        label=label(item),
    )


def version(item: Mapping[str, Any]) -> str:
    """The changeKey, which the etag holds too where it is left out."""
    etag = str(item.get("@odata.etag") or "")
    return item.get("changeKey") or etag.removeprefix("W/").strip('"')


def read_mark(item: Mapping[str, Any]) -> str:
    for found in item.get("singleValueExtendedProperties") or ():
        # The service spells the id of the property set as it likes.
        if found.get("id", "").casefold() == MARK.casefold():
            return str(found.get("value") or "")
    return ""


def label(item: Mapping[str, Any]) -> str:
    categories = item.get("categories") or ()
    return next((name for name, category in CATEGORIES.items() if category in categories), "")


def content(item: Mapping[str, Any]) -> Content:
    return Content(
        title=plain(item.get("subject") or ""),
        when=when(item),
        description=description(item.get("body") or {}),
        location=plain((item.get("location") or {}).get("displayName") or ""),
        show_as=SHOWN.get(item.get("showAs") or "", ShowAs.BUSY),
        sensitivity=SENSITIVITIES.get(item.get("sensitivity") or "", Sensitivity.NORMAL),
    )


def description(body: Mapping[str, Any]) -> str:
    text = body.get("content") or ""
    return plain(text) if body.get("contentType", "").casefold() == "text" else from_html(text)


def when(item: Mapping[str, Any]) -> When:
    start, end = item["start"], item["end"]
    if item.get("isAllDay"):
        first, last = (date.fromisoformat(side["dateTime"][:10]) for side in (start, end))
        return AllDay(first, max(last, first + timedelta(days=1)))
    named = item.get("originalStartTimeZone") or start.get("timeZone") or "UTC"
    return Timed(_instant(start), _instant(end), zones.iana(named))


def _instant(side: Mapping[str, Any]) -> datetime:
    # Seven digits of a second come; what Python has no place for is cut off.
    moment = datetime.fromisoformat(side["dateTime"])
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zones.iana(side.get("timeZone") or "UTC")))
    return moment.astimezone(UTC)


def answer(item: Mapping[str, Any], address: str) -> Answer:
    """What the owner answered. On an event without guests, being its organizer means nothing."""
    said = (item.get("responseStatus") or {}).get("response") or "none"
    if said in ANSWERS:
        return ANSWERS[said]
    return Answer.ORGANIZER if item.get("attendees") and _organizes(item, address) else Answer.NONE


def attendees(item: Mapping[str, Any], address: str) -> tuple[Attendee, ...]:
    """Everybody on the list. An organizer who hides it is on it all the same: an edit would reach them.

    In a calendar that somebody else shares it is they who organize, and the account's own person is a guest there.
    """
    organizer = _person(item.get("organizer"))
    own = (organizer.get("address") or address) if item.get("isOrganizer") else address
    people = [(_person(guest), _replied(guest)) for guest in item.get("attendees") or ()]
    invited = bool(people) or ((item.get("responseStatus") or {}).get("response") or "none") in ANSWERS
    if invited and organizer.get("address") and not _organizes(item, address):
        people = [(organizer, ""), *(entry for entry in people if not _same(entry[0], organizer.get("address")))]
    return tuple(
        Attendee(
            address=person.get("address") or "",
            name=person.get("name") or "",
            is_self=_same(person, own),
            declined=reply == "declined",
        )
        for person, reply in people
    )


def _replied(guest: Mapping[str, Any]) -> str:
    return (guest.get("status") or {}).get("response") or ""


def _organizes(item: Mapping[str, Any], address: str) -> bool:
    if item.get("isOrganizer") is not None:
        return bool(item["isOrganizer"])
    return _same(_person(item.get("organizer")), address)


def _person(value: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return (value or {}).get("emailAddress") or {}


def _same(person: Mapping[str, Any], address: str | None) -> bool:
    return (person.get("address") or "").casefold() == (address or "").casefold() != ""


# Out.


def copy_body(said: Content, mark: str) -> dict[str, Any]:
    """The whole of a copy: every field that travels, no reminder, and the mark."""
    return {
        **fields_body(said, frozenset(Field)),
        "isReminderOn": False,
        "singleValueExtendedProperties": [{"id": MARK, "value": mark}],
    }


def label_body(chosen: str) -> dict[str, Any]:
    return {"categories": [CATEGORIES[chosen]] if chosen else []}


def fields_body(said: Content, fields: frozenset[Field]) -> dict[str, Any]:
    """Some fields, and nothing else."""
    return {name: value for field in Field if field in fields for name, value in _said(said, field).items()}


def _said(said: Content, field: Field) -> dict[str, Any]:
    match field:
        case Field.TITLE:
            return {"subject": said.title}
        case Field.DESCRIPTION:
            return {"body": {"contentType": "text", "content": said.description}}
        case Field.LOCATION:
            return {"location": {"displayName": said.location}}
        case Field.WHEN:
            return times(said.when)
        case Field.SHOW_AS:
            return {"showAs": said.show_as.value}
        case Field.SENSITIVITY:
            return {"sensitivity": said.sensitivity.value}


def times(value: When) -> dict[str, Any]:
    if isinstance(value, AllDay):
        first, last, zone = f"{value.start}T00:00:00", f"{value.end}T00:00:00", "UTC"
    else:
        start, end, zone = zones.wall_times(value.start, value.end, value.zone)
        first, last = start.isoformat(), end.isoformat()
    return {
        "start": {"dateTime": first, "timeZone": zone},
        "end": {"dateTime": last, "timeZone": zone},
        "isAllDay": isinstance(value, AllDay),
    }
