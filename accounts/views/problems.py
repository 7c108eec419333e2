"""Pages for a sign-in or a connection that came to nothing: what happened, whether calendars are safe, who helps, what to do."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import approvals
from accounts.access import connections_of, person
from accounts.flows import Flow, Purpose
from accounts.forms import ErrorNumberForm
from accounts.models import Approval, Kind
from accounts.oauth import codes, microsoft
from accounts.oauth.errors import Problem, SignInFailed, TryLater

STATUS = {Problem.DOWN: 503, Problem.OURS: 503, Problem.EXPIRED: 400, Problem.REFUSED: 400}
UNAPPROVED = (Problem.APPROVAL, Problem.REQUESTED)
# The organization decides: its IT needs to know which application, which number, and which sign-in.
FOR_IT = (
    *UNAPPROVED, Problem.CONDITIONAL, Problem.MFA, Problem.UNASSIGNED, Problem.APP_BLOCKED, Problem.TENANT_RESTRICTED,
    Problem.GUEST, Problem.NO_MAILBOX, Problem.LOCKED,
)  # fmt: skip


def page(request: HttpRequest, kind: Kind, failed: SignInFailed, flow: Flow | None = None) -> HttpResponse:
    """The page of one problem, with the button that starts again where the person was."""
    return render(
        request, "accounts/problem.html", _context(request, kind, failed, flow), status=STATUS.get(failed.problem, 200)
    )


@require_safe
def look_up(request: HttpRequest) -> HttpResponse:
    """The same pages by number: Microsoft shows some errors on a page of its own and sends nobody back."""
    form = ErrorNumberForm(request.GET or None)
    if not form.is_bound or not form.is_valid():
        return render(request, "accounts/look_up.html", {"form": form}, status=400 if form.is_bound else 200)
    number = form.cleaned_data["number"]
    failed = SignInFailed(codes.problem("", number), code=f"AADSTS{number}")
    return render(request, "accounts/problem.html", _context(request, Kind.MICROSOFT, failed, None))


def meanwhile() -> dict[str, str]:
    """What can be used until somebody else has done their part."""
    try:
        return {"feed_url": reverse("connect_feed")}
    except NoReverseMatch:
        return {"feed_url": ""}


def _context(request: HttpRequest, kind: Kind, failed: SignInFailed, flow: Flow | None) -> dict[str, object]:
    context: dict[str, object] = {
        "kind": kind.value,
        "label": kind.label,
        "problem": failed.problem.value,
        "words": f"accounts/problems/{failed.problem.value}.html",
        "missing": failed.missing,
        "cloud": failed.cloud,
        "code": failed.code,
        "trace": failed.trace,
        "now": timezone.now(),
        "for_it": kind == Kind.MICROSOFT and failed.problem in FOR_IT,
        "application": approvals.APPLICATION,
        "client_id": settings.MICROSOFT_CLIENT_ID,
        "google_client_id": settings.GOOGLE_CLIENT_ID,
        "retry_url": _retry_url(request, kind, flow),
        "next": flow.next_url if flow else "",
        **meanwhile(),
    }
    if kind == Kind.MICROSOFT and failed.problem in UNAPPROVED:
        approval = _waiting(request, flow)
        context["approval"] = approval
        context["kit"] = approvals.kit(approval.tenant, approval.domain) if approval else approvals.kit("", "")
    return context


def _waiting(request: HttpRequest, flow: Flow | None) -> Approval | None:
    """The person waits for this organization from now on, if it is known which one it is and who they are."""
    address = flow.hint if flow else ""
    if "@" not in address or not request.user.is_authenticated:
        return None
    try:
        found = microsoft.tenant(address.rpartition("@")[2])
    except TryLater:
        return None
    if found is None or found.personal or not found.ours:
        return None
    return approvals.remember(person(request), address, found)


def _retry_url(request: HttpRequest, kind: Kind, flow: Flow | None) -> str:
    if flow and flow.connection and request.user.is_authenticated:
        connection = connections_of(request).filter(pk=flow.connection).first()
        if connection:
            return reverse("reconnect", args=(connection.public_id,))
    signing_in = flow.purpose == Purpose.SIGN_IN if flow else not request.user.is_authenticated
    return reverse("signin" if signing_in else "connect", args=(kind.value,))
