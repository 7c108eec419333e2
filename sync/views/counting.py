"""The dry run in words: what Start will do, counted from the calendars as they are now."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sync.core.operation import Reason
from sync.engine import preview
from sync.engine.clients import Resting, Trouble
from sync.engine.preview import FlowPreview, Preview
from sync.models import Calendar
from sync.pairs import FlowSettings
from sync.wording import calendar_name, listed
from sync.wording import count as counted


@dataclass(frozen=True)
class Month:
    """`share`: of the fullest month, 0 to 100."""

    name: str
    copies: int
    share: int


@dataclass(frozen=True)
class Direction:
    source: str
    target: str
    creates: int
    skips: list[tuple[str, str]]
    months: list[Month]


@dataclass(frozen=True)
class Count:
    """`sentence` is empty when the calendars could not be read; `problem` then says so."""

    sentence: str
    directions: list[Direction]
    problem: str = ""


def count(first: Calendar, second: Calendar, out: FlowSettings, back: FlowSettings | None) -> Count:
    try:
        found = preview.dry_run(first=first, second=second, out=out, back=back)
    except (Trouble, Resting):
        return Count("", [], "One of the two accounts does not answer at the moment, so nothing could be counted.")
    return Count(sentence(found, first, second), [_direction(flow) for flow in found.flows])


def sentence(found: Preview, first: Calendar, second: Calendar) -> str:
    """What will be written where; a calendar that is no target is named as untouched."""
    parts = [
        f"{counted(flow.creates, 'copy', 'copies')} in {calendar_name(flow.target)}"
        for flow in found.flows
        if flow.creates
    ]
    written = {flow.target.pk for flow in found.flows if flow.creates}
    still = [calendar_name(calendar) for calendar in (first, second) if calendar.pk not in written]
    if not parts:
        return "Hetk will change nothing now: there is no event to copy yet. New ones are copied as they appear."
    rest = f"; it will change nothing in {still[0]}" if still else ""
    return f"Hetk will create {listed(parts)}{rest}."


def _direction(flow: FlowPreview) -> Direction:
    skips = [
        (counted(n, "event"), reason.sentence) for reason, n in flow.skips.most_common() if reason is not Reason.IN_STEP
    ]
    return Direction(calendar_name(flow.source), calendar_name(flow.target), flow.creates, skips, months(flow.days))


def months(days: Counter[date]) -> list[Month]:
    """Copies by month, every month between the first and the last that has one."""
    totals: Counter[tuple[int, int]] = Counter()
    for day, copies in days.items():
        totals[day.year, day.month] += copies
    if not totals:
        return []
    most = max(totals.values())
    numbers = range(_index(min(totals)), _index(max(totals)) + 1)
    spans = [(number // 12, number % 12 + 1) for number in numbers]
    return [Month(f"{date(y, m, 1):%b %Y}", totals[y, m], round(100 * totals[y, m] / most)) for y, m in spans]


def _index(month: tuple[int, int]) -> int:
    return month[0] * 12 + month[1] - 1
