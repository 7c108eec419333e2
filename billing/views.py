"""The billing page, the way to Stripe and back, and which syncs run; and the public prices."""

import logging
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing import access, gateway, purchase, room
from billing.forms import BuyForm, SyncsForm
from billing.models import Account
from billing.plans import PLANS
from billing.standing import PAID, UNPAID
from hetk import outbound
from sync import overview, pairs
from sync.access import pairs_of, person, signed_in
from sync.pairs import NotPossible
from sync.providers.errors import NoAccess, ProviderError

log = logging.getLogger("hetk.billing")
SILENT = "Stripe did not answer. Nothing was charged and your syncs go on; try again in a minute."


def only_with_plans() -> None:
    if not settings.BILLING:
        raise Http404("This installation has no plans.")


@require_safe
def pricing(request: HttpRequest) -> HttpResponse:
    only_with_plans()
    return render(request, "billing/pricing.html", {"plans": PLANS})


@require_safe
@signed_in
def billing(request: HttpRequest) -> HttpResponse:
    only_with_plans()
    return _page(request)


def _page(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    account, now = access.account(request), timezone.now()
    found = room.look(person(request))
    context = {
        "account": account,
        "room": found,
        "standing": found.standing,
        "price": account.price,
        "bought": account.status in PAID | UNPAID,
        "plans": PLANS,
        "can_buy": gateway.on(),
        "portal": gateway.on() and bool(account.customer),
        "trial_left": max(0, -(-(account.trial_ends_at - now).total_seconds() // 86400)),
        "intent": uuid.uuid4(),
        "problem": problem,
    }
    return render(request, "billing/billing.html", context, status=status)


@require_POST
@signed_in
def buy(request: HttpRequest) -> HttpResponse:
    """To Stripe's page for this price; who has a subscription already goes to the portal, where it is changed."""
    only_with_plans()
    form = BuyForm(request.POST)
    if not gateway.on() or not form.is_valid():
        return _page(request, "Choose one of the plans below; nothing was bought.", 400)
    account = access.account(request)
    try:
        address = purchase.begin(
            account, form.cleaned_data["price"], intent=str(form.cleaned_data["intent"]), now=timezone.now()
        )
    except purchase.Bought:
        messages.info(request, "You have a plan already. Change it under “Change plan, card or company”.")
        return redirect("billing")
    except ProviderError as error:
        return _silent(request, account, error)
    return redirect(outbound.browser_url(address))


@require_safe
@signed_in
def returned(request: HttpRequest) -> HttpResponse:
    """Back from Checkout. Stripe is asked, so that nobody waits for an event that is still on its way."""
    only_with_plans()
    account = access.account(request)
    try:
        paid = gateway.on() and purchase.finish(account, request.GET.get("session_id", "")[:200] or "-")
    except NoAccess:
        raise Http404("There is no such purchase.") from None
    except ProviderError as error:
        return _silent(request, account, error)
    if not paid:
        messages.info(request, "Nothing was bought.")
        return redirect("billing")
    context = {"account": account, "room": room.look(person(request)), "price": account.price}
    return render(request, "billing/bought.html", context)


@require_POST
@signed_in
def portal(request: HttpRequest) -> HttpResponse:
    only_with_plans()
    account = access.account(request)
    try:
        address = purchase.portal(account, key=str(uuid.uuid4()))
    except NoAccess:
        return _page(request, "There is nothing to manage at Stripe: this account has bought nothing yet.", 409)
    except ProviderError as error:
        return _silent(request, account, error)
    return redirect(outbound.browser_url(address))


def _silent(request: HttpRequest, account: Account, error: ProviderError) -> HttpResponse:
    log.error("account %s: %s (request %s)", account.public_id, error.message, error.request_id)
    return _page(request, SILENT, 503)


@require_POST
@signed_in
def resume(request: HttpRequest) -> HttpResponse:
    """One click: everything that the plan had paused runs again, as far as the plan holds it."""
    only_with_plans()
    resumed, left = pairs.resume_all(user=person(request))
    if resumed and not left:
        messages.success(request, "Resumed. What changed in the meantime is copied now.")
        return redirect("dashboard")
    if resumed:
        messages.warning(
            request, f"{resumed} resumed; your plan does not hold the other {left}. Choose which ones run."
        )
        return redirect("billing_syncs")
    messages.warning(request, room.look(person(request)).why_no_more or "No sync is paused by your plan.")
    return redirect("billing")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def syncs(request: HttpRequest) -> HttpResponse:
    """Which syncs run, when the plan holds fewer than there are."""
    only_with_plans()
    user = person(request)
    found = room.look(user)
    own = list(pairs_of(user).filter(ending_at=None))
    form = SyncsForm(own, found.standing.limit, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            pairs.keep_running(user=user, chosen=form.cleaned_data["keep"])
        except NotPossible as problem:
            form.add_error("keep", str(problem))
        else:
            messages.success(request, "Saved. The syncs you chose run; the others are paused and keep their copies.")
            return redirect("billing")
    chosen = set(form.data.getlist("keep")) if form.is_bound else {str(p.public_id) for p in own if not p.paused_at}  # type: ignore[attr-defined]
    rows = [(row, str(row.pair.public_id) in chosen) for row in overview.rows(pairs_of(user).filter(ending_at=None))]
    context = {"form": form, "rows": rows, "room": found, "standing": found.standing}
    return render(request, "billing/syncs.html", context)
