"""What a dry run foretells, day by day: a page of days at a time, each event with what happens to it and why.

Titles come from the reading that was just made and live as long as the answer to one request.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from sync.core.event import AllDay, When
from sync.core.window import starts_at
from sync.engine.preview import Fate, Line, Preview
from sync.wording import calendar_name, day, moment

# Entries of one page, in whole days, and of one day.
PAGE = 30
CROWDED = 40
LOOKS = {
    Fate.CREATE: ("plus", "ok"),
    Fate.UPDATE: ("pencil", "ok"),
    Fate.REMOVE: ("minus", "warn"),
    Fate.HOLD: ("alert", "warn"),
    Fate.STAY: ("check", "still"),
    Fate.SKIP: ("skip", "still"),
    Fate.ORIGIN_UPDATE: ("pencil", "ok"),
    Fate.ORIGIN_REMOVE: ("bin", "warn"),
}


@dataclass(frozen=True)
class Entry:
    """`title`: as it will be seen; `own`: what the person's own event says, where that is something else."""

    at: datetime
    when: str
    title: str
    own: str
    what: str
    why: str
    icon: str
    tone: str


@dataclass(frozen=True)
class Day:
    """`more`: entries left out because the day has so many."""

    date: date
    name: str
    entries: list[Entry]
    more: int


@dataclass(frozen=True)
class Listing:
    """One page. `earlier` and `later`: where the neighbouring pages begin; the numbers: days with entries before and after."""

    days: list[Day]
    earlier: date | None = None
    earlier_days: int = 0
    later: date | None = None
    later_days: int = 0
    last: str = ""


def listing(found: Preview, fates: Collection[Fate], start: date | None) -> Listing:
    """The page that begins on `start`: by default today, or the last day that has entries where none is ahead."""
    by_day: dict[date, list[Line]] = defaultdict(list)
    for line in (line for flow in found.flows for line in flow.lines if line.fate in fates):
        by_day[_date(line)].append(line)
    dates = sorted(by_day)
    if not dates:
        return Listing([])
    sizes = [min(len(by_day[value]), CROWDED) for value in dates]
    ahead = [index for index, value in enumerate(dates) if value >= (start or timezone.localdate())]
    first = ahead[0] if ahead else len(dates) - 1
    end = _reach(sizes, first)
    earlier = first - _reach(sizes[:first][::-1], 0) if first else 0
    return Listing(
        [_day(value, by_day[value]) for value in dates[first:end]],
        earlier=dates[earlier] if first else None,
        earlier_days=first,
        later=dates[end] if end < len(dates) else None,
        later_days=len(dates) - end,
        last=day(dates[-1]),
    )


def _reach(sizes: Sequence[int], first: int) -> int:
    """Where the page that begins at `first` ends: as many whole days as fit, and at least one."""
    total, index = 0, first
    while index < len(sizes) and (index == first or total + sizes[index] <= PAGE):
        total += sizes[index]
        index += 1
    return index


def _day(value: date, lines: list[Line]) -> Day:
    entries = sorted((entry(line, value) for line in lines), key=lambda entry: (entry.at, entry.what))
    return Day(value, day(value), entries[:CROWDED], max(0, len(entries) - CROWDED))


def entry(line: Line, on: date) -> Entry:
    event, when = line.event, _when(line)
    own = event.content.title if event else ""
    title = line.title or own or "(no title)"
    icon, tone = LOOKS[line.fate]
    return Entry(
        at=starts_at(when) if when else line.prospect.link.starts_at,
        when=told(when, on) if when else "",
        title=title,
        own=own if own and own != title else "",
        what=_what(line),
        why=f"{line.reason.sentence}.",
        icon=f"icons/{icon}.html",
        tone=tone,
    )


def _what(line: Line) -> str:
    flow = line.prospect.task.flow
    source, target = calendar_name(flow.source), calendar_name(flow.target)
    words = {
        Fate.CREATE: f"Copied to {target}",
        Fate.UPDATE: f"Its copy in {target} is rewritten",
        Fate.REMOVE: f"Its copy in {target} is removed",
        Fate.HOLD: f"Its copy in {target} stays until you decide",
        Fate.STAY: f"Its copy in {target} stays as it is",
        Fate.SKIP: f"Not copied to {target}",
        Fate.ORIGIN_UPDATE: f"The original in {source} takes over what was changed in {target}",
        Fate.ORIGIN_REMOVE: f"The original in {source} is deleted, as its copy was",
    }
    return words[line.fate]


def _when(line: Line) -> When | None:
    return line.event.content.when if line.event else None


def _date(line: Line) -> date:
    when = _when(line)
    if isinstance(when, AllDay):
        return when.start
    return timezone.localtime(when.start if when else line.prospect.link.starts_at).date()


def told(when: When, on: date) -> str:
    """The span below the heading of its day: times alone where it begins and ends there."""
    if isinstance(when, AllDay):
        last = when.end - timedelta(days=1)
        return "All day" if last <= on else f"All day, until {day(last)}"
    start, end = timezone.localtime(when.start), timezone.localtime(when.end)
    if end.date() == start.date():
        return f"{start:%H:%M}–{end:%H:%M}"
    return f"{start:%H:%M} – {moment(end)}"
