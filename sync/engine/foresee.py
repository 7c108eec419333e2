"""What the next cycles would do, foreseen from complete readings: the planner's own answers, nothing written, nothing stored.

It follows a cycle step by step, in memory: links are brought up to what the reading shows (as `sync/store/observe.py` does),
contents that no reading brought are asked for by id (by `Sights`, as in a cycle), `Planner.plan` answers, and the brake looks at
the deletions in the shares in which a cycle takes its work.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sync.core import brake
from sync.core.event import AllDay, Event
from sync.core.mark import Mark
from sync.core.operation import Create, Delete, Operation, Reason
from sync.core.plan import Planner
from sync.core.window import Window, last_moment, midnight, starts_at, window_at
from sync.engine.clients import Clients
from sync.engine.holding import counts, decided_against
from sync.engine.read import full_span
from sync.engine.sight import Sights
from sync.models import Brake, Calendar, Flow, Link, Stray
from sync.providers.base import Span
from sync.store import meetings, work
from sync.store.keys import fingerprints, marks
from sync.store.rules import rules_of, two_way_ids
from sync.store.work import Task

Met = Callable[[Task, str], bool]
# How far back copies behind the window are still read along with it; what is older is asked for by id.
FURTHEST = timedelta(days=4 * 365)


@dataclass(slots=True)
class Prospect:
    """One link of one flow, and what a cycle would do about it.

    `link` is not saved where nobody knew the event yet. `operations` is empty where a cycle would not even look.
    `held`: the deletion waits for the person's word, or would.
    """

    task: Task
    origin: Event | None
    copy: Event | None
    operations: Sequence[Operation]
    held: bool = False

    @property
    def link(self) -> Link:
        return self.task.link


class Look:
    """One complete reading of a calendar, in memory. `span`: what it would show at a cycle; it may reach further back."""

    def __init__(self, calendar: Calendar, clients: Clients, span: Span, *, since: date) -> None:
        self.calendar = calendar
        self.span = span
        with clients.asking(calendar) as provider:
            pages = provider.read(calendar.remote_id, "", Span(since, span.end))
            self.events = {event.id: event for page in pages for event in page.events}
        ref = marks().calendar_ref(calendar.identity)
        ours = {id: e.mark for id, e in self.events.items() if e.mark and marks().owns_key(e.key)}
        read = {id: mark for id, text in ours.items() if (mark := marks().read(text))}
        self.copies: dict[str, Mark] = {id: mark for id, mark in read.items() if mark.target == ref}
        self.own = [event for event in self.events.values() if not event.mark and not marks().owns_key(event.key)]
        self.meetings = {meetings.own_ref(event) for event in self.own} - {""}

    @property
    def origins(self) -> list[Event]:
        """What a cycle would find here to copy."""
        reach = Window(self.span.start, self.span.end)
        return [event for event in self.own if event.id != event.series_id and reach.holds(event.content.when)]

    def shows(self, moment: datetime) -> bool:
        """Whether a cycle's complete reading would have shown what begins then."""
        return midnight(self.span.start) <= moment < midnight(self.span.end)


def look_at(
    calendars: Collection[Calendar], links: Collection[Link], clients: Clients, now: datetime
) -> dict[int, Look]:
    """Read each calendar once. Raises `Trouble` and `Resting`."""
    span = full_span(now)
    oldest = max(min((link.starts_at for link in links), default=now), now - FURTHEST).date()
    since = min(span.start, oldest - timedelta(days=1))
    return {calendar.pk: Look(calendar, clients, span, since=since) for calendar in calendars}


def foresee(flows: Sequence[Flow], looks: Mapping[int, Look], clients: Clients, now: datetime) -> list[Prospect]:
    """What would become of every link of these flows, soonest first. The flows need not be saved; links of theirs are not."""
    two_way = two_way_ids(flows)
    sights = Sights(clients, two_way)
    for look in looks.values():
        sights.add(look.calendar, look.events)
    tasks = [task for flow in flows for task in _tasks(flow, looks[flow.source_id], looks[flow.target_id])]
    _prove_absences(tasks, looks, sights, clients)
    sights.fetch(tasks)
    met = _met(tasks, looks)
    found = [planned(task, sights, met, two_way, now) for task in tasks if not sights.is_mute(task)]
    _brake(found, now)
    return sorted(found, key=lambda prospect: prospect.link.starts_at)


def planned(task: Task, sights: Sights, met: Met, two_way: set[int], now: datetime) -> Prospect:
    """The planner's answer for one link. `met`: whether the target has the same meeting."""
    sight = sights.of(task)
    if sight.origin is not None:
        was_met = task.link.reason == Reason.SAME_MEETING
        sight = replace(sight, met=met(task, meetings.ref_of(sight.origin)), was_met=was_met)
    rules = rules_of(task.flow, two_way=task.flow.pk in two_way)
    operations = Planner(fingerprints()).plan(sight, rules, window_at(now), now)
    kept = [operation for operation in operations if not decided_against(task.link, operation)]
    return Prospect(task, sight.origin, sight.copy if isinstance(sight.copy, Event) else None, kept)


def _met(tasks: Sequence[Task], looks: Mapping[int, Look]) -> Met:
    """Answers whether the same meeting stands in the target already: its own, or as a copy that another flow made."""
    flows = {id(task.flow): task.flow for task in tasks}
    refs = {meetings.ref_of(event) for look in looks.values() for event in look.own}
    others = {key: meetings.beside(flow, refs) for key, flow in flows.items()}

    def met(task: Task, ref: str) -> bool:
        beside = others[id(task.flow)].get(ref, ())
        copied = bool(task.link.copy_id)
        return ref in looks[task.flow.target_id].meetings or meetings.yields(task.flow, beside, copied=copied)

    return met


def link_of(flow: Flow, event: Event) -> Link:
    """The link that a reading would make of an event nobody knows yet; not saved."""
    when = event.content.when
    return Link(
        flow=flow,
        origin_id=event.id,
        origin_ref=marks().origin_ref(flow.source.identity, event.id),
        origin_seen=event.version,
        starts_at=starts_at(when),
        ends_at=last_moment(when),
        all_day=isinstance(when, AllDay),
    )


def _tasks(flow: Flow, source: Look, target: Look) -> list[Task]:
    """Every link of the flow as a complete reading of both sides would leave it: known ones, new ones, copies without a link."""
    links = list(Link.objects.filter(flow=flow)) if flow.pk else []
    known = {link.origin_id for link in links}
    links += [link_of(flow, event) for event in source.origins if event.id not in known]
    here = {mark.origin: (target.events[id], mark) for id, mark in target.copies.items()}
    by_ref = {link.origin_ref: link for link in links}
    for ref, link in by_ref.items():
        link.flow = flow
        if ref in here:
            _see_copy(link, *here[ref])
    links += [link for link in _strays(flow, source, target) if link.origin_ref not in by_ref]
    return [Task(link, flow) for link in links]


def _see_copy(link: Link, copy: Event, mark: Mark) -> None:
    """The link takes the copy that carries its mark; a second copy beside a living one is nobody's business."""
    if link.copy_id and link.copy_id != copy.id and link.copy_seen != Link.GONE:
        return
    if not link.copy_id:
        link.generation = mark.generation
    link.copy_id, link.copy_seen = copy.id, copy.version


def _strays(flow: Flow, source: Look, target: Look) -> list[Link]:
    """Copies this flow made whose origin is not there any more. One that ends claims them wherever they are."""
    made_by = marks().calendar_ref(source.calendar.identity)
    ending = flow.is_ending
    found = []
    for id, mark in target.copies.items():
        copy = target.events[id]
        start = starts_at(copy.content.when)
        if mark.source == made_by and (ending or source.shows(start)):
            found.append(_gone(flow, mark.origin, id, copy.version, start, last_moment(copy.content.when)))
    rows = Stray.objects.filter(calendar=target.calendar, source_ref=made_by) if ending else Stray.objects.none()
    known = {link.copy_id for link in found}
    found += [
        _gone(flow, row.origin_ref, row.copy_id, row.version, row.starts_at, row.ends_at)
        for row in rows
        if row.copy_id not in known
    ]
    return found


def _gone(flow: Flow, ref: str, copy_id: str, version: str, start: datetime, end: datetime) -> Link:
    return Link(
        flow=flow, origin_id=f"gone:{ref}", origin_ref=ref, origin_seen=Link.GONE, copy_id=copy_id, copy_seen=version,
        copy_agreed=version, state=Link.State.LIVE, starts_at=start, ends_at=end,
    )  # fmt: skip


def _prove_absences(tasks: Sequence[Task], looks: Mapping[int, Look], sights: Sights, clients: Clients) -> None:
    """What the reading did not show although it should have is asked for by id, as a cycle does before it believes it gone."""
    missing: dict[int, set[str]] = defaultdict(set)
    for task in tasks:
        link, source, target = task.link, looks[task.flow.source_id], looks[task.flow.target_id]
        if link.origin_seen != Link.GONE and link.origin_id not in source.events:
            missing[source.calendar.pk].add(link.origin_id)
        if link.copy_id and link.copy_seen != Link.GONE and link.copy_id not in target.events:
            missing[target.calendar.pk].add(link.copy_id)
    for pk, ids in missing.items():
        calendar = looks[pk].calendar
        with clients.asking(calendar) as provider:
            answers = provider.get(calendar.remote_id, sorted(ids))
        sights.learn(pk, ids, answers)


def _brake(found: Sequence[Prospect], now: datetime) -> None:
    """Mark the deletions that would be held: by an open question, or because a share of the work deletes too much."""
    flows = {prospect.task.flow.pk: prospect.task.flow for prospect in found}
    asked = set(
        Brake.objects.filter(flow__in=[pk for pk in flows if pk], decided_at=None).values_list("flow_id", flat=True)
    )
    copies = {pk: sum(p.task.flow.pk == pk and bool(p.link.copy_id) for p in found) for pk in flows}
    removed = dict.fromkeys(flows, 0)
    ahead = sorted((p for p in found if p.link.ends_at >= now), key=lambda p: p.link.starts_at)
    behind = sorted((p for p in found if p.link.ends_at < now), key=lambda p: p.link.starts_at, reverse=True)
    line = [*ahead, *behind]
    for at in range(0, len(line), work.MOST):
        share, rest = line[at : at + work.MOST], line[at + work.MOST :]
        for pk, flow in flows.items():
            mine = [p for p in share if p.task.flow.pk == pk]
            deletions = [p for p in mine if any(isinstance(o, Delete) and counts(p.link, o) for o in p.operations)]
            waiting = sum(p.task.flow.pk == pk and _is_missing(p) for p in rest)
            if deletions and (
                pk in asked or brake.holds(removed[pk] + len(deletions) + waiting, removed[pk] + copies[pk])
            ):
                asked.add(pk)
                for prospect in deletions:
                    prospect.held = True
            gone = sum(isinstance(o, Delete) and not p.held for p in mine for o in p.operations)
            removed[pk] += 0 if flow.is_ending else gone
            copies[pk] += sum(isinstance(o, Create) for p in mine for o in p.operations) - gone


def _is_missing(prospect: Prospect) -> bool:
    """A deletion that waits in a later share and is known already: one side is gone (`work.deletions_waiting`)."""
    link = prospect.link
    decided = link.state in {Link.State.FREED, Link.State.KEPT}
    gone = prospect.origin is None and bool(link.copy_id)
    return not decided and (gone or (prospect.origin is not None and bool(link.copy_id) and prospect.copy is None))
