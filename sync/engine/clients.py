"""Providers for connections: the place where a credential row becomes a function that hands out tokens."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from accounts import oauth
from accounts.models import Connection
from accounts.oauth.errors import GrantDead, TryLater
from accounts.oauth.errors import OurFault as SecretRefused
from sync.models import Calendar
from sync.providers import registry
from sync.providers.base import Provider
from sync.providers.errors import ComeBack, OurFault, ProviderError, SignInAgain, Unusable
from sync.store.seats import Full, seat

SOON = timedelta(seconds=1)
# How long, and how often, an address may give no calendar before its owner is asked to look.
PATIENCE = timedelta(hours=12)
TRIES = 3


class Resting(Exception):
    """The connection may not be used now: halted (`until` None), or asked to pause until then."""

    def __init__(self, connection: Connection, until: datetime | None) -> None:
        super().__init__(f"{connection} rests")
        self.connection = connection
        self.until = until


class Busy(Resting):
    """Every seat at its mailbox stayed taken: syncs of ours are asking it in this moment."""


class Trouble(Exception):
    """A provider's error, with the calendar it came from, so that the right mailbox pauses and the others go on."""

    def __init__(self, calendar: Calendar, error: ProviderError) -> None:
        super().__init__(error.message)
        self.calendar = calendar
        self.error = error


def is_dead(error: ProviderError, calendar: Calendar, now: datetime) -> bool:
    """Whether only the person can mend it: at once where a grant is refused, after a while where an address gives no calendar."""
    if not isinstance(error, Unusable):
        return True
    last = calendar.checked_at or calendar.connection.created_at
    return calendar.failures >= TRIES and now - last > PATIENCE


class ConnectionToken:
    """Hands a provider a valid access token and turns what can go wrong into the providers' errors."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __call__(self, *, renew: bool = False) -> str:
        try:
            return oauth.access_token(self._connection, renew=renew)
        except GrantDead as error:
            raise SignInAgain("the grant is no longer valid", code=error.cause, claims=error.claims) from error
        except SecretRefused as error:
            raise OurFault("our registration was refused", code=str(error)) from error
        except TryLater as error:
            raise ComeBack("the sign-in service did not answer", after=error.after) from error


class Clients:
    """The providers of one cycle, one for each connection."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._made: dict[int, Provider] = {}

    def of(self, connection: Connection) -> Provider:
        """Raises `Resting` when the connection is halted or throttled."""
        if connection.halted:
            raise Resting(connection, None)
        if connection.throttled_until and connection.throttled_until > self._now:
            raise Resting(connection, connection.throttled_until)
        if connection.pk not in self._made:
            self._made[connection.pk] = registry.build(connection.kind, ConnectionToken(connection), connection.address)
        return self._made[connection.pk]

    @contextmanager
    def seated(self, connection: Connection) -> Iterator[Provider]:
        """Its provider, with a seat at the mailbox. Raises `Resting` and `Busy`."""
        provider = self.of(connection)
        try:
            with seat(connection.pk, provider.traits.seats):
                yield provider
        except Full:
            raise Busy(connection, self._now + SOON) from None

    @contextmanager
    def asking(self, calendar: Calendar) -> Iterator[Provider]:
        """The provider of a calendar, with a seat, whose errors are blamed on it. Raises `Trouble`, `Resting` and `Busy`."""
        with self.blame(calendar), self.seated(calendar.connection) as provider:
            yield provider

    @contextmanager
    def blame(self, calendar: Calendar) -> Iterator[None]:
        try:
            yield
        except ProviderError as error:
            raise Trouble(calendar, error) from error

    def rests(self, connection: Connection) -> bool:
        return connection.halted or bool(connection.throttled_until and connection.throttled_until > self._now)
