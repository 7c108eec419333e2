"""What was done and what was not, overall and for one pair."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sync import proven, timeline
from sync.access import pair_or_404, pairs_of, person, signed_in
from sync.models import Activity
from sync.overview import title_of


@require_safe
@signed_in
def index(request: HttpRequest) -> HttpResponse:
    pairs = [(pair.public_id, title_of(pair)) for pair in pairs_of(person(request))]
    return _page(
        request, timeline.of_user(person(request)), {"pairs": pairs, "proofs": proven.of_user(person(request))}
    )


@require_safe
@signed_in
def of_pair(request: HttpRequest, public_id: UUID) -> HttpResponse:
    pair = pair_or_404(request, public_id)
    return _page(
        request, timeline.of_pair(pair), {"pair": pair, "title": title_of(pair), "proofs": proven.of_pair(pair)}
    )


def _page(request: HttpRequest, rows: QuerySet[Activity], context: dict[str, object]) -> HttpResponse:
    outcome = request.GET.get("show", "all")
    outcome = outcome if outcome in timeline.FILTERS else "all"
    older = request.GET.get("before", "")
    before = int(older) if older.isdecimal() and len(older) < 19 else None
    found, following = timeline.page(rows.filter(timeline.FILTERS[outcome][1]), before=before)
    context |= {
        "days": timeline.days(found),
        "filters": [(key, label) for key, (label, _) in timeline.FILTERS.items()],
        "outcome": outcome,
        "following": following,
        "before": before,
    }
    partial = request.headers.get("HX-Request")
    return render(request, "sync/_activity.html" if partial else "sync/activity.html", context)
