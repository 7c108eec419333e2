"""A new pair in three steps, each with its own address. The draft waits in the session; nothing is made before Start."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Kind, User
from sync import calendars, draft, pairs
from sync.access import asks_providers, calendars_of, pairs_of, person, signed_in
from sync.draft import Draft
from sync.engine.clients import Resting
from sync.flow_form import FlowForm, flow_initial
from sync.forms import ONE_WAY, TWO_WAY, CalendarsForm, is_feed
from sync.models import FlowSettings, Pair
from sync.pairs import NotPossible
from sync.providers.errors import ProviderError
from sync.views import counting, looks
from sync.views.days import first_day


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """Step 1: from, to, direction. The swap button posts the same form."""
    known = list(calendars_of(person(request)))
    old = draft.load(request)
    if request.method == "POST" and "swap" in request.POST:
        swapped = {**request.POST.dict(), "first": request.POST.get("second"), "second": request.POST.get("first")}
        form = CalendarsForm(known, initial=swapped)
    elif request.method == "POST":
        form = CalendarsForm(known, request.POST)
        if form.is_valid():
            chosen = _draft(form, old)
            draft.keep(request, chosen)
            _adopt_zone(person(request), chosen)
            return redirect("new_looks")
    else:
        form = CalendarsForm(known, initial=_chosen(old))
    context = {"form": form, "step": 1, "enough": len(known) > 1, "connections": person(request).connections.all()}
    return render(request, "sync/new/choose.html", context)


def _chosen(old: Draft | None) -> dict[str, str]:
    if old is None:
        return {}
    direction = TWO_WAY if old.two_way else ONE_WAY
    return {"first": str(old.first.public_id), "second": str(old.second.public_id), "direction": direction}


def _draft(form: CalendarsForm, old: Draft | None) -> Draft:
    """What was chosen on the later step stays, and follows its direction when the two calendars changed places."""
    first, second = form.by_id[form.cleaned_data["first"]], form.by_id[form.cleaned_data["second"]]
    out = back = FlowSettings()
    if old is not None:
        turned = (old.first, old.second) == (second, first)
        out, back = (old.back, old.out) if turned else (old.out, old.back)
    return Draft(first, second, form.cleaned_data["direction"] == TWO_WAY, out, back)


def _adopt_zone(user: User, chosen: Draft) -> None:
    """Who never chose a time zone gets the one of a calendar of theirs, main calendars first: the example says local times."""
    if user.time_zone != "UTC":
        return
    ordered = sorted((chosen.first, chosen.second), key=lambda calendar: not calendar.primary)
    zones = [calendar.zone for calendar in ordered if calendar.zone not in {"", "UTC"}]
    if zones:
        user.time_zone = zones[0][:64]
        user.save(update_fields=("time_zone",))
        pairs.zone_changed(user)


@require_POST
@signed_in
@asks_providers
def refresh(request: HttpRequest) -> HttpResponse:
    """A calendar was made a moment ago: ask every account for its list again."""
    silent = []
    for connection in person(request).connections.filter(halted_at=None):
        try:
            calendars.refresh(connection)
        except (ProviderError, Resting):
            silent.append(connection.address)
    if silent:
        messages.warning(
            request, f"{', '.join(silent)} did not answer. The list below may be old; try again in a minute."
        )
    else:
        messages.success(request, "The list of calendars is fresh.")
    return redirect("new_pair")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@asks_providers
def see(request: HttpRequest) -> HttpResponse:
    """Step 2: what others will see, shown on one of the person's own events."""
    found = draft.load(request)
    if found is None:
        return redirect("new_pair")
    data = request.POST if request.method == "POST" else None
    forms = [FlowForm(found.first, found.second, data, prefix="out", initial=flow_initial(found.out))]
    if found.two_way:
        forms.append(FlowForm(found.second, found.first, data, prefix="back", initial=flow_initial(found.back)))
    if data is not None and all(form.is_valid() for form in forms):
        found.out = forms[0].settings
        found.back = forms[1].settings if found.two_way else found.back
        draft.keep(request, found)
        return redirect("new_pair" if "previous" in request.POST else "new_review")
    context = {"sides": [looks.side(form, request) for form in forms], "step": 2, "draft": found}
    return render(request, "sync/new/looks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def review(request: HttpRequest) -> HttpResponse:
    """Step 3: exact counts, then Start. Counting reads both calendars, so the page comes first and asks for the numbers."""
    found = draft.load(request)
    if found is None:
        return redirect("dashboard" if request.method == "POST" else "new_pair")
    context: dict[str, object] = {"draft": found, "step": 3, "flows": _planned(found), "fed": _fed(request, found)}
    if request.method == "POST":
        return _start(request, found, context)
    if "count" in request.GET:
        return _counted(request, found, context)
    return render(request, "sync/new/review.html", context)


@asks_providers
def _counted(request: HttpRequest, found: Draft, context: dict[str, object]) -> HttpResponse:
    context["count"] = counting.count(found.first, found.second, found.out, found.returning, first_day(request))
    partial = context["partial"] = bool(request.headers.get("HX-Request"))
    return render(request, "sync/new/_starting.html" if partial else "sync/new/review.html", context)


def _fed(request: HttpRequest, found: Draft) -> Pair | None:
    """A sync of the same target that starts at a feed: perhaps of the very calendar that was chosen here."""
    if is_feed(found.first):
        return None
    return (
        pairs_of(person(request)).filter(second=found.second, first__connection__kind=Kind.FEED, ending_at=None).first()
    )


def _planned(found: Draft) -> list[looks.Planned]:
    out = looks.Planned(found.first, found.second, found.out)
    return [out, looks.Planned(found.second, found.first, found.back)] if found.two_way else [out]


def _start(request: HttpRequest, found: Draft, context: dict[str, object]) -> HttpResponse:
    user = person(request)
    try:
        pair = pairs.create(user=user, first=found.first, second=found.second, out=found.out, back=found.returning)
    except NotPossible as problem:
        return render(request, "sync/new/review.html", {**context, "problem": str(problem)}, status=409)
    draft.drop(request)
    messages.success(request, "Started. Hetk reads both calendars now, then copies the nearest events first.")
    return redirect("pair", pair.public_id)


@require_POST
@signed_in
def cancel(request: HttpRequest) -> HttpResponse:
    draft.drop(request)
    return redirect("dashboard")


@require_POST
@signed_in
def picture(request: HttpRequest) -> HttpResponse:
    """The before/after picture for the choices of the moment. Changes nothing; a POST because the event comes along."""
    return looks.picture(request)
