"""The dry run in words: what Start will do, or Save, counted from the calendars as they are now."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sync import byday, unreachable
from sync.byday import Listing
from sync.core.operation import Reason
from sync.engine import preview
from sync.engine.clients import Resting, Trouble
from sync.engine.preview import Fate, FlowPreview, Preview
from sync.models import Calendar, FlowSettings, Pair
from sync.unreachable import Unreachable
from sync.wording import calendar_name, listed
from sync.wording import count as counted

CHANGES = frozenset(Fate) - {Fate.STAY, Fate.SKIP}


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
    """`sentences` is empty when the calendars could not be read; `problem` then says why. `held`: what the brake would hold."""

    sentences: list[str] = field(default_factory=list)
    directions: list[Direction] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    listing: Listing = field(default_factory=lambda: Listing([]))
    problem: Unreachable | None = None


def count(
    first: Calendar, second: Calendar, out: FlowSettings, back: FlowSettings | None, start: date | None = None
) -> Count:
    """A pair that is to be made: every event of the days from `start` on is listed, copied or not."""

    def told(found: Preview) -> Count:
        more = [change(flow) for flow in found.flows if flow.updates or flow.number(Fate.REMOVE)]
        return _count(found, [sentence(found, first, second), *more], CHANGES | {Fate.SKIP}, start)

    return _asked(lambda: preview.dry_run(first=first, second=second, out=out, back=back), told)


def count_change(pair: Pair, out: FlowSettings, back: FlowSettings | None, start: date | None = None) -> Count:
    """A pair that is to be changed: what changes is listed; what stays is only counted."""

    def told(found: Preview) -> Count:
        return _count(found, [*map(change, found.flows), *originals(found)], CHANGES, start)

    return _asked(lambda: preview.dry_change(pair=pair, out=out, back=back), told)


def _asked(ask: Callable[[], Preview], tell: Callable[[Preview], Count]) -> Count:
    try:
        return tell(ask())
    except (Trouble, Resting) as error:
        return Count(problem=unreachable.told(error))


def _count(found: Preview, sentences: list[str], fates: frozenset[Fate], start: date | None) -> Count:
    held = [hold(flow) for flow in found.flows if flow.number(Fate.HOLD)]
    return Count(sentences, [_direction(flow) for flow in found.flows], held, byday.listing(found, fates, start))


def sentence(found: Preview, first: Calendar, second: Calendar) -> str:
    """What will be made where; a calendar that is no target is named as untouched."""
    parts = [
        f"{counted(flow.creates, 'copy', 'copies')} in {calendar_name(flow.target)}"
        for flow in found.flows
        if flow.creates
    ]
    written = {flow.target.pk for flow in found.flows if any(line.fate in CHANGES for line in flow.lines)}
    written |= {flow.target.pk for flow in found.flows if flow.creates}
    still = [calendar_name(calendar) for calendar in (first, second) if calendar.pk not in written]
    if not parts:
        nothing = "Hetk will copy nothing now: there is no event to copy yet." if written else ""
        nothing = nothing or "Hetk will change nothing now: there is no event to copy yet."
        return f"{nothing} New ones are copied as they appear."
    rest = f"; it will change nothing in {still[0]}" if still else ""
    return f"Hetk will create {listed(parts)}{rest}."


def change(flow: FlowPreview) -> str:
    """ "In Home, 38 copies are rewritten, 4 are removed, 12 are made and 250 stay." """
    where = f"In {calendar_name(flow.target)}"
    numbers = [
        (flow.updates, "is rewritten", "are rewritten"),
        (flow.number(Fate.REMOVE), "is removed", "are removed"),
        (flow.creates, "is made", "are made"),
    ]
    parts = [(number, one if number == 1 else many) for number, one, many in numbers if number]
    stay = flow.number(Fate.STAY) + flow.number(Fate.ORIGIN_UPDATE)
    if not parts:
        kept = counted(stay, "copy stays as it is", "copies stay as they are")
        return f"{where}, nothing changes: {kept}." if stay else f"{where}, nothing changes."
    if stay:
        parts.append((stay, "stays" if stay == 1 else "stay"))
    (number, verb), *others = parts
    words = [f"{counted(number, 'copy', 'copies')} {verb}", *(f"{number} {verb}" for number, verb in others)]
    end = (
        f" No original is touched, and nothing more is copied from {calendar_name(flow.source)}." if flow.ending else ""
    )
    return f"{where}, {listed(words)}.{end}"


def originals(found: Preview) -> list[str]:
    """What travels back, in words: one sentence for each calendar whose own events change."""
    said = []
    for flow in found.flows:
        removed = flow.number(Fate.ORIGIN_REMOVE)
        name, changed = calendar_name(flow.source), flow.origins - removed
        if changed:
            took = counted(
                changed,
                "original takes over what was changed in its copy",
                "originals take over what was changed in their copies",
            )
            said.append(f"In {name}, {took}.")
        if removed:
            gone = counted(
                removed, "original is deleted, as its copy was", "originals are deleted, as their copies were"
            )
            said.append(f"In {name}, {gone}.")
    return said


def hold(flow: FlowPreview) -> str:
    held = flow.number(Fate.HOLD)
    waits = counted(held, "copy would be removed and waits", "copies would be removed and wait")
    return f"In {calendar_name(flow.target)}, {waits} for your word."


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
