"""Receipts: opened when something is asked for, counted and closed by its proof."""

from datetime import datetime

from django.db.models import QuerySet

from sync.core.operation import Reason
from sync.models import Activity, Flow, Link, Receipt

# What its work is called in the activity.
DONE = {
    Receipt.Kind.STRIPPED: (Activity.Act.UPDATED, Reason.SETTINGS),
    Receipt.Kind.REMOVED: (Activity.Act.REMOVED, Reason.ENDING),
}


def begin(kind: Receipt.Kind, flow: Flow, now: datetime) -> None:
    """Inside the caller's transaction. One that is not proved yet goes on, and covers this as well."""
    if waiting(kind, flow).exists():
        return
    Receipt.objects.create(
        user_id=flow.pair.user_id,
        pair_ref=flow.pair.public_id,
        kind=kind,
        source_id=flow.source_id,
        target_id=flow.target_id,
        asked_at=now,
        copies=Link.objects.filter(flow=flow).exclude(copy_id="").count(),
    )


def drop(kind: Receipt.Kind, flow: Flow) -> None:
    """It is no longer asked for."""
    waiting(kind, flow).delete()


def finish(kind: Receipt.Kind, flow: Flow, now: datetime, *, copies: int | None = None) -> None:
    """The calendar was read back, and nothing is left there. What was done on the way stands in the activity, each copy once."""
    for receipt in waiting(kind, flow):
        act, reason = DONE[kind]
        done = Activity.objects.filter(flow=flow, act=act, reason=reason, at__gte=receipt.asked_at)
        # The link of a removed copy is gone with it; each has one row, whatever was lost on the way.
        changed = done.count() if kind == Receipt.Kind.REMOVED else done.values("link").distinct().count()
        waiting(kind, flow).filter(pk=receipt.pk).update(
            finished_at=now, left=0, changed=changed, copies=receipt.copies if copies is None else copies
        )


def waiting(kind: Receipt.Kind, flow: Flow) -> QuerySet[Receipt]:
    return Receipt.objects.filter(
        pair_ref=flow.pair.public_id, kind=kind, source_id=flow.source_id, target_id=flow.target_id, finished_at=None
    )
