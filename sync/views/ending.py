"""The end of a pair: with its copies or without them, and the proof that none is left."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sync import overview, pairs
from sync.access import pair_or_404, pairs_of, person, signed_in
from sync.forms import EndForm

KEY = "ended_pairs"
# htmx takes this status as "stop asking".
STOP_POLLING = 286


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """GET: the choice. POST: the word."""
    pair = pair_or_404(request, public_id)
    row = overview.row(pair)
    form = EndForm(request.POST if request.method == "POST" else None, initial={"copies": "remove"})
    if pair.ending_at:
        return redirect("ending", public_id)
    if not form.is_valid():
        return render(request, "sync/end.html", {"row": row, "form": form})
    remove = form.cleaned_data["copies"] == "remove"
    pairs.end(pair=pair, remove_copies=remove)
    if not remove:
        messages.success(request, f"{row.title} has ended. Its copies stay as ordinary events of yours.")
        return redirect("dashboard")
    request.session[KEY] = {**request.session.get(KEY, {}), str(public_id): [row.title, row.copies]}
    return redirect("ending", public_id)


@require_safe
@signed_in
def ending(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How many copies are left; at last that none is. Whoever ended the pair still finds this page when it is gone."""
    pair = pairs_of(person(request)).filter(public_id=public_id).first()
    title, copies = request.session.get(KEY, {}).get(str(public_id), ("", 0))
    if pair is None and not title:
        raise Http404("There is no such pair.")
    if pair is not None and not pair.ending_at:
        return redirect("pair", public_id)
    row = overview.row(pair) if pair else None
    left = row.copies if row else 0
    total = max(copies, left)
    context = {
        "row": row,
        "title": row.title if row else title,
        "left": left,
        "total": total,
        "removed": total - left,
        "over": row is None,
        "public_id": public_id,
    }
    partial = request.headers.get("HX-Request")
    status = STOP_POLLING if partial and row is None else 200
    return render(request, "sync/_ending.html" if partial else "sync/ending.html", context, status=status)
