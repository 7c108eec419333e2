"""The end of a pair: with its copies or without them, and the proof that none is left."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sync import overview, pairs, proven
from sync.access import pair_or_404, pairs_of, person, signed_in
from sync.forms import EndForm

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
    return redirect("ending", public_id)


@require_safe
@signed_in
def ending(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How many copies are left; at last that none is. The receipt is still here when the pair is gone."""
    pair = pairs_of(person(request)).filter(public_id=public_id).first()
    ended = proven.ended(person(request), public_id)
    if pair is None and ended is None:
        raise Http404("There is no such pair.")
    if pair is not None and not pair.ending_at:
        return redirect("pair", public_id)
    row = overview.row(pair) if pair else None
    left = row.copies if row else 0
    total = max(ended.copies if ended else 0, left)
    context = {
        "row": row,
        "ended": ended,
        "title": row.title if row else ended.title if ended else "",
        "left": left,
        "total": total,
        "removed": total - left,
        "over": row is None,
        "public_id": public_id,
    }
    partial = request.headers.get("HX-Request")
    status = STOP_POLLING if partial and row is None else 200
    return render(request, "sync/_ending.html" if partial else "sync/ending.html", context, status=status)
