"""One customer as the desk sees them: ids, times, states and reasons, in a fixed number of queries. No calendar's name, nothing live."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts import lost, mails
from accounts.models import Approval, Connection, Contract, Deletion, LostFactor, SentMail, User
from billing.models import Account, StripeEvent
from billing.standing import Cause, Level, Standing
from billing.tasks import DISPUTES
from sync import overview, verify
from sync.access import pairs_of
from sync.admin.advice import Advice, Facts, Halt, Trouble, advise
from sync.explaining import sentence
from sync.models import Activity, Calendar, Link, Pair, Run, Watch
from sync.overview import PairRow
from sync.standing import WORTH_SAYING

SINCE = timedelta(days=14)
CYCLES, FAILURES, PARKED, MAILS = 5, 3, 20, 15


@dataclass(frozen=True)
class Failed:
    """The last writes that a provider refused: their words as they are kept, and the id that their support asks for."""

    at: datetime
    where: str
    words: str
    request_id: str


@dataclass
class ConnectionRow:
    connection: Connection
    calendars: list[Calendar] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)

    @property
    def troubled(self) -> list[Calendar]:
        return [calendar for calendar in self.calendars if calendar.failures and calendar.trouble]

    @property
    def policies(self) -> list[Calendar]:
        return [calendar for calendar in self.calendars if calendar.policy_domain]

    @property
    def watched_until(self) -> datetime | None:
        return min((watch.expires_at for watch in self.watches), default=None)


@dataclass(frozen=True)
class Cycle:
    run: Run
    where: str


@dataclass(frozen=True)
class Parked:
    """An event that was given up on, by its time; nobody here knows what it is."""

    link: Link
    direction: str
    why: str


@dataclass
class Sync:
    """A pair with all that the desk knows of it."""

    row: PairRow
    title: str
    cycles: list[Cycle]
    failed: list[Failed]
    parked: list[Parked]
    more_parked: bool
    overdue: bool


@dataclass
class Syncs:
    connections: list[ConnectionRow]
    pairs: list[Sync]
    approvals: list[Approval]


@dataclass(frozen=True)
class Paying:
    """`counted`: plans are enforced here. `account` None: nothing was asked of billing yet, and the trial has not begun."""

    counted: bool
    account: Account | None
    standing: Standing | None
    disputes: int = 0

    @property
    def unpaid_until(self) -> datetime | None:
        standing = self.standing if self.counted else None
        failed = standing and standing.cause is Cause.PAYMENT and standing.level is Level.GRACE
        return timezone.localtime(standing.until) if standing and failed and standing.until else None


@dataclass(frozen=True)
class Letter:
    """A mail that was sent: what about, and whether the mail server took it."""

    at: datetime
    words: str
    taken: bool


@dataclass(frozen=True)
class Lost:
    """Somebody says that every second factor is lost; `stands` in words."""

    row: LostFactor
    stands: str
    open: bool


@dataclass(frozen=True)
class Customer:
    user: User
    deletion: Deletion | None
    advice: list[Advice]
    paying: Paying
    contract: Contract | None
    mails: list[Letter]
    lost: list[Lost]
    syncs: Syncs | None


def name(calendar: Calendar) -> str:
    """By its account and the beginning of its id: what people call it may tell what it is for."""
    connection = calendar.connection
    return f"{connection.get_kind_display()} {connection.address} ({str(calendar.public_id)[:8]})"


def read(user: User, *, syncs: bool) -> Customer:
    """`syncs`: with connections and pairs, which are not for everybody at the desk."""
    now = timezone.now()
    found = _syncs(user, now) if syncs else None
    gone = Deletion.objects.filter(user=user).first()
    paying = _paying(user, now)
    advice = advise(_facts(user, gone, paying, found))
    # The text of a contract is long, and nobody reads it here.
    contract = Contract.objects.filter(user=user).defer("text").first()
    return Customer(user, gone, advice, paying, contract, _mails(user), _lost(user, now) if syncs else [], found)


def _mails(user: User) -> list[Letter]:
    rows = SentMail.objects.filter(user=user)[:MAILS]
    return [Letter(row.sent_at, mails.WORDS.get(row.name, row.name), row.taken) for row in rows]


def _lost(user: User, now: datetime) -> list[Lost]:
    rows = LostFactor.objects.filter(user=user)[:FAILURES]
    return [Lost(row, str(lost.state(row, now)), not (row.done_at or row.stopped_at)) for row in rows]


def _paying(user: User, now: datetime) -> Paying:
    account = Account.objects.filter(user=user).first()
    if account is None:
        return Paying(settings.BILLING, None, None)
    return Paying(settings.BILLING, account, account.standing(now), _disputes(account))


def _disputes(account: Account) -> int:
    """Begun and not over. Counted, since the two may arrive in any order."""
    rows = StripeEvent.objects.filter(customer=account.customer, type__in=DISPUTES) if account.customer else ()
    begun = [1 if row.type == DISPUTES[0] else -1 for row in rows]
    return max(0, sum(begun))


def _syncs(user: User, now: datetime) -> Syncs:
    calendars = list(Calendar.objects.filter(connection__user=user).select_related("connection"))
    watches = list(Watch.objects.filter(calendar__connection__user=user).select_related("calendar"))
    connections = [
        ConnectionRow(
            connection,
            [calendar for calendar in calendars if calendar.connection_id == connection.pk],
            [watch for watch in watches if watch.calendar.connection_id == connection.pk],
        )
        for connection in Connection.objects.filter(user=user)
    ]
    approvals = Approval.objects.filter(user=user, arrived_at=None)
    return Syncs(connections, _pairs(user, now), list(approvals))


def _pairs(user: User, now: datetime) -> list[Sync]:
    rows = overview.rows(pairs_of(user), name=name)
    pairs = [row.pair for row in rows]
    cycles = _cycles(pairs, now)
    failed = _grouped(_failed(pairs), "pair_id")
    parked = _grouped(_parked(pairs), "pair_number")
    late = set(verify.unverified(now).filter(user=user).values_list("pk", flat=True))
    return [
        Sync(
            row,
            f"{name(row.pair.first)} {'↔' if row.two_way else '→'} {name(row.pair.second)}",
            [cycle for cycle in cycles if cycle.run.calendar_id in (row.pair.first_id, row.pair.second_id)][
                : 2 * CYCLES
            ],
            [_failure(activity) for activity in failed.get(row.pair.pk, [])],
            [_given_up(link) for link in parked.get(row.pair.pk, [])[:PARKED]],
            len(parked.get(row.pair.pk, [])) > PARKED,
            row.pair.pk in late,
        )
        for row in rows
    ]


def _cycles(pairs: Sequence[Pair], now: datetime) -> list[Cycle]:
    """The newest of each calendar, newest first."""
    sides = {side.pk: side for pair in pairs for side in (pair.first, pair.second)}
    rows = Run.objects.filter(calendar__in=sides, started_at__gt=now - SINCE)
    newest = rows.annotate(place=_place("calendar_id", "-started_at")).filter(place__lte=CYCLES)
    return [Cycle(run, name(sides[run.calendar_id])) for run in newest.order_by("-started_at", "-pk")]


def _failed(pairs: Sequence[Pair]) -> QuerySet[Activity]:
    rows = Activity.objects.filter(pair__in=pairs, act=Activity.Act.FAILED)
    newest = rows.annotate(place=_place("pair_id", "-at")).filter(place__lte=FAILURES)
    return newest.select_related("flow__target__connection").order_by("pair_id", "-at")


def _parked(pairs: Sequence[Pair]) -> QuerySet[Link]:
    rows = Link.objects.filter(flow__pair__in=pairs, state=Link.State.PARKED).annotate(pair_number=F("flow__pair_id"))
    # One more than is shown says that there are more, without counting them.
    first = rows.annotate(place=_place("flow__pair_id", "starts_at")).filter(place__lte=PARKED + 1)
    wanted = ("flow__source__connection", "flow__target__connection")
    return first.select_related(*wanted).order_by("pair_number", "starts_at", "pk")


def _place(of: str, by: str) -> Window:
    return Window(RowNumber(), partition_by=[F(of)], order_by=[by, "-pk"])


def _grouped(rows: QuerySet[Any], by: str) -> dict[int, list[Any]]:
    return {number: list(share) for number, share in groupby(rows, key=lambda row: getattr(row, by))}


def _failure(activity: Activity) -> Failed:
    words = activity.error or sentence(activity.reason)
    return Failed(activity.at, name(activity.flow.target), words, activity.request_id)


def _given_up(link: Link) -> Parked:
    return Parked(link, f"{name(link.flow.source)} → {name(link.flow.target)}", sentence(link.reason))


def _facts(user: User, gone: Deletion | None, paying: Paying, syncs: Syncs | None) -> Facts:
    over = paying.counted and paying.standing is not None and paying.standing.level is not Level.FULL
    money = {"plan_over": over, "unpaid_until": paying.unpaid_until, "disputes": paying.disputes}
    if syncs is None:
        return Facts(active=user.is_active, deleting=gone is not None, **money)  # type: ignore[arg-type]
    calendars = [calendar for row in syncs.connections for calendar in row.calendars]
    failing = [calendar for calendar in calendars if calendar.trouble and calendar.failures >= WORTH_SAYING]
    rows = [sync.row for sync in syncs.pairs]
    used = {side.pk for row in rows for side in (row.pair.first, row.pair.second)}
    return Facts(
        active=user.is_active,
        deleting=gone is not None,
        **money,  # type: ignore[arg-type]
        halts=tuple(_halt(row.connection) for row in syncs.connections if row.connection.halted),
        troubles=tuple(Trouble(name(c), c.trouble, c.failures, c.trouble == Calendar.OURS) for c in failing),
        lost=tuple(name(calendar) for calendar in calendars if calendar.lost_at and calendar.pk in used),
        held=sum(row.held for row in rows),
        paused=sum(bool(row.pair.paused_at) for row in rows),
        by_plan=sum(row.pair.paused_by_plan for row in rows),
        parked=sum(flow.counts.parked for row in rows for flow in row.flows),
        unverified=sum(sync.overdue for sync in syncs.pairs),
        waiting=tuple(approval.domain for approval in syncs.approvals),
    )


def _halt(connection: Connection) -> Halt:
    label = f"{connection.get_kind_display()} {connection.address}"
    since = connection.halted_at or connection.created_at
    told = connection.halt_told_at
    cause = connection.get_halt_cause_display()
    return Halt(label, cause, timezone.localtime(since), timezone.localtime(told) if told else None)
