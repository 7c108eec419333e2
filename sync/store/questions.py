"""Questions about held deletions, as the work goes on beside them: one open question for each flow."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from sync.models import Brake, Flow, Link
from sync.store import locks, record
from sync.store.work import Task


@transaction.atomic
def hold(flow: Flow, tasks: Collection[Task], now: datetime, *, of: int) -> None:
    """These deletions, of a flow with `of` copies, wait for the answer to its open question, or to a new one.

    In one transaction: an answer that is given meanwhile leaves none behind that nobody is asked about.
    """
    locks.flows([flow.pk])
    brake, _ = Brake.objects.get_or_create(flow=flow, decided_at=None, defaults={"held_at": now, "held": 0, "of": of})
    record.hold(tasks, now)
    Brake.objects.filter(pk=brake.pk).update(held=Link.objects.filter(flow=flow, state=Link.State.HELD).count())


@transaction.atomic
def recount(flow: Flow, now: datetime) -> None:
    """Held deletions that are no longer wanted: the question says how many are left, and is over when none is."""
    locks.flows([flow.pk])
    held = Link.objects.filter(flow=flow, state=Link.State.HELD).count()
    question = Brake.objects.filter(flow=flow, decided_at=None)
    question.update(held=held) if held else question.update(held=0, decided_at=now)
