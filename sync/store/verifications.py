"""Audits as rows: which may begin a look now, on whose lease, and what came of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from sync.core.audit import Finding
from sync.core.event import Event
from sync.models import Brake, Flow, Link, Verification
from sync.store import due, locks, strays
from sync.store.observe import Observer
from sync.store.record import UNSURE
from sync.store.rules import flows_touching, looks_of

LEASE = timedelta(minutes=5)
# A first look, and up to two more that prove the repair.
LOOKS = 3
# How long a look waits for what is due already: what keeps failing must not put it off for ever.
PATIENCE = timedelta(minutes=10)
AGAIN = timedelta(minutes=1)
# Known already, and open until a person or the origin moves.
SETTLED = (Link.State.HELD, Link.State.KEPT, Link.State.PARKED)


@dataclass(slots=True)
class Found:
    """What one look found. `poked`: links to be looked at again; `astray`: links that hold an event which is no copy of theirs.

    `origins` and `copies`: by calendar, events that no link knows. `doubles`: copies of ours beside the one their link knows.
    """

    read: dict[int, int] = field(default_factory=dict)
    checked: int = 0
    under_way: int = 0
    findings: list[Finding] = field(default_factory=list)
    poked: list[int] = field(default_factory=list)
    astray: list[int] = field(default_factory=list)
    origins: dict[int, list[Event]] = field(default_factory=dict)
    copies: dict[int, list[Event]] = field(default_factory=dict)
    doubles: dict[int, list[Event]] = field(default_factory=dict)


def open_for(flows: Collection[Flow]) -> list[Verification]:
    """The audits of these flows' pairs that are not finished."""
    pairs = {flow.pair_id for flow in flows}
    return list(Verification.objects.filter(pair__in=pairs, finished_at=None)) if pairs else []


def waiting(
    open: Iterable[Verification], flows: Collection[Flow], now: datetime
) -> list[tuple[Verification, list[Flow]]]:
    """Of these open audits those whose look may begin now, each with the flows of its pair.

    Both sides must have been looked at since, and what is due must be done, for an audit asks what ordinary cycles miss.
    """
    pairs = {flow.pair_id for flow in flows if flow.ending_at is None and flow.pair.ending_at is None}
    found = [v for v in open if v.pair_id in pairs and v.due_at <= now]
    shares = [(v, [f for f in flows if f.pair_id == v.pair_id and f.ending_at is None]) for v in found]
    return [(verification, share) for verification, share in shares if is_ripe(verification, share, now)]


def is_ripe(verification: Verification, flows: Sequence[Flow], now: datetime) -> bool:
    since = verification.looked_at or verification.asked_at
    if any(flow.settled_at is None for flow in flows):
        return False
    unread = {
        calendar.pk
        for flow in flows
        for calendar in (flow.source, flow.target)
        if calendar.checked_at is None or calendar.checked_at < since
    }
    if unread:
        due.ring(unread, at=now)
        return False
    # What waits for a right to write may wait for ever.
    open = [flow for flow in flows if flow.target.can_write]
    busy = Link.objects.filter(flow__in=open, due_at__lte=now).exists()
    return not busy or now - verification.due_at > PATIENCE


def next_due(flows: Collection[Flow], now: datetime) -> datetime | None:
    """When an open audit of these flows' pairs wants a cycle, whatever else happens."""
    pairs = {flow.pair_id for flow in flows}
    times = Verification.objects.filter(pair__in=pairs, finished_at=None).values_list("due_at", flat=True)
    return min((at if at > now else max(at + PATIENCE, now + AGAIN) for at in times), default=None)


def claim(verification: Verification, now: datetime) -> bool:
    """Lease it to the caller. False: another worker is on it, or was."""
    lease = now + LEASE
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    open = Verification.objects.filter(free, pk=verification.pk, finished_at=None, looks=verification.looks)
    if not open.update(
        lease_until=lease, started_at=Case(When(started_at=None, then=Value(now)), default=F("started_at"))
    ):
        return False
    verification.lease_until = lease
    verification.started_at = verification.started_at or now
    return True


def prolong(verification: Verification, now: datetime) -> None:
    lease = now + LEASE
    if _held(verification).update(lease_until=lease):
        verification.lease_until = lease


def release(verification: Verification, at: datetime) -> None:
    """Not now; the same look again at `at`."""
    _held(verification).update(lease_until=None, due_at=at)


def fail(verification: Verification, trouble: str, now: datetime, again_at: datetime) -> None:
    """Only a complete reading verifies: this one did not, its reason is kept, and another begins at `again_at`."""
    with transaction.atomic():
        ended = _held(verification).update(
            finished_at=now, outcome=Verification.Outcome.FAILED, trouble=trouble[:200], lease_until=None
        )
        if ended:
            Verification.objects.create(
                pair_id=verification.pair_id,
                asked_at=now,
                asked_by_id=verification.asked_by_id,
                attempt=verification.attempt + 1,
                due_at=again_at,
            )


def looked(verification: Verification, flows: Sequence[Flow], found: Found, now: datetime) -> bool:
    """Record a look and make due what it found, in one transaction. False: the lease had run out, and nothing is recorded."""
    over = not found.findings or verification.looks + 1 >= LOOKS
    fields: dict[str, object] = {"looks": F("looks") + 1, "looked_at": now, "due_at": now, "lease_until": None}
    fields |= _counts(verification, flows, found)
    if over:
        fields |= {"finished_at": now, "outcome": Verification.Outcome.COMPLETE}
    with transaction.atomic():
        locks.flows_touching(pk for flow in flows for pk in (flow.source_id, flow.target_id))
        if not _held(verification).update(**fields):
            return False
        _repair(flows, found, now)
    if found.findings:
        due.ring({pk for flow in flows for pk in (flow.source_id, flow.target_id)}, at=now)
    return True


def _held(verification: Verification) -> QuerySet[Verification]:
    """The row, as long as nobody else took it over."""
    return Verification.objects.filter(pk=verification.pk, finished_at=None, lease_until=verification.lease_until)


def _counts(verification: Verification, flows: Sequence[Flow], found: Found) -> dict[str, object]:
    """Differences are those of the first look, everything else is as the last one saw it."""
    pair = flows[0].pair
    counts: dict[str, object] = {
        "read_first": found.read[pair.first_id],
        "read_second": found.read[pair.second_id],
        "checked": found.checked,
        "under_way": found.under_way,
        "left": len(found.findings) + _held_since(verification, flows),
        "scope": [_scope(flow) for flow in flows],
    }
    if verification.looks == 0:
        counts |= {finding.value: found.findings.count(finding) for finding in Finding}
    return counts


def _held_since(verification: Verification, flows: Sequence[Flow]) -> int:
    """Deletions that this audit led to and that wait for a word: found, and not repaired."""
    asked = Brake.objects.filter(flow__in=flows, decided_at=None, held_at__gte=verification.started_at)
    return Link.objects.filter(flow__in=asked.values("flow"), state=Link.State.HELD).count()


def _scope(flow: Flow) -> dict[str, object]:
    looks = looks_of(flow)
    hidden = sorted({str(name) for name in (*looks.masked, *looks.hidden)})
    return {"source": str(flow.source.public_id), "target": str(flow.target.public_id), "hidden": hidden}


def _repair(flows: Sequence[Flow], found: Found, now: datetime) -> None:
    """Nothing is written to a calendar here: links become due, and what no link knows is filed as any reading files it."""
    for chunk in _chunks(found.poked):
        open = Link.objects.filter(pk__in=chunk).exclude(state__in=SETTLED)
        open.update(
            copy_seen=Case(When(copy_id="", then=F("copy_seen")), default=Value(UNSURE)),
            origin_seen=Case(When(origin_seen=Link.GONE, then=Value(UNSURE)), default=F("origin_seen")),
            due_at=now,
            attempts=0,
        )
    for chunk in _chunks(found.astray):
        # What the link held is somebody else's: its own copy is looked for by its mark before anything is decided.
        Link.objects.filter(pk__in=chunk).update(
            copy_id="", copy_seen="", copy_agreed="", copy_prints="", state=Link.State.INTENT, due_at=now, attempts=0
        )
    calendars = {calendar.pk: calendar for flow in flows for calendar in (flow.source, flow.target)}
    for unknown in (found.origins, found.copies):
        for pk, events in unknown.items():
            Observer(calendars[pk], flows_touching(calendars[pk]), now).observe(events)
    for pk, events in found.doubles.items():
        strays.note(calendars[pk], events)
    for flow in flows if found.copies or found.doubles else ():
        strays.claim(flow, now)


def _chunks(ids: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))
