"""Organizations that let nobody connect before an administrator has approved Hetk: who waits, what to send to IT, when it is over.

The link that an administrator opens carries a signed state which names the tenant it was made for. What comes back is believed
as far as that: it tells those who wait to try again, and opens nothing. The proof is the token that Microsoft then gives them.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts import audit, emails
from accounts.audit import Act
from accounts.models import Approval, Connection, Kind, User
from accounts.oauth import microsoft
from accounts.oauth.clouds import PERSONAL_TENANT, Tenant
from hetk import outbound

logger = logging.getLogger(__name__)
SALT = "accounts.approvals"
# Administrators take their time; a link that is older is made anew on the page it came from.
LASTS = 180 * 24 * 3600
# For an organization that nobody named yet. Microsoft's page finds out by who signs in.
ANY = "organizations"
APPLICATION = "Hetk Calendar Sync"


class Word(StrEnum):
    """How word of an approval came. The token alone is proof; the others tell people to try again."""

    LINK = "the link for administrators"
    COLLEAGUE = "somebody of the organization who got through"
    TOKEN = "a token for this account"  # noqa: S105


class Unbound(Exception):
    """A state that is not ours, too old, or made for another tenant than the one that came back."""


@dataclass(frozen=True)
class Kit:
    """What to hand to IT. `link` is the real address, `here` the one that works in the demo; `domain` "" when nobody named it."""

    domain: str
    link: str
    here: str
    subject: str
    text: str
    mailto: str
    letter: str


def kit(tenant: str, domain: str) -> Kit:
    """The link for administrators of `tenant` ("" for any), with the words that go with it."""
    state = signing.dumps({"tenant": tenant, "domain": domain}, salt=SALT)
    link = microsoft.admin_consent_url(
        tenant or ANY, redirect_uri=settings.SITE_URL + reverse("admin_approval_done"), state=state
    )
    context = {**facts(), "domain": domain, "link": link}
    text = render_to_string("accounts/approval/message.txt", context).strip()
    subject = f"Please approve {APPLICATION}{f' for {domain}' if domain else ''}"
    return Kit(
        domain=domain,
        link=link,
        here=outbound.browser_url(link),
        subject=subject,
        text=text,
        mailto=f"mailto:?subject={quote(subject)}&body={quote(text)}",
        letter=f"{reverse('admin_approval_letter')}?state={quote(state)}",
    )


def facts() -> dict[str, object]:
    """What every paper for administrators names, from the code that asks for it."""
    return {
        "application": APPLICATION,
        "client_id": settings.MICROSOFT_CLIENT_ID,
        "permissions": microsoft.PERMISSIONS,
        "site": settings.SITE_URL,
        "page": settings.SITE_URL + reverse("admin_approval"),
    }


def opened(state: str) -> tuple[str, str]:
    """(tenant, domain) that a state was made for, each "" for any. Raises Unbound."""
    try:
        held = signing.loads(state, salt=SALT, max_age=LASTS)
    except signing.BadSignature as error:
        raise Unbound from error
    return held["tenant"], held["domain"]


def remember(user: User, address: str, tenant: Tenant) -> Approval:
    """`user` waits for `tenant`. Who is told no once more after word had come waits again, and is told again."""
    asked = {"address": address, "asked_at": timezone.now(), "arrived_at": None, "told_at": None}
    with transaction.atomic():
        waits = Approval.objects.filter(user=user, tenant=tenant.id, arrived_at=None).exists()
        approval, _ = Approval.objects.update_or_create(user=user, tenant=tenant.id, defaults=asked)
        if not waits:
            _note(approval, Act.APPROVAL_AWAITED)
    return approval


def forget(approval: Approval) -> None:
    """The person no longer waits."""
    with transaction.atomic():
        approval.delete()
        _note(approval, Act.APPROVAL_FORGOTTEN)


def arrived(tenant: str, how: Word = Word.LINK) -> int:
    """Word that `tenant` has approved Hetk: those who wait are told by mail; how many were."""
    with transaction.atomic():
        # One of several that hear the same word at once; the accounts in one order.
        waiting = Approval.objects.select_for_update().filter(tenant=tenant, arrived_at=None).order_by("user_id")
        for approval in waiting:
            Approval.objects.filter(pk=approval.pk).update(arrived_at=timezone.now())
            _note(approval, Act.CONSENT_GIVEN, how=how.value)
    return tell(tenant)


def consented(connection: Connection) -> None:
    """Somebody of a tenant got through: their own wait is over, and that of their colleagues may be."""
    if connection.kind != Kind.MICROSOFT or connection.tenant in ("", PERSONAL_TENANT):
        return
    with transaction.atomic():
        own = Approval.objects.filter(user=connection.user_id, tenant=connection.tenant).first()
        if own is not None:
            own.delete()
            _note(own, Act.CONSENT_GIVEN, how=Word.TOKEN.value)
    arrived(connection.tenant, Word.COLLEAGUE)


def _note(approval: Approval, act: Act, **facts: str) -> None:
    personal = {"domain": approval.domain, "tenant": approval.tenant}
    audit.record(approval.user_id, act, facts={"approval": str(approval.public_id), **facts}, personal=personal)


def tell(tenant: str = "") -> int:
    """Mails those whom word has come for and who were not told; one of many callers sends, a failed one may try again."""
    late = Approval.objects.filter(told_at=None).exclude(arrived_at=None).select_related("user")
    return sum(_tell(approval) for approval in (late.filter(tenant=tenant) if tenant else late))


def _tell(approval: Approval) -> bool:
    rows = Approval.objects.filter(pk=approval.pk)
    if not rows.filter(told_at=None).exclude(arrived_at=None).update(told_at=timezone.now()):
        return False
    try:
        emails.approval_arrived(approval)
    except OSError:
        logger.exception("%s could not be told.", approval)
        rows.update(told_at=None)
        return False
    return True
