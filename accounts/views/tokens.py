"""Tokens for the API: the list, a new one, whose secret is shown once, and the end of one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import tokens
from accounts.access import person, token_or_404
from accounts.forms import TokenForm
from accounts.fresh import confirmed
from sync.access import signed_in


@require_safe
@signed_in
def index(request: HttpRequest) -> HttpResponse:
    context = {"tokens": person(request).api_tokens.all(), "today": tokens.today()}
    return render(request, "accounts/tokens.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def make(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the token with its secret, which is in this answer and nowhere else."""
    form = TokenForm(person(request), request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "accounts/token_make.html", {"form": form})
    said = form.cleaned_data
    token, secret = tokens.make(request, said["name"], said["scopes"], said["days"])
    return render(request, "accounts/token_made.html", {"token": token, "secret": secret})


@require_POST
@confirmed
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    token = token_or_404(request, public_id)
    tokens.revoke(request, token)
    messages.success(request, f"“{token.name}” is revoked. A program that shows it is refused from now on.")
    return redirect("tokens")
