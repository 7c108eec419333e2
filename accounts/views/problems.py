"""Pages for a sign-in or a connection that came to nothing: what happened, whether calendars are safe, what to do."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import connections_of
from accounts.flows import Flow, Purpose
from accounts.models import Kind
from accounts.oauth.errors import Problem, SignInFailed
from hetk import outbound

STATUS = {Problem.DOWN: 503, Problem.OURS: 503, Problem.EXPIRED: 400, Problem.REFUSED: 400}


def page(request: HttpRequest, kind: Kind, failed: SignInFailed, flow: Flow | None = None) -> HttpResponse:
    """The page of one problem, with the button that starts again where the person was."""
    consent = "https://login.microsoftonline.com/common/adminconsent?" + urlencode(
        {"client_id": settings.MICROSOFT_CLIENT_ID}
    )
    context = {
        "kind": kind.value,
        "label": kind.label,
        "problem": failed.problem.value,
        "words": f"accounts/problems/{failed.problem.value}.html",
        "missing": failed.missing,
        "code": failed.code,
        "retry_url": _retry_url(request, kind, flow),
        "next": flow.next_url if flow else "",
        # To copy and send to IT it must be the real address; a click follows the one that works here.
        "consent_link": consent,
        "consent_url": outbound.browser_url(consent),
    }
    return render(request, "accounts/problem.html", context, status=STATUS.get(failed.problem, 200))


def _retry_url(request: HttpRequest, kind: Kind, flow: Flow | None) -> str:
    if flow and flow.connection and request.user.is_authenticated:
        connection = connections_of(request).filter(pk=flow.connection).first()
        if connection:
            return reverse("reconnect", args=(connection.public_id,))
    signing_in = flow.purpose == Purpose.SIGN_IN if flow else not request.user.is_authenticated
    return reverse("signin" if signing_in else "connect", args=(kind.value,))
