"""Pausing what a plan no longer holds. Copies stay, cursors stay, nothing is deleted; resuming is in `sync/pairs.py`."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from billing import room
from billing.models import Account
from billing.standing import surplus
from sync.models import Pair


def pause(account: Account) -> int:
    """Pause the pairs that are too many, the youngest first; how many."""
    with transaction.atomic():
        now = timezone.now()
        standing = room.held(account.pk).standing(now)
        running = Pair.objects.filter(user=account.user_id, ending_at=None, paused_at=None).order_by("created_at", "pk")
        return pause_these(surplus(list(running.values_list("pk", flat=True)), standing.limit))


def pause_these(numbers: Collection[int]) -> int:
    """These pairs are paused by the plan, not by a person."""
    running = Pair.objects.filter(pk__in=numbers, paused_at=None)
    return running.update(paused_at=timezone.now(), paused_by_plan=True)
