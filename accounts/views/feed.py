"""Connecting a calendar feed: its address is tried at once, and kept sealed."""

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
from accounts.access import connection_or_404, person
from accounts.connections import keep
from accounts.forms import FeedForm
from accounts.models import Connection, Kind
from accounts.oauth import feed as entering
from accounts.oauth.errors import NotLetIn, TryLater
from accounts.oauth.identity import Granted
from accounts.oauth.refresh import identity_of, kept
from accounts.views import arrival
from hetk.feed import Credential


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("url")
@login_required
def connect(request: HttpRequest) -> HttpResponse:
    """GET: where an address is found, and where to put it. POST: tries it. `again`: the address that is kept already."""
    known = _known(request)
    again = known is not None and "again" in request.POST
    form = FeedForm(request.POST if request.method == "POST" and not again else None)
    refusal = ""
    if request.method == "POST" and (again or form.is_valid()):
        limited: HttpResponse | None = ratelimit.consume_or_429(request, action="login")
        if limited:
            return limited
        try:
            granted = _granted(request, form, known, again=again)
        except NotLetIn as refused:
            refusal = refused.refusal.value
        except TryLater:
            refusal = "down"
        else:
            return _connected(request, granted)
    context = {
        "kind": Kind.FEED.value,
        "form": form,
        "refusal": refusal,
        "known": known,
        "next": flows.next_of(request),
    }
    return render(request, "accounts/connect_feed.html", context)


def _granted(request: HttpRequest, form: FeedForm, known: Connection | None, *, again: bool) -> Granted:
    """Raises `NotLetIn`, `TryLater`."""
    if known and again:
        old = Credential.decoded(kept(known))
        return entering.enter(entering.Entry(old.url, old.zone), identity_of(known))
    said = form.entry(person(request).time_zone)
    return entering.enter(said, identity_of(known) if known else None)


def _known(request: HttpRequest) -> Connection | None:
    """The feed that gets another address, or is tried once more; 404 for somebody else's."""
    asked = request.POST.get("connection") or request.GET.get("connection")
    try:
        found = connection_or_404(request, UUID(asked)) if asked else None
    except ValueError:
        return None
    return found if found and found.kind == Kind.FEED else None


def _connected(request: HttpRequest, granted: Granted) -> HttpResponse:
    connection = keep(user=person(request), granted=granted)
    if connection is None:
        return redirect("connections")
    arrival.welcome(request, connection)
    found = connection.calendars.first()
    messages.success(request, f"{found.name if found else connection.address} is connected.")
    return redirect(flows.next_of(request) or "dashboard")
