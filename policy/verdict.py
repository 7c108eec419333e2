"""What the policies of several domains come to for one account. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from policy.standing import Standing, State, state_of

NOTHING_KNOWN = Standing()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`private`: nothing but "Busy" may leave. `domain`, `standing`: the one that decides, or the first that was looked at.

    `state` UNKNOWN: private because nobody has heard of the domain yet.
    """

    private: bool
    domain: str = ""
    standing: Standing = NOTHING_KNOWN
    state: State = State.NONE


def judge(domain: str, above: Sequence[str], known: Mapping[str, Standing], now: datetime) -> Verdict:
    """One domain by itself: its own record, or that of a name above which covers it.

    `known` holds the domain and every name of `above`. A name above counts by what it covers, and while nobody has heard of it.
    """
    own = state_of(known[domain], now)
    if own is not State.NONE:
        return Verdict(True, domain, known[domain], own)
    covering = [Verdict(True, name, known[name], State.PRIVATE) for name in above if known[name].subdomains]
    unheard = [Verdict(True, name, known[name], State.UNKNOWN) for name in above if known[name].answered_at is None]
    return next(iter((*covering, *unheard)), Verdict(False, domain, known[domain], own))


def strictest(verdicts: Sequence[Verdict]) -> Verdict:
    """The one that decides; a policy that somebody published explains more than a silence."""
    order = [State.PRIVATE, State.UNKNOWN, State.NONE]
    return min(verdicts, key=lambda verdict: order.index(verdict.state), default=Verdict(private=False))
