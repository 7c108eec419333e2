"""Google's EventDateTime: checked, brought into one form, turned into instants.

Kept form: {"date": "2026-12-01"} or {"dateTime": "2026-12-01T07:00:00Z", "timeZone": "Europe/Tallinn"}.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sandbox.google.errors import bad

Moment = datetime | date
ENDS = ("start", "end")


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """The names of the tz database; Windows names are not among them."""
    return frozenset(available_timezones())


def zone_named(name: str) -> ZoneInfo:
    """Raises Refusal for a name that is not in the tz database."""
    if name not in zones():
        raise bad("Invalid value for: Invalid time zone", location="timeZone")
    return ZoneInfo(name)


def moment(text: str, where: str) -> datetime:
    """A time given as a parameter; it needs an offset. Raises Refusal."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise bad(f"Invalid value '{text}' for {where}: Invalid format.", location=where) from None
    if found.tzinfo is None:
        raise bad(f"Invalid value '{text}' for {where}: an offset is required.", location=where)
    return found.astimezone(UTC)


def normal(value: dict[str, Any], end: str, calendar_zone: str, *, recurring: bool) -> dict[str, str]:
    """One end of an event in the kept form. Raises Refusal."""
    if value.get("date") and value.get("dateTime"):
        raise bad(f"Invalid value for: {end} has both a date and a dateTime.")
    named = value.get("timeZone")
    if named and named not in zones():
        raise bad(f"Invalid time zone definition for {end} time.")
    if value.get("date"):
        return {"date": _date(value["date"], end).isoformat()}
    if not value.get("dateTime"):
        raise bad(f"Missing {end} time.", "required")
    found = _time(value["dateTime"], end)
    if not named and (found.tzinfo is None or recurring):
        raise bad(f"Missing time zone definition for {end} time.", "required")
    zone = named or calendar_zone
    instant = (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    return timed(instant, zone)


def timed(instant: datetime, zone: str) -> dict[str, str]:
    """The kept form of an instant; Google knows whole seconds."""
    return {"dateTime": stamp(instant.replace(microsecond=0)), "timeZone": zone}


def stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _date(text: str, end: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise bad(f'Invalid value for: Invalid format: "{text}" for {end}.') from None


def _time(text: str, end: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise bad(f'Invalid value for: Invalid format: "{text}" for {end}.') from None


def both(start: Any, end: Any, calendar_zone: str, *, recurring: bool) -> tuple[dict[str, str], dict[str, str]]:
    """Both ends, of one kind and in order. Raises Refusal."""
    if not isinstance(start, dict) or not isinstance(end, dict):
        raise bad(f"Missing {'end' if isinstance(start, dict) else 'start'} time.", "required")
    first = normal(start, "start", calendar_zone, recurring=recurring)
    last = normal(end, "end", calendar_zone, recurring=recurring)
    if ("date" in first) != ("date" in last):
        raise bad("Start and end times must either both be date or both be dateTime.")
    if value_of(last) <= value_of(first):
        raise bad("The specified time range is empty.", "timeRangeEmpty", "calendar")
    return first, last


def value_of(kept: dict[str, str]) -> Any:
    """A date, or an aware UTC datetime; two of one kind compare."""
    if "date" in kept:
        return date.fromisoformat(kept["date"])
    return datetime.fromisoformat(kept["dateTime"])


def seconds(value: Moment, zone: str) -> float:
    """Seconds since 1970; a date begins at midnight of the calendar's zone."""
    if isinstance(value, datetime):
        return value.timestamp()
    return datetime.combine(value, time(), ZoneInfo(zone)).timestamp()


def shown(kept: dict[str, str], zone: str) -> dict[str, str]:
    """As it is told: with the offset of the zone that was asked for, the event's own zone beside it."""
    if "date" in kept:
        return kept
    local = value_of(kept).astimezone(ZoneInfo(zone)).isoformat()
    return {"dateTime": local.replace("+00:00", "Z"), "timeZone": kept["timeZone"]}


def key(value: Moment) -> str:
    """The part of an instance's id that says which slot of the series it fills."""
    return f"{value:%Y%m%dT%H%M%SZ}" if isinstance(value, datetime) else f"{value:%Y%m%d}"


def slot_of(text: str) -> Moment | None:
    """The slot that such a part names."""
    try:
        if len(text) == len("20261201"):
            return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
