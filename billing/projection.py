"""What Stripe knows of a subscription, copied into a few columns. Always asked anew, never believed from a message.

Nobody holds a row, or a transaction, while Stripe is asked: that may take seconds. Who asks takes a ticket first, and writes only
when no later ticket was taken; who was overtaken asks again. So an older answer never overwrites a newer one.
"""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.audit import Act
from billing import gateway, room, surplus
from billing.gateway import Subscription
from billing.models import Account
from billing.standing import ENDED, RANK, UNPAID
from sync.providers.errors import ComeBack

TRIES = 4
NONE = Subscription("", "", "", datetime.min.replace(tzinfo=UTC), None, None, None)


def refresh(account: Account) -> None:
    """Ask Stripe, write it down, pause what is too many now. Raises what the gateway raises."""
    for _ in range(TRIES):
        ticket = _ticket(account)
        account.refresh_from_db()
        found = gateway.subscriptions(account.customer) if account.customer else []
        if _write(account, ticket, best(found)):
            surplus.pause(account)
            return
    raise ComeBack("others kept asking Stripe about the same account")


def best(found: list[Subscription]) -> Subscription:
    """Of several subscriptions to our plans the one that gives most; of equals the newest."""
    ours = [one for one in found if one.lookup_key]
    return min(ours, key=lambda one: (_rank(one.status), -one.created.timestamp()), default=NONE)


def _rank(status: str) -> int:
    return RANK.index(status) if status in RANK else len(RANK)


def _ticket(account: Account) -> int:
    Account.objects.filter(pk=account.pk).update(ticket=F("ticket") + 1)
    return Account.objects.values_list("ticket", flat=True).get(pk=account.pk)


@transaction.atomic
def _write(account: Account, ticket: int, seen: Subscription) -> bool:
    row = room.held(account.pk)
    if row.ticket != ticket:
        return False
    now = timezone.now()
    if seen is NONE and row.subscription:
        # Stripe forgot the customer, and with it the subscription that there was.
        ended = row.ended_at or now
        seen = Subscription(row.subscription, "canceled", row.lookup_key, ended, row.period_end, None, ended)
    row.subscription, row.status, row.lookup_key = seen.id, seen.status, seen.lookup_key
    row.period_end, row.cancel_at, row.cents = seen.period_end, seen.cancel_at, seen.cents
    row.ended_at = (seen.ended_at or row.ended_at or now) if seen.status in ENDED else None
    if seen.status in UNPAID:
        row.unpaid_since = row.unpaid_since or now
    elif seen.status not in ENDED:
        row.unpaid_since = None
    # The timetable tells its owner what there is to tell, and finds the next moment.
    row.look_at = now
    row.save()
    if (account.status, account.lookup_key) != (row.status, row.lookup_key):
        label = row.plan.label if row.plan else "none"
        facts = {
            "what": f"{label}, {row.status or 'not bought'}",
            "plan": row.lookup_key,
            "before": account.lookup_key,
            "status": row.status,
        }
        audit.record(row.user_id, Act.PLAN_CHANGED, facts=facts)
    account.refresh_from_db()
    return True
