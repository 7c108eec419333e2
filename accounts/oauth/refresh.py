"""Access tokens: from the row while they last, else from one refresh that never races another.

The lease is a conditional UPDATE on the connection's row, so it holds across threads and processes. Who loses it waits for
the winner's token. No transaction is open while the provider is asked.
"""

import time
from datetime import datetime, timedelta
from types import ModuleType

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import halts, vault
from accounts.models import Connection, Kind
from accounts.oauth import caldav, feed, google, microsoft
from accounts.oauth.errors import GrantDead, OurFault, TryLater
from accounts.oauth.identity import Granted, Identity

PROVIDERS: dict[str, ModuleType] = {
    Kind.MICROSOFT: microsoft,
    Kind.GOOGLE: google,
    Kind.ICLOUD: caldav,
    Kind.CALDAV: caldav,
    Kind.FEED: feed,
}
SPARE = timedelta(minutes=2)
# Longer than any request to a token endpoint may take.
LEASE = timedelta(seconds=45)
PATIENCE = 10.0
FIRST_PAUSE, LAST_PAUSE = 0.02, 0.25


def access_token(connection: Connection, *, renew: bool = False) -> str:
    """A token that is good for two minutes at least.

    `renew`: the token that this very object was given last has been refused; another one is wanted. Raises GrantDead (the
    connection is halted by then), OurFault, TryLater.
    """
    refused = connection.access if renew else None
    deadline, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
    while True:
        connection.refresh_from_db(
            fields=(
                "grant",
                "access",
                "access_expires_at",
                "refresh_lease_until",
                "halted_at",
                "halt_cause",
                "halt_claims",
            )
        )
        if connection.halted:
            raise GrantDead(connection.halt_cause, connection.halt_claims, "halted")
        if _is_fresh(connection, refused):
            return _opened(connection, "access")
        if lease := _claim(connection):
            _refresh(connection, lease)
            # Whatever stands in the row now is right: ours, or that of a reconnect which overtook us.
            refused = None
            continue
        if time.monotonic() > deadline:
            raise TryLater("Another worker is refreshing this connection.", after=2.0)
        time.sleep(pause)
        pause = min(pause * 1.6, LAST_PAUSE)


def binding(connection: Connection, field: str) -> str:
    """What a sealed field of this row is bound to."""
    return f"connection:{connection.public_id}:{field}"


def sealed(connection: Connection, granted: Granted) -> dict[str, str | datetime | None]:
    """The columns that hold `granted` at rest. A provider that sends no new refresh token leaves the old one in place."""
    columns: dict[str, str | datetime | None] = {
        "access": vault.seal(granted.access_token, bound_to=binding(connection, "access")),
        "access_expires_at": timezone.now() + timedelta(seconds=granted.expires_in),
        "refresh_lease_until": None,
    }
    if granted.refresh_token:
        columns["grant"] = vault.seal(granted.refresh_token, bound_to=binding(connection, "grant"))
    return columns


def identity_of(connection: Connection) -> Identity:
    return Identity(
        kind=connection.kind,
        issuer=connection.issuer,
        subject=connection.subject,
        address=connection.address,
        tenant=connection.tenant,
    )


def kept(connection: Connection) -> str:
    """What a refresh would go on from. Raises OurFault when it does not open."""
    return _opened(connection, "grant") if connection.grant else ""


def revoke(connection: Connection) -> None:
    """Takes the grant back at the provider, where one can, and forgets it here.

    Raises TryLater, and OurFault when the grant does not open, with nothing forgotten.
    """
    if connection.grant:
        PROVIDERS[connection.kind].revoke(_opened(connection, "grant"))
    connection.grant, connection.access, connection.access_expires_at = "", "", None
    connection.save(update_fields=("grant", "access", "access_expires_at"))


def _opened(connection: Connection, field: str) -> str:
    try:
        return vault.open_sealed(getattr(connection, field), bound_to=binding(connection, field))
    except vault.VaultError as error:
        raise OurFault(f"The {field} of connection {connection.public_id} does not open.") from error


def _is_fresh(connection: Connection, refused: str | None) -> bool:
    expires_at = connection.access_expires_at
    known = bool(connection.access) and connection.access != refused
    return known and expires_at is not None and expires_at > timezone.now() + SPARE


def _claim(connection: Connection) -> datetime | None:
    """The end of our lease, None when another holds it or the row changed since it was read."""
    now = timezone.now()
    lease = now + LEASE
    free = Q(refresh_lease_until=None) | Q(refresh_lease_until__lte=now)
    # Durable: refuses to run inside a caller's transaction, which would stay open during the network call.
    with transaction.atomic(durable=True):
        won = Connection.objects.filter(
            free, pk=connection.pk, grant=connection.grant, access=connection.access, halted_at=None
        ).update(refresh_lease_until=lease)
    return lease if won else None


def _refresh(connection: Connection, lease: datetime) -> None:
    try:
        granted: Granted = PROVIDERS[connection.kind].refresh(_opened(connection, "grant"), identity_of(connection))
    except GrantDead as dead:
        # Halted before the lease goes, so that nobody tries the dead grant in between.
        halted = halts.halt(connection, dead.cause, dead.claims, grant=connection.grant)
        _release(connection, lease)
        if halted:
            raise
        # The person reconnected in the meantime: the new grant is tried by the caller's loop.
        return
    except BaseException:
        _release(connection, lease)
        raise
    # Saved before anybody uses it, and only over the grant it came from: a rotated token is never lost, a reconnect's never
    # overwritten.
    Connection.objects.filter(pk=connection.pk, grant=connection.grant).update(**sealed(connection, granted))


def _release(connection: Connection, lease: datetime) -> None:
    Connection.objects.filter(pk=connection.pk, refresh_lease_until=lease).update(refresh_lease_until=None)
