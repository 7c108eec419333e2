"""Rows of the activity, as people read it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from accounts import audit
from sync.core.attestation import canonical
from sync.core.operation import Create, Delete, Side, Update
from sync.models import Activity, Flow
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


# Acts that changed somebody's calendar.
WRITES = frozenset({*ACTS.values(), Activity.Act.ADOPTED})


def keep(rows: Sequence[Activity]) -> list[list[Activity]]:
    """Store rows. Returns what was written among them, a batch for each direction, for `vouch`."""
    written: dict[int, list[Activity]] = {}
    for row in rows:
        if row.act in WRITES:
            written.setdefault(row.flow_id, []).append(row)
    for share in written.values():
        batch = uuid4()
        for row in share:
            row.batch = batch
    Activity.objects.bulk_create(rows)
    return list(written.values())


def vouch(batches: Sequence[Sequence[Activity]], now: datetime) -> None:
    """Tie each batch into the audit of its owner, as the last thing of the transaction that stored it."""
    for rows in batches:
        flow = rows[0].flow
        audit.record(flow.pair.user_id, audit.Act.WROTE, facts=told(flow, rows), at=now)


def told(flow: Flow, rows: Sequence[Activity]) -> dict[str, Any]:
    """What the entry says of them: where, how many of which, and a digest of every row."""
    return {
        "pair": str(flow.pair.public_id),
        "flow": flow.pk,
        "from": str(flow.source.public_id),
        "to": str(flow.target.public_id),
        "acts": dict(sorted(Counter(str(row.act) for row in rows).items())),
        "batch": str(rows[0].batch),
        "digest": digest(rows),
    }


def digest(rows: Iterable[Activity]) -> str:
    """SHA-256 over the rows, in whatever order. The link is left out: it goes with its copy, and the row stays."""
    lines = sorted(canonical(_line(row)) for row in rows)
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def _line(row: Activity) -> dict[str, Any]:
    starts, ends = (audit.instant(moment) if moment else "" for moment in (row.starts_at, row.ends_at))
    return {
        "at": audit.instant(row.at), "act": str(row.act), "reason": row.reason, "starts": starts, "ends": ends,
        "all_day": row.all_day, "request": row.request_id, "error": row.error,
    }  # fmt: skip
