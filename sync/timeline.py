"""What was done and what was not, and why, in words. Times and reasons only: titles are known to nobody here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from sync.core.operation import Reason
from sync.models import Activity, Brake, Pair
from sync.overview import PairRow
from sync.wording import calendar_name, day, span

Act = Activity.Act
FILTERS = {
    "all": ("Everything", Q()),
    "done": (
        "Done",
        Q(act__in=(Act.CREATED, Act.UPDATED, Act.REMOVED, Act.ADOPTED, Act.ORIGIN_UPDATED, Act.ORIGIN_REMOVED)),
    ),
    "skipped": ("Not copied", Q(act=Act.SKIPPED)),
    "attention": ("Needs attention", Q(act__in=(Act.FAILED, Act.HELD))),
}
PAGE = 50
MARKS = {
    Act.CREATED: ("plus", "ok"),
    Act.UPDATED: ("pencil", "ok"),
    Act.REMOVED: ("minus", "ok"),
    Act.ADOPTED: ("check", "ok"),
    Act.ORIGIN_UPDATED: ("pencil", "ok"),
    Act.ORIGIN_REMOVED: ("bin", "ok"),
    Act.SKIPPED: ("skip", "still"),
    Act.HELD: ("alert", "warn"),
    Act.FAILED: ("stop", "stop"),
}


@dataclass(frozen=True)
class Entry:
    """`what`: the act and where; `why`: a sentence; `event`: when the event is that it was about."""

    row: Activity
    what: str
    why: str
    event: str
    icon: str
    tone: str
    day: date | None = None


@dataclass(frozen=True)
class Day:
    name: str
    entries: list[Entry]


@dataclass(frozen=True)
class Question:
    """Deletions that wait: how many of how many, in which calendar, because of which."""

    brake: Brake
    source: str
    target: str


def of_user(user: User) -> QuerySet[Activity]:
    return _joined(Activity.objects.filter(pair__user=user))


def of_pair(pair: Pair) -> QuerySet[Activity]:
    return _joined(Activity.objects.filter(pair=pair))


def latest(pair: Pair, number: int) -> list[Entry]:
    return [entry(row) for row in of_pair(pair)[:number]]


def questions(row: PairRow) -> list[Question]:
    flows = {flow.flow.pk: flow for flow in row.flows}
    return [Question(b, flows[b.flow_id].source_name, flows[b.flow_id].target_name) for b in row.brakes]


def page(rows: QuerySet[Activity], *, before: int | None) -> tuple[list[Activity], int | None]:
    """One page of rows, newest first, and the id to go on from when there are older ones."""
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def days(rows: Iterable[Activity]) -> list[Day]:
    """By day in the person's zone, newest first."""
    grouped = groupby(rows, key=lambda row: timezone.localtime(row.at).date())
    return [Day(_named(value), [entry(row) for row in entries]) for value, entries in grouped]


def entry(row: Activity) -> Entry:
    icon, tone = MARKS[Act(row.act)]
    return Entry(row, _what(row), _why(row), _event(row), f"icons/{icon}.html", tone, _day(row))


def _joined(rows: QuerySet[Activity]) -> QuerySet[Activity]:
    wanted = ("pair", "flow__source__connection", "flow__target__connection")
    return rows.select_related(*wanted).order_by("-at", "-pk")


def _what(row: Activity) -> str:
    source, target = calendar_name(row.flow.source), calendar_name(row.flow.target)
    words = {
        Act.CREATED: f"Created a copy in {target}",
        Act.UPDATED: f"Updated the copy in {target}",
        Act.REMOVED: f"Removed the copy from {target}",
        Act.ADOPTED: f"Found the copy in {target} again",
        Act.ORIGIN_UPDATED: f"Changed the original in {source}",
        Act.ORIGIN_REMOVED: f"Deleted the original in {source}",
        Act.SKIPPED: f"Not copied to {target}",
        Act.HELD: f"Held a deletion in {target}",
        Act.FAILED: f"Could not write to {target}",
    }
    return words[Act(row.act)]


def _why(row: Activity) -> str:
    try:
        words = Reason(row.reason).sentence
    except ValueError:
        words = row.reason
    return words[:1].upper() + words[1:] + "."


def _event(row: Activity) -> str:
    if row.starts_at is None or row.ends_at is None:
        return ""
    # Dates of all-day events are kept as midnights in UTC and are never converted.
    if row.all_day:
        return span(row.starts_at, row.ends_at, all_day=True)
    return span(timezone.localtime(row.starts_at), timezone.localtime(row.ends_at))


def _day(row: Activity) -> date | None:
    """The day that the event is looked up on: its own date, or that of the person's zone."""
    if row.starts_at is None:
        return None
    return row.starts_at.date() if row.all_day else timezone.localtime(row.starts_at).date()


def _named(value: date) -> str:
    ago = (timezone.localdate() - value).days
    return {0: "Today", 1: "Yesterday"}.get(ago, day(value))
