"""Every change of the clocks: when, in which zone, and the spans around it that are easily told wrong."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

FIRST, LAST = 2024, 2032
WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)
# Half and three quarters of an hour, half an hour of summer time, rules that changed, a fast in summer, both ends of the day.
ALWAYS = (
    "Africa/Cairo", "Africa/Casablanca", "America/Asuncion", "America/Nuuk", "America/St_Johns", "America/New_York",
    "Asia/Almaty", "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran", "Australia/Adelaide",
    "Australia/Eucla", "Australia/Lord_Howe", "Etc/GMT+12", "Europe/Dublin", "Europe/London", "Europe/Moscow", "Europe/Tallinn",
    "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago",
)  # fmt: skip
# Minutes from the change to the start, and the length: across it, up to it, from it on, in the hour that comes twice or never.
SPANS = ((-30, 60), (-60, 60), (0, 60), (-45, 30), (-15, 10), (15, 30), (-1, 1), (0, 1), (-1440, 2880), (30, 45))


def zones() -> list[str]:
    """All that have a Windows name, and all that a Windows name leads to; without TIMES=all a sample of them."""
    every = sorted({*tz_win, *win_tz.values()} - {""})
    if os.environ.get("TIMES") == "all":
        return every
    return sorted({*ALWAYS, *random.Random(7).sample(every, 40)})


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The instants at which the clocks of a zone change, by search: there is no list of them to be read."""
    clock, found = ZoneInfo(zone), []
    at, end = datetime(FIRST, 1, 1, tzinfo=UTC), datetime(LAST + 1, 1, 1, tzinfo=UTC)
    while at < end:
        if at.astimezone(clock).utcoffset() != (at + WEEK).astimezone(clock).utcoffset():
            found.append(_change(clock, at, at + WEEK))
        at += WEEK
    return tuple(found)


def _change(clock: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > MINUTE:
        middle = before + ((after - before) // 2 // MINUTE or 1) * MINUTE
        if middle.astimezone(clock).utcoffset() == before.astimezone(clock).utcoffset():
            before = middle
        else:
            after = middle
    return after


def spans(zone: str) -> Iterator[tuple[datetime, datetime]]:
    """Starts and ends around each change of the clocks; for a zone without any, around the turn of a year."""
    for change in changes(zone) or (datetime(FIRST, 12, 31, 23, tzinfo=UTC),):
        for minutes, length in SPANS:
            start = change + minutes * MINUTE
            yield start, start + length * MINUTE
