"""Recording: what was agreed, and the row that people read, in one transaction after the provider has answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sync.core.event import Content, Event, Field, Label
from sync.core.fingerprint import decode, encode, merged
from sync.core.operation import Create, Delete, Forget, Keep, Operation, Reason, Side, Skip, Update
from sync.core.privacy import project
from sync.core.window import last_moment, starts_at
from sync.models import Activity, Link
from sync.store import activities, churn, locks, meetings, rows
from sync.store.keys import fingerprints
from sync.store.rules import looks_of
from sync.store.work import Task

FIELDS = (
    "origin_seen", "origin_agreed", "copy_id", "copy_seen", "copy_agreed", "origin_prints", "written_prints", "copy_prints",
    "label", "coloured", "state", "reason", "generation", "due_at", "lease_until", "attempts", "written_at", "churn_day", "churn",
    "starts_at", "ends_at",
)  # fmt: skip
# A version that no provider gives: this side must be read before it is written.
UNSURE = "?"


@dataclass(slots=True)
class Outcome:
    """What came of one operation. `event`: the written side as the provider answered it; `origin` and `copy`: as planned from.

    `more`: the copy wants writing too, after this; only the operation's own fields are agreed.
    """

    task: Task
    operation: Operation
    origin: Event | None
    copy: Event | None = None
    event: Event | None = None
    request_id: str = ""
    more: bool = False


def agree(outcomes: Sequence[Outcome], now: datetime) -> None:
    """Record outcomes: versions, fingerprints, state, activity. Observations made meanwhile keep their link due."""
    if not outcomes:
        return
    with transaction.atomic():
        locks.flows(o.task.link.flow_id for o in outcomes)
        fresh = {
            link.pk: link for link in Link.objects.select_for_update().filter(pk__in={o.task.link.pk for o in outcomes})
        }
        for outcome in outcomes:
            if outcome.task.link.pk in fresh:
                _agree_one(outcome, fresh[outcome.task.link.pk], now)
        rows.save(fresh.values(), FIELDS)
        # A link that is gone belonged to a pair that was ended meanwhile: nobody is left to be told.
        told = [activity_of(o, now) for o in outcomes if o.task.link.pk in fresh]
        written = activities.keep([row for row in told if row])
        gone = [o.task.link.pk for o in outcomes if _is_over(o)]
        Link.objects.filter(pk__in=gone).delete()
        _tell_others(outcomes, now)
        activities.vouch(written, now)


def _tell_others(outcomes: Sequence[Outcome], now: datetime) -> None:
    """What was made or taken away here stands for the same meeting in other flows."""
    for flow in {o.task.flow.pk: o.task.flow for o in outcomes}.values():
        links = [(o.task.link, o.operation) for o in outcomes if o.task.flow.pk == flow.pk]
        meetings.made(flow, [link for link, operation in links if isinstance(operation, Create)], now)
        went = (Delete, Forget, Skip)
        meetings.unmade(flow, [link for link, operation in links if isinstance(operation, went) and link.copy_id], now)


def _is_over(outcome: Outcome) -> bool:
    """Nothing is left that the link would tie together."""
    match outcome.operation:
        case Delete(side=Side.COPY, reason=Reason.ORIGIN_GONE | Reason.ENDING) | Delete(side=Side.ORIGIN):
            return True
        case Create() | Update() | Keep() | Skip() | Delete():
            return False
    return True


def _agree_one(outcome: Outcome, link: Link, now: datetime) -> None:
    origin, operation = outcome.origin, outcome.operation
    planned_seen = (outcome.task.link.origin_seen, outcome.task.link.copy_seen)
    link.reason, link.attempts, link.lease_until = operation.reason.value, 0, None
    match operation:
        case Create(content=content, generation=generation, label=label):
            link.generation, link.state, link.label = generation, Link.State.LIVE, label
            _written(link, content, outcome.event, now)
        case Update(side=Side.COPY, content=content, label=label):
            link.state, link.label = Link.State.LIVE, label
            _written(link, content, outcome.event, now)
        case Update(side=Side.ORIGIN):
            link.state = link.state if outcome.more else Link.State.LIVE
            origin = outcome.event or origin
            _given_back(link, outcome, origin)
            churn.count(link, now)
        case Keep():
            link.state = Link.State.LIVE
            _kept(link, outcome)
        case Skip(away=away):
            link.state = Link.State.AWAY if away else Link.State.SEEN
            link.copy_id = link.copy_seen = link.copy_agreed = link.copy_prints = ""
        case Delete():
            link.state = Link.State.SEEN
            link.copy_id = link.copy_seen = link.copy_agreed = link.copy_prints = link.written_prints = ""
            link.generation += 1
    if origin is not None:
        _origin_agreed(link, origin, _only(outcome))
    moved_on = _seen_meanwhile(link, planned_seen, outcome) or _rung_meanwhile(link, outcome.task)
    gave_back = isinstance(operation, Update) and operation.side is Side.ORIGIN
    again = moved_on or outcome.more or gave_back
    link.due_at = now if again else (operation.again_at if isinstance(operation, Skip) else None)


def _only(outcome: Outcome) -> frozenset[Field] | None:
    """The fields that this outcome agrees on; None: all of them."""
    return outcome.operation.fields if outcome.more and isinstance(outcome.operation, Update) else None


def _origin_agreed(link: Link, origin: Event, only: frozenset[Field] | None = None) -> None:
    link.origin_agreed = origin.version
    link.origin_prints = merged(link.origin_prints, fingerprints().of_event(origin, link.origin_ref), only)
    when = origin.content.when
    link.starts_at, link.ends_at = starts_at(when), last_moment(when)


def _written(
    link: Link, content: Content, event: Event | None, now: datetime, only: frozenset[Field] | None = None
) -> None:
    """What was sent is remembered for the next comparison, what was answered as the state of the copy.

    `only`: the fields that were ours to say; None: all of them.
    """
    link.written_prints = merged(link.written_prints, fingerprints().of_content(content, link.origin_ref), only)
    link.written_at = now
    churn.count(link, now)
    if event is not None:
        link.copy_id, link.coloured = event.id, event.label != link.label
        link.copy_agreed = event.version
        if only is None or link.copy_prints:
            prints = fingerprints().of_content(event.content, link.origin_ref)
            link.copy_prints = merged(link.copy_prints, prints, only)


def _given_back(link: Link, outcome: Outcome, origin: Event | None) -> None:
    """The origin took the copy's change. Where both say the same now, that is agreed; the rest is planned once more.

    What an origin says may look different in its copy, or have to be left out of it altogether.
    """
    only = _only(outcome)
    if outcome.copy is not None and link.copy_agreed == outcome.task.link.copy_agreed:
        link.copy_agreed = link.copy_agreed if outcome.more else outcome.copy.version
        prints = fingerprints().of_content(outcome.copy.content, link.origin_ref)
        link.copy_prints = merged(link.copy_prints, prints, only)
    if origin is not None:
        wanted = fingerprints().of_content(project(origin, looks_of(outcome.task.flow)), link.origin_ref)
        stands = decode(link.copy_prints)
        alike = frozenset(field for field in only or Field if wanted[field] == stands.get(field))
        # What the copy is to say otherwise than it told its origin is still to be written.
        told = outcome.operation.fields if isinstance(outcome.operation, Update) else frozenset()
        link.written_prints = merged(merged(link.written_prints, wanted, alike), stands, told - alike)
        link.origin_seen = origin.version


def _kept(link: Link, outcome: Outcome) -> None:
    link.copy_id, link.label = outcome.task.link.copy_id, outcome.task.flow.label
    if outcome.copy is not None:
        link.copy_agreed, link.coloured = outcome.copy.version, outcome.copy.label != link.label
        link.copy_prints = encode(fingerprints().of_content(outcome.copy.content, link.origin_ref))
    if outcome.origin is not None:
        wanted = project(outcome.origin, looks_of(outcome.task.flow))
        link.written_prints = encode(fingerprints().of_content(wanted, link.origin_ref))


def _seen_meanwhile(link: Link, planned_seen: tuple[str, str], outcome: Outcome) -> bool:
    """Whether somebody observed a newer state of either side while this was on its way."""
    origin_seen, copy_seen = planned_seen
    wrote_origin = isinstance(outcome.operation, Update) and outcome.operation.side is Side.ORIGIN
    newer_origin = not wrote_origin and link.origin_seen not in {origin_seen, link.origin_agreed}
    newer_copy = link.copy_seen not in {"", copy_seen, link.copy_agreed}
    if not newer_copy and link.copy_id and not outcome.more:
        link.copy_seen = link.copy_agreed
    if not newer_origin and outcome.origin is not None:
        link.origin_seen = link.origin_agreed
    return newer_origin or newer_copy


def _rung_meanwhile(link: Link, task: Task) -> bool:
    """Whether the person changed what is wanted, or ended it, while this was on its way: then the link stays due."""
    return link.due_at is not None and link.due_at != task.link.due_at


def activity_of(outcome: Outcome, now: datetime) -> Activity | None:
    """The row for people; nothing for what was quietly agreed already."""
    operation, task = outcome.operation, outcome.task
    kind = type(operation) if isinstance(operation, Create) else (type(operation), getattr(operation, "side", None))
    act = activities.ACTS.get(kind)
    if isinstance(operation, Skip) and task.link.reason != operation.reason:
        act = Activity.Act.SKIPPED
    if isinstance(operation, Keep) and operation.reason is Reason.FOUND:
        act = Activity.Act.ADOPTED
    if isinstance(operation, Forget) and operation.reason is Reason.ENDING and _was_removing(task.link):
        act = Activity.Act.REMOVED
    return activities.row(task, act, operation.reason.value, now, request_id=outcome.request_id) if act else None


def _was_removing(link: Link) -> bool:
    """Whether the copy is gone by our own hand, although nobody saw the answer."""
    return bool(link.copy_id) and not link.copy_prints


@transaction.atomic
def stripped(outcomes: Sequence[Outcome], now: datetime) -> None:
    """Copies that lost their details. Only what stands in the copy is on record now: their links stay due, for the rest."""
    locks.flows(o.task.link.flow_id for o in outcomes)
    fresh = {x.pk: x for x in Link.objects.select_for_update().filter(pk__in=[o.task.link.pk for o in outcomes])}
    for outcome in outcomes:
        if isinstance(outcome.operation, Update) and (link := fresh.get(outcome.task.link.pk)):
            # What a person changed besides was not planned, whether it was read now or before: it still has to be.
            read = outcome.copy.version if outcome.copy else link.copy_seen
            agreed = link.copy_agreed
            unplanned = not agreed == link.copy_seen == read
            _written(link, outcome.operation.content, outcome.event, now, outcome.operation.fields)
            link.copy_seen = link.copy_agreed
            if unplanned:
                link.copy_seen, link.copy_agreed = UNSURE, agreed
            if link.state == Link.State.INTENT:
                # Another worker may have agreed on it after its settings changed.
                link.due_at = link.due_at or now
    rows.save(fresh.values(), FIELDS)
    activities.vouch(activities.keep([a for o in outcomes if (a := activity_of(o, now))]), now)


@transaction.atomic
def postpone(task: Task, *, at: datetime, unsure: Side | None = None, failed: bool = True) -> None:
    """Not now: the same link again at `at`. `unsure`: the side whose state nobody knows any more, so that it is read first."""
    locks.flows([task.link.flow_id])
    task.link.attempts += failed
    changes = {"due_at": at, "attempts": task.link.attempts, "lease_until": None}
    if unsure is Side.COPY and task.link.copy_id:
        changes["copy_seen"] = UNSURE
    if unsure is Side.ORIGIN:
        changes["origin_seen"] = UNSURE
    Link.objects.filter(pk=task.link.pk).update(**changes)


@transaction.atomic
def found(task: Task, copy: Event, now: datetime) -> None:
    """The copy that an earlier create made: the link takes it, and planning compares it with its origin.

    It may be older than what was just asked for: nobody knows what that create said.
    """
    locks.flows([task.link.flow_id])
    Link.objects.filter(pk=task.link.pk).update(
        written_prints="",
        label=copy.label if copy.label in set(Label) else "",
        copy_id=copy.id,
        copy_seen=copy.version,
        due_at=now,
        lease_until=None,
        state=Link.State.INTENT,
    )


@transaction.atomic
def taken(task: Task, now: datetime) -> None:
    """The key belongs to a copy that was deleted: the next one is made under the next generation."""
    locks.flows([task.link.flow_id])
    Link.objects.filter(pk=task.link.pk).update(
        generation=task.link.generation + 1, state=Link.State.SEEN, due_at=now, lease_until=None
    )


@transaction.atomic
def park(
    task: Task, reason: Reason, now: datetime, *, error: str, request_id: str = "", again_at: datetime | None = None
) -> None:
    """This one will not pass; it waits until its origin changes (or until `again_at`), and everybody may see why, once."""
    known = (task.link.state, task.link.reason) == (Link.State.PARKED, reason)
    locks.flows([task.link.flow_id])
    parked = Link.objects.filter(pk=task.link.pk, due_at=task.link.due_at).update(
        state=Link.State.PARKED, reason=reason.value, due_at=again_at, lease_until=None
    )
    if parked and not (known and reason is Reason.CHURN):
        activities.row(task, Activity.Act.FAILED, reason.value, now, request_id=request_id, error=error).save()


@transaction.atomic
def leave(tasks: Sequence[Task]) -> None:
    """Copies that the person chose to keep: there is nothing to do about them."""
    locks.flows(t.link.flow_id for t in tasks)
    Link.objects.filter(pk__in=[t.link.pk for t in tasks]).update(due_at=None, lease_until=None)
