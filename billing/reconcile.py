"""Every night each subscription is compared with Stripe's own: events may be lost, and Stripe repeats them for three days only."""

import logging

from django.conf import settings

from accounts.models import User
from billing import gateway, projection, room
from billing.gateway import Subscription
from billing.models import Account
from billing.standing import PAID, UNPAID
from sync.providers.errors import ProviderError

log = logging.getLogger("hetk.billing")


def reconcile() -> int:
    """How many rows were wrong; each of them asks Stripe anew, the others cost nothing but their share of a list."""
    if not settings.BILLING:
        return 0
    _begin_trials()
    if not gateway.on():
        return 0
    try:
        known = gateway.all_subscriptions()
    except ProviderError as error:
        log.warning("plans could not be reconciled tonight: %s", error.message)
        return 0
    accounts = Account.objects.exclude(customer="").iterator()
    return sum(_mended(account) for account in accounts if _differs(account, known.get(account.customer, [])))


def _differs(account: Account, seen: list[Subscription]) -> bool:
    """Whether the row says something else than Stripe; of what has ended, only that it has is compared."""
    best = projection.best(seen)
    if not best.id:
        return account.status in PAID | UNPAID
    row = (
        account.subscription,
        account.status,
        account.lookup_key,
        account.cents,
        account.period_end,
        account.cancel_at,
    )
    return row != (best.id, best.status, best.lookup_key, best.cents, best.period_end, best.cancel_at)


def _begin_trials() -> None:
    """Who had syncs before plans were switched on gets a trial like everybody else."""
    for user in User.objects.filter(billing=None, pairs__isnull=False).distinct().iterator():
        room.account_of(user)


def _mended(account: Account) -> bool:
    """One account that cannot be asked about does not keep the others waiting."""
    try:
        projection.refresh(account)
    except ProviderError as error:
        log.warning("account %s could not be reconciled: %s", account.public_id, error.message)
        return False
    log.warning("account %s differed from Stripe and was set right", account.public_id)
    return True
