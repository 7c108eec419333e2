"""Changing a pair in place: what others see, and whether changes travel back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sync import overview, pairs
from sync.access import asks_providers, pair_or_404, signed_in
from sync.forms import ONE_WAY, TWO_WAY, DirectionForm, FlowForm, flow_initial
from sync.models import Flow, Pair
from sync.overview import PairRow
from sync.pairs import FlowSettings, NotPossible
from sync.views import counting, looks
from sync.wording import count


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@asks_providers
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """GET: the form as it stands. POST: with `check` what would change, in a sentence; otherwise change it."""
    row = overview.row(pair_or_404(request, public_id))
    if row.pair.ending_at:
        return redirect("pair", public_id)
    data = request.POST if request.method == "POST" else None
    direction = DirectionForm(data, initial={"direction": TWO_WAY if row.two_way else ONE_WAY})
    forms = _forms(row.pair, data)
    context: dict[str, object] = {"row": row, "direction": direction}
    if data is not None and direction.is_valid() and all(form.is_valid() for form in forms):
        out, back = forms[0].settings, forms[1].settings
        chosen_back = back if direction.cleaned_data["direction"] == TWO_WAY else None
        if "check" in data:
            context["effects"] = effects(row, out, chosen_back)
            if request.headers.get("HX-Request"):
                return render(request, "sync/_effects.html", context)
        else:
            return _save(request, row, out, chosen_back, context, forms)
    context["sides"] = [looks.side(form, request) for form in forms]
    return render(request, "sync/edit.html", context)


def _forms(pair: Pair, data: object) -> list[FlowForm]:
    flows = {flow.source_id: flow for flow in pair.flows.all()}
    out, back = flows.get(pair.first_id), flows.get(pair.second_id)
    return [
        FlowForm(pair.first, pair.second, data, prefix="out", initial=flow_initial(_settings(out))),
        FlowForm(pair.second, pair.first, data, prefix="back", initial=flow_initial(_settings(back))),
    ]


def _settings(flow: Flow | None) -> FlowSettings:
    if flow is None:
        return FlowSettings()
    return FlowSettings(flow.private, flow.show_as, flow.transform_identity)


def _save(
    request: HttpRequest,
    row: PairRow,
    out: FlowSettings,
    back: FlowSettings | None,
    context: dict[str, object],
    forms: list[FlowForm],
) -> HttpResponse:
    try:
        pairs.edit(pair=row.pair, out=out, back=back)
    except NotPossible as problem:
        context |= {"problem": str(problem), "sides": [looks.side(form, request) for form in forms]}
        return render(request, "sync/edit.html", context, status=409)
    messages.success(request, "Saved. Copies are being changed in place.")
    return redirect("pair", row.pair.public_id)


def effects(row: PairRow, out: FlowSettings, back: FlowSettings | None) -> list[str]:
    """What saving would do, one sentence for each direction that changes."""
    standing = {flow.flow.source_id: flow for flow in row.flows if flow.flow.ending_at is None}
    ahead, behind = standing.get(row.pair.first_id), standing.get(row.pair.second_id)
    said = [_rewritten(ahead.counts.copies, row.second_name)] if ahead and _settings(ahead.flow) != out else []
    if behind and back is None:
        said.append(
            f"{count(behind.counts.copies, 'copy', 'copies')} in {row.first_name} will be removed. No original is."
        )
    elif behind and back and _settings(behind.flow) != back:
        said.append(_rewritten(behind.counts.copies, row.first_name))
    elif back and not behind:
        said.append(_added(row, out, back))
    return said or ["Nothing changes: this is how it stands."]


def _rewritten(copies: int, name: str) -> str:
    return f"{count(copies, 'copy', 'copies')} in {name} will be changed in place. None is deleted and made anew."


def _added(row: PairRow, out: FlowSettings, back: FlowSettings) -> str:
    found = counting.count(row.pair.first, row.pair.second, out, back)
    if found.problem:
        return f"Events of {row.second_name} will be copied to {row.first_name}. {found.problem}"
    creates = found.directions[1].creates
    return f"Hetk will create {count(creates, 'copy', 'copies')} in {row.first_name}."
