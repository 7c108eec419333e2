"""What follows when a flow's work is done: the first sync is settled, an ended flow goes when none of its copies is left."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from sync.core.operation import Reason
from sync.engine import proofs
from sync.engine.clients import Clients
from sync.models import Flow, Link, Pair, Receipt
from sync.store import due, locks, receipts, strays

Clock = Callable[[], datetime]


def settle(flow: Flow, clients: Clients, clock: Clock) -> None:
    if flow.is_ending:
        _end(flow, clients, clock)
    elif flow.settled_at is None and not waiting(flow):
        Flow.objects.filter(pk=flow.pk).update(settled_at=clock())


def waiting(flow: Flow) -> bool:
    """Whether an event still waits for its first copy; what lies outside the window waits for its day, not for us."""
    due = Link.objects.filter(flow=flow, due_at__isnull=False)
    return due.exclude(state=Link.State.SEEN, reason=Reason.OUTSIDE_WINDOW).exclude(state=Link.State.PARKED).exists()


def _end(flow: Flow, clients: Clients, clock: Clock) -> None:
    """Rule 19: the row goes only when every copy it made is gone, also those that only their marks know of.

    The proof is a listing of the calendar after the last removal, over all the time that the pair has ever reached.
    """
    if flow.target.full_read_at is None or Link.objects.filter(flow=flow).exclude(copy_id="").exists():
        return
    calendars = [flow.source_id, flow.target_id]
    if left := proofs.alive(flow, clients, proofs.copies_in(flow, clients, clock)):
        strays.note(flow.target, left)
        strays.claim(flow, clock())
        due.ring(calendars)
        return
    _close(flow, clock())
    due.ring(calendars)


@transaction.atomic
def _close(flow: Flow, now: datetime) -> None:
    locks.pair(flow.pair_id)
    ending = Q(ending_at__isnull=False) | Q(pair__ending_at__isnull=False)
    if not Flow.objects.filter(ending, pk=flow.pk).exists():
        # The person switched the direction on again meanwhile.
        return
    receipts.finish(Receipt.Kind.REMOVED, flow, now)
    Flow.objects.filter(pk=flow.pk).delete()
    Pair.objects.filter(pk=flow.pair_id, ending_at__isnull=False, flows=None).delete()
