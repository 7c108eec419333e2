"""One day of one calendar, looked at live: what is known of each event, and what a cycle would do about it next.

The planner answers, from the events as they are now and from what the links remember. Nothing is written, and what was read lives
as long as the answer.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db.models import Q

from sync.core.event import AllDay, Event, When
from sync.core.mark import Mark
from sync.core.window import midnight, starts_at
from sync.engine.clients import Clients, Resting, Trouble
from sync.engine.foresee import Met, Prospect, link_of, planned
from sync.engine.sight import Sights
from sync.models import Calendar, Flow, Link, Meeting
from sync.providers.base import Span
from sync.store import meetings
from sync.store.keys import marks
from sync.store.rules import flows_touching, two_way_ids
from sync.store.work import Task


@dataclass(slots=True)
class Finding:
    """One event in one direction. `prospect` is None where a cycle would not look now, or the other calendar did not answer."""

    task: Task
    event: Event | None
    prospect: Prospect | None = None
    trouble: Trouble | Resting | None = None

    @property
    def link(self) -> Link:
        return self.task.link


@dataclass(slots=True)
class Happening:
    """One event of the day, or what links remember of one that is not there any more (`event` None).

    origin_in: the calendar a copy of ours was made from, as far as it is known. foreign: another program made it as a copy.
    """

    event: Event | None
    findings: list[Finding] = field(default_factory=list)
    is_copy: bool = False
    origin_in: Calendar | None = None
    foreign: bool = False


def explain_day(calendar: Calendar, day: date, zone: tzinfo, now: datetime) -> list[Happening]:
    """Every event of that day in that zone, in order. Raises `Trouble` and `Resting` when this calendar cannot be read."""
    clients = Clients(now)
    events = _events(calendar, day, zone, clients)
    flows = flows_touching(calendar)
    out = [flow for flow in flows if flow.source_id == calendar.pk and flow.ending_at is None]
    links = links_of_day(calendar, day, zone, [event.id for event in events])
    by_origin = {(link.flow_id, link.origin_id): link for link in links}
    known = {
        link.copy_id: link for link in Link.objects.filter(flow__target=calendar, copy_id__in=[e.id for e in events])
    }
    found = []
    for event in events:
        if (copy := _copy(event, calendar, known.get(event.id), flows)) is not None:
            found.append(copy)
            continue
        tasks = [Task(_taken(by_origin, flow, event), flow) for flow in out]
        found.append(Happening(event, [Finding(task, event) for task in tasks]))
    by_flow = {flow.pk: flow for flow in out}
    gone = [Finding(Task(link, by_flow[link.flow_id]), None) for link in by_origin.values() if link.flow_id in by_flow]
    _judge([finding for one in found for finding in one.findings] + gone, calendar, events, flows, clients, now)
    return [*found, *(Happening(None, [finding]) for finding in gone if not _moved(finding, day, zone))]


def _taken(known: dict[tuple[int, str], Link], flow: Flow, event: Event) -> Link:
    key = (flow.pk, event.id)
    return known.pop(key) if key in known else link_of(flow, event)


def links_of_day(calendar: Calendar, day: date, zone: tzinfo, ids: Sequence[str] = ()) -> list[Link]:
    """What is known of events that start on that day, or have one of these ids, in every direction out of the calendar."""
    start, end = bounds(day, zone)
    timed = Q(all_day=False, starts_at__gte=start, starts_at__lt=end)
    dated = Q(all_day=True, starts_at=midnight(day))
    links = Link.objects.filter(timed | dated | Q(origin_id__in=ids), flow__source=calendar)
    return list(
        links.select_related("flow__pair", "flow__source__connection", "flow__target__connection").order_by("starts_at")
    )


def bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The instants between which it is that day in that zone, in UTC."""
    following = day + timedelta(days=1)
    start, end = (datetime.combine(value, time(), tzinfo=zone).astimezone(UTC) for value in (day, following))
    return start, end


def _events(calendar: Calendar, day: date, zone: tzinfo, clients: Clients) -> list[Event]:
    start, end = bounds(day, zone)
    span = Span(start.date(), end.date() + timedelta(days=1))
    with clients.asking(calendar) as provider:
        pages = provider.read(calendar.remote_id, "", span)
        events = [event for page in pages for event in page.events]
    wanted = [event for event in events if _is_on(event.content.when, day, start, end) and event.id != event.series_id]
    return sorted(wanted, key=lambda event: (not isinstance(event.content.when, AllDay), starts_at(event.content.when)))


def _is_on(when: When, day: date, start: datetime, end: datetime) -> bool:
    if isinstance(when, AllDay):
        return when.start <= day < when.end or when.start == day
    return when.start < end and (when.end > start or when.start >= start)


def _copy(event: Event, calendar: Calendar, link: Link | None, flows: Sequence[Flow]) -> Happening | None:
    """What is a copy itself, whoever made it; None for somebody's own event."""
    mark = marks().read(event.mark) if event.mark else None
    if link is not None:
        source = next((flow.source for flow in flows if flow.pk == link.flow_id), None)
        return Happening(event, is_copy=True, origin_in=source)
    if mark is not None or marks().owns_key(event.key):
        return Happening(event, is_copy=True, origin_in=_source(mark, calendar) if mark else None)
    return Happening(event, is_copy=True, foreign=True) if event.mark else None


def _source(mark: Mark, calendar: Calendar) -> Calendar | None:
    """The person's calendar that a mark names."""
    mine = Calendar.objects.filter(connection__user=calendar.connection.user_id).select_related("connection")
    return next((one for one in mine if marks().calendar_ref(one.identity) == mark.source), None)


def _judge(
    findings: Sequence[Finding],
    calendar: Calendar,
    events: Sequence[Event],
    flows: Sequence[Flow],
    clients: Clients,
    now: datetime,
) -> None:
    """Let the planner answer, one direction after another, so that one that cannot be asked hides no other."""
    two_way = two_way_ids(flows)
    sights = Sights(clients, two_way)
    sights.add(calendar, {event.id: event for event in events})
    for pk in dict.fromkeys(finding.task.flow.pk for finding in findings):
        mine = [finding for finding in findings if finding.task.flow.pk == pk]
        wanted = [finding for finding in mine if finding.link.state != Link.State.HELD]
        try:
            sights.fetch([finding.task for finding in wanted])
        except (Trouble, Resting) as error:
            for finding in mine:
                finding.trouble = error
            continue
        met = _met(mine[0].task.flow, {meetings.ref_of(finding.event) for finding in mine if finding.event})
        for finding in wanted:
            finding.prospect = planned(finding.task, sights, met, two_way, now)


def _met(flow: Flow, refs: Collection[str]) -> Met:
    """Whether the target has the same meeting, from what is remembered of it: it is not read here."""
    own = set(
        Meeting.objects.filter(calendar=flow.target, meeting_ref__in=refs).values_list("meeting_ref", flat=True)
    ) - {""}
    others = meetings.beside(flow, refs)

    def met(task: Task, ref: str) -> bool:
        return ref in own or meetings.yields(flow, others.get(ref, ()), copied=bool(task.link.copy_id))

    return met


def _moved(finding: Finding, day: date, zone: tzinfo) -> bool:
    """Whether the event is still there, on another day: then it is told there."""
    origin = finding.prospect.origin if finding.prospect else None
    return origin is not None and not _is_on(origin.content.when, day, *bounds(day, zone))
