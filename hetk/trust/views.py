"""The public pages about trust, and about each thing that Hetk works with."""

from collections.abc import Callable

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import contract_or_404, contracts_of, person
from accounts.approvals import APPLICATION
from hetk import pdf
from hetk.limits import too_often
from hetk.trust import changes, claims, dpa, facts, fields, it, stored
from hetk.trust.forms import ContractForm

PRINTS = "10/m/user"

# Name of the page -> the column of `fields` that it shows, "" for none.
INTEGRATIONS = {
    "microsoft-365": "microsoft",
    "google-workspace": "google",
    "icloud-caldav": "icalendar",
    "domain-policy": "",
}


def _common() -> dict[str, object]:
    return {"company": settings.COMPANY, "figures": facts.figures(), "security_contact": settings.SECURITY_CONTACT}


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    more = {"areas": claims.by_area(), "categories": stored.categories(), "retention": facts.retention()}
    return render(request, "trust/security.html", _common() | more)


@require_safe
def subprocessors(request: HttpRequest) -> HttpResponse:
    return render(
        request, "trust/subprocessors.html", _common() | _changes() | {"subprocessors": facts.subprocessors()}
    )


def _changes() -> dict[str, object]:
    today = timezone.now().date()
    found = [one for one in changes.changes() if one.announced <= today]
    return {
        "ahead": [one for one in found if one.begins > today],
        "made": [one for one in found if one.begins <= today],
    }


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    more = {
        "categories": stored.categories(),
        "tables": stored.tables(),
        "retention": facts.retention(),
        "microsoft": facts.microsoft_permissions(),
        "google": facts.google_permissions(),
        "selling": bool(settings.STRIPE_SECRET_KEY),
    }
    return render(request, "trust/privacy.html", _common() | more)


@require_safe
def contract(request: HttpRequest) -> HttpResponse:
    return _contract(request)


def _contract(request: HttpRequest, form: ContractForm | None = None, *, other: bool = False) -> HttpResponse:
    """`other`: the text that was read is not the one that stands here now."""
    said = dpa.text()
    digits = dpa.fingerprint(said)
    context = _common() | {"text": said, "fingerprint": digits, "version": dpa.VERSION, "since": dpa.since()}
    if request.user.is_authenticated:
        accepted = contracts_of(person(request))
        context |= {
            "accepted": accepted,
            "current": bool(accepted) and accepted[0].fingerprint == digits,
            "form": form or ContractForm(initial={"fingerprint": digits}),
            "other": other,
        }
    return render(request, "trust/dpa.html", context, status=400 if form else 200)


@require_POST
@login_required
def accept_contract(request: HttpRequest) -> HttpResponse:
    """Accepts the very text that the page showed."""
    form = ContractForm(request.POST)
    if not form.is_valid():
        return _contract(request, form)
    if form.cleaned_data["fingerprint"] != dpa.fingerprint(dpa.text()):
        return _contract(request, other=True)
    said = {name: form.cleaned_data[name] for name in ("organization", "post", "signatory", "clauses")}
    dpa.accept(request, dpa.Party(**said))
    messages.success(request, "The contract is accepted. Its paper is on its way by mail, and here at any time.")
    return redirect("dpa")


@require_safe
def contract_paper(request: HttpRequest) -> HttpResponse:
    """Where it cannot be printed, the page itself is the paper."""
    return _paper(dpa.paper, f"hetk-dpa-{dpa.VERSION}.pdf")


@require_safe
def for_it(request: HttpRequest) -> HttpResponse:
    """All that an assessment needs."""
    return render(request, "trust/it/page.html", it.context())


@require_safe
def for_it_paper(request: HttpRequest) -> HttpResponse:
    """The same with the whole contract. Where it cannot be printed, the page itself is the paper."""
    return _paper(it.paper, "hetk-for-it.pdf", instead="for_it")


@require_safe
@login_required
def accepted_paper(request: HttpRequest, contract_id: int) -> HttpResponse:
    """What the person accepted, as it was then; so often a minute, for it is printed anew."""
    row = contract_or_404(request, contract_id)
    if not ratelimit.consume(request, app="trust", action="print", config={"print": PRINTS}, limit_get=True):
        return too_often(request)
    return _paper(lambda: dpa.paper_of(row), dpa.name_of(row))


def _paper(make: Callable[[], bytes], name: str, *, instead: str = "dpa") -> HttpResponse:
    try:
        made = make()
    except pdf.Unavailable:
        return redirect(instead)
    return pdf.response(made, name)


@require_safe
def integrations(request: HttpRequest) -> HttpResponse:
    return render(request, "trust/integrations.html", _common())


@require_safe
def integration(request: HttpRequest, name: str) -> HttpResponse:
    column = INTEGRATIONS[name]
    permissions = {"microsoft": facts.microsoft_permissions(), "google": facts.google_permissions()}
    more = {
        "fields": fields.rows(column) if column else [],
        "never": fields.NEVER,
        "permissions": permissions.get(column, ()),
        "application": APPLICATION,
        "client_id": settings.MICROSOFT_CLIENT_ID,
    }
    return render(request, f"trust/integrations/{name}.html", _common() | more)


@require_safe
def moved(request: HttpRequest, name: str) -> HttpResponse:
    """An address under which a page was known before."""
    return redirect(name, permanent=True)
