"""What follows when a flow's work is done: the first sync is settled, an ended flow goes when none of its copies is left."""

from datetime import datetime

from sync.core.operation import Reason
from sync.models import Flow, Link, Pair
from sync.store import due


def settle(flow: Flow, now: datetime) -> None:
    if flow.ending_at is not None or flow.pair.ending_at is not None:
        _end(flow)
    elif flow.settled_at is None and not waiting(flow):
        Flow.objects.filter(pk=flow.pk).update(settled_at=now)


def waiting(flow: Flow) -> bool:
    """Whether an event still waits for its first copy; what lies outside the window waits for its day, not for us."""
    due = Link.objects.filter(flow=flow, due_at__isnull=False)
    return due.exclude(state=Link.State.SEEN, reason=Reason.OUTSIDE_WINDOW).exclude(state=Link.State.PARKED).exists()


def _end(flow: Flow) -> None:
    """Rule 19: the row goes only when every copy it made is gone, also those that only their marks know of."""
    if flow.target.full_read_at is None or Link.objects.filter(flow=flow).exclude(copy_id="").exists():
        return
    calendars = [flow.source_id, flow.target_id]
    Flow.objects.filter(pk=flow.pk).delete()
    Pair.objects.filter(pk=flow.pair_id, ending_at__isnull=False, flows=None).delete()
    due.ring(calendars)
