"""What staff give: a plan for nothing, more days of trial. Each names who gave it and why; the support desk calls these."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Act
from accounts.models import User
from billing import room, surplus
from billing.models import Account
from billing.plans import Plan


def grant_plan(user: User, plan: Plan | None, *, until: datetime | None, by: User, reason: str) -> Account:
    """Give a plan until then (None: for good), beside whatever is bought; no plan takes it back. `reason`: for the record."""
    fields = {"granted_plan": plan.key if plan else "", "granted_until": until if plan else None}
    account = _change(user, "plan granted" if plan else "plan taken back", by, reason, fields)
    surplus.pause(account)
    return account


def extend_trial(user: User, *, until: datetime, by: User, reason: str) -> Account:
    """The trial ends then; never sooner than it would have."""
    ends = max(until, room.account_of(user).trial_ends_at)
    return _change(user, "trial extended", by, reason, {"trial_ends_at": ends})


@transaction.atomic
def _change(user: User, what: str, by: User, reason: str, fields: dict[str, Any]) -> Account:
    """The row, and the entry in the person's own audit, which tells them who did it and why."""
    account = room.held(room.account_of(user).pk)
    for name, value in (fields | {"look_at": timezone.now()}).items():
        setattr(account, name, value)
    account.save(update_fields=(*fields, "look_at"))
    told = {name: str(value) if value else "" for name, value in fields.items()}
    audit.record(user, Act.STAFF_CHANGED, facts={"what": what, **told}, personal={"by": by.email, "reason": reason})
    return account
