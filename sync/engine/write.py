"""The one place where writes leave Hetk, and the guard that stands there (rules 7 and 11)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sync.core.operation import Create, Delete, Side, Update
from sync.core.privacy import BUSY_TITLE
from sync.models import Calendar
from sync.providers.base import Answered, Insert, Provider, Remove, Write
from sync.providers.base import Update as UpdateWrite
from sync.providers.errors import Refused
from sync.store.fits import event_fits
from sync.store.keys import marks
from sync.store.work import Task


class NotAllowed(Exception):
    """The engine wanted to write where the person never allowed it. A defect of ours: nothing was sent."""


@dataclass(slots=True)
class Job:
    """One write that is to leave, for one link. `version`: that of the written side, as the plan was made from it.

    coloured: a person gave the copy a colour, as far as is known. strips: it takes out what is hidden, and nothing else.
    """

    task: Task
    operation: Create | Update | Delete
    version: str
    coloured: bool = False
    strips: bool = False

    @property
    def calendar(self) -> Calendar:
        flow = self.task.flow
        on_origin = not isinstance(self.operation, Create) and self.operation.side is Side.ORIGIN
        return flow.source if on_origin else flow.target


def send(
    provider: Provider, calendar: Calendar, jobs: Sequence[Job], two_way: set[int]
) -> Iterator[tuple[Job, Answered]]:
    """Carry out jobs that all write into `calendar`; answers come as the provider gives them, batch by batch."""
    for job in jobs:
        guard(job, calendar, two_way)
    writes = [as_write(job) for job in jobs]
    for job, answered in zip(jobs, provider.write(calendar.remote_id, writes), strict=True):
        unfit = answered.event is not None and not event_fits(answered.event)
        yield job, Answered(error=Refused("the answer cannot be remembered")) if unfit else answered


def guard(job: Job, calendar: Calendar, two_way: set[int]) -> None:
    """Refuse any write outside what the person chose.

    Copies are written only into the target of the job's own flow; an origin only where the pair is two-way and alive. A change
    or a deletion in the target addresses the copy that the link holds, never anything else. While a pair is paused, copies only
    lose what became hidden, and go where they are being ended.
    """
    flow, link, operation = job.task.flow, job.task.link, job.operation
    undoing = flow.is_ending and isinstance(operation, Delete) and operation.side is Side.COPY
    hiding = job.strips and isinstance(operation, Update) and operation.side is Side.COPY
    if flow.pair.paused_at is not None and not (undoing or hiding):
        raise NotAllowed("the pair is paused")
    if isinstance(operation, Create):
        allowed = calendar.pk == flow.target_id and flow.ending_at is None
    elif operation.side is Side.COPY:
        allowed = calendar.pk == flow.target_id and bool(link.copy_id) and link.flow_id == flow.pk
    else:
        allowed = calendar.pk == flow.source_id and flow.pk in two_way and flow.ending_at is None
    if not allowed or not calendar.can_write:
        raise NotAllowed(f"{type(operation).__name__} may not go to {calendar}")
    if calendar.pk == flow.target_id and flow.source.policy_domain and _tells(operation):
        raise NotAllowed(f"the policy of {flow.source.policy_domain} lets nothing but Busy go to {calendar}")


def _tells(operation: Create | Update | Delete) -> bool:
    """Whether it would show more of its origin than that the time is taken."""
    if isinstance(operation, Delete):
        return False
    content = operation.content
    return content.title != BUSY_TITLE or bool(content.description or content.location)


def as_write(job: Job) -> Write:
    """The operation in the provider's terms, with mark, key and expected version."""
    flow, link, operation = job.task.flow, job.task.link, job.operation
    target, source = (marks().calendar_ref(calendar.identity) for calendar in (flow.target, flow.source))
    match operation:
        case Create(content=content, generation=generation, label=label):
            key = marks().key(target, link.origin_ref, generation)
            mark = marks().mark(target, source, link.origin_ref, generation)
            return Insert(key=key, mark=mark, content=content, label=label)
        case Update(side=Side.COPY):
            mark = marks().mark(target, source, link.origin_ref, link.generation)
            return UpdateWrite(
                id=link.copy_id,
                version=job.version,
                content=operation.content,
                fields=operation.fields,
                mark=mark,
                label=operation.label,
                relabel=operation.relabel,
                coloured=job.coloured,
            )
        case Update():
            return UpdateWrite(
                id=link.origin_id, version=job.version, content=operation.content, fields=operation.fields
            )
        case Delete(side=Side.COPY):
            # The origin is gone for good: the copy goes whatever was done to it meanwhile.
            return Remove(id=link.copy_id)
        case Delete():
            return Remove(id=link.origin_id, version=job.version)
