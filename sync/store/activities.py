"""Rows of the activity, as people read it."""

from datetime import datetime

from sync.core.operation import Create, Delete, Side, Update
from sync.models import Activity
from sync.store.work import Task

# What an operation that was carried out is called.
ACTS = {
    Create: Activity.Act.CREATED,
    (Update, Side.COPY): Activity.Act.UPDATED,
    (Update, Side.ORIGIN): Activity.Act.ORIGIN_UPDATED,
    (Delete, Side.COPY): Activity.Act.REMOVED,
    (Delete, Side.ORIGIN): Activity.Act.ORIGIN_REMOVED,
}


def row(task: Task, act: str, reason: str, now: datetime, *, request_id: str = "", error: str = "") -> Activity:
    """One row, not yet stored."""
    link = task.link
    return Activity(
        pair_id=task.flow.pair_id, flow=task.flow, link_id=link.pk, at=now, act=act, reason=reason,
        starts_at=link.starts_at, ends_at=link.ends_at, all_day=link.all_day,
        request_id=request_id[:64], error=error[:200],
    )  # fmt: skip
