"""The slow way back for somebody who lost every second factor: ask, and stop what somebody else asked."""

from allauth.account.stages import LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import lost
from accounts.access import person
from sync.access import signed_in


@require_http_methods(["GET", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """For whoever has proved the first factor in this browser."""
    stage = None if request.user.is_authenticated else LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        return redirect("account_login")
    user = stage.login.user
    row = lost.ask(request, user) if request.method == "POST" else lost.of(user)
    return render(request, "accounts/lost_factor.html", {"row": row, "hours": lost.HOURS})


@require_http_methods(["GET", "POST"])
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """From the link in a mail. GET only shows the button: programs that look into mails open links too."""
    row = lost.find(token)
    if row and request.method == "POST":
        lost.stop(row.user)
    context = {"row": row, "stopped": request.method == "POST"}
    return render(request, "accounts/lost_factor_stop.html", context, status=200 if row else 404)


@require_POST
@signed_in
def stop_here(request: HttpRequest) -> HttpResponse:
    """The button above every page of a session that was there before."""
    user = person(request)
    lost.stop(user)
    request.session.pop(lost.SESSION_KEY, None)
    messages.success(
        request, "Stopped. Your second factor stays. Somebody knows your password or reads your mail: change them now."
    )
    return redirect("security")
