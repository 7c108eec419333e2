"""A feed whose place an account's own calendar takes: the copies stay where they are, and get the account's events for origins.

The two tell of the same events under different ids. Each copy waits without an origin until both calendars were read completely;
then it is given to the event of the same iCalUID and beginning, or else of the same times. What nobody claims goes first, and
what has no copy yet comes a moment later, so that at no time two copies stand for one event.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from sync.core.operation import Reason
from sync.core.window import midnight
from sync.models import Brake, Flow, Link
from sync.store import locks

WAITS = "was:"
# What has no copy yet waits until what nobody claimed is gone.
AFTERWARDS = timedelta(seconds=2)
STANDING = ~Q(copy_id="") & ~Q(copy_seen=Link.GONE)


def is_at_work(flow: Flow, now: datetime) -> bool:
    """Whether a cycle may be writing for this flow, or nobody knows what became of a copy. Called with the flow held."""
    leased = any(side.lease_until is not None and side.lease_until > now for side in (flow.source, flow.target))
    doubtful = Q(lease_until__gt=now) | Q(state=Link.State.INTENT)
    return leased or Link.objects.filter(doubtful, flow=flow).exists()


def begin(flow: Flow) -> int:
    """Every copy of the flow loses its origin; returns how many wait now. Called with the flow held and nobody at work."""
    links = Link.objects.filter(flow=flow)
    links.exclude(STANDING).delete()
    Brake.objects.filter(flow=flow, decided_at=None).delete()
    waiting = list(links)
    for link in waiting:
        # Gone, as far as readings are concerned: none of them has it, and none is to ask for it.
        link.origin_id, link.series_id, link.origin_seen = f"{WAITS}{link.pk}", "", Link.GONE
        link.due_at, link.reason, link.state = None, "", Link.State.LIVE
    fields = ["origin_id", "series_id", "origin_seen", "due_at", "reason", "state"]
    Link.objects.bulk_update(waiting, fields, batch_size=500)
    return len(waiting)


def settle(flows: Iterable[Flow], now: datetime) -> None:
    """Give the copies that wait to the events of the new source. Both sides of each were read completely."""
    for flow in flows:
        _settle(flow, now)
        flow.takeover_due = False


@transaction.atomic
def _settle(flow: Flow, now: datetime) -> None:
    locks.flows([flow.pk])
    if not Flow.objects.filter(pk=flow.pk, takeover_due=True).update(takeover_due=False):
        return
    waiting = Link.objects.filter(flow=flow, origin_id__startswith=WAITS)
    # A person deleted these copies meanwhile.
    waiting.exclude(STANDING).delete()
    copies, fresh = list(_inside(waiting, flow)), list(_fresh(flow))
    left, pairs = _matched(copies, fresh, lambda link: link.meeting_ref)
    left, more = _matched(left, [link for link in fresh if link not in pairs], _times)
    pairs |= more
    for link, copy in pairs.items():
        link.copy_id, link.copy_seen, link.copy_agreed = copy.copy_id, copy.copy_seen, copy.copy_agreed
        link.generation, link.label, link.state = copy.generation, copy.label, Link.State.LIVE
        link.reason, link.due_at = Reason.TAKEN_OVER.value, now
    Link.objects.filter(pk__in=[copy.pk for copy in pairs.values()]).delete()
    fields = ["copy_id", "copy_seen", "copy_agreed", "generation", "label", "state", "reason", "due_at"]
    Link.objects.bulk_update(pairs, fields, batch_size=500)
    # The person asked for it by replacing the feed: no further word is needed. What the window has passed keeps its copy.
    free = [copy.pk for copy in left]
    waiting.filter(pk__in=free).update(state=Link.State.FREED, due_at=now, attempts=0)
    waiting.exclude(pk__in=free).update(state=Link.State.KEPT, due_at=None)
    if left:
        later = [link.pk for link in fresh if link not in pairs]
        Link.objects.filter(pk__in=later).update(due_at=now + AFTERWARDS)


def _inside(waiting: "QuerySet[Link]", flow: Flow) -> "QuerySet[Link]":
    """Those whose origin the complete reading of the new source would have shown."""
    start, end = flow.source.read_start, flow.source.read_end
    if start is None or end is None:
        return waiting.none()
    return waiting.filter(ends_at__gt=midnight(start), starts_at__lt=midnight(end))


def _fresh(flow: Flow) -> "QuerySet[Link]":
    return Link.objects.filter(flow=flow, copy_id="").exclude(origin_seen=Link.GONE)


def _times(link: Link) -> Hashable:
    return link.starts_at, link.ends_at, link.all_day


def _matched(
    copies: Iterable[Link], fresh: Iterable[Link], same: Callable[[Link], Hashable]
) -> tuple[list[Link], dict[Link, Link]]:
    """Each copy with the event that is the same by that measure; first the copies that none is."""
    by_measure: dict[Hashable, list[Link]] = defaultdict(list)
    for link in fresh:
        by_measure[same(link)].append(link)
    left, pairs = [], {}
    for copy in copies:
        measure = same(copy)
        if measure and by_measure[measure]:
            pairs[by_measure[measure].pop(0)] = copy
        else:
            left.append(copy)
    return left, pairs
