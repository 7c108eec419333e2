"""The terms of use, and the page that asks for them."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import flows, terms
from accounts.access import person


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "trust/terms.html", {"version": settings.TERMS_VERSION, "since": terms.since()})


@require_http_methods(["GET", "POST"])
@login_required
def accept(request: HttpRequest) -> HttpResponse:
    """POST: accepts the version that the page showed; if another one came meanwhile, that one is asked for."""
    user, next_url = person(request), flows.next_of(request)
    if request.method == "POST" and request.POST.get("version") == settings.TERMS_VERSION:
        terms.accept(request, user)
        return redirect(next_url or "dashboard")
    again = user.acceptances.exists()
    context = {"version": settings.TERMS_VERSION, "since": terms.since(), "next": next_url, "again": again}
    return render(request, "accounts/terms_accept.html", context)
