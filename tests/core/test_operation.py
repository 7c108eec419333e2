"""Reasons: each has a sentence that people may read."""

import pytest

from sync.core.operation import _SENTENCES, Forget, Reason


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_that_follows_a_colon(reason):
    assert reason.sentence
    assert reason.sentence[0].islower()
    assert not reason.sentence.endswith(".")


def test_no_two_reasons_say_the_same():
    assert len({reason.sentence for reason in Reason}) == len(Reason)


def test_no_sentence_is_left_without_its_reason():
    assert set(_SENTENCES) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_fits_its_column(reason):
    assert len(reason.value) <= 32


def test_forgetting_says_that_the_origin_is_gone():
    assert Forget().reason is Reason.ORIGIN_GONE
