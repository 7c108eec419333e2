"""What becomes of a finished consent: a connection with a living grant, and perhaps a second way to sign in."""

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone

from accounts import audit, halts
from accounts.audit import Act
from accounts.models import Connection, User
from accounts.oauth.identity import Granted, Identity
from accounts.oauth.refresh import sealed


def uid(identity: Identity) -> str:
    """The key of a sign-in: issuer and subject, never an address."""
    return f"{identity.issuer}|{identity.subject}"


def find(identity: Identity, *, user: User) -> Connection | None:
    return Connection.objects.filter(user=user, issuer=identity.issuer, subject=identity.subject).first()


def keep(*, user: User, granted: Granted) -> Connection | None:
    """The connection of this identity with its new grant, running again if it was halted.

    None, and nothing is stored, when the provider sent no refresh token and the row has no living one: the person must be
    asked once more, with the consent screen.
    """
    identity = granted.identity
    with transaction.atomic():
        # One at a time for each person: two windows that connect one account at once make one row.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        # No refresh may put another grant into the row between reading and writing it here.
        rows = Connection.objects.select_for_update(no_key=True)
        known = rows.filter(user=user, issuer=identity.issuer, subject=identity.subject).first()
        connection = known or Connection(user=user, issuer=identity.issuer, subject=identity.subject)
        if not granted.refresh_token and (connection.halted or not connection.grant):
            return None
        connection.kind = identity.kind
        connection.tenant = identity.tenant
        connection.address = identity.address
        connection.aliases = " ".join(identity.aliases)
        connection.scopes = " ".join(sorted(granted.scopes))
        if granted.refresh_token:
            connection.granted_at = timezone.now()
        for field, value in sealed(connection, granted).items():
            setattr(connection, field, value)
        connection.save()
        halts.resume(connection)
        audit.record(
            user,
            Act.RECONNECTED if known else Act.CONNECTED,
            facts={"connection": str(connection.public_id), "kind": connection.kind, "scopes": sorted(granted.scopes)},
            personal={"address": connection.address},
        )
    return connection


def let_sign_in(*, user: User, identity: Identity) -> bool:
    """Makes the account a way to sign in, if its address is one that the person confirmed; True when it is one now.

    Whoever holds that mailbox can sign in by a mailed code already, so nobody gains anything. Other connected accounts stay
    what they are: the administrator of a client's tenant must not become able to enter a consultant's Hetk account.
    """
    if not EmailAddress.objects.filter(user=user, email__iexact=identity.address, verified=True).exists():
        return False
    account, _ = SocialAccount.objects.get_or_create(
        provider=identity.kind, uid=uid(identity), defaults={"user": user, "extra_data": {"tenant": identity.tenant}}
    )
    return bool(account.user_id == user.pk)
