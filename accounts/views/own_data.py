"""What is held about a person, in their own hands: the export, and the end of the account."""

from typing import cast
from uuid import UUID

from allauth.core.internal import ratelimit
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, export
from accounts.access import deletion_or_404, person
from accounts.audit import Act
from accounts.forms import DeletionForm
from accounts.fresh import confirmed
from hetk.limits import too_often
from sync import deletion

EXPORTS = "5/h/user"
# htmx takes this status as "stop asking".
STOP_POLLING = 286


@require_safe
@login_required
def own_data(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/own_data.html", {"tables": len(export.OWN)})


@require_POST
@confirmed
def download(request: HttpRequest) -> HttpResponse:
    """Everything as one JSON document, written while it is read; so often for one person, and no more."""
    if not ratelimit.consume(request, app="accounts", action="export", config={"export": EXPORTS}):
        return too_often(request, seconds=3600)
    user = person(request)
    audit.record(user, Act.EXPORTED, personal=audit.whence(request))
    document = StreamingHttpResponse(export.document(user), content_type="application/json")
    document.headers["Content-Disposition"] = 'attachment; filename="hetk-data.json"'
    return cast("HttpResponse", document)


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def delete_account(request: HttpRequest) -> HttpResponse:
    """GET: what it means, with counts. POST: the word, which nobody takes back."""
    user = person(request)
    form = DeletionForm(request.POST if request.method == "POST" else None, address=user.email)
    if not form.is_valid():
        context = {"form": form, "copies": deletion.copies_of(user), "pairs": user.pairs.count()}
        context["connections"] = user.connections.all()
        return render(request, "accounts/delete.html", context)
    row = deletion.ask(user, copies=form.cleaned_data["copies"], now=timezone.now(), whence=audit.whence(request))
    logout(request)
    return redirect("deletion", row.public_id)


@require_safe
@never_cache
def deleting(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far it is. Who has the address of this page learns counts and kinds of accounts, and nobody's name."""
    row = deletion_or_404(public_id)
    partial = request.headers.get("HX-Request")
    over = row.finished_at is not None
    context = {"row": row, "over": over, "left": deletion.copies_of(row.user) if row.user else 0}
    status = STOP_POLLING if partial and over else 200
    return render(request, "accounts/_deleting.html" if partial else "accounts/deleting.html", context, status=status)
