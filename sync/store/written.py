"""Whether the activity that people read still says what the chain of their account vouches for."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from accounts.audit import Act, Break
from accounts.models import Chain, ChainEntry
from sync.models import Activity, Flow
from sync.store.activities import WRITES, digest


def verify(chain: Chain, since: datetime) -> Break | None:
    """The first entry whose rows were changed, removed or added to. Rows go by themselves with their direction, and when they are
    older than `since`.
    """
    if chain.user_id is None:
        return None
    rows: dict[UUID | None, list[Activity]] = {}
    for row in Activity.objects.filter(pair__user=chain.user_id, act__in=WRITES, at__gte=since).iterator():
        rows.setdefault(row.batch, []).append(row)
    for entry in _entries(chain, since):
        share = rows.pop(UUID(entry.facts["batch"]), [])
        if digest(share) != entry.facts["digest"]:
            return Break(entry.number, "the activity does not say what was recorded here")
    # Rows from before there was a chain belong to no entry.
    strange = [row for share in rows.values() for row in share if row.batch or row.at >= chain.created_at]
    return Break(0, f"{len(strange)} rows of the activity belong to no entry") if strange else None


def _entries(chain: Chain, since: datetime) -> Iterator[ChainEntry]:
    flows = set(Flow.objects.filter(pair__user=chain.user_id).values_list("pk", flat=True))
    for entry in ChainEntry.objects.filter(chain=chain, act=Act.WROTE, at__gte=since).order_by("number").iterator():
        if entry.facts["flow"] in flows:
            yield entry
