"""What the clock changes: mails ahead of an end, pauses after the grace. The timetable calls it; `standing.py` decides."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction

from billing import mails, room, surplus
from billing.models import Account, Reminder
from billing.standing import Level, Notice, next_look, notice, over_since
from sync.models import Pair

log = logging.getLogger("hetk.billing")
# In one round of the timetable; the next round goes on.
AT_ONCE = 100


def mind_due(now: datetime) -> int:
    """Every account whose moment has come; those that could not be told are tried again next time."""
    minded = 0
    for account in Account.objects.filter(look_at__lte=now).select_related("user").order_by("look_at")[:AT_ONCE]:
        try:
            mind(account, now)
        except OSError:
            # One mail that does not leave must not keep the others waiting.
            log.exception("a mail about a plan could not be sent")
            continue
        minded += 1
    return minded


def mind(account: Account, now: datetime) -> None:
    """Pause what is too many, send the mail that is due, and say when to look again."""
    surplus.pause(account)
    if told := due(account, now):
        _tell(account, told)
    with transaction.atomic():
        row = room.held(account.pk)
        # Something may have changed since: then it is looked at again at once.
        if row.holding == account.holding:
            Account.objects.filter(pk=account.pk).update(look_at=next_look(row.holding, now))


def due(account: Account, now: datetime) -> Notice | None:
    """The mail that the owner should have had by now."""
    standing = account.standing(now)
    since = over_since(account.holding) if standing.level is Level.PAUSED else None
    return notice(standing, since, now)


def _tell(account: Account, due: Notice) -> None:
    """Once. The row is written when the mail is on its way: a mail twice is better than none."""
    words: dict[str, Any] = {"name": due.name, "days": due.days, "end": due.end}
    if Reminder.objects.filter(account=account, **words).exists():
        return
    if due.name.startswith("syncs-") and not Pair.objects.filter(user=account.user_id, ending_at=None).exists():
        return
    mails.send(account, due)
    Reminder.objects.get_or_create(account=account, **words)
