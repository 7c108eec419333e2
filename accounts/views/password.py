"""Connecting an account that is entered with a password: it is tried at once, and kept sealed."""

from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import flows
from accounts.access import connection_or_404
from accounts.connections import keep
from accounts.forms import AppleForm, ServerForm
from accounts.models import Connection, Kind, User
from accounts.oauth import caldav as entering
from accounts.oauth.errors import NotLetIn, TryLater
from accounts.oauth.identity import Granted
from accounts.views import arrival
from hetk import outbound

APPLE_ACCOUNT = "https://account.apple.com/"
Form = AppleForm | ServerForm


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
@login_required
def icloud(request: HttpRequest) -> HttpResponse:
    """GET: how to get an app-specific password, and where to put it. POST: tries it."""
    return _page(request, Kind.ICLOUD, AppleForm)


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
@login_required
def caldav(request: HttpRequest) -> HttpResponse:
    """GET: asks for the server. POST: tries it."""
    return _page(request, Kind.CALDAV, ServerForm)


def _page(request: HttpRequest, kind: Kind, form_class: type[AppleForm] | type[ServerForm]) -> HttpResponse:
    known = _known(request, kind)
    form: Form = form_class(request.POST or None, initial={"user": known.address if known else ""})
    refusal, place = "", ""
    if request.method == "POST" and form.is_valid():
        limited: HttpResponse | None = ratelimit.consume_or_429(request, action="login")
        if limited:
            return limited
        try:
            granted = entering.enter(form.entry())
        except NotLetIn as refused:
            refusal, place = refused.refusal.value, refused.place
        except TryLater:
            refusal = "down"
        else:
            if known is None or _is_same(known, granted):
                return _connected(request, granted)
            refusal = "another"
    context = {
        "kind": kind.value,
        "form": form,
        "refusal": refusal,
        "place": place,
        "known": known,
        "next": flows.next_of(request),
        "apple_account": outbound.browser_url(APPLE_ACCOUNT),
    }
    return render(request, f"accounts/connect_{kind.value}.html", context)


def _known(request: HttpRequest, kind: Kind) -> Connection | None:
    """The connection that is entered once more; 404 for somebody else's."""
    asked = request.POST.get("connection") or request.GET.get("connection")
    try:
        found = connection_or_404(request, UUID(asked)) if asked else None
    except ValueError:
        return None
    return found if found and found.kind == kind else None


def _is_same(known: Connection, granted: Granted) -> bool:
    return (known.issuer, known.subject) == (granted.identity.issuer, granted.identity.subject)


def _connected(request: HttpRequest, granted: Granted) -> HttpResponse:
    user = request.user
    connection = keep(user=user, granted=granted) if isinstance(user, User) else None
    if connection is None:
        return redirect("connections")
    arrival.welcome(request, connection)
    messages.success(request, f"{connection.address} is connected.")
    return redirect(flows.next_of(request) or "dashboard")
