"""One look at a domain, step by step, for people: what was asked, what came back, what it means. Stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from policy import lookup
from policy.names import parents
from policy.record import Policy, Problem
from policy.standing import State, follow
from policy.verdict import NOTHING_KNOWN, Verdict, judge

# Outcomes that are an answer about the name, as `policy.lookup.ask` words them.
AUTHORITATIVE = frozenset({"answered", "no such name", "no such record"})


@dataclass(frozen=True, slots=True)
class Step:
    """One question to one resolver. `problem`: what is wrong with the record that was found."""

    name: str
    resolver: str
    outcome: str
    validated: bool
    record: str
    tags: tuple[tuple[str, str], ...]
    policy: Policy | None
    problem: Problem | None

    @property
    def said(self) -> str:
        """What came back, and whether its signature was checked; of a failure there is nothing to check."""
        if self.policy is None and self.outcome not in AUTHORITATIVE:
            return self.outcome
        return f"{self.outcome}, {'validated' if self.validated else 'not validated'}"

    @property
    def read_as(self) -> str:
        """The tags as they were understood, in the order of the record."""
        return "; ".join(f"{name} is {value}" for name, value in self.tags)


@dataclass(frozen=True, slots=True)
class Check:
    """`verdict`: what these answers alone come to, as for a domain that Hetk has not met before. `at`: when they were given."""

    domain: str
    at: datetime
    steps: tuple[Step, ...]
    verdict: Verdict

    @property
    def effective(self) -> State:
        return self.verdict.state


def check(domain: str, servers: Sequence[lookup.Server], now: datetime) -> Check:
    """Asks every resolver about the domain and the names above that may cover it."""
    above = parents(domain)
    heard = {name: lookup.ask_all(name, servers) for name in (domain, *above)}
    known = {name: follow(NOTHING_KNOWN, [one.answer for one in found], now) for name, found in heard.items()}
    steps = tuple(_step(one) for found in heard.values() for one in found)
    return Check(domain, now, steps, judge(domain, above, known, now))


def _step(heard: lookup.Heard) -> Step:
    record = heard.answer.record
    return Step(
        name=heard.name,
        resolver=str(heard.server),
        outcome=heard.outcome,
        validated=heard.answer.signed,
        record=record.text if record else "",
        tags=record.tags if record else (),
        policy=record.policy if record else None,
        problem=record.problem if record else None,
    )
