"""The terms of use: which version a person accepted, and the gate before everything else until they did.

Whoever signs up with an address accepts with the form; whoever comes with Google or Microsoft, or meets a new version, is asked on
a page of its own.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts import audit
from accounts.access import person
from accounts.audit import Act
from accounts.models import Acceptance, User

SESSION_KEY = "terms"
# What stays open to somebody who has not accepted: what everybody sees, a provider's answer on its way in, and what protects, takes
# along or ends an account.
OPEN = {
    "connect_callback",
    "terms", "terms_accept", "account_logout", "home", "health", "health_work", "styleguide", "policy_setup", "security", "end_session",
    "end_sessions", "confirm_by_code", "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "way_back",
    "lost_factor_stop", "lost_factor_stop_here", "pricing", "disclosure", "admin_approval", "trust_security", "subprocessors", "privacy",
    "dpa", "dpa_pdf", "integrations", "integration_microsoft-365", "integration_google-workspace", "integration_icloud-caldav",
    "integration_domain-policy", "api", "api:openapi", "status", "metrics",
    "for_it", "for_it_pdf", "features", "recipes", "recipe", "use_cases", "use_case", "glossary", "help", "sitemap", "robots", "microsoft_errors", "contact", "contact_sent",
}  # fmt: skip


def accept(request: HttpRequest, user: User) -> None:
    """The terms as they are now."""
    Acceptance.objects.get_or_create(user=user, version=settings.TERMS_VERSION)
    audit.record(user, Act.TERMS_ACCEPTED, facts={"what": settings.TERMS_VERSION}, personal=audit.whence(request))


def since() -> date:
    """The day since when the terms stand as they do."""
    return date.fromisoformat(settings.TERMS_VERSION)


def has_accepted(user: User) -> bool:
    return Acceptance.objects.filter(user=user, version=settings.TERMS_VERSION).exists()


class TermsGate:
    """Leads signed-in people who have not accepted the terms as they are now to the page that asks them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.session.session_key or request.session.get(SESSION_KEY) == settings.TERMS_VERSION:
            return None
        if not request.user.is_authenticated or (request.resolver_match and request.resolver_match.view_name in OPEN):
            return None
        if has_accepted(person(request)):
            request.session[SESSION_KEY] = settings.TERMS_VERSION
            return None
        back = request.get_full_path() if request.method == "GET" and not request.headers.get("HX-Request") else ""
        asked = f"{reverse('terms_accept')}?{urlencode({'next': back})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": asked})
        return redirect(asked)
