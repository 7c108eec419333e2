"""Papers that others look for at fixed addresses (RFC 8615)."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

# Whoever finds the file may trust it for so long; RFC 9116 asks for less than a year.
TRUSTED_FOR = timedelta(days=180)


@require_safe
def microsoft_identity(request: HttpRequest) -> JsonResponse:
    """Which application of Microsoft's identity platform this domain is the publisher of. The type must be exactly this one."""
    return JsonResponse({"associatedApplications": [{"applicationId": settings.MICROSOFT_CLIENT_ID}]})


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116: whom to write to about a weakness, and what they can expect."""
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {_expires().strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: en, et",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
        f"Policy: {settings.SITE_URL}{reverse('disclosure')}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def disclosure(request: HttpRequest) -> HttpResponse:
    """What people who look for weaknesses may do, and what we do."""
    return render(request, "disclosure.html", {"contact": settings.SECURITY_CONTACT})


def _expires() -> datetime:
    """The first of a month: the file changes twelve times a year, not with every reading."""
    later = timezone.now() + TRUSTED_FOR
    return datetime(later.year, later.month, 1, tzinfo=UTC)
