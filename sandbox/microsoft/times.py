"""When an event is: start, end, isAllDay and recurrence of a body, turned into a span and a rule."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.microsoft import recurrence
from sandbox.microsoft.errors import bad_body, invalid
from sandbox.microsoft.instances import series_zone
from sandbox.microsoft.store import Item, Span
from sandbox.microsoft.zones import to_utc, to_wall, zone

MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d(?:\.\d{1,7})?)?)?(Z|[+-]\d\d:\d\d)?\Z")
DAY = timedelta(days=1)


def moment(name: str, value: Any) -> tuple[datetime, str]:
    """A dateTimeTimeZone as (wall time, zone name)."""
    if not isinstance(value, dict):
        raise bad_body(
            f"A value of the wrong type was found for '{name}'; expected 'microsoft.graph.dateTimeTimeZone'."
        )
    for key in value:
        if key not in ("dateTime", "timeZone") and not key.startswith("@odata."):
            raise bad_body(f"The property '{key}' does not exist on type 'microsoft.graph.dateTimeTimeZone'.")
    known = value.get("timeZone") or "UTC"
    if zone(known) is None:
        message = f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{known}'."
        raise invalid("TimeZoneNotSupportedException", message)
    found = MOMENT.match(str(value.get("dateTime")))
    if not found:
        raise invalid("ErrorInvalidRequest", f"The value of the property {name}.dateTime is not a valid date and time.")
    return _wall(found, known), known


def _wall(found: re.Match[str], known: str) -> datetime:
    day, minutes, seconds, offset = found.groups()
    try:
        wall = datetime.fromisoformat(f"{day}T{minutes or '00:00'}{(seconds or ':00')[:10]}")
        # An offset wins over the zone beside it, which then only says how to show it.
        if offset:
            wall = to_wall(datetime.fromisoformat(f"{wall.isoformat()}{offset.replace('Z', '+00:00')}"), known)
    except ValueError as error:
        raise invalid("ErrorInvalidRequest", f"The date and time are not valid: {error}.") from None
    return wall


def span(times: dict[str, Any], old: Span | None = None) -> Span:
    """The span after a write of `times` over `old`. Raises Refusal."""
    all_day = times["isAllDay"] if times.get("isAllDay") is not None else bool(old and old.all_day)
    if not isinstance(all_day, bool):
        raise bad_body(f"Cannot convert the literal '{all_day}' to the expected type 'Edm.Boolean'.")
    start, start_zone = _side("start", times, old)
    end, end_zone = _side("end", times, old)
    if all_day:
        return _whole_days(start, end, start_zone, end_zone)
    made = Span(to_utc(start, start_zone), to_utc(end, end_zone), False, start_zone, end_zone)
    if made.end < made.start:
        raise invalid(
            "ErrorInvalidRequest", "Your request can't be completed. The end date occurs before the start date."
        )
    return made


def _side(name: str, times: dict[str, Any], old: Span | None) -> tuple[datetime, str]:
    if times.get(name) is not None:
        return moment(f"Event.{name.title()}", times[name])
    if old is None:
        raise invalid("ErrorPropertyValidationFailure", "At least one property failed validation.")
    instant, known = (old.start, old.start_zone) if name == "start" else (old.end, old.end_zone)
    return (instant.replace(tzinfo=None) if old.all_day else to_wall(instant, known)), known


def _whole_days(start: datetime, end: datetime, start_zone: str, end_zone: str) -> Span:
    for name, side in (("Start", start), ("End", end)):
        if side.time() != datetime.min.time():
            raise _refused(f"The Event.{name} property for an all-day event needs to be set to midnight.")
    # By meaning, not by name: a Windows name and its IANA name agree.
    if zone(start_zone) != zone(end_zone):
        raise _refused(
            "The Event.Start and Event.End properties for an all-day event need to be in the same time zone."
        )
    if end - start < DAY:
        raise _refused("The duration of an event marked as All day must be at least 24 hours.")
    return Span(start.replace(tzinfo=UTC), end.replace(tzinfo=UTC), True, start_zone, end_zone)


def _refused(message: str) -> Exception:
    return invalid("ErrorInvalidRequest", f"Your request can't be completed. {message}")


def rule(value: Any, made: Span) -> dict[str, Any] | None:
    """The recurrence of a body as it is kept, for an event at `made`."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_body("A value of the wrong type was found; expected 'microsoft.graph.patternedRecurrence'.")
    known = (value.get("range") or {}).get("recurrenceTimeZone") or made.start_zone
    if zone(known) is None:
        raise invalid("TimeZoneNotSupportedException", f"The following TimeZone value is not supported: '{known}'.")
    first = made.start.date() if made.all_day else to_wall(made.start, known).date()
    return recurrence.checked(value, first, known)


def shifted(item: Item, made: Span) -> dict[str, Any] | None:
    """The rule of a series whose master got other times: it starts on the new date."""
    if item.recurrence is None:
        return None
    first = made.start.date() if made.all_day else to_wall(made.start, series_zone(item)).date()
    # A series whose first date moves begins its rule there; whether the weekday still fits is its owner's business.
    pattern, limits = item.recurrence["pattern"], {**item.recurrence["range"], "startDate": first.isoformat()}
    return recurrence.checked({"pattern": pattern, "range": limits}, first, series_zone(item))
