"""What an account may do now, from what it has: a trial, a subscription, a plan given by staff. Pure: no clock, no rows.

FULL     some right is alive: everything up to the plan's pairs
GRACE    the last right ended less than 14 days ago: what runs goes on, nothing new is started
PAUSED   later than that: nothing runs, copies stay, nothing is deleted
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from billing.plans import TRIED, Plan

TRIAL = timedelta(days=21)
GRACE = timedelta(days=14)
# So many days ahead of an end its owner is told.
AHEAD = (7, 1)

# Stripe's words for a subscription: https://docs.stripe.com/api/subscriptions/object#subscription_object-status
PAID = frozenset(("active", "trialing"))
UNPAID = frozenset(("past_due", "unpaid", "paused"))
ENDED = frozenset(("canceled",))
# Of several subscriptions of one customer the first of these counts. A payment that was begun takes nothing from what there was before.
RANK = ("active", "trialing", "past_due", "unpaid", "paused", "canceled", "incomplete", "incomplete_expired", "")


class Level(StrEnum):
    FULL = "full"
    GRACE = "grace"
    PAUSED = "paused"


class Cause(StrEnum):
    """Which right decides; of rights that ended, which ended last."""

    OPEN = "open"
    TRIAL = "trial"
    SUBSCRIPTION = "subscription"
    PAYMENT = "payment"
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account has. `granted_until` None with a plan granted: for good. Instants are aware."""

    trial_ends_at: datetime
    plan: Plan | None = None
    status: str = ""
    cancel_at: datetime | None = None
    ended_at: datetime | None = None
    unpaid_since: datetime | None = None
    granted: Plan | None = None
    granted_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """`until` None: no end is known."""

    cause: Cause
    plan: Plan
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`until`: when this level ends, None when it does not. `limit`: pairs that may run, None when they are not counted."""

    level: Level
    cause: Cause
    plan: Plan | None
    until: datetime | None = None

    @property
    def limit(self) -> int | None:
        if self.plan is None:
            return None
        return 0 if self.level is Level.PAUSED else self.plan.pairs


# Without billing nothing is counted and nothing ends.
OPEN = Standing(Level.FULL, Cause.OPEN, None)


def rights(holding: Holding) -> list[Right]:
    bought = holding.plan is not None and holding.status in PAID
    # Who bought has what they bought, from then on: no second change comes when the trial would have ended.
    found = [] if bought else [Right(Cause.TRIAL, TRIED, holding.trial_ends_at)]
    if holding.granted:
        found.append(Right(Cause.GRANT, holding.granted, holding.granted_until))
    if holding.plan and holding.status in PAID:
        found.append(Right(Cause.SUBSCRIPTION, holding.plan, holding.cancel_at))
    elif holding.plan and holding.unpaid_since and holding.status in UNPAID | ENDED:
        # An unpaid subscription that ends in the end was over when it was first not paid: grace is given once.
        found.append(Right(Cause.PAYMENT, holding.plan, holding.unpaid_since))
    elif holding.plan and holding.ended_at and holding.status in ENDED:
        found.append(Right(Cause.SUBSCRIPTION, holding.plan, holding.ended_at))
    return found


def stand(holding: Holding, now: datetime) -> Standing:
    """How the account stands at `now`."""
    found = rights(holding)
    alive = [right for right in found if right.until is None or right.until > now]
    if alive:
        endless = [right for right in alive if right.until is None]
        best = max(alive, key=lambda right: right.plan.pairs)
        last = max(alive, key=_end) if not endless else endless[0]
        return Standing(Level.FULL, last.cause, best.plan, last.until)
    over = max(found, key=_end)
    ends = _end(over) + GRACE
    if now < ends:
        return Standing(Level.GRACE, over.cause, over.plan, ends)
    return Standing(Level.PAUSED, over.cause, over.plan)


def next_look(holding: Holding, now: datetime) -> datetime | None:
    """When something about the account changes next, or its owner is to be told; None: never by the clock alone."""
    ends = [right.until for right in rights(holding) if right.until]
    days = [timedelta(days=day) for day in AHEAD]
    moments = [end - day for end in ends for day in days] + ends
    moments += [end + GRACE - day for end in ends for day in days] + [end + GRACE for end in ends]
    return min((moment for moment in moments if moment > now), default=None)


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail that belongs to this moment: which one, about which end, how many days ahead of it (0: at it)."""

    name: str
    end: datetime
    days: int


def notice(standing: Standing, since: datetime | None, now: datetime) -> Notice | None:
    """The mail that the owner should have had by now. `since`: when the pause began."""
    if standing.level is Level.PAUSED:
        return Notice("syncs-paused", since or now, 0)
    if standing.until is None:
        return None
    days = next((day for day in sorted(AHEAD) if now >= standing.until - timedelta(days=day)), None)
    if standing.level is Level.GRACE:
        if days is not None:
            return Notice("syncs-pausing", standing.until, days)
        return Notice("payment-failed", standing.until, 0) if standing.cause is Cause.PAYMENT else None
    if days is None:
        return None
    return Notice("trial-ending" if standing.cause is Cause.TRIAL else "plan-ending", standing.until, days)


def over_since(holding: Holding) -> datetime:
    """When the last right's grace ended or will end; only sensible when every right has an end."""
    return max(_end(right) for right in rights(holding)) + GRACE


def surplus(running: list[int], limit: int | None) -> list[int]:
    """Which of the running pairs, oldest first, are too many: the youngest."""
    return [] if limit is None else running[limit:]


def _end(right: Right) -> datetime:
    if right.until is None:
        raise ValueError("a right without an end has no last day")
    return right.until
