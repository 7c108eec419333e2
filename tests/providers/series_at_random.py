"""Series made at random from a seed: rules, zones by name and brought along, floating and whole days, left out, added, changed.

Each is as a careful client would write it: its beginning is the first that its rule names, its end is told the way its beginning is.
What careless ones write has a table of its own in `test_caldav_series.py`, for there libraries go their several ways.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FIRST, LAST = date(2026, 12, 1), date(2028, 1, 1)
# Two years, so that both changes of the clocks lie in it more than once.
BEGINNINGS = [date(2026, 3, 1) + timedelta(days=n) for n in range(0, 700, 3)]
BROUGHT = "Somebody's own clock"
KINDS = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", BROUGHT, "floating", "dates")
# By the rules of Berlin, under a name that nobody knows.
VTIMEZONE = f"""BEGIN:VTIMEZONE
TZID:{BROUGHT}
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE"""


@dataclass
class Made:
    """`events`: the VEVENTs' own lines; `clock`: what the times are told by, None for floating and whole days."""

    kind: str
    events: list[list[str]] = field(default_factory=list)

    @property
    def clock(self) -> tzinfo | None:
        if self.kind in ("floating", "dates"):
            return None
        return {"UTC": UTC, BROUGHT: ZoneInfo("Europe/Berlin")}.get(self.kind) or ZoneInfo(self.kind)

    def said(self, name: str, *walls: datetime) -> str:
        if self.kind == "dates":
            return f"{name};VALUE=DATE:" + ",".join(f"{wall:%Y%m%d}" for wall in walls)
        zone = "" if self.kind in ("floating", "UTC") else f";TZID={self.kind}"
        z = "Z" if self.kind == "UTC" else ""
        return f"{name}{zone}:" + ",".join(f"{wall:%Y%m%dT%H%M%S}{z}" for wall in walls)

    def text(self, uid: str) -> str:
        whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//T//T//EN"]
        whole += VTIMEZONE.splitlines() if self.kind == BROUGHT else []
        for lines in self.events:
            whole += ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", "SUMMARY:x", *lines, "END:VEVENT"]
        return "\r\n".join([*whole, "END:VCALENDAR", ""])


def made(kind: str, seed: int) -> Made:
    chance = random.Random(f"{kind} {seed}")
    found = Made(kind)
    day = chance.choice(BEGINNINGS)
    # Outside the hours that clocks skip or show twice: there libraries differ, and the table says what is right.
    wall = datetime(day.year, day.month, day.day, chance.randrange(4, 23), chance.choice((0, 30)))
    wall = wall if found.kind != "dates" else datetime(day.year, day.month, day.day)
    rule = _rule(chance, wall)
    slots = _slots(rule, wall)
    rule += _end(chance, found, slots)
    slots = slots[: int(rule.partition("COUNT=")[2])] if "COUNT=" in rule else slots
    master = [found.said("DTSTART", wall), _length(chance, found, wall), f"RRULE:{rule}"]
    some = chance.sample(slots[1:20], min(len(slots[1:20]), chance.randrange(4))) if len(slots) > 2 else []
    left_out, changed = some[:2], some[2:]
    master += [found.said("EXDATE", *left_out)] if left_out else []
    added = wall + timedelta(days=chance.randrange(3, 300), hours=0 if found.kind == "dates" else 1)
    if chance.random() < 0.3 and added not in slots:
        master.append(found.said("RDATE", added))
    found.events.append(master)
    for slot in changed:
        there = slot + timedelta(
            days=chance.randrange(-2, 3), hours=0 if found.kind == "dates" else chance.choice((0, 1))
        )
        lines = [found.said("RECURRENCE-ID", slot), found.said("DTSTART", there), _length(chance, found, there)]
        found.events.append(lines)
    return found


def _rule(chance: random.Random, wall: datetime) -> str:
    """One that names its own beginning."""
    day, nth = DAYS[wall.weekday()], (wall.day - 1) // 7 + 1
    every = f";INTERVAL={chance.randrange(2, 4)}" if chance.random() < 0.4 else ""
    others = sorted({day, *chance.sample(DAYS, chance.randrange(3))}, key=DAYS.index)
    week = chance.choice(("", ";WKST=SU", ";WKST=MO"))
    last = (wall + timedelta(days=7)).month != wall.month
    return chance.choice(
        [
            f"FREQ=DAILY{every}",
            f"FREQ=DAILY;BYDAY={','.join(others)}",
            f"FREQ=WEEKLY{every}{week};BYDAY={','.join(others)}",
            f"FREQ=WEEKLY{every}",
            f"FREQ=MONTHLY{every}",
            f"FREQ=MONTHLY{every};BYMONTHDAY={wall.day}",
            f"FREQ=MONTHLY{every};BYDAY={-1 if last else nth}{day}",
            f"FREQ=MONTHLY;BYDAY={day};BYSETPOS={-1 if last else nth}",
            f"FREQ=YEARLY;BYMONTH={wall.month};BYDAY={-1 if last else nth}{day}",
            f"FREQ=YEARLY;BYMONTH={wall.month};BYMONTHDAY={wall.day}",
        ]
    )


def _slots(rule: str, wall: datetime) -> list[datetime]:
    """Only to choose among: which are left out and changed."""
    from dateutil.rrule import rrulestr

    rules = rrulestr(rule, dtstart=wall)
    return list(rules.between(wall, datetime(2028, 6, 1), inc=True))


def _end(chance: random.Random, found: Made, slots: list[datetime]) -> str:
    how = chance.randrange(3)
    if how == 0 or len(slots) < 2:
        return ""
    if how == 1:
        return f";COUNT={chance.randrange(2, 40)}"
    last = chance.choice(slots[1:40])
    if found.clock is None:
        return f";UNTIL={last:%Y%m%d}" if found.kind == "dates" else f";UNTIL={last:%Y%m%dT%H%M%S}"
    return f";UNTIL={last.replace(tzinfo=found.clock).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _length(chance: random.Random, found: Made, wall: datetime) -> str:
    if found.kind == "dates":
        return found.said("DTEND", wall + timedelta(days=chance.randrange(1, 4)))
    if chance.random() < 0.5:
        return f"DURATION:PT{chance.choice((15, 45, 90, 180))}M"
    return found.said("DTEND", wall + timedelta(minutes=chance.choice((15, 30, 60))))
