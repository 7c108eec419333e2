"""Pausing what a plan no longer holds. Copies stay, cursors stay, nothing is deleted; resuming is in `sync/pairs.py`."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils import timezone

from accounts.audit import Act
from billing import room
from billing.models import Account
from billing.standing import surplus
from sync import told
from sync.models import Pair


def pause(account: Account) -> int:
    """Pause the pairs that are too many, the youngest first; how many."""
    with transaction.atomic():
        now = timezone.now()
        standing = room.held(account.pk).standing(now)
        running = Pair.objects.filter(user=account.user_id, ending_at=None, paused_at=None).order_by("created_at", "pk")
        stopped = stop(surplus(list(running.values_list("pk", flat=True)), standing.limit))
        tell(stopped)
    return len(stopped)


def stop(numbers: Collection[int]) -> list[Pair]:
    """These pairs are paused by the plan, not by a person; those that ran until now. For the inside of a transaction."""
    running = list(Pair.objects.filter(pk__in=numbers, paused_at=None).select_related("first", "second").order_by("pk"))
    now = timezone.now()
    Pair.objects.filter(pk__in=[pair.pk for pair in running]).update(paused_at=now, paused_by_plan=True)
    return running


def tell(stopped: Sequence[Pair]) -> None:
    """The person's audit hears of it; the last thing in a transaction."""
    for pair in stopped:
        told.happened(pair, Act.PAIR_PAUSED, by="plan")
