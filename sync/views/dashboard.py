"""One sentence, then the rows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sync import overview, proven
from sync.access import calendars_of, pairs_of, person, signed_in
from sync.standing import Rank, summary


@require_safe
@signed_in
def dashboard(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx only the part that changes."""
    user = person(request)
    rows = overview.rows(pairs_of(user))
    moments = [row.checked_at for row in rows if row.standing.rank is Rank.FINE and row.checked_at]
    titled = [(row.title, row.standing) for row in rows]
    context = {
        "rows": rows,
        "approvals": user.approvals.exclude(arrived_at=None),
        "ended": proven.ended_lately(user),
        "sentence": summary(titled, min(moments, default=None), timezone.now()),
        "worst": rows[0].standing if rows else None,
        "connections": [] if rows else list(user.connections.all()),
        "calendars": 0 if rows else calendars_of(user).count(),
        "state": "-".join(f"{row.pair.pk}{row.standing.tone}" for row in rows),
    }
    context["changed"] = request.GET.get("was", context["state"]) != context["state"]
    partial = request.headers.get("HX-Request")
    return render(request, "sync/_dashboard.html" if partial else "sync/dashboard.html", context)
