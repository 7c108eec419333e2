"""Approval by an organization: the administrators' public page, what comes back from Microsoft, and what those who wait hand to IT."""

import logging
from uuid import UUID

from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import approvals
from accounts.access import approval_or_404, person
from accounts.approvals import Kit
from accounts.forms import WorkAddressForm, WorkDomainForm
from accounts.models import Kind
from accounts.oauth import codes, microsoft
from accounts.oauth.clouds import Tenant
from accounts.oauth.errors import Problem, SignInFailed, TryLater
from accounts.views import problems
from hetk import pdf
from hetk.limits import too_often

logger = logging.getLogger(__name__)
# So often for one visitor, and so often for all together: nobody makes us ask Microsoft or print at will.
LIMITS = {"look": "10/m/ip,120/m/key", "print": "10/m/ip,60/m/key"}
# Not verified: nothing is done, and the page says so. The other values are of `Problem`.
STRANGE, ELSEWHERE, UNFIT = "strange", "elsewhere", "not-administrator"
NOT_ADMINISTRATOR = 90093
APPROVED_SCOPE = microsoft.CALENDARS.lower()


@require_http_methods(["GET", "HEAD", "POST"])
def administrators(request: HttpRequest) -> HttpResponse:
    """GET: what Hetk asks for and how to approve it. POST: the link for the organization named; it makes us ask, so it is no GET."""
    form = WorkDomainForm(request.POST if request.method == "POST" else None)
    made: Kit | None = None
    refused = ""
    if form.is_bound and form.is_valid():
        if not _may(request, "look"):
            return too_often(request)
        domain = form.cleaned_data["domain"]
        found, refused = _look(domain)
        made = approvals.kit(found.id, domain) if found else None
    context = {**approvals.facts(), "form": form, "kit": made, "refused": refused}
    return render(request, "accounts/approval/administrators.html", context)


@require_GET
@never_cache
def done(request: HttpRequest) -> HttpResponse:
    """Microsoft sends an administrator's browser back here. A flag of success can come with an error: the error counts."""
    answer = request.GET
    try:
        tenant, domain = approvals.opened(answer.get("state", ""))
    except approvals.Unbound:
        return _disbelieved(request, STRANGE, "")
    if error := answer.get("error", ""):
        told = codes.said(answer.get("error_description", ""))
        problem = UNFIT if told.number == NOT_ADMINISTRATOR else codes.problem(error, told.number).value
        return _outcome(
            request, problem, domain, code=f"AADSTS{told.number}" if told.number else error[:40], trace=told.trace
        )
    came = _guid(answer.get("tenant", ""))
    scopes = {scope.rpartition("/")[2].lower() for scope in answer.get("scope", APPROVED_SCOPE).split()}
    if not came or answer.get("admin_consent", "").lower() != "true" or APPROVED_SCOPE not in scopes:
        return _disbelieved(request, STRANGE, domain)
    if tenant and came != tenant:
        return _disbelieved(request, ELSEWHERE, domain)
    # A link that was made for nobody in particular says nothing about anybody: whoever waits is told when somebody gets through.
    told_now = approvals.arrived(tenant) if tenant else 0
    return _outcome(request, "", domain, told=told_now)


@require_GET
@never_cache
def letter(request: HttpRequest) -> HttpResponse:
    """The message for IT on paper, for a state of ours."""
    try:
        tenant, domain = approvals.opened(request.GET.get("state", ""))
    except approvals.Unbound:
        return _outcome(request, STRANGE, "", status=400)
    if not _may(request, "print"):
        return too_often(request)
    context = {**approvals.facts(), "kit": approvals.kit(tenant, domain)}
    try:
        paper = pdf.paper("accounts/approval/letter.html", context)
    except pdf.Unavailable:
        return render(request, "accounts/approval/no_paper.html", context, status=503)
    return pdf.response(paper, "approve-hetk.pdf")


@require_POST
@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """Remembers that the person waits for the organization of a work address, and shows what to send there."""
    form = WorkAddressForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/approval/ask.html", {"form": form}, status=400)
    if not _may(request, "look"):
        return too_often(request)
    address = form.cleaned_data["address"]
    try:
        found = microsoft.tenant(address.rpartition("@")[2])
    except TryLater:
        return problems.page(request, Kind.MICROSOFT, SignInFailed(Problem.DOWN))
    if found is not None and not found.ours:
        return problems.page(request, Kind.MICROSOFT, SignInFailed(Problem.CLOUD, cloud=found.cloud))
    if found is None or found.personal:
        form.add_error(
            "address", "No organization of Microsoft 365 has this address. Is it the one that you signed in with?"
        )
        return render(request, "accounts/approval/ask.html", {"form": form}, status=400)
    approval = approvals.remember(person(request), address, found)
    return redirect("approval", approval.public_id)


@require_GET
@login_required
def kit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What to send to IT, again."""
    approval = approval_or_404(request, public_id)
    context = {
        **approvals.facts(),
        **problems.meanwhile(),
        "approval": approval,
        "kit": approvals.kit(approval.tenant, approval.domain),
    }
    return render(request, "accounts/approval/kit.html", context)


@require_POST
@login_required
def forget(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The person no longer waits."""
    approvals.forget(approval_or_404(request, public_id))
    return redirect("connections")


def _look(domain: str) -> tuple[Tenant | None, str]:
    """(the organization, or None with the reason in a word)."""
    try:
        found = microsoft.tenant(domain)
    except TryLater:
        return None, "down"
    if found is None or found.personal:
        return None, "unknown"
    return (found, "") if found.ours else (None, found.cloud.value)


def _disbelieved(request: HttpRequest, why: str, domain: str) -> HttpResponse:
    logger.warning("Word of an approval was not believed: %s.", why)
    return _outcome(request, why, domain, status=400 if why == STRANGE else 200)


def _outcome(request: HttpRequest, problem: str, domain: str, *, status: int = 200, **more: object) -> HttpResponse:
    context = {**approvals.facts(), "problem": problem, "domain": domain, **more}
    return render(request, "accounts/approval/done.html", context, status=status)


def _guid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _may(request: HttpRequest, action: str) -> bool:
    return bool(
        ratelimit.consume(request, app="approval", action=action, key="everybody", config=LIMITS, limit_get=True)
    )
