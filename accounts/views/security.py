"""The page on what protects an account: factors, ways to sign in, sessions; and what is ended or taken away there."""

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import agents, audit, factors, notices, sessions
from accounts.access import identities_of, identity_or_404, person, session_or_404
from accounts.audit import Act
from accounts.fresh import confirmed
from accounts.models import Connection, Kind
from sync.access import signed_in


@require_GET
@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """What is on, in one sentence, and everything that can be changed about it."""
    user = person(request)
    alive = sessions.of(request)
    context = {
        "standing": factors.standing(user),
        "addresses": EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "email"),
        "identities": [(account, *_named(account)) for account in identities_of(request)],
        "sessions": [(row, agents.label(row.user_agent), row.is_current()) for row in alive],
        "others": len(alive) > 1,
        "offer": request.session.pop(sessions.OFFER, False) and len(alive) > 1,
        "must": user.is_staff and not factors.any_of(user),
    }
    return render(request, "accounts/security.html", context)


@require_POST
@signed_in
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """One of the person's own sessions; the one in use ends by signing out."""
    session = session_or_404(request, session_id)
    if session.is_current():
        return redirect("account_logout")
    session.end()
    _note_end(request, agents.label(session.user_agent))
    messages.success(request, f"{agents.label(session.user_agent)} is signed out.")
    return redirect("security")


@require_POST
@signed_in
def end_sessions(request: HttpRequest) -> HttpResponse:
    ended = sessions.end_others(request)
    _note_end(request, "all others")
    messages.success(request, f"{ended} other session{'' if ended == 1 else 's'} ended.")
    return redirect("security")


@require_http_methods(["GET", "POST"])
@confirmed
def remove_identity(request: HttpRequest, identity_id: int) -> HttpResponse:
    """GET: what it means. POST: that Google or Microsoft account no longer signs in; its calendars stay connected."""
    account = identity_or_404(request, identity_id)
    provider, address = _named(account)
    if request.method == "GET":
        return render(request, "accounts/remove_identity.html", {"provider": provider, "address": address})
    account.delete()
    user = person(request)
    notices.tell(request, user, "identity_removed", provider=" ".join(filter(None, (provider, address))))
    request.session[sessions.OFFER] = True
    messages.success(request, f"{provider} no longer signs you in.")
    return redirect("security")


@require_GET
@signed_in
def moved(request: HttpRequest) -> HttpResponse:
    """allauth's own lists of factors: everything stands on one page."""
    return redirect("security")


def _note_end(request: HttpRequest, which: str) -> None:
    audit.record(person(request), Act.SESSION_ENDED, personal={"page": which, **audit.whence(request)})


def _named(account: SocialAccount) -> tuple[str, str]:
    """(the provider as people call it, the address of the account if it is still connected)."""
    issuer, _, subject = account.uid.partition("|")
    known = Connection.objects.filter(user=account.user, issuer=issuer, subject=subject).first()
    return Kind(account.provider).label, known.address if known else ""
