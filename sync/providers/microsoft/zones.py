"""Windows zone names <-> IANA names, by the CLDR table that tzlocal carries.

Several IANA zones share one Windows name, so a zone that went through Outlook comes back as the one CLDR names first; what was
an old spelling there is given its present one. What Outlook cannot name (custom zones of desktop clients) is UTC: the instants
are exact either way.
"""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import tz_win, win_tz

# CLDR keeps the spelling a zone first had; these are today's.
RENAMED = {
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    # Two of the names that Graph lists, and the time zone database does not know.
    "Asia/Astana": "Asia/Almaty",
    "Asia/Toshkent": "Asia/Tashkent",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Europe/Kiev": "Europe/Kyiv",
    "Etc/GMT": "UTC",
    "Etc/UTC": "UTC",
}
IANA = {name.casefold(): zone for name, zone in win_tz.items()}


@lru_cache(maxsize=1024)
def iana(name: str) -> str:
    """The IANA name of what Graph calls a zone: a Windows name, a listed IANA name, or something it does not know."""
    found = IANA.get(name.casefold(), name)
    found = RENAMED.get(found, found)
    try:
        ZoneInfo(found)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return found


def wall_times(start: datetime, end: datetime, zone: str) -> tuple[datetime, datetime, str]:
    """Both instants as the clock on the wall shows them, and the Windows name of that clock.

    A clock that is put back shows an hour twice; a time of such an hour is told in UTC, or it would be ambiguous.
    """
    windows = tz_win.get(zone, "UTC")
    clock = ZoneInfo(win_tz.get(windows, "UTC"))
    walls = [moment.astimezone(clock) for moment in (start, end)]
    if windows == "UTC" or any(_ambiguous(wall) for wall in walls):
        return start.astimezone(UTC).replace(tzinfo=None), end.astimezone(UTC).replace(tzinfo=None), "UTC"
    return walls[0].replace(tzinfo=None), walls[1].replace(tzinfo=None), windows


def _ambiguous(wall: datetime) -> bool:
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
