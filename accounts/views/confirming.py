"""Confirming by a mailed code, for people who have neither a password nor a second factor."""

from allauth.account.internal.flows.reauthentication import resume_request
from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import flows, fresh


@require_http_methods(["GET", "POST"])
@login_required
def by_code(request: HttpRequest) -> HttpResponse:
    """GET: mails the code and asks for it. POST: goes on with what the person was about to do."""
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="reauthenticate", user=request.user)
    if limited:
        return limited
    wrong = request.method == "POST" and not fresh.take_code(request, request.POST.get("code", ""))
    if request.method == "GET" or wrong:
        address = fresh.send_code(request)
        context = {"address": address, "wrong": wrong, "minutes": fresh.MINUTES, "next": flows.next_of(request)}
        return render(request, "accounts/confirm_by_code.html", context)
    resumed: HttpResponse | None = resume_request(request)
    return resumed or redirect(flows.next_of(request) or "security")
