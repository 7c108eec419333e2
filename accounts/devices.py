"""Browsers a person signed in with before. One that is new is told by mail; one that is known is not shut out by strangers' tries.

A device is known by a random cookie that outlives the session; the database holds its hash.
"""

import secrets

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import agents
from accounts.models import Device, User

COOKIE = "__Host-device" if settings.HTTPS else "device"
YEAR = 365 * 24 * 3600
# Those of a person that were used last; one more pushes the oldest out.
KEPT = 50


def known(request: HttpRequest, user: User) -> Device | None:
    """The device that this browser is to this person, if they signed in with it before."""
    token = request.COOKIES.get(COOKIE, "")
    return Device.objects.filter(user=user, digest=_digest(token)).first() if token else None


def remember(request: HttpRequest, response: HttpResponse, user: User) -> tuple[Device, bool]:
    """(the device, whether it is new to this person). Gives the browser its cookie, or a longer life to the one it has."""
    token = request.COOKIES.get(COOKIE, "")
    device = known(request, user)
    if device is None:
        # A cookie that no device of ours has was made up, or belongs to somebody else who signs in here too.
        token = token if token and Device.objects.filter(digest=_digest(token)).exists() else secrets.token_urlsafe(32)
    now = timezone.now()
    told = agents.label(get_adapter().get_http_user_agent(request))
    found, is_new = Device.objects.update_or_create(
        user=user, digest=_digest(token), defaults={"last_at": now, "label": told}
    )
    kept = Device.objects.filter(user=user).order_by("-last_at").values_list("pk", flat=True)[:KEPT]
    Device.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    response.set_cookie(COOKIE, token, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return found, is_new


def forget(user: User) -> None:
    """Every browser is new again."""
    Device.objects.filter(user=user).delete()


def _digest(token: str) -> str:
    return salted_hmac("accounts.devices", token, algorithm="sha256").hexdigest()
