"""From the link in a mail: the old address becomes the main one again."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import way_back


@require_http_methods(["GET", "POST"])
@never_cache
def page(request: HttpRequest, token: str) -> HttpResponse:
    """GET: what will happen; programs that look into mails open links too. POST: it happens."""
    change = way_back.find(token)
    if request.method == "GET" or change is None:
        return render(request, "accounts/way_back.html", {"change": change}, status=200 if change else 404)
    if request.user.is_authenticated:
        logout(request)
    if not way_back.take(request, change):
        return render(request, "accounts/way_back.html", {"change": None}, status=404)
    messages.success(request, f"{change.old} is your main address again. Sign in with a code that we mail there.")
    return redirect("account_request_login_code")
