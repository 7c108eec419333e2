"""One pair: its page, and the small verbs, each a POST to an address of its own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from sync import overview, pairs, proven, timeline
from sync.access import brake_or_404, pair_or_404, person, signed_in
from sync.forms import is_feed
from sync.models import Brake

LATEST = 8


@require_safe
@signed_in
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How it stands, both directions, the latest changes; for htmx only the part that changes."""
    row = overview.row(pair_or_404(request, public_id))
    context = {
        "row": row,
        "questions": timeline.questions(row),
        "proofs": proven.of_pair(row.pair),
        "from_feed": is_feed(row.pair.first) and row.pair.ending_at is None,
        "latest": timeline.latest(row.pair, LATEST),
        "state": f"{row.standing.word}-{len(row.brakes)}".replace(" ", "-"),
    }
    context["changed"] = request.GET.get("was", context["state"]) != context["state"]
    return render(request, "sync/_pair.html" if request.headers.get("HX-Request") else "sync/pair.html", context)


@require_POST
@signed_in
def pause(request: HttpRequest, public_id: UUID) -> HttpResponse:
    pair = pair_or_404(request, public_id)
    pairs.pause(pair=pair)
    messages.success(request, "Paused. Copies stay as they are; nothing is copied until you resume.")
    return redirect("pair", public_id)


@require_POST
@signed_in
def resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    pair = pair_or_404(request, public_id)
    try:
        pairs.resume(pair=pair)
    except pairs.NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, "Resumed. What changed in the meantime is copied now.")
    return redirect("pair", public_id)


@require_POST
@signed_in
def sync_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    pair = pair_or_404(request, public_id)
    pairs.sync_now(pair=pair)
    messages.success(request, "Both calendars are being looked at now.")
    return redirect("pair", public_id)


@require_POST
@signed_in
def decide(request: HttpRequest, public_id: UUID, brake_id: int) -> HttpResponse:
    """The word on held deletions. A word that is not one of the three changes nothing."""
    brake = brake_or_404(request, public_id, brake_id)
    said = {
        Brake.Decision.RELEASE: "The copies are being deleted.",
        Brake.Decision.RESTORE: "The copies stay.",
        Brake.Decision.STOP: "Paused. Nothing was deleted.",
    }
    decision = request.POST.get("decision", "")
    if decision in said:
        pairs.decide(brake=brake, decision=decision, by=person(request))
        messages.success(request, said[Brake.Decision(decision)])
    return redirect("pair", public_id)
