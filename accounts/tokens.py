"""Tokens for the API: made and revoked by a person who has just confirmed who they are, found by what a program sends.

The secret is 256 random bits, shown once and kept as its SHA-256: whoever reads the database cannot use one. It begins with
`hetk_`, so that searches for leaked secrets know it.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, notices
from accounts.access import person
from accounts.audit import Act
from accounts.models import ApiToken

PREFIX = "hetk_"
SCOPES: Mapping[str, str] = {
    "read": "Read calendars, syncs and what was done",
    "write": "Make and change syncs, pause, resume, sync now, verify",
    "explain": "Look up a day of a calendar, titles of events among it",
}
# The same in the mail that tells of a new one: "can …".
VERBS: Mapping[str, str] = {
    "read": "read your calendars' names and your syncs",
    "write": "change your syncs",
    "explain": "look up the events of a day",
}
LIFETIMES: Mapping[int, str] = {30: "30 days", 90: "90 days", 365: "A year"}
# So many of one person; who needs more has lost sight of them.
MOST = 20


def make(request: HttpRequest, name: str, scopes: Sequence[str], days: int) -> tuple[ApiToken, str]:
    """The new token of the signed-in person, and its secret: nobody learns that a second time."""
    user, secret = person(request), PREFIX + secrets.token_urlsafe(32)
    ends = today() + timedelta(days=days)
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user, name=name, digest=digest_of(secret), scopes=" ".join(scopes), expires_on=ends
        )
        facts = {"what": f"{', '.join(scopes)} until {ends.isoformat()}"}
        audit.record(user, Act.TOKEN_MADE, facts=facts, personal={"page": name, **audit.whence(request)})
    notices.mail(request, user, "token_made", name=name, scopes=" and ".join(VERBS[scope] for scope in scopes))
    return token, secret


@transaction.atomic
def revoke(request: HttpRequest, token: ApiToken) -> None:
    """From now on it opens nothing."""
    token.delete()
    audit.record(person(request), Act.TOKEN_REVOKED, personal={"page": token.name, **audit.whence(request)})


def find(secret: str) -> ApiToken | None:
    """The token that is good today, of somebody who may sign in; None for anything else. Notes the day of its use."""
    if not secret.startswith(PREFIX):
        return None
    good = ApiToken.objects.filter(expires_on__gte=today(), user__is_active=True).select_related("user")
    token = good.filter(digest=digest_of(secret)).first()
    if token is not None and token.used_on != today():
        # Once a day: a row that is written with every request would cost more than it tells.
        ApiToken.objects.filter(pk=token.pk).update(used_on=today())
    return token


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def today() -> date:
    return timezone.now().date()
