"""Flows as the planner wants them."""

from collections.abc import Sequence

from django.db.models import Q

from sync.core.event import ShowAs
from sync.core.filters import Filters, Hours, Unanswered, WholeDays, words
from sync.core.plan import Rules
from sync.core.privacy import Detail, Looks
from sync.models import Calendar, Flow, FlowSettings, ShowAsRule
from sync.models.flow import WEEKDAYS


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
    return rules_for(FlowSettings.of(flow), flow.source, flow.target, two_way=two_way, ending=flow.is_ending)


def rules_for(
    settings: FlowSettings, source: Calendar, target: Calendar, *, two_way: bool, ending: bool = False
) -> Rules:
    """The rules of a flow that need not exist (yet)."""
    return Rules(
        looks=looks_for(settings, source, target),
        filters=filters_for(settings, source),
        two_way=two_way,
        label=settings.label,
        target_address=target.address,
        ending=ending,
    )


def looks_of(flow: Flow) -> Looks:
    return looks_for(FlowSettings.of(flow), flow.source, flow.target)


def looks_for(settings: FlowSettings, source: Calendar, target: Calendar) -> Looks:
    """What may be seen, by the person's choice and by the policies of both calendars."""
    addresses = (source.connection.address, target.connection.address)
    settings = settings.enforced if source.policy_domain else settings
    return Looks(
        private=settings.private,
        hide=hidden(settings),
        word=settings.word,
        template=settings.template,
        show_as=None if settings.show_as == ShowAsRule.KEEP else ShowAs(settings.show_as),
        whole_days_free=settings.whole_days == WholeDays.FREE,
        unanswered_tentative=settings.unanswered == Unanswered.TENTATIVE,
        swap=addresses if settings.transform_identity else None,
        texts_stay=bool(target.policy_domain),
    )


def hidden(settings: FlowSettings) -> frozenset[Detail]:
    """What others do not see; all of it in a private flow, and nothing can be less."""
    return frozenset(detail for detail in Detail if settings.private or not getattr(settings, f"show_{detail.value}"))


def filters_for(settings: FlowSettings, source: Calendar) -> Filters:
    return Filters(
        whole_days=WholeDays(settings.whole_days),
        unanswered=Unanswered(settings.unanswered),
        free=settings.copy_free,
        declined=settings.copy_declined,
        out_of_office=settings.copy_out_of_office,
        focus_time=settings.copy_focus_time,
        hours=_hours(settings, source),
        only_with=words(settings.only_words),
        not_with=words(settings.not_words),
        keep_out=settings.keep_out,
    )


def _hours(settings: FlowSettings, source: Calendar) -> Hours | None:
    """In the zone of the person: working hours are theirs, wherever the calendar is kept."""
    if settings.hours_from is None and settings.weekdays == WEEKDAYS:
        return None
    days = frozenset(int(day) for day in settings.weekdays)
    return Hours(source.connection.user.time_zone, days, settings.hours_from, settings.hours_to)


def two_way_ids(flows: Sequence[Flow]) -> set[int]:
    """Flows whose pair also has the other direction, alive."""
    alive = {(flow.source_id, flow.target_id, flow.pair_id) for flow in flows if flow.ending_at is None}
    return {f.pk for f in flows if (f.target_id, f.source_id, f.pair_id) in alive}
