"""What is known of one domain's policy, and how an answer changes it. Pure: the state machine of `docs/policy.md`.

Tightening is believed at once, from whoever says it. Loosening needs an authoritative answer: both resolvers agree, a domain that was
signed answers signed, and where a record merely disappeared it must stay away for an hour. A failure is no answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from policy.record import Policy, Problem, Record

# Hetk reads a record again when what it knows is older; also the longest that a new record waits to be seen.
FRESH = timedelta(seconds=60)
# A record that disappeared: this many answers, over this time, before it counts as withdrawn.
CONFIRMATIONS = 3
CONFIRMING = timedelta(minutes=60)
# How long "no policy" is believed while nobody answers.
BELIEVED = timedelta(hours=24)
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))


class State(StrEnum):
    """`UNKNOWN`: the domain has never answered."""

    PRIVATE = "private"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one resolver says. `record` None: no answer at all (SERVFAIL, REFUSED, time-out, bogus).

    A record without a policy is an authoritative "there is none" (NXDOMAIN, NODATA, or only foreign TXT). `signed`: validated by a
    resolver that can be believed.
    """

    record: Record | None
    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`since`: when `state` began. `signed`: an answer was validated once. `subdomains`: names below it are covered too.

    `answered_at`: the last authoritative answer; `asked_at`: the last question. `gone`, `gone_since`: answers in a row that
    find the record of a private domain withdrawn. `failures`: questions in a row without an answer.
    """

    state: State = State.UNKNOWN
    since: datetime | None = None
    text: str = ""
    problem: Problem | None = None
    subdomains: bool = False
    signed: bool = False
    answered_at: datetime | None = None
    asked_at: datetime | None = None
    gone: int = 0
    gone_since: datetime | None = None
    failures: int = 0


def follow(known: Standing, answers: Sequence[Answer], now: datetime) -> Standing:
    """What is known after the resolvers were asked; `answers` holds one of each."""
    known = replace(known, asked_at=now)
    answer = believed(known, answers)
    if answer is None or answer.record is None:
        return replace(known, failures=known.failures + 1)
    record = answer.record
    known = replace(known, signed=known.signed or answer.signed, failures=0)
    if record.policy is Policy.PRIVATE:
        return _at(known, State.PRIVATE, record, now)
    if record.policy is None and is_wider(known, record) and known.state is not State.UNKNOWN:
        return _withdrawn(known, record, now)
    return _at(known, State.NONE, record, now)


def believed(known: Standing, answers: Sequence[Answer]) -> Answer | None:
    """The one answer that counts of those the resolvers gave; None: nothing that may change anything.

    Of several, the strictest. What would let out more than now must have been said by every resolver, and with a signature where the
    domain had one: somebody on the way may have taken that off together with the record.
    """
    heard = [(answer, answer.record) for answer in answers if answer.record is not None]
    if not heard:
        return None
    _, record = min(heard, key=lambda pair: _strictness(pair[1]))
    record = replace(record, subdomains=any(other.subdomains for _, other in heard))
    signed = any(answer.signed for answer, _ in heard)
    if is_wider(known, record) and (len(heard) < len(answers) or (known.signed and not signed)):
        if record.policy is not Policy.PRIVATE:
            return None
        record = replace(record, subdomains=known.subdomains)
    return Answer(record, signed)


def is_wider(known: Standing, record: Record) -> bool:
    """Whether believing this record lets out what is held back now, for the domain itself or for names below it."""
    here = known.state is not State.NONE and record.policy is not Policy.PRIVATE
    return here or (known.subdomains and not record.subdomains)


def state_of(known: Standing, now: datetime) -> State:
    """What counts now: a domain without a policy that has been silent for a day is one that we know nothing about."""
    silent = known.answered_at is None or now - known.answered_at > BELIEVED
    return State.UNKNOWN if known.state is State.NONE and silent else known.state


def wants_asking(known: Standing, now: datetime) -> bool:
    """Whether a write that rests on this must ask first."""
    # A question from the future: the clock was set back, and nobody knows how old the answer is.
    if known.asked_at is None or known.asked_at > now:
        return True
    return now - known.asked_at >= ask_after(known)


def ask_after(known: Standing) -> timedelta:
    """A minute while it answers; growing pauses while it does not."""
    if not known.failures:
        return FRESH
    return PAUSES[min(known.failures, len(PAUSES)) - 1]


def _strictness(record: Record) -> int:
    """Private first; then a record that is gone, which takes an hour to believe; then the plain word that there is no policy."""
    return [Policy.PRIVATE, None, Policy.NONE].index(record.policy)


def _at(known: Standing, state: State, record: Record, now: datetime) -> Standing:
    return replace(
        known,
        state=state,
        since=known.since if known.state is state else now,
        text=record.text,
        problem=record.problem,
        subdomains=record.subdomains,
        answered_at=now,
        gone=0,
        gone_since=None,
    )


def _withdrawn(known: Standing, record: Record, now: datetime) -> Standing:
    """A record that held something back is not there: it may have been withdrawn, or somebody is at work on the zone."""
    gone, gone_since = known.gone + 1, known.gone_since or now
    if gone >= CONFIRMATIONS and now - gone_since >= CONFIRMING:
        return _at(known, State.NONE, record, now)
    return replace(known, answered_at=now, gone=gone, gone_since=gone_since)
