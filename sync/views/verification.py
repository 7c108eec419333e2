"""Audits of one pair: asking for one, the last ones, the signed paper about each; and the public keys that verify such papers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from sync import attestation, proven, verify
from sync.access import pair_or_404, person, signed_in, verification_or_404
from sync.models import Verification
from sync.overview import title_of

SHOWN = 30


@require_POST
@signed_in
def verify_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    pair = pair_or_404(request, public_id)
    try:
        verify.ask(pair=pair, by=person(request))
    except verify.NotNow as reason:
        messages.warning(request, str(reason))
    else:
        messages.success(
            request, "Both calendars are being read from end to end and compared. You can close this page."
        )
    return redirect("pair", public_id)


@require_safe
@signed_in
def index(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The last audits with their counts, and what else was proved."""
    pair = pair_or_404(request, public_id)
    rows = Verification.objects.filter(pair=pair).exclude(finished_at=None).order_by("-finished_at")
    context = {"pair": pair, "title": title_of(pair), "rows": rows[:SHOWN], "proofs": proven.of_pair(pair)}
    return render(request, "sync/verifications.html", context)


@require_safe
@signed_in
def paper(request: HttpRequest, public_id: UUID, verification_id: UUID) -> HttpResponse:
    """The attestation, as a file."""
    row = verification_or_404(request, public_id, verification_id)
    answer = HttpResponse(attestation.issue(row, timezone.now()), content_type="application/json")
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="hetk-{row.finished_at:%Y-%m-%d}-{row.public_id}.json"'
    )
    return answer


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """For everybody: whoever was given an attestation can check it without asking us."""
    answer = JsonResponse(attestation.published())
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
