"""The browser's way to a provider and back: one-time secrets in the server-side session, good for ten minutes.

A flow is found by its `state` in the session that began it, so a callback in another browser, a second callback with the
same state and a state of the other provider all find nothing.
"""

import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import Connection, Kind
from accounts.oauth import microsoft
from accounts.oauth.errors import Problem, SignInFailed
from accounts.oauth.identity import Granted
from accounts.oauth.refresh import PROVIDERS
from hetk import outbound

SESSION_KEY = "oauth_flows"
LIFETIME = 600
# Several tabs may be on their way; the oldest is forgotten first.
KEPT = 4


class Purpose(StrEnum):
    SIGN_IN = "sign-in"
    CONNECT = "connect"
    RECONNECT = "reconnect"


@dataclass(frozen=True)
class Flow:
    """One way to a provider. `user`: who began it, None for a sign-in; `connection`: the row id of a reconnect."""

    kind: str
    purpose: str
    secret: dict[str, Any]
    began: float
    next_url: str = ""
    user: int | None = None
    connection: int | None = None
    hint: str = ""


def begin(
    request: HttpRequest,
    kind: Kind,
    purpose: Purpose,
    *,
    next_url: str = "",
    hint: str = "",
    connection: Connection | None = None,
    consent: bool = False,
    certain: bool = False,
) -> str:
    """Where to send the browser. `hint`: an address to fill in; `consent`: ask even where consent was given before.

    `certain`: the hint is the account that is meant, and no other is offered.

    Raises SignInFailed(CLOUD) for a work address of a cloud that Hetk does not serve, TryLater.
    """
    if kind == Kind.MICROSOFT and (domain := hint.rpartition("@")[2]):
        _require_our_cloud(domain)
    url, secret = PROVIDERS[kind].authorize(
        redirect_uri=_redirect_uri(request, kind),
        prompt=_prompt(
            kind, consent=consent or purpose != Purpose.SIGN_IN, known=connection is not None or consent or certain
        ),
        hint=hint,
        claims=connection.halt_claims if connection else "",
    )
    user = request.user.pk if purpose != Purpose.SIGN_IN else None
    flow = Flow(kind, purpose, secret, time.time(), next_url, user, connection.pk if connection else None, hint)
    waiting = dict(list(request.session.get(SESSION_KEY, {}).items())[-(KEPT - 1) :])
    request.session[SESSION_KEY] = {**waiting, secret["state"]: asdict(flow)}
    return outbound.browser_url(url)


def take(request: HttpRequest, kind: Kind) -> Flow:
    """The flow that this callback ends; it is gone from the session afterwards. Raises SignInFailed(EXPIRED)."""
    waiting = request.session.get(SESSION_KEY, {})
    found = waiting.pop(request.GET.get("state", ""), None)
    request.session[SESSION_KEY] = waiting
    if found is None or found["kind"] != kind or time.time() - found["began"] > LIFETIME:
        raise SignInFailed(Problem.EXPIRED, code="state")
    return Flow(**found)


def finish(request: HttpRequest, flow: Flow) -> Granted:
    """What the provider granted, from an account that Hetk can serve. Raises SignInFailed, OurFault, TryLater."""
    granted: Granted = PROVIDERS[flow.kind].finish(flow.secret, request.GET.dict())
    # The address was only a hint; which cloud an account lives in is known from the tenant it signed in with.
    if flow.kind == Kind.MICROSOFT:
        _require_our_cloud(granted.identity.tenant)
    return granted


def _require_our_cloud(tenant_or_domain: str) -> None:
    found = microsoft.tenant(tenant_or_domain)
    if found is not None and not found.ours:
        raise SignInFailed(Problem.CLOUD, cloud=found.cloud)


def next_of(request: HttpRequest) -> str:
    """The address to go back to, when it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    # A path and nothing else: what has no slash in front would be taken for the name of a view.
    return wanted if ours and wanted.startswith("/") else ""


def _redirect_uri(request: HttpRequest, kind: Kind) -> str:
    # The host the browser is on, so that the session cookie comes back with it; one address per provider, against mix-ups.
    return (
        f"{urlsplit(settings.SITE_URL).scheme}://{request.get_host()}{reverse('connect_callback', args=(kind.value,))}"
    )


def _prompt(kind: Kind, *, consent: bool, known: bool) -> str:
    """Microsoft always sends a refresh token; Google a new one only from its consent screen."""
    if kind == Kind.GOOGLE:
        return " ".join((["consent"] if consent else []) + ([] if known else ["select_account"]))
    return "" if known else "select_account"
