"""What the domains of a history publish about privacy, and since when Hetk must obey. Knows the rules, not the engine."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from policy.models import Domain
from policy.record import Policy, Record
from policy.standing import Answer
from sync.models import FlowSettings
from tests.engine.ways import Way

# A new record is asked for within a minute, and a cycle goes on for a moment with what it has just heard.
GRACE = timedelta(seconds=66)
# Without an answer for so long nothing is believed of a domain that had no policy.
BELIEVED = timedelta(hours=24)
NOTHING = Record()
# The share of histories in which domains change their minds.
RESTLESS = 0.3


class Domains:
    """A DNS. `names`: the domains of the accounts. restless: whether anything is ever published here."""

    def __init__(self, names: Iterable[str], chance: random.Random, clock: Callable[[], datetime]) -> None:
        self.names = sorted(set(names))
        self.restless = chance.random() < RESTLESS
        self._clock = clock
        self._records: dict[str, Record] = {}
        self._since: dict[str, datetime] = {}
        self._silent: set[str] = set()

    def __call__(self, domain: str) -> list[Answer]:
        record = None if domain in self._silent else self._records.get(domain, NOTHING)
        return [Answer(record)] * 2

    def publish(self, domain: str, policy: Policy | None) -> None:
        """None: the record is taken away. Whoever was silent answers again."""
        if domain in self._silent or not self.is_private(domain):
            self._since[domain] = self._clock()
        self._silent.discard(domain)
        self._records[domain] = Record(policy) if policy else NOTHING

    def hush(self, domain: str) -> None:
        """Nobody answers for it."""
        self._silent.add(domain)

    def calm_down(self) -> None:
        """Everybody answers again. What was only taken away is plainly said, for a missing record is believed after an hour."""
        for domain in self._silent:
            self._since[domain] = self._clock()
        self._silent.clear()
        for domain in self.names:
            if domain in self._records and not self.is_private(domain):
                self.publish(domain, Policy.NONE)

    def is_private(self, domain: str) -> bool:
        return self._records.get(domain, NOTHING).policy is Policy.PRIVATE

    def must_be_private(self, domain: str) -> bool:
        """Whether nothing wider may leave at this moment, however late Hetk asked."""
        now = self._clock()
        if domain not in self._silent:
            return self.is_private(domain) and now - self._since[domain] > GRACE
        known = Domain.objects.filter(name=domain).first()
        if known is None or known.answered_at is None:
            return True
        return known.state == Policy.PRIVATE or now - known.answered_at > BELIEVED + GRACE

    def as_published(self, way: Way) -> Way:
        """The way as it must be in the end."""
        return _under(way, self.is_private) if self.restless else way

    def at_least(self, way: Way) -> Way:
        """The widest that it may be now."""
        return _under(way, self.must_be_private) if self.restless else way


def _under(way: Way, private: Callable[[str], bool]) -> Way:
    """A policy over the source hides everything; one over the target keeps there what is typed there."""
    texts_stay = any(private(domain) for domain in sorted(way.target_domains))
    if not any(private(domain) for domain in sorted(way.source_domains)):
        return replace(way, texts_stay=texts_stay) if texts_stay else way
    return replace(enforced(way), texts_stay=texts_stay)


def enforced(way: Way) -> Way:
    """The same under a policy: not even a word of the person's own is shown."""
    return replace(way, settings=replace(way.settings, private=True, word=FlowSettings().word))
