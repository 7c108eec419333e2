"""What the desk is told is wrong, and to do: from facts alone."""

from datetime import UTC, datetime

import pytest

from sync.admin.advice import FINE, Facts, Halt, Trouble, advise

AT = datetime(2026, 11, 24, 14, tzinfo=UTC)
HALT = Halt("Google a@x.example", "access was revoked", AT, None)


def wrong(**facts) -> list[str]:
    return [advice.wrong for advice in advise(Facts(**facts))]


def test_nothing_wrong_is_said_alone():
    assert advise(Facts()) == [FINE]
    assert FINE not in advise(Facts(held=1))


def test_the_gravest_stands_first():
    found = advise(Facts(active=False, halts=(HALT,), held=2, parked=3, paused=1, waiting=("x.example",)))
    assert [advice.tone for advice in found] == ["stop", "stop", "warn", "warn", "warn", "still"]


def test_an_account_that_is_being_deleted_is_not_called_inactive_as_well():
    assert wrong(deleting=True, active=False) == ["The account is being deleted."]
    assert wrong(active=False) == ["The account is set inactive: nobody signs in."]


@pytest.mark.parametrize(
    ("told_at", "words"), [(None, "no mail about it yet"), (AT, "They were told Tue 24 Nov, 14:00.")]
)
def test_whether_the_owner_of_a_closed_connection_knows_is_said(told_at, words):
    (advice,) = advise(Facts(halts=(Halt(HALT.name, HALT.cause, AT, told_at),)))
    assert words in advice.do
    assert "Only they can mend it" in advice.do


def test_a_fault_of_ours_is_not_blamed_on_the_provider():
    (ours,) = advise(Facts(troubles=(Trouble("Google a@x.example", "an error of our own", 4, ours=True),)))
    (theirs,) = advise(Facts(troubles=(Trouble("Google a@x.example", "Google answered 503", 4, ours=False),)))
    assert "engineers" in ours.do
    assert "provider" not in ours.do
    assert "provider's support" in theirs.do


def test_syncs_that_the_plan_paused_are_not_asked_about_as_if_they_were_paused_by_hand():
    assert wrong(paused=2, by_plan=2, plan_over=True) == ["The plan does not hold 2 syncs."]
    assert wrong(paused=3, by_plan=2) == ["The plan does not hold 2 syncs.", "1 sync is paused."]
    assert wrong(plan_over=True) == ["The plan ended."]


def test_a_payment_that_failed_says_until_when_and_not_that_the_plan_ended():
    (advice,) = advise(Facts(plan_over=True, unpaid_until=AT))
    assert advice.wrong == "Their last payment failed; syncs pause Tue 24 Nov, 14:00."
    assert "another card" in advice.do


def test_a_dispute_is_told_beside_how_the_plan_stands():
    assert wrong(disputes=1) == ["1 payment is disputed at the bank."]
    assert wrong(disputes=2, plan_over=True) == ["2 payments are disputed at the bank.", "The plan ended."]
