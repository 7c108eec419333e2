"""What an account may do, by the calendar alone: pure, no row, no clock."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.gateway import Subscription
from billing.plans import PERSONAL, PLANS, PRICES, PROFESSIONAL
from billing.projection import best
from billing.standing import GRACE, OPEN, Cause, Holding, Level, next_look, notice, stand, surplus

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OVER = NOW - 100 * DAY


def holding(**fields) -> Holding:
    return Holding(**{"trial_ends_at": OVER, **fields})


def test_the_plans_cost_and_hold_what_the_product_says():
    told = [(plan.label, plan.pairs, plan.monthly.dollars, plan.yearly.dollars, plan.priority) for plan in PLANS]
    assert told == [("Personal", 3, "2", "15", False), ("Professional", 8, "6", "50", True)]
    assert len(PRICES) == 4


@pytest.mark.parametrize(
    ("days", "level", "limit"),
    [(-21, "full", 8), (-0.01, "full", 8), (0, "grace", 8), (13.9, "grace", 8), (14, "paused", 0), (900, "paused", 0)],
)
def test_a_trial_is_full_to_its_last_moment_then_14_days_of_grace_then_a_pause(days, level, limit):
    found = stand(Holding(trial_ends_at=NOW - days * DAY), NOW)
    assert (found.level, found.cause, found.limit) == (level, Cause.TRIAL, limit)


@pytest.mark.parametrize("status", ["active", "trialing"])
def test_what_was_bought_counts_from_then_on_even_while_the_trial_lasts(status):
    found = stand(holding(trial_ends_at=NOW + 9 * DAY, plan=PERSONAL, status=status), NOW)
    assert (found.level, found.plan, found.until) == (Level.FULL, PERSONAL, None)


@pytest.mark.parametrize("status", ["past_due", "unpaid", "paused", "canceled"])
def test_an_unpaid_plan_is_given_14_days_once_however_stripe_goes_on_to_call_it(status):
    for days, level in ((0, Level.GRACE), (13, Level.GRACE), (14, Level.PAUSED)):
        unpaid = holding(plan=PERSONAL, status=status, unpaid_since=NOW - days * DAY, ended_at=NOW)
        found = stand(unpaid, NOW)
        assert (found.level, found.cause) == (level, Cause.PAYMENT), days


def test_a_cancelled_plan_lasts_to_the_end_of_what_was_paid_and_14_days_more():
    cancelled = holding(plan=PERSONAL, status="active", cancel_at=NOW + 5 * DAY)
    assert stand(cancelled, NOW).until == NOW + 5 * DAY
    over = holding(plan=PERSONAL, status="canceled", ended_at=NOW)
    assert [stand(over, NOW + days * DAY).level for days in (0, 13, 14)] == ["grace", "grace", "paused"]


@pytest.mark.parametrize("status", ["incomplete", "incomplete_expired", ""])
def test_what_was_never_paid_gives_nothing(status):
    assert stand(holding(plan=PERSONAL, status=status), NOW).level is Level.PAUSED


def test_a_plan_without_a_price_of_ours_gives_nothing():
    assert stand(holding(plan=None, status="active"), NOW).level is Level.PAUSED


def test_a_plan_given_by_staff_stands_beside_what_was_bought_and_the_larger_counts():
    both = holding(plan=PERSONAL, status="active", granted=PROFESSIONAL, granted_until=NOW + DAY)
    assert stand(both, NOW).plan is PROFESSIONAL
    assert stand(both, NOW + 2 * DAY).plan is PERSONAL
    for_good = holding(granted=PERSONAL)
    assert (stand(for_good, NOW).level, stand(for_good, NOW).until) == (Level.FULL, None)


def test_without_plans_nothing_is_counted():
    assert (OPEN.level, OPEN.limit, OPEN.until) == (Level.FULL, None, None)
    assert surplus([1, 2, 3], OPEN.limit) == []


def test_of_too_many_pairs_the_oldest_stay():
    assert surplus([1, 2, 3, 4, 5], 3) == [4, 5]
    assert surplus([1, 2], 3) == []
    assert surplus([1, 2], 0) == [1, 2]


def name_of(found) -> str:
    due = notice(found, None, NOW)
    return due.name if due else ""


def walk(start: Holding) -> list[tuple[int, str, int]]:
    """Every mail of a life, as (days from NOW, name, days ahead), looking only when `next_look` says so."""
    told: list[tuple[int, str, int]] = []
    now: datetime | None = NOW
    while now and (now := next_look(start, now)):
        found = stand(start, now)
        if due := notice(found, None, now):
            told.append((round((now - NOW) / DAY), due.name, due.days))
    return told


def test_a_trial_that_nobody_minds_is_told_about_five_times():
    assert walk(Holding(trial_ends_at=NOW + 21 * DAY)) == [
        (14, "trial-ending", 7),
        (20, "trial-ending", 1),
        (28, "syncs-pausing", 7),
        (34, "syncs-pausing", 1),
        (35, "syncs-paused", 0),
    ]


def test_a_failed_payment_is_told_at_once_and_7_and_1_days_ahead_of_the_pause():
    unpaid = holding(plan=PERSONAL, status="past_due", unpaid_since=NOW)
    found = stand(unpaid, NOW)
    assert name_of(found) == "payment-failed"
    assert list(walk(unpaid)) == [
        (7, "syncs-pausing", 7),
        (13, "syncs-pausing", 1),
        (14, "syncs-paused", 0),
    ]


def test_who_pays_hears_nothing():
    paying = holding(plan=PERSONAL, status="active")
    assert notice(stand(paying, NOW), None, NOW) is None
    assert next_look(paying, NOW) is None


def test_a_cancelled_plan_is_told_as_ending_and_a_bought_trial_is_not():
    cancelled = holding(plan=PERSONAL, status="active", cancel_at=NOW + 6 * DAY)
    assert name_of(stand(cancelled, NOW)) == "plan-ending"
    bought = holding(trial_ends_at=NOW + 3 * DAY, plan=PERSONAL, status="trialing")
    assert notice(stand(bought, NOW), None, NOW) is None


def test_grace_is_as_long_as_the_pages_say():
    assert GRACE == 14 * DAY


def subscription(status: str, **more) -> Subscription:
    return Subscription(status, status, "personal_m", more.pop("created", NOW), None, None, None)


def test_a_payment_that_was_begun_takes_nothing_from_who_is_in_grace_and_gives_no_second_grace():
    begun = subscription("incomplete", created=NOW + DAY)
    for status in ("active", "trialing", "past_due", "unpaid", "canceled"):
        assert best([begun, subscription(status)]).status == status
    assert best([begun]).status == "incomplete"
