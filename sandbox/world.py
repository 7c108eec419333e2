"""The whole sandbox in one object."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sandbox.cast import PEOPLE, Person
from sandbox.clock import Clock
from sandbox.codes import Codes, Consents
from sandbox.faults import Faults
from sandbox.feeds.published import Feeds
from sandbox.google.calendar import GoogleCloud
from sandbox.hand import Hand
from sandbox.hooks import Hooks
from sandbox.icloud.cloud import AppleCloud
from sandbox.log import RequestLog
from sandbox.mailbox import Mailbox
from sandbox.microsoft.graph import GraphCloud
from sandbox.names import Names
from sandbox.published import Published
from sandbox.stripe.cloud import StripeCloud
from sandbox.tokens import Tokens


class World:
    """People, time, tokens, faults, log, the three clouds and Stripe. Served by one event loop; not thread-safe."""

    def __init__(self, *, hooks: Mapping[str, str] | None = None, base: str = "http://127.0.0.1:9000") -> None:
        self.base = base
        self.site = "http://localhost:8000"
        self.people: dict[str, Person] = PEOPLE
        # Rises with each request that may change something.
        self.touched = 0
        self.clock = Clock()
        self.tokens = Tokens(self.clock)
        self.faults = Faults()
        self.log = RequestLog(self.clock)
        self.hooks = Hooks(self.clock, self.faults, hooks)
        self.mailbox = Mailbox(self.clock)
        self.published = Published.found()
        self.codes = Codes(self.clock)
        self.consents = Consents()
        self.names = Names()
        self._inside: Counter[str] = Counter()
        self.graph = GraphCloud(self)
        self.google = GoogleCloud(self)
        self.icloud = AppleCloud(self)
        self.feeds = Feeds(self)
        self.stripe = StripeCloud(self)

    def advance(self, seconds: float) -> None:
        """Jump ahead, with all that happens by the clock alone. Raises ValueError for a jump back."""
        self.clock.advance(seconds)
        self.stripe.tick()

    def hand(self, person: Person) -> Hand:
        """The hand that moves this person's calendars."""
        hands: dict[str, Hand] = {"microsoft": self.graph.hand, "google": self.google.hand, "icloud": self.icloud.hand}
        return hands[person.kind]

    @contextmanager
    def inside(self, mailbox: str) -> Iterator[int]:
        """Counts requests being served for a mailbox; yields how many there are with this one.

        Only meaningful around something that awaits: refuse when it yields more than the provider's limit.
        """
        self._inside[mailbox] += 1
        try:
            yield self._inside[mailbox]
        finally:
            self._inside[mailbox] -= 1

    def reset(self) -> None:
        """Back to the first day: empty calendars, no grants, no faults, the machine's time."""
        self.hooks.reset()
        self.clock.reset()
        self.tokens.reset()
        self.faults.clear()
        self.log.clear()
        self.mailbox.clear()
        self.codes.clear()
        self.consents.clear()
        self.names = Names()
        self.graph = GraphCloud(self)
        self.google = GoogleCloud(self)
        self.icloud = AppleCloud(self)
        self.feeds = Feeds(self)
        self.stripe = StripeCloud(self)
