"""How things stand, in the right words for the right fault."""

from sync.models import Calendar
from sync.standing import Facts, Rank, stand


def test_a_fault_of_ours_is_never_blamed_on_an_account():
    ours = stand(Facts(failing="alice@work.example", trouble=Calendar.OURS, failures=5))
    assert ours.rank is Rank.RETRYING
    assert "our side" in ours.sentence
    assert "safe" in ours.sentence
    assert "alice" not in ours.sentence


def test_a_provider_that_fails_is_named_with_what_it_said():
    theirs = stand(Facts(failing="alice@work.example", trouble="the provider is overloaded", failures=5))
    assert "alice@work.example" in theirs.sentence
    assert "overloaded" in theirs.sentence


def test_one_failure_worries_nobody():
    assert stand(Facts(failing="x", trouble=Calendar.OURS, failures=1)).rank is Rank.FINE
