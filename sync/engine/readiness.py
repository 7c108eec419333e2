"""What of a calendar's flows may be done now: read, worked off, stripped, verified."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sync.engine.clients import Clients
from sync.models import Calendar, Flow
from sync.store.rules import two_way_ids

PATIENCE = timedelta(seconds=10)


def is_active(flow: Flow) -> bool:
    """Whether anybody wants this flow's calendars read."""
    return flow.pair.paused_at is None or flow.is_ending


def strips(flow: Flow, calendar: Calendar) -> bool:
    """Whether copies in this calendar show what became hidden. What is being ended loses its copies altogether."""
    return flow.strip_due and flow.target_id == calendar.pk and calendar.can_write and not flow.is_ending


def waits_for_target(calendar: Calendar, flows: Sequence[Flow], now: datetime) -> bool:
    """Whether a first reading had better come after that of a target, so that what it brings can be written at once.

    Only for a moment: a target that cannot be read, or calendars that wait for each other in a ring, hold nobody up.
    """
    if calendar.full_read_at is not None or calendar.rung_at is None or now - calendar.rung_at > PATIENCE:
        return False
    two_way = two_way_ids(flows)
    return any(
        flow.target.full_read_at is None and flow.target.due_at is not None
        for flow in flows
        if flow.source_id == calendar.pk and not (flow.pk in two_way and flow.pair.second_id == calendar.pk)
    )


def is_ready(flow: Flow, clients: Clients) -> bool:
    """Whether this flow may be worked off now: both sides known completely, reachable and wanted, its target open to writes."""
    if flow.pair.paused_at is not None and not flow.is_ending:
        return False
    if clients.rests(flow.target.connection) or flow.target.lost_at is not None or not flow.target.can_write:
        return False
    return flow.is_ending or _is_known(flow, clients)


def verifiable(flows: Sequence[Flow], waiting: Collection[int], clients: Clients) -> list[Flow]:
    """Of the flows of a calendar those whose pair may be audited now: all of a pair, or none. Where Hetk may only read it looks, too.

    waiting: flows that a mailbox keeps from their work.
    """
    asked = [flow for flow in flows if not flow.is_ending]
    not_now = {
        flow.pair_id
        for flow in asked
        if flow.pair.paused_at is not None or flow.pk in waiting or not _is_known(flow, clients)
    }
    return [flow for flow in asked if flow.pair_id not in not_now]


def _is_known(flow: Flow, clients: Clients) -> bool:
    """Whether both sides were read completely and can be read now."""
    return all(
        side.full_read_at is not None and side.lost_at is None and not clients.rests(side.connection)
        for side in (flow.source, flow.target)
    )


def rests_until(flow: Flow, clients: Clients) -> datetime | None:
    """When the mailboxes of this flow are to be left in peace no more; None when they are not, or until somebody signs in."""
    if flow.pair.paused_at is not None or any(side.connection.halted for side in (flow.source, flow.target)):
        return None
    connections = [side.connection for side in (flow.source, flow.target) if clients.rests(side.connection)]
    return max((until for c in connections if (until := c.throttled_until)), default=None)
