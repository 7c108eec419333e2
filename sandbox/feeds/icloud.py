"""What iCloud publishes of a calendar: its objects as they are, in one file."""

import re

from sandbox.icloud.store import Calendar

_PARTS = re.compile(r"BEGIN:(VEVENT|VTIMEZONE)\r?\n.*?END:\1\r?\n", re.DOTALL)


def published(calendar: Calendar) -> str:
    found: dict[str, str] = {}
    for resource in calendar.resources.values():
        for part in _PARTS.finditer(resource.text.replace("\r\n", "\n")):
            zone = re.search(r"^TZID:.*$", part[0], re.MULTILINE) if part[1] == "VTIMEZONE" else None
            found.setdefault(zone[0] if zone else part[0], part[0])
    head = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Apple Inc.//iCloud 4.0//EN\nX-WR-CALNAME:{calendar.title}\n"
    zone_line = f"X-WR-TIMEZONE:{calendar.zone}\n"
    return (head + zone_line + "".join(found.values()) + "END:VCALENDAR\n").replace("\n", "\r\n")
