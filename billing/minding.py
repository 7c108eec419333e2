"""What the clock changes: mails ahead of an end, pauses after the grace. The timetable calls it; `standing.py` decides."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from billing import mails, room, surplus
from billing.models import Account, Reminder
from billing.standing import Level, Notice, next_look, notice, over_since
from sync.models import Pair

log = logging.getLogger("hetk.billing")
# In one round of the timetable; the next round goes on.
AT_ONCE = 100
# So long somebody may take who is about to send a mail.
LEASE = timedelta(minutes=10)


def mind_due(now: datetime) -> int:
    """Every account whose moment has come; those that could not be told are tried again next time."""
    minded = 0
    for account in Account.objects.filter(look_at__lte=now).select_related("user").order_by("look_at")[:AT_ONCE]:
        try:
            mind(account, now)
        except Exception:
            # One mail that does not leave must not keep the others waiting, not even a hundred that never do; nor a row that makes no sense.
            log.exception("account %s could not be told about its plan", account.public_id)
            Account.objects.filter(pk=account.pk, look_at=account.look_at).update(look_at=now + LEASE)
            continue
        minded += 1
    return minded


def mind(account: Account, now: datetime) -> None:
    """Pause what is too many, send the mail that is due, and say when to look again."""
    surplus.pause(account)
    told = due(account, now)
    settled = _tell(account, told, now) if told else True
    with transaction.atomic():
        row = room.held(account.pk)
        # Something may have changed since: then it is looked at again at once.
        if row.holding == account.holding:
            look_at = next_look(row.holding, now) if settled else now + LEASE
            Account.objects.filter(pk=account.pk).update(look_at=look_at)


def due(account: Account, now: datetime) -> Notice | None:
    """The mail that the owner should have had by now."""
    standing = account.standing(now)
    since = over_since(account.holding) if standing.level is Level.PAUSED else None
    return notice(standing, since, now)


def _tell(account: Account, told: Notice, now: datetime) -> bool:
    """Send it, once however many look at the account at the same time; whether it is sent.

    False while somebody else is at it. Who dies in the middle leaves a lease that runs out, and then it is sent: only in that
    moment a mail can go out twice, which is better than none.
    """
    words: dict[str, Any] = {"name": told.name, "days": told.days, "end": told.end}
    if told.name.startswith("syncs-") and not Pair.objects.filter(user=account.user_id, ending_at=None).exists():
        return True
    row, _ = Reminder.objects.get_or_create(account=account, **words)
    if row.sent_at:
        return True
    mine = Reminder.objects.filter(pk=row.pk, sent_at=None)
    if not mine.filter(Q(lease_until=None) | Q(lease_until__lte=now)).update(lease_until=now + LEASE):
        return Reminder.objects.filter(pk=row.pk).exclude(sent_at=None).exists()
    try:
        mails.send(account, told)
    except OSError:
        mine.update(lease_until=None)
        raise
    mine.update(sent_at=now, lease_until=None)
    return True
