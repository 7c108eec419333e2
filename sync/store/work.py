"""Work: links that want a look, leased so that two cycles never plan the same one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Min, Q, QuerySet

from sync.core.fingerprint import decode
from sync.core.operation import Reason
from sync.core.plan import Known
from sync.models import Activity, Flow, Link
from sync.models.flow import ASKED as SETTINGS
from sync.store import due as bells
from sync.store import locks

LEASE = timedelta(minutes=5)
# So that what one cycle takes is written well before its leases end.
MOST = 500
# How soon it is tried again what a person may not write any more: they may be allowed to by then.
UNTIL_ALLOWED = timedelta(minutes=15)
# What the person can change about a flow.
ASKED = (*SETTINGS, "ending_at")
POLICIES = {"source_policy": F("source__policy_domain"), "target_policy": F("target__policy_domain")}


@dataclass(slots=True)
class Task:
    """One link to be planned, with its flow."""

    link: Link
    flow: Flow

    @property
    def known(self) -> Known:
        link = self.link
        return Known(
            salt=link.origin_ref,
            generation=link.generation,
            origin=decode(link.origin_prints),
            written=decode(link.written_prints),
            copy=decode(link.copy_prints),
            label=link.label,
            in_doubt=link.in_doubt,
            taken_over=link.reason == Reason.TAKEN_OVER,
        )


def take(flows: Collection[Flow], now: datetime) -> list[Task]:
    """Up to `MOST` due links of these flows, leased to the caller, what is soonest from now first.

    The flows are brought up to date with what the person asked for meanwhile; what was paused or ended is left alone.
    """
    by_id = {flow.pk: flow for flow in flows}
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    with transaction.atomic():
        locks.flows(by_id)
        due = Link.objects.filter(free, flow__in=by_id, due_at__lte=now)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, no_key=True)
        links = list(due[: MOST + 1])
        if len(links) > MOST:
            ahead = list(due.filter(ends_at__gte=now).order_by("starts_at")[:MOST])
            links = [*ahead, *due.filter(ends_at__lt=now).order_by("-starts_at")[: MOST - len(ahead)]]
        links.sort(key=lambda link: (link.ends_at < now, abs(link.starts_at - now)))
        # After the links: a change of the flow that is not seen here makes its links due anew.
        wanted = _wanted(by_id) if links else set()
        links = [link for link in links if link.flow_id in wanted]
        if links:
            Link.objects.filter(pk__in=[link.pk for link in links]).update(lease_until=now + LEASE)
        for link in links:
            link.lease_until = now + LEASE
    return [Task(link, by_id[link.flow_id]) for link in links]


def _asked(pks: Iterable[int]) -> "QuerySet[Any]":
    """Flows with all that the person and the policies of both calendars ask for now."""
    return Flow.objects.filter(pk__in=pks).select_related("pair").annotate(**POLICIES)


def _policies(flow: Flow) -> tuple[str, str]:
    return flow.source.policy_domain, flow.target.policy_domain


def _wanted(flows: Mapping[int, Flow]) -> set[int]:
    """The flows to work for, each brought up to date with its row; not those of a pair that was paused or ended meanwhile."""
    wanted = set()
    for row in _asked(flows):
        flow, pair = flows[row.pk], flows[row.pk].pair
        flow.source.policy_domain, flow.target.policy_domain = row.source_policy, row.target_policy
        for name in ASKED:
            setattr(flow, name, getattr(row, name))
        pair.paused_at, pair.ending_at = row.pair.paused_at, row.pair.ending_at
        if pair.paused_at is None or flow.is_ending:
            wanted.add(row.pk)
    return wanted


def stands(flow: Flow) -> bool:
    """Whether the person still asks of this flow what they did when its work was taken."""
    row = next(iter(_asked([flow.pk])), None)
    if row is None:
        return False
    asked = [(getattr(row, name), getattr(flow, name)) for name in ASKED]
    asked += [(row.pair.paused_at, flow.pair.paused_at), (row.pair.ending_at, flow.pair.ending_at)]
    asked.append(((row.source_policy, row.target_policy), _policies(flow)))
    return all(now == then for now, then in asked)


@transaction.atomic
def look_again(flows: Collection[Flow], now: datetime) -> None:
    """Every link of these flows is planned anew. Deletions that wait for a word are held again, where they are still wanted."""
    locks.flows(flow.pk for flow in flows)
    Link.objects.filter(flow__in=flows).update(due_at=now, attempts=0)
    calendars = {pk for flow in flows for pk in (flow.source_id, flow.target_id)}
    # A complete reading brings every content at once; what is already known to be complete stays so.
    bells.read_again(calendars, prove=False)
    bells.ring(calendars, at=now)


def by_flow(tasks: Iterable[Task]) -> dict[int, list[Task]]:
    groups: dict[int, list[Task]] = {}
    for task in tasks:
        groups.setdefault(task.flow.pk, []).append(task)
    return groups


@transaction.atomic
def put_off(tasks: Collection[Task], now: datetime) -> None:
    """Nothing is wrong with these, but their calendar may only be read."""
    locks.flows(task.link.flow_id for task in tasks)
    Link.objects.filter(pk__in=[task.link.pk for task in tasks]).update(due_at=now + UNTIL_ALLOWED, lease_until=None)


@transaction.atomic
def release(tasks: Collection[Task]) -> None:
    """Give back what was not finished; it stays due. What somebody else took when our lease had run out is theirs."""
    links = [task.link for task in tasks if task.link.pk]
    locks.flows(link.flow_id for link in links)
    for lease in {link.lease_until for link in links}:
        ids = [link.pk for link in links if link.lease_until == lease]
        Link.objects.filter(pk__in=ids, lease_until=lease).update(lease_until=None)


@transaction.atomic
def hold_on(tasks: Collection[Task], now: datetime) -> set[int]:
    """Lease for longer what is about to be written and runs out soon. Returns the links that are ours no more: somebody else took
    them when our lease had run out, and may have written them since.
    """
    short = [task.link for task in tasks if task.link.lease_until is None or task.link.lease_until - now < LEASE / 2]
    if not short:
        return set()
    locks.flows(link.flow_id for link in short)
    leases = dict(Link.objects.filter(pk__in=[link.pk for link in short]).values_list("pk", "lease_until"))
    ours = [link for link in short if link.lease_until is not None and leases.get(link.pk) == link.lease_until]
    Link.objects.filter(pk__in=[link.pk for link in ours]).update(lease_until=now + LEASE)
    for link in ours:
        link.lease_until = now + LEASE
    return {link.pk for link in short} - {link.pk for link in ours}


def deletions_waiting(flow: Flow, now: datetime, taken: Collection[int]) -> int:
    """Due links of this flow, besides those `taken`, of which one side is gone and the other is not."""
    origin_gone = Q(origin_seen=Link.GONE) & ~Q(copy_id="")
    copy_gone = Q(copy_seen=Link.GONE) & ~Q(origin_seen=Link.GONE)
    decided = (Link.State.FREED, Link.State.KEPT)
    due = Link.objects.filter(origin_gone | copy_gone, flow=flow, due_at__lte=now).exclude(state__in=decided)
    return due.exclude(pk__in=taken).count()


def removed_since(flow: Flow, moment: datetime) -> int:
    """How many events this flow has deleted since, other than because it is ending."""
    acts = (Activity.Act.REMOVED, Activity.Act.ORIGIN_REMOVED)
    done = Activity.objects.filter(pair=flow.pair_id, flow=flow, at__gte=moment, act__in=acts)
    return done.exclude(reason=Reason.ENDING.value).count()


def count_due(flows: Collection[Flow], now: datetime) -> int:
    return Link.objects.filter(flow__in=flows, due_at__lte=now).count()


def next_due(flows: Collection[Flow]) -> datetime | None:
    """When the next link of these flows wants a look; None when none does."""
    if not flows:
        return None
    found = Link.objects.filter(flow__in=flows, due_at__isnull=False).aggregate(at=Min("due_at"))
    at: datetime | None = found["at"]
    return at
