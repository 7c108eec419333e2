"""What Outlook publishes of a calendar: series with Windows' names of zones, exceptions beside them, and a DTSTAMP of this moment."""

from datetime import datetime
from typing import Any

from sandbox.feeds import lines
from sandbox.microsoft import bodies
from sandbox.microsoft.instances import series_zone, slot
from sandbox.microsoft.rrule import from_graph
from sandbox.microsoft.store import Box, Item, Piece, Span
from sandbox.microsoft.zones import as_outlook_names, to_wall

BUSY = {"free": "FREE", "tentative": "TENTATIVE", "oof": "OOF", "workingElsewhere": "WORKINGELSEWHERE"}
CLASSES = {"private": "PRIVATE", "personal": "PRIVATE", "confidential": "CONFIDENTIAL"}


def published(box: Box, now: datetime) -> str:
    made = ["METHOD:PUBLISH", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0", f"X-WR-CALNAME:{box.name}"]
    for item in box.items.values():
        made += _event(item, item, item.span, now, more=_rules(item))
        for day, piece in item.exceptions.items():
            original = _time("RECURRENCE-ID", slot(item, day), slot(item, day).start, series_zone(item))
            made += _event(item, piece, piece.span, now, more=[original])
    return lines.written(lines.component("VCALENDAR", made))


def _rules(item: Item) -> list[str]:
    if item.recurrence is None:
        return []
    excluded = [_time("EXDATE", slot(item, day), slot(item, day).start, series_zone(item)) for day in item.cancelled]
    return [f"RRULE:{from_graph(item.recurrence)}", *excluded]


def _event(item: Item, piece: Piece, span: Span, now: datetime, *, more: list[str]) -> list[str]:
    said: dict[str, Any] = {**item.fields, **piece.fields}
    place = (said.get("location") or {}).get("displayName", "")
    zone = series_zone(item)
    shown = BUSY.get(said.get("showAs", "busy"), "BUSY")
    organizer = (said.get("organizer") or {}).get("address", "")
    return lines.component(
        "VEVENT",
        [
            f"UID:{item.ical_uid}",
            lines.text("SUMMARY", said.get("subject", "")),
            lines.text("DESCRIPTION", bodies.as_text(said.get("body", ""))),
            _time("DTSTART", span, span.start, zone),
            _time("DTEND", span, span.end, zone),
            *more,
            f"CLASS:{CLASSES.get(said.get('sensitivity', 'normal'), 'PUBLIC')}",
            lines.utc("DTSTAMP", now),
            f"TRANSP:{'TRANSPARENT' if shown in ('FREE', 'WORKINGELSEWHERE') else 'OPAQUE'}",
            f"STATUS:{'CANCELLED' if said.get('isCancelled') else 'CONFIRMED'}",
            *([lines.text("LOCATION", place)] if place else []),
            *([f"ORGANIZER:mailto:{organizer}"] if organizer and said.get("attendees") else []),
            f"X-MICROSOFT-CDO-BUSYSTATUS:{shown}",
        ],
    )


def _time(name: str, span: Span, moment: datetime, zone: str) -> str:
    if span.all_day:
        return lines.dated(name, moment.date())
    known = as_outlook_names(zone)
    return lines.utc(name, moment) if known.upper() == "UTC" else lines.timed(name, to_wall(moment, known), known)
