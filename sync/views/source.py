"""The account's own calendar takes the place of a feed: which one, and the word that does it."""

import time
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sync import overview, pairs
from sync.access import calendars_of, pair_or_404, person, signed_in
from sync.forms import SourceForm, is_feed
from sync.models import Calendar, Pair
from sync.pairs import AtWork, NotPossible
from sync.wording import count

# A cycle is over in a moment; the person need not press twice for it.
TRIES, PAUSE = 10, 0.3


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def replace(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """GET: which calendars there are. POST: the copies become those of the one chosen."""
    row = overview.row(pair_or_404(request, public_id))
    offered = candidates(request, row.pair)
    if row.pair.ending_at or not is_feed(row.pair.first):
        return redirect("pair", public_id)
    form = SourceForm(offered, request.POST or None, initial={"calendar": request.GET.get("calendar", "")})
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            copies = _replaced(row.pair, form.chosen)
        except NotPossible as error:
            problem = str(error)
        else:
            messages.success(request, f"Replaced. {count(copies, 'copy', 'copies')} stay where they are.")
            return redirect("pair", public_id)
    context = {"row": row, "form": form, "offered": offered, "problem": problem}
    return render(request, "sync/source.html", context, status=409 if problem else 200)


def candidates(request: HttpRequest, pair: Pair) -> list[Calendar]:
    """Calendars of accounts that could take the feed's place, the main ones first."""
    known = [c for c in calendars_of(person(request)) if not is_feed(c) and c.pk != pair.second_id]
    return sorted(known, key=lambda calendar: not calendar.primary)


def _replaced(pair: Pair, source: Calendar) -> int:
    for _ in range(TRIES):
        try:
            return pairs.replace_feed(pair=pair, source=source)
        except AtWork:
            time.sleep(PAUSE)
    return pairs.replace_feed(pair=pair, source=source)
