"""Flows as the planner wants them."""

from collections.abc import Sequence

from django.db.models import Q

from sync.core.event import ShowAs
from sync.core.plan import Rules
from sync.core.privacy import Looks
from sync.models import Calendar, Flow, ShowAsRule


def flows_touching(calendar: Calendar) -> list[Flow]:
    """Every flow that starts or ends here, with all that its planning needs; each calendar stands there once, and is `calendar`
    itself where that is meant.
    """
    flows = list(Flow.objects.filter(Q(source=calendar) | Q(target=calendar)).select_related("pair"))
    others = {pk for flow in flows for pk in (flow.source_id, flow.target_id)} - {calendar.pk}
    # Sorted here: for every query with an order Django hashes every column.
    rows = Calendar.objects.filter(pk__in=others).select_related("connection").order_by() if others else ()
    calendars = {calendar.pk: calendar, **{row.pk: row for row in rows}}
    # An account may be taken away between the two questions, and its flows with it.
    flows = [flow for flow in flows if {flow.source_id, flow.target_id} <= calendars.keys()]
    for flow in flows:
        flow.source, flow.target = calendars[flow.source_id], calendars[flow.target_id]
    return sorted(flows, key=lambda flow: flow.pk)


def rules_of(flow: Flow, *, two_way: bool) -> Rules:
    return Rules(
        looks=looks_of(flow),
        two_way=two_way,
        target_address=flow.target.address,
        ending=flow.ending_at is not None or flow.pair.ending_at is not None,
    )


def looks_of(flow: Flow) -> Looks:
    addresses = (flow.source.connection.address, flow.target.connection.address)
    return looks(private=flow.private, show_as=flow.show_as, swap=addresses if flow.transform_identity else None)


def looks(*, private: bool, show_as: str, swap: tuple[str, str] | None) -> Looks:
    """`show_as` is a value of `ShowAsRule`."""
    forced = None if show_as == ShowAsRule.KEEP else ShowAs(show_as)
    return Looks(private=private, show_as=forced, swap=swap)


def two_way_ids(flows: Sequence[Flow]) -> set[int]:
    """Flows whose pair also has the other direction, alive."""
    alive = {(flow.source_id, flow.target_id, flow.pair_id) for flow in flows if flow.ending_at is None}
    return {f.pk for f in flows if (f.target_id, f.source_id, f.pair_id) in alive}
