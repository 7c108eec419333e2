"""The state machine, cell by cell: what was known, what the resolvers say, what counts then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policy.record import Policy, Record
from policy.standing import CONFIRMING, Answer, Standing, State, follow, state_of, wants_asking

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAYS_PRIVATE = Answer(Record(Policy.PRIVATE, text="v=hetk1; policy=private"))
SAYS_NONE = Answer(Record(Policy.NONE))
NOTHING_THERE = Answer(Record())
FAILED = Answer(None)

UNKNOWN = Standing()
PRIVATE = follow(UNKNOWN, [SAYS_PRIVATE, SAYS_PRIVATE], NOW)
OPEN = follow(UNKNOWN, [NOTHING_THERE, NOTHING_THERE], NOW)


def signed(answer: Answer) -> Answer:
    return replace(answer, signed=True)


def after(known: Standing, *answers: Answer, at: datetime = NOW) -> State:
    return state_of(follow(known, answers, at), at)


@pytest.mark.parametrize(
    ("known", "answer", "counts"),
    [
        (UNKNOWN, SAYS_PRIVATE, State.PRIVATE),
        (UNKNOWN, SAYS_NONE, State.NONE),
        (UNKNOWN, NOTHING_THERE, State.NONE),
        (UNKNOWN, FAILED, State.UNKNOWN),
        (OPEN, SAYS_PRIVATE, State.PRIVATE),
        (OPEN, SAYS_NONE, State.NONE),
        (OPEN, NOTHING_THERE, State.NONE),
        (OPEN, FAILED, State.NONE),
        (PRIVATE, SAYS_PRIVATE, State.PRIVATE),
        (PRIVATE, SAYS_NONE, State.NONE),
        (PRIVATE, NOTHING_THERE, State.PRIVATE),
        (PRIVATE, FAILED, State.PRIVATE),
    ],
)
def test_an_answer_of_both_resolvers_leads_where_the_table_says(known, answer, counts):
    assert after(known, answer, answer) is counts


def test_one_resolver_is_enough_to_close():
    assert after(OPEN, FAILED, SAYS_PRIVATE) is State.PRIVATE
    assert after(OPEN, NOTHING_THERE, SAYS_PRIVATE) is State.PRIVATE
    assert after(UNKNOWN, SAYS_NONE, SAYS_PRIVATE) is State.PRIVATE


def test_one_resolver_alone_never_opens():
    assert after(PRIVATE, SAYS_NONE, FAILED) is State.PRIVATE
    assert after(UNKNOWN, FAILED, NOTHING_THERE) is State.UNKNOWN


def test_where_one_says_none_and_the_other_finds_nothing_the_slower_way_is_taken():
    assert after(PRIVATE, SAYS_NONE, NOTHING_THERE) is State.PRIVATE


def test_a_withdrawn_record_counts_after_three_answers_over_an_hour():
    known = PRIVATE
    for minutes in (0, 30):
        known = follow(known, [NOTHING_THERE] * 2, NOW + timedelta(minutes=minutes))
        assert known.state is State.PRIVATE
    assert follow(known, [NOTHING_THERE] * 2, NOW + timedelta(minutes=59)).state is State.PRIVATE
    assert follow(known, [NOTHING_THERE] * 2, NOW + CONFIRMING).state is State.NONE


def test_an_hour_alone_is_not_enough_for_a_withdrawn_record():
    known = follow(PRIVATE, [NOTHING_THERE] * 2, NOW)
    assert follow(known, [NOTHING_THERE] * 2, NOW + 2 * CONFIRMING).state is State.PRIVATE


def test_a_record_that_comes_back_starts_the_hour_anew():
    known = PRIVATE
    for minutes, answer in (
        (0, NOTHING_THERE),
        (30, NOTHING_THERE),
        (40, SAYS_PRIVATE),
        (61, NOTHING_THERE),
        (90, NOTHING_THERE),
    ):
        known = follow(known, [answer] * 2, NOW + timedelta(minutes=minutes))
    assert known.state is State.PRIVATE


def test_failures_in_between_neither_confirm_nor_begin_anew():
    known = PRIVATE
    for minutes, answer in ((0, NOTHING_THERE), (20, FAILED), (30, NOTHING_THERE), (50, FAILED)):
        known = follow(known, [answer] * 2, NOW + timedelta(minutes=minutes))
    assert known.state is State.PRIVATE
    assert follow(known, [NOTHING_THERE] * 2, NOW + CONFIRMING).state is State.NONE


def test_a_private_domain_that_never_answers_again_stays_private():
    later = NOW + timedelta(days=400)
    assert after(PRIVATE, FAILED, FAILED, at=later) is State.PRIVATE


def test_no_policy_is_believed_for_a_day_of_silence_and_no_longer():
    assert after(OPEN, FAILED, FAILED, at=NOW + timedelta(hours=24)) is State.NONE
    assert after(OPEN, FAILED, FAILED, at=NOW + timedelta(hours=24, seconds=1)) is State.UNKNOWN
    assert after(OPEN, NOTHING_THERE, NOTHING_THERE, at=NOW + timedelta(hours=30)) is State.NONE


def test_a_signed_domain_never_opens_by_an_unsigned_answer():
    known = follow(PRIVATE, [signed(SAYS_PRIVATE), SAYS_PRIVATE], NOW)
    assert after(known, SAYS_NONE, SAYS_NONE) is State.PRIVATE
    for hours in range(4):
        known = follow(known, [NOTHING_THERE] * 2, NOW + timedelta(hours=hours))
    assert known.state is State.PRIVATE
    assert after(known, signed(SAYS_NONE), SAYS_NONE) is State.NONE


def test_a_signed_domain_closes_by_an_unsigned_answer():
    known = follow(OPEN, [signed(NOTHING_THERE), NOTHING_THERE], NOW)
    assert after(known, SAYS_PRIVATE, FAILED) is State.PRIVATE


def test_what_covers_subdomains_is_let_go_as_carefully_as_the_policy_itself():
    below = Answer(Record(Policy.NONE, subdomains=True))
    known = follow(UNKNOWN, [below, below], NOW)
    assert known.subdomains
    assert follow(known, [NOTHING_THERE] * 2, NOW).subdomains
    assert follow(known, [SAYS_NONE, FAILED], NOW).subdomains
    assert not follow(known, [SAYS_NONE, SAYS_NONE], NOW).subdomains


def test_a_signed_record_that_drops_its_subdomains_unsigned_keeps_them_covered():
    above = Answer(Record(Policy.PRIVATE, subdomains=True), signed=True)
    known = follow(UNKNOWN, [above, above], NOW)
    assert follow(known, [SAYS_PRIVATE, SAYS_PRIVATE], NOW).subdomains
    assert not follow(known, [signed(SAYS_PRIVATE), SAYS_PRIVATE], NOW).subdomains


def test_the_time_since_which_a_policy_holds_is_kept_while_it_holds():
    later = NOW + timedelta(hours=5)
    known = follow(PRIVATE, [SAYS_PRIVATE] * 2, later)
    assert (known.since, known.answered_at) == (NOW, later)


def test_what_is_known_is_asked_again_after_a_minute_and_more_rarely_while_nobody_answers():
    assert wants_asking(UNKNOWN, NOW)
    assert not wants_asking(OPEN, NOW + timedelta(seconds=59))
    assert wants_asking(OPEN, NOW + timedelta(seconds=60))
    # The clock was set back: how old the answer is nobody can tell.
    assert wants_asking(OPEN, NOW - timedelta(seconds=1))
    waits, known = [], OPEN
    for _ in range(4):
        known = follow(known, [FAILED, FAILED], NOW)
        waits.append(next(m for m in range(1, 60) if wants_asking(known, NOW + timedelta(minutes=m))))
    assert waits == [1, 5, 15, 15]
