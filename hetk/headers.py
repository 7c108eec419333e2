"""Security headers on every answer, error pages and static files included. Django itself adds nosniff, Referrer-Policy and COOP."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hetk import outbound

# Nothing is loaded from anywhere else, and nothing inline runs: an injected tag stays dead text.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"


def form_targets() -> str:
    """Where a form may lead. Browsers hold the redirect after a POST to this list too, hence the providers' sign-in pages
    and Stripe's pages for paying.
    """
    hosts = [*settings.SIGN_IN_HOSTS, *settings.PAYMENT_HOSTS]
    pages = [urlsplit(outbound.browser_url(f"https://{host}/")) for host in hosts]
    return " ".join(["'self'", *dict.fromkeys(f"{page.scheme}://{page.netloc}" for page in pages)])


def policy() -> str:
    return "; ".join(f"{name} {value}" for name, value in {**POLICY, "form-action": form_targets()}.items())


class SecurityHeaders:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = policy()
        response.headers["Permissions-Policy"] = PERMISSIONS
        if is_personal(request):
            response.headers["Cache-Control"] = "no-store"
        return response


def is_personal(request: HttpRequest) -> bool:
    """Whether somebody is signed in. Without a session nothing is looked up: notifications come by the thousand."""
    session = getattr(request, "session", None)
    return bool(session is not None and session.session_key and request.user.is_authenticated)
