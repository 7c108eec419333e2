"""A main address that changed can be taken back from the old one, for seven days, by a link that was mailed there.

Who holds a session can have changed more than the address. So taking it back leaves the old address as the only way in: the
password, other addresses, identities, sessions, tokens of programs, and factors that are younger than a week before the change, all go.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import devices, emails, lost, notices
from accounts.models import EmailChange, User

SALT = "accounts.way_back"
OPEN_FOR = timedelta(days=7)
SUSPECT = timedelta(days=7)


def changed(request: HttpRequest, user: User, *, old: str, new: str) -> None:
    """Notes that the main address is another one now, and tells both; the old one with the way back."""
    change = EmailChange.objects.create(user=user, old=old, new=new, changed_at=timezone.now())
    context = {**notices.circumstances(request, user), "change": change, "link": link(change), "days": OPEN_FOR.days}
    notices.note(request, user, "email_changed", address=new)
    notices.send(emails.email_changed, old, context)
    notices.mail(request, user, "email_main", to=new, address=new)


def link(change: EmailChange) -> str:
    return settings.SITE_URL + reverse("way_back", args=(signing.dumps(change.pk, salt=SALT),))


def find(token: str) -> EmailChange | None:
    """The change that this link takes back, if it still can."""
    try:
        number = signing.loads(token, salt=SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        return None
    change = EmailChange.objects.select_related("user").filter(pk=number, undone_at=None).first()
    return change if change and not _is_elsewhere(change) else None


def take(request: HttpRequest, change: EmailChange) -> bool:
    """Makes the old address the only way in; False when another click, or another account, came first."""
    user = change.user
    with transaction.atomic():
        # Nothing is taken from whoever has the address by now, and the link stays good for the days when nobody has it again.
        if _is_elsewhere(change):
            return False
        if not EmailChange.objects.filter(pk=change.pk, undone_at=None).update(undone_at=timezone.now()):
            return False
        address, _ = EmailAddress.objects.get_or_create(user=user, email=change.old)
        address.verified = True
        address.save()
        address.set_as_primary()
        user.refresh_from_db()
        EmailAddress.objects.filter(user=user).exclude(pk=address.pk).delete()
        SocialAccount.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user, created_at__gte=change.changed_at - SUSPECT).delete()
        # Sessions are tied to the password, also to one that is none: all of them end with this.
        user.set_unusable_password()
        user.save(update_fields=("password",))
        devices.forget(user)
        user.api_tokens.all().delete()
        lost.stop(user)
    notices.tell(request, user, "email_back", to=change.old, address=change.old)
    notices.mail(request, user, "email_back", to=change.new, address=change.old)
    return True


def _is_elsewhere(change: EmailChange) -> bool:
    """The old address belongs to another account by now."""
    others = EmailAddress.objects.filter(email__iexact=change.old).exclude(user=change.user)
    return bool(others.exists() or User.objects.filter(email__iexact=change.old).exclude(pk=change.user_id).exists())
