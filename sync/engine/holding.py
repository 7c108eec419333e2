"""The brake on one flow: deletions that look like damage wait for the person's word (rule 10)."""

from collections.abc import Sequence
from datetime import datetime

from sync.core import brake
from sync.core.operation import Delete, Operation, Reason, Side
from sync.models import Brake, Flow, Link
from sync.store import questions, work
from sync.store.work import Task


def hold(flow: Flow, deletions: Sequence[Task], now: datetime) -> bool:
    """Whether these deletions wait; they are put on hold then, and the question is asked or grows.

    A large deletion comes in several shares: each counts those that were carried out since its own became due, and those that
    are known to follow.
    """
    copies = Link.objects.filter(flow=flow).exclude(copy_id="").count()
    gone = work.removed_since(flow, min(task.link.due_at or now for task in deletions))
    waiting = work.deletions_waiting(flow, now, [task.link.pk for task in deletions])
    is_open = Brake.objects.filter(flow=flow, decided_at=None).exists()
    if not is_open and not brake.holds(gone + len(deletions) + waiting, gone + copies):
        return False
    questions.hold(flow, deletions, now, of=copies)
    return True


def decided_against(link: Link, operation: Operation) -> bool:
    """A deletion of a copy that the person chose to keep; only ending the flow still takes it along."""
    deletes = isinstance(operation, Delete) and operation.side is Side.COPY
    return link.state == Link.State.KEPT and deletes and operation.reason is not Reason.ENDING


def counts(link: Link, operation: Operation) -> bool:
    """Whether a deletion counts for the brake: not what the person asked for, nor what they released."""
    return operation.reason is not Reason.ENDING and link.state != Link.State.FREED
