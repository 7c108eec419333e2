"""The one place where pairs are counted: is there room for another one, asked while the account's row is held.

Whoever makes or resumes a pair calls `hold` inside the same transaction, so that of many who ask at once each sees what
the one before made.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from billing.models import Account
from billing.standing import OPEN, TRIAL, Holding, Level, Standing, next_look
from sync.models import Pair

BUY = "Choose a plan on the billing page; your copies stay as they are until then."


@dataclass(frozen=True, slots=True)
class Room:
    """`total`: pairs that have not ended, paused ones among them; `running`: those that are not paused."""

    standing: Standing
    total: int = 0
    running: int = 0
    # Of the paused ones, those that no person paused.
    by_plan: int = 0

    @property
    def why_no_new(self) -> str:
        """A sentence why no pair can be added; "" when one can."""
        standing, limit = self.standing, self.standing.limit
        if standing.level is Level.PAUSED:
            return f"Your plan has ended, so no sync can be started. {BUY}"
        if standing.level is Level.GRACE:
            return f"Your plan has ended. What runs goes on for now, but no sync can be added. {BUY}"
        if limit is not None and self.total >= limit and standing.plan:
            return (
                f"Your plan ({standing.plan.label}) holds {limit} syncs, and you have {self.total}. "
                "End one, or choose a larger plan on the billing page."
            )
        return ""

    @property
    def why_no_more(self) -> str:
        """A sentence why no paused pair can be resumed; "" when one can."""
        standing, limit = self.standing, self.standing.limit
        if standing.level is Level.PAUSED:
            return f"Your plan has ended, so syncs stay paused. {BUY}"
        if limit is not None and self.running >= limit and standing.plan:
            return (
                f"Your plan ({standing.plan.label}) keeps {limit} syncs running, and {self.running} are. "
                "Choose on the billing page which ones."
            )
        return ""

    @property
    def free(self) -> int | None:
        """How many more pairs may run; None: not counted."""
        limit = self.standing.limit
        return None if limit is None else max(0, limit - self.running)

    @property
    def fits(self) -> int:
        """Of those that the plan paused, how many it holds now."""
        return self.by_plan if self.free is None else min(self.free, self.by_plan)


def account_of(user: User) -> Account:
    """The person's account; the first time it is asked for, the trial begins."""
    now = timezone.now()
    trial = Holding(trial_ends_at=now + TRIAL)
    defaults = {"trial_ends_at": trial.trial_ends_at, "look_at": next_look(trial, now)}
    account, _ = Account.objects.get_or_create(user=user, defaults=defaults)
    return account


def look(user: User) -> Room:
    """How things stand, for a page: nobody is kept waiting, and nothing is promised."""
    return _room(account_of(user)) if settings.BILLING else Room(OPEN)


def hold(user: User) -> Room:
    """The same for the inside of a transaction, and nobody else changes it until that ends."""
    if not settings.BILLING:
        return Room(OPEN)
    return _room(held(account_of(user).pk))


def held(number: int) -> Account:
    """The account's row, held until the transaction ends. After users, before pairs (see `sync/store/locks.py`)."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an account is held inside a transaction")
    rows = Account.objects.filter(pk=number)
    # Elsewhere an immediate transaction has the whole database to itself.
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True)
    return rows.get()


def _room(account: Account) -> Room:
    standing = account.standing(timezone.now())
    pairs = Pair.objects.filter(user=account.user_id, ending_at=None)
    paused = [(at is None, by_plan) for at, by_plan in pairs.values_list("paused_at", "paused_by_plan")]
    return Room(
        standing,
        len(paused),
        sum(running for running, _ in paused),
        sum(by_plan for running, by_plan in paused if not running),
    )
