"""Writing iCalendar (RFC 5545)."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

_TO_ESCAPE = re.compile(r"[\\;,]")


def text(name: str, words: str) -> str:
    escaped = _TO_ESCAPE.sub(lambda found: "\\" + found[0], words).replace("\r", "").replace("\n", "\\n")
    return f"{name}:{escaped}"


def dated(name: str, day: date) -> str:
    return f"{name};VALUE=DATE:{day:%Y%m%d}"


def timed(name: str, wall: datetime, zone: str) -> str:
    """`wall`: what the clock of `zone` shows; in UTC for an empty zone."""
    written = f"{wall:%Y%m%dT%H%M%S}"
    return f'{name};TZID="{zone}":{written}' if zone else f"{name}:{written}Z"


def utc(name: str, moment: datetime) -> str:
    return timed(name, moment.astimezone(UTC), "")


def component(name: str, lines: Iterable[str]) -> list[str]:
    return [f"BEGIN:{name}", *lines, f"END:{name}"]


def written(lines: Iterable[str]) -> str:
    """Folded at 75 octets, as all of them do."""
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _folded(line: str) -> str:
    pieces, size = [""], 0
    for character in line:
        width = len(character.encode())
        if size + width > 75:
            pieces.append(" ")
            size = 1
        pieces[-1] += character
        size += width
    return "\r\n".join(pieces)
