"""To a provider and back: sign in, connect, reconnect. State changes by POST only; the callback is the provider's."""

import logging
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import approvals, audit, flows, newcomers
from accounts import signin as signing
from accounts.access import approval_or_404, connection_or_404, kind_or_404
from accounts.audit import Act
from accounts.connections import find, keep, let_sign_in
from accounts.flows import Flow, Purpose
from accounts.models import Connection, Kind, User
from accounts.oauth.errors import OurFault, Problem, SignInFailed, TryLater
from accounts.oauth.identity import Granted
from accounts.views import arrival, problems
from sync import pairs

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "POST"])
def signin(request: HttpRequest, kind: str) -> HttpResponse:
    """POST: off to the provider. GET is what a reloaded address bar sends: back to the sign-in page."""
    if request.method == "GET":
        return redirect("account_login")
    return _start(request, kind_or_404(kind), Purpose.SIGN_IN, next_url=flows.next_of(request))


@require_http_methods(["GET", "POST"])
@login_required
def connect(request: HttpRequest, kind: str) -> HttpResponse:
    """GET: what will be asked, before anybody is sent anywhere. POST: off to the provider."""
    known = kind_or_404(kind)
    next_url = flows.next_of(request)
    if request.method == "GET":
        return render(request, "accounts/connect.html", {"kind": known.value, "label": known.label, "next": next_url})
    hint = request.POST.get("address", "").strip()
    return _start(request, known, Purpose.CONNECT, next_url=next_url, hint=hint)


@require_POST
@login_required
def reconnect(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same account once more, with the challenge that its organization may have posed."""
    connection = connection_or_404(request, public_id)
    if Kind(connection.kind).by_password:
        asked = {"connection": str(connection.public_id), "next": flows.next_of(request)}
        return redirect(f"{reverse(f'connect_{connection.kind}')}?{urlencode(asked)}")
    return _start(
        request,
        Kind(connection.kind),
        Purpose.RECONNECT,
        next_url=flows.next_of(request),
        hint=connection.address,
        connection=connection,
    )


@require_POST
@login_required
def finish_approval(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The organization has approved Hetk: straight to the account that waited for it."""
    approval = approval_or_404(request, public_id)
    return _start(
        request,
        Kind.MICROSOFT,
        Purpose.CONNECT,
        next_url=flows.next_of(request) or reverse("connections"),
        hint=approval.address,
        certain=True,
    )


@require_GET
@never_cache
def callback(request: HttpRequest, kind: str) -> HttpResponse:
    """The provider sends the browser back here, with a code or an error."""
    known = kind_or_404(kind)
    flow: Flow | None = None
    try:
        flow = flows.take(request, known)
        granted = flows.finish(request, flow)
        return (
            _signed_in(request, flow, granted)
            if flow.purpose == Purpose.SIGN_IN
            else _connected(request, flow, granted)
        )
    except SignInFailed as failed:
        if flow is not None:
            _note_refusal(request, flow, failed)
        return problems.page(request, known, failed, flow)
    except TryLater:
        return problems.page(request, known, SignInFailed(Problem.DOWN), flow)
    except OurFault:
        logger.exception("The registration at %s is refused.", known.label)
        return problems.page(request, known, SignInFailed(Problem.OURS), flow)


@require_http_methods(["GET", "POST"])
@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    """A newcomer types the code that was mailed to the address of the account."""
    held = newcomers.waiting(request)
    if held is None:
        return redirect("account_login")
    granted, next_url = held
    wrong = request.method == "POST" and not newcomers.confirm(request, request.POST.get("code", ""))
    if request.method == "GET" or wrong:
        over = newcomers.waiting(request) is None
        context = {"address": granted.identity.address, "wrong": wrong, "over": over}
        return render(request, "accounts/confirm.html", context)
    # Somebody may have taken the address while the mail was on its way.
    if signing.is_taken(granted.identity):
        return problems.page(request, Kind(granted.identity.kind), SignInFailed(Problem.TAKEN))
    response = signing.enter(request, granted.identity, next_url=next_url, confirmed=True)
    return _with_connection(request, response, granted, next_url)


def _start(request: HttpRequest, kind: Kind, purpose: Purpose, **what: Any) -> HttpResponse:
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="login")
    if limited:
        return limited
    try:
        return redirect(flows.begin(request, kind, purpose, **what))
    except SignInFailed as failed:
        return problems.page(request, kind, failed)
    except TryLater:
        return problems.page(request, kind, SignInFailed(Problem.DOWN))


def _signed_in(request: HttpRequest, flow: Flow, granted: Granted) -> HttpResponse:
    identity = granted.identity
    if signing.is_known(identity):
        response = signing.enter(request, identity, next_url=flow.next_url)
        return _with_connection(request, response, granted, flow.next_url, create=False)
    if signing.is_taken(identity):
        raise SignInFailed(Problem.TAKEN)
    if identity.address_verified:
        response = signing.enter(request, identity, next_url=flow.next_url)
        return _with_connection(request, response, granted, flow.next_url)
    # The same limit as for any code that is mailed to an address somebody typed.
    key = identity.address.lower()
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="request_login_code", key=key)
    if limited:
        return limited
    newcomers.invite(request, granted, next_url=flow.next_url)
    return redirect("signin_confirm")


def _with_connection(
    request: HttpRequest, response: HttpResponse, granted: Granted, next_url: str, *, create: bool = True
) -> HttpResponse:
    """The answer to a sign-in, after its consent was stored as a connection.

    `create`: a newcomer's. Who signs in again only renews a connection that is there: one that was removed stays removed.
    """
    user = request.user
    # Not yet, when a second factor is asked for first.
    if not isinstance(user, User) or not (create or find(granted.identity, user=user)):
        return response
    connection = keep(user=user, granted=granted)
    if connection is None:
        hint = granted.identity.address
        kind = Kind(granted.identity.kind)
        return _start(request, kind, Purpose.CONNECT, next_url=next_url, hint=hint, consent=True)
    if not create:
        # What waited while it stood still is looked for now, not at the next time somebody looks for silence.
        pairs.ring_connection(connection)
        approvals.consented(connection)
        return response
    try:
        arrival.welcome(request, connection)
    except SignInFailed as failed:
        return problems.page(request, Kind(granted.identity.kind), failed)
    return response


def _connected(request: HttpRequest, flow: Flow, granted: Granted) -> HttpResponse:
    user = request.user
    if not isinstance(user, User) or user.pk != flow.user:
        raise SignInFailed(Problem.EXPIRED, code="session")
    if flow.connection and not _is_same_account(flow.connection, user, granted):
        raise SignInFailed(Problem.WRONG_ACCOUNT)
    connection = keep(user=user, granted=granted)
    if connection is None:
        raise SignInFailed(Problem.MISSING_SCOPES, missing=("stay connected while you are away",))
    let_sign_in(user=user, identity=granted.identity)
    arrival.welcome(request, connection)
    messages.success(request, f"{connection.address} is connected.")
    return redirect(flow.next_url or "dashboard")


def _note_refusal(request: HttpRequest, flow: Flow, failed: SignInFailed) -> None:
    """In the person's history, when they were connecting an account; `flow` is one of theirs, so nobody else fills it."""
    user = request.user
    if isinstance(user, User) and user.pk == flow.user:
        facts = {"kind": flow.kind, "cause": failed.problem.value}
        audit.record(user, Act.CONNECT_REFUSED, facts=facts, personal=audit.whence(request))


def _is_same_account(connection_id: int, user: User, granted: Granted) -> bool:
    identity = granted.identity
    return Connection.objects.filter(
        pk=connection_id, user=user, issuer=identity.issuer, subject=identity.subject
    ).exists()
