"""What staff give: a plan for nothing, more days of trial. Each names who gave it and why; the support desk calls these."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing import room, surplus
from billing.models import Account
from billing.plans import Plan

log = logging.getLogger("hetk.billing")


def grant_plan(user: User, plan: Plan | None, *, until: datetime | None, by: User, reason: str) -> Account:
    """Give a plan until then (None: for good), beside whatever is bought; no plan takes it back. `reason`: for the record."""
    account = _change(user, granted_plan=plan.key if plan else "", granted_until=until if plan else None)
    log.info("plan %s granted to account %s by %s: %s", plan and plan.key, account.public_id, by.pk, reason)
    surplus.pause(account)
    return account


def extend_trial(user: User, *, until: datetime, by: User, reason: str) -> Account:
    """The trial ends then; never sooner than it would have."""
    account = _change(user, trial_ends_at=max(until, room.account_of(user).trial_ends_at))
    log.info("trial of account %s extended by %s: %s", account.public_id, by.pk, reason)
    return account


@transaction.atomic
def _change(user: User, **fields: object) -> Account:
    account = room.held(room.account_of(user).pk)
    fields["look_at"] = timezone.now()
    for name, value in fields.items():
        setattr(account, name, value)
    account.save(update_fields=tuple(fields))
    return account
