"""Changing a pair in place, in two steps: what others see and whether changes travel back, then exactly what saving does."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sync import draft, overview, pairs
from sync.access import asks_providers, pair_or_404, signed_in
from sync.draft import Change
from sync.flow_form import FlowForm, flow_initial
from sync.forms import ONE_WAY, TWO_WAY, DirectionForm, is_feed
from sync.models import Flow, FlowSettings, Pair
from sync.overview import PairRow
from sync.pairs import NotPossible
from sync.views import counting, looks
from sync.views.days import first_day


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@asks_providers
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Step 1. GET: the form as it stands, or with `draft` as it was left; POST: on to the review. Nothing is saved here."""
    row = overview.row(pair_or_404(request, public_id))
    if row.pair.ending_at:
        return redirect("pair", public_id)
    data = request.POST if request.method == "POST" else None
    change = (draft.load_change(request, row.pair) if "draft" in request.GET else None) or standing(row.pair)
    direction = DirectionForm(data, initial={"direction": TWO_WAY if change.two_way else ONE_WAY})
    forms = _forms(row.pair, data, change)
    if data is not None and direction.is_valid() and all(form.is_valid() for form in forms):
        two_way = direction.cleaned_data["direction"] == TWO_WAY
        back = forms[1].settings if len(forms) > 1 else change.back
        draft.keep_change(request, row.pair, Change(two_way, forms[0].settings, back))
        return redirect("edit_review", public_id)
    context = {"row": row, "direction": direction, "sides": [looks.side(form, request) for form in forms]}
    return render(request, "sync/edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def review(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Step 2. GET: what saving does, with `count` the exact numbers; POST: do it."""
    row = overview.row(pair_or_404(request, public_id))
    change = draft.load_change(request, row.pair)
    if row.pair.ending_at or change is None:
        return redirect("pair" if row.pair.ending_at or request.method == "POST" else "edit", public_id)
    planned = [looks.Planned(row.pair.first, row.pair.second, change.out)]
    planned += [looks.Planned(row.pair.second, row.pair.first, change.back)] if change.two_way else []
    context: dict[str, object] = {"row": row, "flows": planned, "same": change == standing(row.pair)}
    if request.method == "POST":
        return _save(request, row, change, context)
    if "count" in request.GET:
        return _counted(request, row, change, context)
    return render(request, "sync/review.html", context)


@asks_providers
def _counted(request: HttpRequest, row: PairRow, change: Change, context: dict[str, object]) -> HttpResponse:
    context["count"] = counting.count_change(row.pair, change.out, change.returning, first_day(request))
    partial = context["partial"] = bool(request.headers.get("HX-Request"))
    return render(request, "sync/_saving.html" if partial else "sync/review.html", context)


def _save(request: HttpRequest, row: PairRow, change: Change, context: dict[str, object]) -> HttpResponse:
    try:
        pairs.edit(pair=row.pair, out=change.out, back=change.returning)
    except NotPossible as problem:
        return render(request, "sync/review.html", {**context, "problem": str(problem)}, status=409)
    draft.drop_change(request)
    messages.success(request, _saved(row.pair))
    return redirect("pair", row.pair.public_id)


def _saved(pair: Pair) -> str:
    if pair.paused_at is None:
        return "Saved. Copies are being changed in place."
    if pair.flows.filter(strip_due=True, ending_at=None).exists():
        return "Saved. What became hidden is being taken out of the copies now; the rest is done when you resume this sync."
    return "Saved. This sync is paused: its copies are changed when you resume it."


def standing(pair: Pair) -> Change:
    """How the pair is set now."""
    flows = {flow.source_id: flow for flow in pair.flows.all()}
    out, back = flows.get(pair.first_id), flows.get(pair.second_id)
    return Change(overview.is_two_way(pair), _settings(out), _settings(back))


def _forms(pair: Pair, data: object, change: Change) -> list[FlowForm]:
    out = FlowForm(pair.first, pair.second, data, prefix="out", initial=flow_initial(change.out))
    if is_feed(pair.first):
        return [out]
    return [out, FlowForm(pair.second, pair.first, data, prefix="back", initial=flow_initial(change.back))]


def _settings(flow: Flow | None) -> FlowSettings:
    return FlowSettings() if flow is None else FlowSettings.of(flow)
