"""Pairs as people look at them: rows with their counts and how they stand, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Connection
from sync.models import Activity, Brake, Calendar, Flow, FlowSettings, Link, Pair
from sync.proven import Audits, audits
from sync.standing import Facts, Standing, stand
from sync.wording import calendar_name, copied_words, looks_words

COPIED = Q(state__in=(Link.State.LIVE, Link.State.HELD, Link.State.FREED, Link.State.KEPT))
# A copy that is being written to right now exists as well.
COPIED |= Q(state=Link.State.INTENT) & ~Q(copy_id="")


@dataclass(frozen=True)
class Counts:
    """Of one flow: copies that exist, events that wait for theirs, copies about to be changed, events given up on."""

    copies: int = 0
    waiting: int = 0
    changing: int = 0
    parked: int = 0

    @property
    def known(self) -> int:
        return self.copies + self.waiting


@dataclass
class FlowRow:
    flow: Flow
    source: Calendar
    target: Calendar
    counts: Counts

    @property
    def source_name(self) -> str:
        return calendar_name(self.source)

    @property
    def target_name(self) -> str:
        return calendar_name(self.target)

    @property
    def looks(self) -> str:
        settings = FlowSettings.of(self.flow)
        return looks_words(settings.enforced if self.source.policy_domain else settings)

    @property
    def copied(self) -> str:
        return copied_words(self.flow)


Name = Callable[[Calendar], str]
NEVER = Audits()


@dataclass
class PairRow:
    pair: Pair
    flows: list[FlowRow]
    standing: Standing
    brakes: list[Brake] = field(default_factory=list)
    last: Activity | None = None
    audits: Audits = NEVER

    @property
    def first_name(self) -> str:
        return calendar_name(self.pair.first)

    @property
    def second_name(self) -> str:
        return calendar_name(self.pair.second)

    @property
    def two_way(self) -> bool:
        return is_two_way(self.pair)

    @property
    def title(self) -> str:
        return title_of(self.pair)

    @property
    def copies(self) -> int:
        return sum(row.counts.copies for row in self.flows)

    @property
    def held(self) -> int:
        return sum(brake.held for brake in self.brakes)

    @property
    def may_be_verified(self) -> bool:
        """Whether an audit that was asked for is made now; that of a sync that stands still, or cannot be read, waits."""
        still = self.pair.paused_at or self.pair.ending_at
        return not still and not any(c.lost_at or c.connection.halted for c in (self.pair.first, self.pair.second))

    @property
    def waiting(self) -> int:
        return sum(row.counts.waiting for row in self.flows)

    @property
    def known(self) -> int:
        return self.copies + self.waiting

    @property
    def checked_at(self) -> datetime | None:
        """When the calendar that was read longest ago was read."""
        moments = [self.pair.first.checked_at, self.pair.second.checked_at]
        if not self.two_way:
            moments = [row.source.checked_at for row in self.flows[:1]]
        return min((moment for moment in moments if moment), default=None)


def is_two_way(pair: Pair) -> bool:
    return sum(flow.ending_at is None for flow in pair.flows.all()) > 1


def title_of(pair: Pair) -> str:
    arrow = "↔" if is_two_way(pair) else "→"
    return f"{calendar_name(pair.first)} {arrow} {calendar_name(pair.second)}"


def rows(pairs: QuerySet[Pair], *, name: Name = calendar_name) -> list[PairRow]:
    """One row for each pair, those in trouble first. Six queries, however many pairs there are. `name`: what calendars are called."""
    now = timezone.now()
    latest = Activity.objects.filter(pair=OuterRef("pk")).exclude(act=Activity.Act.SKIPPED).order_by("-at", "-pk")
    found = list(pairs.annotate(last_id=Subquery(latest.values("pk")[:1])))
    last = Activity.objects.in_bulk([pair.last_id for pair in found if pair.last_id])
    counts = _counts(found, now)
    brakes = _brakes(found)
    made = [_row(pair, counts, brakes[pair.pk], last, name) for pair in found]
    audited = audits(found)
    for one in made:
        one.audits = audited.get(one.pair.pk, one.audits)
    return sorted(made, key=lambda row: row.standing.rank)


def row(pair: Pair) -> PairRow:
    return rows(
        Pair.objects.filter(pk=pair.pk)
        .select_related("first__connection", "second__connection")
        .prefetch_related("flows")
    )[0]


def _row(pair: Pair, counts: dict[int, Counts], brakes: list[Brake], last: dict[int, Activity], name: Name) -> PairRow:
    sides = {pair.first_id: pair.first, pair.second_id: pair.second}
    flows = [
        FlowRow(flow, sides[flow.source_id], sides[flow.target_id], counts.get(flow.pk, Counts()))
        for flow in sorted(pair.flows.all(), key=lambda flow: flow.source_id != pair.first_id)
    ]
    facts = _facts(pair, flows, brakes, name)
    return PairRow(pair, flows, stand(facts), brakes, last.get(pair.last_id))  # type: ignore[attr-defined]


def _facts(pair: Pair, flows: list[FlowRow], brakes: list[Brake], name: Name) -> Facts:
    calendars = [pair.first, pair.second]
    halted: list[Connection] = [c.connection for c in calendars if c.connection.halted]
    failing = [c for c in calendars if c.failures and c.trouble]
    settled = all(row.flow.settled_at for row in flows)
    return Facts(
        ending=bool(pair.ending_at),
        paused=bool(pair.paused_at),
        by_plan=pair.paused_by_plan,
        halted=halted[0] if halted else None,
        lost=next((name(c) for c in calendars if c.lost_at), ""),
        read_only=next((name(row.target) for row in flows if not row.target.can_write and not row.flow.ending_at), ""),
        held=sum(brake.held for brake in brakes),
        failing=name(failing[0]) if failing else "",
        trouble=failing[0].trouble if failing else "",
        failures=max((c.failures for c in failing), default=0),
        copies=sum(row.counts.copies for row in flows),
        waiting=sum(row.counts.waiting for row in flows),
        changing=sum(row.counts.changing for row in flows),
        parked=sum(row.counts.parked for row in flows),
        settled=settled,
    )


def _counts(pairs: Sequence[Pair], now: datetime) -> dict[int, Counts]:
    judged = Q(state=Link.State.SEEN) & ~Q(reason="")
    waiting = Q(due_at__lte=now) | Q(due_at__isnull=False, attempts__gt=0)
    found = Link.objects.filter(flow__pair__in=[pair.pk for pair in pairs]).values("flow_id")
    found = found.annotate(
        copies=Count("pk", filter=COPIED),
        # What was looked at before and got no copy is not on its way, even while it is looked at again.
        waiting=Count("pk", filter=waiting & ~COPIED & ~Q(state=Link.State.PARKED) & ~judged),
        changing=Count("pk", filter=waiting & COPIED),
        parked=Count("pk", filter=Q(state=Link.State.PARKED)),
    )
    return {e["flow_id"]: Counts(e["copies"], e["waiting"], e["changing"], e["parked"]) for e in found}


def _brakes(pairs: Sequence[Pair]) -> dict[int, list[Brake]]:
    by_pair: dict[int, list[Brake]] = defaultdict(list)
    for brake in Brake.objects.filter(flow__pair__in=[pair.pk for pair in pairs], decided_at=None).select_related(
        "flow"
    ):
        by_pair[brake.flow.pair_id].append(brake)
    return by_pair
