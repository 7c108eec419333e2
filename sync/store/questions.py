"""Questions about held deletions, as the work goes on beside them: one open question for each flow."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from sync.core.operation import Reason
from sync.models import Activity, Brake, Flow, Link
from sync.store import activities, locks
from sync.store.work import Task


@transaction.atomic
def hold(flow: Flow, tasks: Collection[Task], now: datetime, *, of: int) -> None:
    """These deletions, of a flow with `of` copies, wait for the answer to its open question, or to a new one.

    In one transaction: an answer that is given meanwhile leaves none behind that nobody is asked about.
    """
    locks.flows([flow.pk])
    brake, _ = Brake.objects.get_or_create(flow=flow, decided_at=None, defaults={"held_at": now, "held": 0, "of": of})
    _hold(tasks, now)
    Brake.objects.filter(pk=brake.pk).update(held=Link.objects.filter(flow=flow, state=Link.State.HELD).count())


@transaction.atomic
def recount(flow: Flow, now: datetime) -> None:
    """Held deletions that are no longer wanted: the question says how many are left, and is over when none is."""
    locks.flows([flow.pk])
    held = Link.objects.filter(flow=flow, state=Link.State.HELD).count()
    question = Brake.objects.filter(flow=flow, decided_at=None)
    question.update(held=held) if held else question.update(held=0, decided_at=now)


def _hold(tasks: Collection[Task], now: datetime) -> None:
    """No longer due until the word is given; what was rung for meanwhile is planned anew instead."""
    due = set(Link.objects.filter(pk__in=[t.link.pk for t in tasks]).values_list("pk", "due_at"))
    tasks = [task for task in tasks if (task.link.pk, task.link.due_at) in due]
    Link.objects.filter(pk__in=[t.link.pk for t in tasks]).update(
        state=Link.State.HELD, reason=Reason.BRAKE.value, due_at=None, lease_until=None
    )
    # What waited already is no news.
    fresh = [task for task in tasks if task.link.state != Link.State.HELD]
    Activity.objects.bulk_create([activities.row(t, Activity.Act.HELD, Reason.BRAKE.value, now) for t in fresh])
