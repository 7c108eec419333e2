"""Every night each subscription is compared with Stripe's own: events may be lost, and Stripe repeats them for three days only."""

import logging

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from billing import gateway, projection, room
from billing.models import Account
from sync.providers.errors import ProviderError

log = logging.getLogger("hetk.billing")
COLUMNS = ("subscription", "status", "lookup_key", "period_end", "cancel_at", "ended_at")


def reconcile() -> int:
    """How many rows were wrong. One account that cannot be asked about does not keep the others waiting."""
    if not settings.BILLING:
        return 0
    _begin_trials()
    return sum(_differs(account) for account in Account.objects.exclude(customer="").iterator()) if gateway.on() else 0


def _begin_trials() -> None:
    """Who had syncs before plans were switched on gets a trial like everybody else."""
    for user in User.objects.filter(billing=None, pairs__isnull=False).distinct().iterator():
        room.account_of(user)


def _differs(account: Account) -> bool:
    before = {name: getattr(account, name) for name in COLUMNS}
    try:
        projection.refresh(account)
    except ProviderError as error:
        log.warning("account %s could not be reconciled: %s", account.public_id, error.message)
        return False
    wrong = [name for name, value in before.items() if getattr(account, name) != value]
    if wrong:
        log.warning("account %s differed from Stripe at %s: %s", account.public_id, timezone.now(), ", ".join(wrong))
    return bool(wrong)
