"""Time zones by the names Exchange takes and gives: Windows names and a closed list of IANA ones."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz


def names(text: str) -> frozenset[str]:
    """Names written one after the other."""
    return frozenset(text.split())


# The list "additional time zones" of the dateTimeTimeZone resource, with both spellings where it prints two.
LISTED = names(
    """
    Etc/GMT+12 Etc/GMT+11 Pacific/Honolulu America/Anchorage America/Santa_Isabel America/Los_Angeles America/Phoenix
    America/Chihuahua America/Denver America/Guatemala America/Chicago America/Mexico_City America/Regina America/Bogota
    America/New_York America/Indiana/Indianapolis America/Caracas America/Asuncion America/Halifax America/Cuiaba
    America/La_Paz America/Santiago America/St_Johns America/Sao_Paulo America/Argentina/Buenos_Aires America/Cayenne
    America/Godthab America/Montevideo America/Bahia Etc/GMT+2 Atlantic/Azores Atlantic/Cape_Verde Africa/Casablanca Etc/GMT
    Europe/London Atlantic/Reykjavik Europe/Berlin Europe/Budapest Europe/Paris Europe/Warsaw Africa/Lagos Africa/Windhoek
    Europe/Bucharest Asia/Beirut Africa/Cairo Asia/Damascus Africa/Johannesburg Europe/Kyiv Europe/Kiev Europe/Istanbul
    Asia/Jerusalem Asia/Amman Asia/Baghdad Europe/Kaliningrad Asia/Riyadh Africa/Nairobi Asia/Tehran Asia/Dubai Asia/Baku
    Europe/Moscow Indian/Mauritius Asia/Tbilisi Asia/Yerevan Asia/Kabul Asia/Karachi Asia/Toshkent Asia/Tashkent Asia/Kolkata
    Asia/Colombo Asia/Kathmandu Asia/Astana Asia/Almaty Asia/Dhaka Asia/Yekaterinburg Asia/Yangon Asia/Rangoon Asia/Bangkok
    Asia/Novosibirsk Asia/Shanghai Asia/Krasnoyarsk Asia/Singapore Australia/Perth Asia/Taipei Asia/Ulaanbaatar Asia/Irkutsk
    Asia/Tokyo Asia/Seoul Australia/Adelaide Australia/Darwin Australia/Brisbane Australia/Sydney Pacific/Port_Moresby
    Australia/Hobart Asia/Yakutsk Pacific/Guadalcanal Asia/Vladivostok Pacific/Auckland Etc/GMT-12 Pacific/Fiji Asia/Magadan
    Pacific/Tongatapu Pacific/Apia Pacific/Kiritimati
    """
)
UTC_NAMES = frozenset({"utc", "etc/utc", "tzone://microsoft/utc", "tzone://microsoft/custom"})
# Names of the list that the time zone database does not know under that spelling.
SPELLED = {"Asia/Toshkent": "Asia/Tashkent", "Asia/Astana": "Asia/Almaty"}
WINDOWS = {name.lower(): iana for name, iana in win_tz.items()}


@lru_cache(maxsize=1024)
def zone(name: str) -> tzinfo | None:
    """The zone behind a Windows name (any case) or a listed IANA name; None when Exchange would not know it."""
    if name.lower() in UTC_NAMES:
        return UTC
    # Windows names are known in any case, IANA names only as listed.
    if iana := WINDOWS.get(name.lower()):
        return ZoneInfo(iana)
    return ZoneInfo(SPELLED.get(name, name)) if name in LISTED else None


def as_outlook_names(name: str) -> str:
    """The name Outlook would store for a zone that a person chose by its IANA name."""
    if name.lower() in UTC_NAMES or name.lower() in WINDOWS:
        return name
    return tz_win.get(name, "UTC")


def to_utc(wall: datetime, name: str) -> datetime:
    """An instant from a wall time; a time inside the spring gap moves on by the gap, as Exchange does."""
    return wall.replace(tzinfo=zone(name) or UTC).astimezone(UTC)


def to_wall(instant: datetime, name: str) -> datetime:
    """The wall time of an instant."""
    return instant.astimezone(zone(name) or UTC).replace(tzinfo=None)


def digits(moment: datetime) -> str:
    """`2026-11-20T09:00:00.0000000`: Graph prints seven fractional digits, one more than Python has."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"


def stamp(moment: datetime) -> str:
    """`2026-11-20T09:00:00.1234567Z`, as created and modified times are printed."""
    return digits(moment.astimezone(UTC)) + "Z"
