"""Mails about pairs that are sent once: the first sync is finished, a calendar is gone.

On record before the mail leaves, so that whoever dies in between, or does the same at once, mails nobody twice; a mail that does not
leave is tried again.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from sync import emails
from sync.models import Calendar, Flow, Pair

log = logging.getLogger("hetk.tasks")


def tell_of_first_syncs() -> int:
    """Every event of every direction has been looked at for the first time."""
    flows = Flow.objects.filter(pair=OuterRef("pk"))
    ready = Pair.objects.filter(
        Exists(flows), ~Exists(flows.filter(settled_at=None)), ready_told_at=None, ending_at=None
    )
    rows = ready.select_related("user", "first__connection", "second__connection")
    return sum(
        _once(Pair.objects.filter(ready_told_at=None), pair, "ready_told_at", emails.first_sync) for pair in rows
    )


def tell_of_lost_calendars() -> int:
    """A provider no longer shows a calendar that is kept in step. One that came back and goes again is told again."""
    untold = Q(lost_told_at=None) | Q(lost_told_at__lt=F("lost_at"))
    used = Flow.objects.filter(
        Q(source=OuterRef("pk")) | Q(target=OuterRef("pk")), ending_at=None, pair__ending_at=None
    )
    lost = Calendar.objects.filter(untold, Exists(used), lost_at__isnull=False, connection__halted_at=None)
    rows = lost.select_related("connection__user")
    return sum(
        _once(Calendar.objects.filter(untold), calendar, "lost_told_at", emails.calendar_gone) for calendar in rows
    )


def _once(rows: QuerySet[Any], row: Pair | Calendar, field: str, letter: Callable[..., None]) -> bool:
    """`rows`: those that nobody was told of yet; `field`: when somebody was."""
    before = getattr(row, field)
    if not rows.filter(pk=row.pk).update(**{field: timezone.now()}):
        return False
    try:
        letter(row)
    except OSError:
        log.exception("a mail about %s could not be sent", row)
        type(row).objects.filter(pk=row.pk).update(**{field: before})
        return False
    return True
