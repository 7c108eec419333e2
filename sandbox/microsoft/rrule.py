"""RRULE lines (RFC 5545 3.3.10) from and to Graph's recurrence, for what people do by hand."""

from datetime import date
from typing import Any

from sandbox.microsoft.recurrence import DAYS, INDEXES

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


def to_graph(rule: str, first: date) -> dict[str, Any]:
    """`FREQ=WEEKLY;BYDAY=MO;COUNT=8` as pattern and range. Raises ValueError for what Graph cannot say."""
    parts = dict(part.split("=", 1) for part in rule.removeprefix("RRULE:").upper().split(";") if part)
    pattern: dict[str, Any] = {"interval": int(parts.get("INTERVAL", 1))}
    if "WKST" in parts:
        pattern["firstDayOfWeek"] = DAYS[CODES.index(parts["WKST"])]
    _FREQUENCIES[parts["FREQ"]](pattern, parts, first)
    return {"pattern": pattern, "range": _range(parts, first)}


def _range(parts: dict[str, str], first: date) -> dict[str, Any]:
    if "COUNT" in parts:
        return {"type": "numbered", "startDate": first.isoformat(), "numberOfOccurrences": int(parts["COUNT"])}
    if "UNTIL" in parts:
        # Graph's end is a date, included; the time of day of an UNTIL is lost.
        until = date.fromisoformat(parts["UNTIL"][:8])
        return {"type": "endDate", "startDate": first.isoformat(), "endDate": until.isoformat()}
    return {"type": "noEnd", "startDate": first.isoformat()}


def _daily(pattern: dict[str, Any], parts: dict[str, str], first: date) -> None:
    if "BYDAY" in parts:
        # Outlook's "every weekday" is a weekly rule.
        _weekly(pattern, parts, first)
    else:
        pattern["type"] = "daily"


def _weekly(pattern: dict[str, Any], parts: dict[str, str], first: date) -> None:
    codes = parts["BYDAY"].split(",") if "BYDAY" in parts else [CODES[first.weekday()]]
    pattern.update(type="weekly", daysOfWeek=[DAYS[CODES.index(code)] for code in codes])
    pattern.setdefault("firstDayOfWeek", "monday")


def _monthly(pattern: dict[str, Any], parts: dict[str, str], first: date) -> None:
    if "BYDAY" in parts:
        _relative(pattern, parts)
        pattern["type"] = "relativeMonthly"
    else:
        pattern.update(type="absoluteMonthly", dayOfMonth=_day_of_month(parts, first))


def _yearly(pattern: dict[str, Any], parts: dict[str, str], first: date) -> None:
    pattern["month"] = int(parts.get("BYMONTH", first.month))
    if "BYDAY" in parts:
        _relative(pattern, parts)
        pattern["type"] = "relativeYearly"
    else:
        pattern.update(type="absoluteYearly", dayOfMonth=_day_of_month(parts, first))


def _day_of_month(parts: dict[str, str], first: date) -> int:
    day = int(parts.get("BYMONTHDAY", first.day))
    if day < 1:
        raise ValueError("Graph has no rule for days counted from the end of a month")
    return day


def _relative(pattern: dict[str, Any], parts: dict[str, str]) -> None:
    codes = parts["BYDAY"].split(",")
    # One ordinal for all days can be said, one for each cannot.
    prefixes = {code[:-2] for code in codes}
    ordinal = int(parts.get("BYSETPOS") or (prefixes.pop() if len(prefixes) == 1 else "0") or "0")
    if ordinal not in ORDINALS:
        raise ValueError(f"Graph has no rule for {parts}")
    pattern.update(index=ORDINALS[ordinal], daysOfWeek=[DAYS[CODES.index(code[-2:])] for code in codes])


_FREQUENCIES = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}


def from_graph(recurrence: dict[str, Any]) -> str:
    """The RRULE line for a kept recurrence."""
    pattern, span = recurrence["pattern"], recurrence["range"]
    kind = pattern["type"]
    frequency = "YEARLY" if kind.endswith("Yearly") else "MONTHLY" if kind.endswith("Monthly") else kind.upper()
    parts = [f"FREQ={frequency}"]
    if pattern["interval"] > 1:
        parts.append(f"INTERVAL={pattern['interval']}")
    if frequency == "YEARLY":
        parts.append(f"BYMONTH={pattern['month']}")
    if kind.startswith("absolute"):
        parts.append(f"BYMONTHDAY={pattern['dayOfMonth']}")
    elif kind != "daily":
        parts.append(_by_day(kind, pattern))
    if span["type"] == "numbered":
        parts.append(f"COUNT={span['numberOfOccurrences']}")
    elif span["type"] == "endDate":
        parts.append(f"UNTIL={span['endDate'].replace('-', '')}T235959Z")
    return ";".join(parts)


def _by_day(kind: str, pattern: dict[str, Any]) -> str:
    codes = [CODES[DAYS.index(name)] for name in pattern["daysOfWeek"]]
    if kind == "weekly":
        return f"BYDAY={','.join(codes)}"
    ordinal = _ordinal(pattern["index"])
    return f"BYDAY={ordinal}{codes[0]}" if len(codes) == 1 else f"BYDAY={','.join(codes)};BYSETPOS={ordinal}"


def _ordinal(index: str) -> str:
    return "-1" if index == "last" else str(INDEXES.index(index) + 1)
