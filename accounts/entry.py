"""What follows every sign-in that is complete, whichever way it came."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse

from accounts import devices, lost, notices, sessions
from accounts.models import User


def signed_in(request: HttpRequest, response: HttpResponse, user: User, *, signup: bool) -> None:
    """Begins the session, counts the sign-in as a confirmation of who it is, and tells of a browser that is new."""
    sessions.begin(request)
    if records := get_authentication_records(request, user):
        records[-1] = {**records[-1], "reauthenticated": True}
        request.session.modified = True
        # Who showed a factor has not lost them.
        if any(record.get("method") == "mfa" for record in records):
            lost.stop(user)
        if records[-1].get("type") == Authenticator.Type.RECOVERY_CODES:
            notices.tell(request, user, "code_used")
    had_others = user.devices.exists()
    _, is_new = devices.remember(request, response, user)
    if is_new and had_others and not signup:
        notices.tell(request, user, "new_device")
