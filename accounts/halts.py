"""A connection stands still until its owner signs in again: halted once, told once."""

import logging

from django.db import transaction
from django.utils import timezone

from accounts import audit, emails
from accounts.audit import Act, Note
from accounts.models import Connection, HaltCause

logger = logging.getLogger(__name__)


def halt(connection: Connection, cause: str, claims: str = "", *, grant: str | None = None) -> bool:
    """Halts the connection and tells its owner; True when it stands halted now.

    Calling it again changes nothing and mails nobody. `grant`: halt only while this sealed grant is still the one in the row,
    so that news about an old grant does not undo a reconnect.
    """
    rows = Connection.objects.filter(pk=connection.pk, halted_at=None)
    if grant is not None:
        rows = rows.filter(grant=grant)
    with transaction.atomic():
        halted = rows.update(
            halted_at=timezone.now(),
            halt_cause=cause,
            halt_claims=claims,
            halt_told_at=None,
            access="",
            access_expires_at=None,
        )
        if halted:
            facts = {"connection": str(connection.public_id), "kind": connection.kind, "cause": str(cause)}
            personal = {"address": connection.address}
            notes = [Note(Act.HALTED, facts, personal)]
            if cause == HaltCause.CONSENT:
                notes.append(Note(Act.CONSENT_WITHDRAWN, {**facts, "cause": ""}, personal))
            audit.append(connection.user_id, notes)
    connection.refresh_from_db(fields=("halted_at", "halt_cause", "halt_claims", "access", "access_expires_at"))
    if connection.halted:
        tell(connection)
    return connection.halted


def halt_refused(connection: Connection, code: str, status: int = 0, claims: str = "") -> bool:
    """Halts a connection that a provider refused, for the reason that its refusal tells."""
    return halt(connection, cause_of(code, status=status, claims=claims), claims)


def cause_of(code: str, *, status: int = 0, claims: str = "") -> HaltCause:
    """`code` is a cause already, or the provider's own word for it; `claims` a challenge that came with it."""
    if claims:
        return HaltCause.CHALLENGE
    if code in HaltCause.values:
        return HaltCause(code)
    return HaltCause.CONSENT if status == 403 else HaltCause.REVOKED


def tell(connection: Connection) -> bool:
    """Mails the owner of a halted connection; True when this call did. One of many callers sends, a failed one may try again."""
    rows = Connection.objects.filter(pk=connection.pk)
    if not rows.filter(halt_told_at=None).exclude(halted_at=None).update(halt_told_at=timezone.now()):
        return False
    try:
        emails.connection_halted(connection)
    except OSError:
        # Mail is down: a sync that stopped must not fail over it. `tell_waiting` tries again.
        logger.exception("The owner of connection %s could not be told that it halted.", connection.public_id)
        rows.update(halt_told_at=None)
        return False
    return True


def tell_waiting() -> int:
    """Tells the owners whom a mail failed to reach; the number of mails sent."""
    return sum(tell(connection) for connection in Connection.objects.filter(halt_told_at=None).exclude(halted_at=None))


def resume(connection: Connection) -> None:
    """The person signed in again: the halt is over, and the next one will be told again."""
    connection.halted_at = connection.halt_told_at = None
    connection.halt_cause = connection.halt_claims = ""
    connection.save(update_fields=("halted_at", "halt_told_at", "halt_cause", "halt_claims"))
