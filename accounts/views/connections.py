"""The list of connected accounts, and how one leaves."""

import logging
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit, halts, oauth
from accounts.access import approvals_of, connection_or_404, connections_of
from accounts.audit import Act
from accounts.models import Connection, HaltCause
from accounts.oauth.errors import OurFault, TryLater
from sync.models import Pair

logger = logging.getLogger(__name__)


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Every connected account with how it stands."""
    connections = connections_of(request).prefetch_related("calendars")
    context = {"connections": connections, "approvals": approvals_of(request)}
    return render(request, "accounts/connections.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def disconnect(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """GET: what it means, or which syncs are in the way. POST: takes the grant back and forgets the account."""
    connection = connection_or_404(request, public_id)
    pairs = pairs_of(connection).select_related("first", "second")
    context = {"connection": connection, "pairs": pairs}
    if request.method == "GET" or pairs:
        return render(request, "accounts/disconnect.html", context, status=409 if request.method == "POST" else 200)
    try:
        oauth.revoke(connection)
    except TryLater:
        return render(request, "accounts/disconnect.html", {**context, "down": True}, status=503)
    except OurFault:
        # A grant that we cannot open ourselves must not keep a person from leaving; at Google it can be removed by hand.
        logger.exception("Connection %s leaves without its grant being taken back.", connection.public_id)
    try:
        _leave(request, connection)
    except IntegrityError:
        # A sync was started in another window meanwhile: it stands still, as with any account whose access is gone.
        halts.halt(connection, HaltCause.REVOKED)
        return render(request, "accounts/disconnect.html", {**context, "pairs": pairs.all()}, status=409)
    messages.success(request, f"{connection.address} is disconnected.")
    return redirect("connections")


@transaction.atomic
def _leave(request: HttpRequest, connection: Connection) -> None:
    facts = {"connection": str(connection.public_id), "kind": connection.kind}
    personal = {"address": connection.address, **audit.whence(request)}
    connection.delete()
    audit.record(connection.user_id, Act.DISCONNECTED, facts=facts, personal=personal)


def pairs_of(connection: Connection) -> QuerySet[Pair]:
    """Pairs with a calendar of this account on either side, those that are ending included."""
    return Pair.objects.filter(Q(first__connection=connection) | Q(second__connection=connection))
