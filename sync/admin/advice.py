"""What is wrong with an account, and what the desk does about it. Pure: facts in, sentences out, the gravest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sync.wording import count, moment


@dataclass(frozen=True, slots=True)
class Halt:
    """A connection that its provider closed. `told_at`: when its owner had the mail, None when not yet."""

    name: str
    cause: str
    since: datetime
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A calendar whose last cycles failed. `ours`: the fault is ours."""

    name: str
    words: str
    failures: int
    ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one customer. `held`: deletions that wait for a word; `waiting`: domains that wait for an approval.

    `unpaid_until`: when syncs pause because a payment failed; `disputes`: payments that are disputed at a bank now.
    """

    active: bool = True
    deleting: bool = False
    plan_over: bool = False
    unpaid_until: datetime | None = None
    disputes: int = 0
    halts: tuple[Halt, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    lost: tuple[str, ...] = ()
    held: int = 0
    paused: int = 0
    by_plan: int = 0
    parked: int = 0
    unverified: int = 0
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """`tone`: stop, warn or still."""

    tone: str
    wrong: str
    do: str


FINE = Advice(
    "ok", "Nothing is wrong.", "Look up the event that they ask about: “Explain events” says why it is copied or not."
)


def advise(facts: Facts) -> list[Advice]:
    return list(_found(facts)) or [FINE]


def _found(facts: Facts) -> Iterator[Advice]:
    if facts.deleting:
        yield Advice(
            "stop", "The account is being deleted.", "Nothing: it goes on by itself, and nobody takes it back."
        )
    elif not facts.active:
        yield Advice("stop", "The account is set inactive: nobody signs in.", "Find out who set it so, and why.")
    yield from map(_halted, facts.halts)
    for name in facts.lost:
        yield Advice(
            "stop",
            f"A calendar of {name} is no longer shown to Hetk.",
            "Ask them to share it again, or to end its sync.",
        )
    if facts.held:
        words = count(facts.held, "deletion waits", "deletions wait")
        yield Advice("warn", f"{words} for their word.", "Ask them which; then keep the copies, or delete them.")
    yield from map(_failing, facts.troubles)
    yield from _still(facts)


def _halted(halt: Halt) -> Advice:
    told = f"They were told {moment(halt.told_at)}." if halt.told_at else "They have had no mail about it yet."
    wrong = f"{halt.name} no longer lets Hetk in, since {moment(halt.since)}: {halt.cause}."
    return Advice("stop", wrong, f"{told} Only they can mend it: Connections, then Reconnect. Nothing is lost.")


def _failing(trouble: Trouble) -> Advice:
    times = count(trouble.failures, "time", "times")
    if trouble.ours:
        wrong = f"A cycle of {trouble.name} failed {times} by a fault of our own."
        return Advice("warn", wrong, "Hand it to the engineers with the id of the calendar. Nothing is lost.")
    wrong = f"{trouble.name} failed {times}: {trouble.words}."
    return Advice(
        "warn", wrong, "Hetk tries again by itself. If it lasts, give the request id to the provider's support."
    )


def _still(facts: Facts) -> Iterator[Advice]:
    if facts.disputes:
        yield Advice(
            "warn",
            f"{count(facts.disputes, 'payment is', 'payments are')} disputed at the bank.",
            "Answer at Stripe before its deadline. The plan stays as it is until Stripe ends the subscription.",
        )
    if facts.unpaid_until:
        yield Advice(
            "warn",
            f"Their last payment failed; syncs pause {moment(facts.unpaid_until)}.",
            "Stripe charges again by itself; they may give another card on their billing page. Nothing is lost.",
        )
    elif facts.plan_over or facts.by_plan:
        wrong = (
            f"The plan does not hold {count(facts.by_plan, 'sync', 'syncs')}." if facts.by_plan else "The plan ended."
        )
        yield Advice("warn", wrong, "They choose a plan; billing may extend the trial or grant one.")
    if facts.parked:
        yield Advice(
            "warn",
            f"{count(facts.parked, 'event')} could not be copied.",
            "Below by time, with the reason and the provider's request id.",
        )
    if facts.unverified:
        words = count(facts.unverified, "sync was", "syncs were")
        yield Advice("warn", f"{words} not verified for a day.", "Verify now; if that fails, its line below says why.")
    for domain in facts.waiting:
        yield Advice(
            "warn", f"They wait for the administrators of {domain}.", "Send the page for administrators again."
        )
    if own := facts.paused - facts.by_plan:
        yield Advice("still", f"{count(own, 'sync is', 'syncs are')} paused.", "Ask whether they meant it; resume it.")
