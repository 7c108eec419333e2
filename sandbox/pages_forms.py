"""The form for an event: shown empty or filled, and read back into what a hand takes."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.hand import HandEvent
from sandbox.markup import Markup, tag
from sandbox.pages_frame import ZONE, local

SHOW_AS = (("busy", "Busy"), ("free", "Free"), ("tentative", "Tentative"), ("oof", "Out of office"))
ELSEWHERE = ("workingElsewhere", "Working elsewhere")
SENSITIVITY = (("normal", "Normal"), ("private", "Private"), ("personal", "Personal"), ("confidential", "Confidential"))
REPEAT = (
    ("", "Does not repeat"),
    ("FREQ=DAILY;COUNT=5", "Daily, 5 times"),
    ("FREQ=WEEKLY;COUNT=8", "Weekly, 8 times"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=20", "Every weekday, 20 times"),
    ("FREQ=MONTHLY;COUNT=6", "Monthly, 6 times"),
    ("FREQ=WEEKLY", "Weekly, without end"),
)
ZONES = ("Europe/Tallinn", "Europe/London", "America/New_York", "Asia/Tokyo", "UTC")
Options = tuple[tuple[str, str], ...]


def _select(name: str, label: str, options: Options, chosen: str = "") -> Markup:
    if chosen and chosen not in dict(options):
        options = (*options, (chosen, chosen))
    inner = [tag("option", word, value=value, selected=value == chosen) for value, word in options]
    return tag("label", label, tag("select", *inner, name=name))


def _input(name: str, label: str, value: str = "", kind: str = "text", class_: str | None = None) -> Markup:
    return tag("label", label, tag("input", type=kind, name=name, value=value), class_=class_)


def fields(event: HandEvent | None, day: date, *, kind: str) -> list[Markup]:
    """All fields; `kind` is the cloud, since only Microsoft knows of working elsewhere and personal events."""
    new = event is None
    starts, ends = _shown(event, day)
    all_day = event is not None and event.all_day
    last = ends.date() - timedelta(days=1) if all_day else ends.date()
    found = [
        _input("title", "Title", event.title if event else "", class_="all"),
        _input("first_day", "Day", starts.date().isoformat(), "date"),
        _input("first_time", "From", f"{starts:%H:%M}", "time"),
        _input("last_day", "Until day", last.isoformat(), "date"),
        _input("last_time", "Until", f"{ends:%H:%M}", "time"),
        tag(
            "label",
            tag("input", type="checkbox", name="all_day", value="yes", checked=all_day),
            "All day",
            class_="check",
        ),
    ]
    if new:
        zones = tuple((zone, zone) for zone in ZONES)
        found += [_select("zone", "Time zone", zones, ZONE.key), _select("rrule", "Repeats", REPEAT)]
    microsoft = kind == "microsoft"
    found += [
        _select(
            "show_as",
            "Show as",
            (*SHOW_AS, ELSEWHERE) if microsoft else SHOW_AS[:2],
            event.show_as if event else "busy",
        ),
        _select(
            "sensitivity",
            "Sensitivity",
            SENSITIVITY if microsoft else SENSITIVITY[:2],
            event.sensitivity if event else "normal",
        ),
        _input("location", "Location", event.location if event else ""),
        _input("attendees", "Attendees (addresses, commas)", ", ".join(event.attendees) if event else ""),
        _input("description", "Description", event.description if event else "", class_="all"),
    ]
    return found


def _shown(event: HandEvent | None, day: date) -> tuple[datetime, datetime]:
    if event is None:
        return datetime.combine(day, time(10)), datetime.combine(day, time(11))
    start, end = (
        moment if isinstance(moment, datetime) else datetime.combine(moment, time())
        for moment in (local(event.start), local(event.end))
    )
    return start, end


def span(form: Mapping[str, str], zone: ZoneInfo = ZONE) -> dict[str, Any]:
    """{start, end, all_day} from the form. Times are those of the pages' zone unless another is given.

    Raises ValueError for times that cannot be read or end before they start.
    """
    first, last = date.fromisoformat(form["first_day"]), date.fromisoformat(form.get("last_day") or form["first_day"])
    if form.get("all_day") == "yes":
        if last < first:
            raise ValueError("It must not end before it starts.")
        return {"start": first, "end": last + timedelta(days=1), "all_day": True}
    start = datetime.combine(first, time.fromisoformat(form["first_time"]), zone)
    end = datetime.combine(last, time.fromisoformat(form["last_time"]), zone)
    if end < start:
        raise ValueError("It must not end before it starts.")
    return {"start": start, "end": end, "all_day": False}


def details(form: Mapping[str, str]) -> dict[str, Any]:
    """Everything but the times."""
    found: dict[str, Any] = {
        name: form[name] for name in ("title", "description", "location", "show_as", "sensitivity") if name in form
    }
    found["attendees"] = [address.strip() for address in form.get("attendees", "").split(",") if address.strip()]
    return found
