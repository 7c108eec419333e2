"""Whether somebody has just shown who they are: asked before whatever protects, gives away or ends an account.

`confirmed` is for our own pages, allauth asks through its adapter. Fresh is who signed in or confirmed within five minutes. The
confirmation goes by password, second factor or passkey; by a mailed code for whoever has none of them.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import emails
from accounts.access import person

View = Callable[..., HttpResponse]
SESSION_KEY = "confirm_by_code"
MINUTES = 10
TRIES = 3


def is_fresh(request: HttpRequest) -> bool:
    """Whether the signed-in person signed in, or confirmed, within the last five minutes."""
    records = cast("list[dict[str, Any]]", get_authentication_records(request, request.user))
    at = max((record["at"] for record in records if record.get("reauthenticated")), default=0)
    return 0 <= time.time() - at < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def confirmed(view: View) -> View:
    """For signed-in people who are fresh; others confirm first and come back, what they posted with them."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_fresh(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return wrapped


def send_code(request: HttpRequest) -> str:
    """Mails a code to the main address, and tells which that is. A code that still waits is not sent again."""
    user = person(request)
    address = EmailAddress.objects.get_primary_email(user) or user.email
    if not _waiting(request):
        code = get_adapter().generate_login_code()
        request.session[SESSION_KEY] = {"code": _digest(code), "began": time.time(), "tries": 0}
        emails.confirm_change(address, code, MINUTES)
    return str(address)


def take_code(request: HttpRequest, code: str) -> bool:
    """Whether the code is right, which makes the person fresh. Three wrong ones end it."""
    held = _waiting(request)
    if held is None:
        return False
    if not constant_time_compare(held["code"], _digest(code)):
        request.session[SESSION_KEY] = {**held, "tries": held["tries"] + 1}
        return False
    del request.session[SESSION_KEY]
    record_authentication(request, person(request), method="code", reauthenticated=True)
    return True


def _waiting(request: HttpRequest) -> dict[str, Any] | None:
    held = cast("dict[str, Any] | None", request.session.get(SESSION_KEY))
    if held is None or held["tries"] >= TRIES or time.time() - held["began"] > MINUTES * 60:
        return None
    return held


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return salted_hmac("accounts.fresh", plain, algorithm="sha256").hexdigest()
