"""What a security event about a Google account does here: each once, and never to a grant that is newer than the event.

Sessions end, connections halt (told once by mail, as any halt), and an account that Google enables again goes on by itself.
"""

import logging
from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit, halts, sessions, vault
from accounts.audit import Act
from accounts.models import Connection, HaltCause, Kind, SecurityEvent
from accounts.oauth.google import ISSUER
from accounts.oauth.refresh import binding
from accounts.oauth.risc import Event, What
from sync import pairs

logger = logging.getLogger(__name__)
HIJACKED = "hijacking"


def heed(event: Event) -> None:
    """Carries out one event; the second delivery of the same changes nothing."""
    if SecurityEvent.objects.filter(event_id=event.id[:255]).exists():
        return
    logger.info("Security event %s.", event.what.rpartition("/")[2])
    # Marked as heard only when it is done: cut short, it is delivered again, and doing it twice is doing it once.
    _carry_out(event)
    SecurityEvent.objects.get_or_create(event_id=event.id[:255], defaults={"at": timezone.now()})


def _carry_out(event: Event) -> None:
    match event.what:
        case What.SESSIONS_REVOKED:
            _end_sessions(event.subject)
        case What.TOKENS_REVOKED:
            _end_sessions(event.subject)
            _halt(_of(event.subject, event.at), HaltCause.REVOKED)
        case What.TOKEN_REVOKED:
            _halt_the_one(event)
        case What.ACCOUNT_DISABLED:
            if event.reason == HIJACKED:
                _end_sessions(event.subject)
            _halt(_of(event.subject, event.at), HaltCause.DISABLED)
        case What.ACCOUNT_PURGED:
            _end_sessions(event.subject)
            _halt(_of(event.subject, event.at), HaltCause.REVOKED)
        case What.ACCOUNT_ENABLED:
            _go_on(event.subject)
        case What.CREDENTIAL_CHANGE | What.VERIFICATION:
            # Nothing of ours hangs on a password of Google's; a verification only shows that the way is open.
            pass


def _of(subject: str, at: datetime) -> QuerySet[Connection]:
    """The connections of a Google account, but none whose grant was given after the event: people may have mended it already."""
    older = Q(granted_at=None) | Q(granted_at__lte=at)
    return (
        Connection.objects.filter(older, kind=Kind.GOOGLE, issuer=ISSUER, subject=subject)
        if subject
        else Connection.objects.none()
    )


def _halt(connections: QuerySet[Connection], cause: HaltCause) -> None:
    for connection in connections:
        halts.halt(connection, cause, grant=connection.grant)


def _halt_the_one(event: Event) -> None:
    """Google tells a single token by its beginning or its hash: the grants are looked at one by one."""
    for connection in Connection.objects.filter(kind=Kind.GOOGLE, halted_at=None).exclude(grant=""):
        try:
            grant = vault.open_sealed(connection.grant, bound_to=binding(connection, "grant"))
        except vault.VaultError:
            continue
        if event.means(grant):
            halts.halt(connection, HaltCause.REVOKED, grant=connection.grant)


def _go_on(subject: str) -> None:
    """Whether the grant survived is found out by the next refresh, which halts it again if not."""
    for connection in Connection.objects.filter(
        kind=Kind.GOOGLE, issuer=ISSUER, subject=subject, halt_cause=HaltCause.DISABLED
    ).exclude(subject=""):
        with transaction.atomic():
            halts.resume(connection)
            facts = {"connection": str(connection.public_id), "kind": connection.kind}
            audit.record(connection.user_id, Act.WENT_ON, facts=facts, personal={"address": connection.address})
        pairs.ring_connection(connection)


def _end_sessions(subject: str) -> None:
    """Every session of whoever signs in with that Google account."""
    if not subject:
        return
    for identity in SocialAccount.objects.filter(provider=Kind.GOOGLE, uid=f"{ISSUER}|{subject}").select_related(
        "user"
    ):
        sessions.end_all(identity.user)
        audit.record(identity.user, Act.SESSION_ENDED, facts={"how": "google"})
