"""Every page of the site by name, in the states it can be in; rows are made directly, no provider is asked."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import approvals
from accounts.models import User
from accounts.oauth.errors import Problem
from accounts.views.problems import FOR_IT
from hetk.pages import public
from sync.models import Calendar, Flow, Link, Pair
from tests.web.household import Household, act, audited, receipt

OUTSIDE = [
    "home",
    "styleguide",
    "api",
    "policy_setup",
    "admin_approval",
    "admin_approval_done",
    "microsoft_errors",
    "disclosure",
    "status",
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_request_login_code",
    "account_inactive",
    "terms",
    "trust_security",
    "privacy",
    "dpa",
    "for_it",
    "features",
    "recipes",
    "use_cases",
    "glossary",
    "help",
    "contact",
    "integration_microsoft-365",
    "integration_domain-policy",
    "integrations",
    "subprocessors",
    "contact_sent",
]
OWN = [
    "dashboard",
    "activity",
    "security_history",
    "own_data",
    "tokens",
    "token_make",
    "delete_account",
    "explain",
    "settings",
    "connections",
    "account_email",
    "account_change_password",
    "account_logout",
    "terms_accept",
]
OWN += [
    "account_reauthenticate",
    "security",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "new_pair",
    "new_looks",
    "new_review",
]
OF_A_PAIR = ["pair", "edit", "edit_review", "end", "pair_activity", "verifications"]
ERRORS = ["400", "403", "403_csrf", "404", "429", "500", "503_mail"]


def outside(*, whole: bool = False) -> list[str]:
    """Addresses of pages that everybody may see. Recipes share one template, and use cases another: two and one of them, unless `whole`."""
    found = [reverse(name) for name in OUTSIDE]
    if whole:
        return list(dict.fromkeys(found + public.paths()))
    found += [reverse("recipe", args=(slug,)) for slug in ("outlook-to-icloud", "feed-to-google")]
    return [*found, reverse("use_case", args=("lawyers",))]


def cookie(home: Household) -> str:
    """The session of somebody who has just signed in, with a draft of a sync."""
    client = Client()
    client.force_login(home.user)
    work, private = str(home.work.public_id), str(home.home.public_id)
    session = client.session
    session["pair_draft"] = {"first": work, "second": private, "two_way": True, "out": {}, "back": {"private": False}}
    if pair := Pair.objects.filter(user=home.user, ending_at=None).first():
        change = {"two_way": True, "out": {"private": False}, "back": {}}
        session["pair_change"] = {"pair": str(pair.public_id), **change}
    # As if the password had just been asked for again.
    request = HttpRequest()
    request.session = session
    record_authentication(request, home.user, method="password", reauthenticated=True)
    session.save()
    return str(session.session_key)


def session_of(user: User) -> str:
    """The session of somebody who has just signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return str(client.session.session_key)


def calendars(user: User) -> tuple[Calendar, Calendar]:
    """The main calendars of the person's Microsoft and Google accounts."""
    found = Calendar.objects.filter(connection__user=user, primary=True)
    return found.get(connection__kind="microsoft"), found.get(connection__kind="google")


def own(home: Household) -> list[str]:
    """Addresses of all pages of a signed-in person."""
    found = [reverse(name) for name in OWN]
    found += [reverse("connect", args=(kind,)) for kind in ("microsoft", "google")]
    found += [reverse(name) for name in ("connect_icloud", "connect_caldav")]
    found += [reverse("disconnect", args=(c.public_id,)) for c in (home.microsoft,)]
    found.append(f"{reverse('new_review')}?count=1")
    found += [reverse("approval", args=(one.public_id,)) for one in home.user.approvals.all()]
    for pair in Pair.objects.filter(user=home.user):
        names = ["ending"] if pair.ending_at else OF_A_PAIR
        found += [reverse(name, args=(pair.public_id,)) for name in names]
    return found


def empty(home: Household) -> None:
    """Signed up, nothing connected."""
    home.user.connections.exclude(pk=home.microsoft.pk).delete()


def normal(home: Household) -> None:
    """Two syncs that work, a third that copies for the first time."""
    pair = home.pair(copies=12)
    family = home.calendar(home.google, "Family", primary=False)
    home.pair(first=home.work, second=family, two_way=False)
    now = timezone.now()
    act(pair, at=now - timedelta(days=1))
    done = [("created", "new"), ("updated", "origin_changed"), ("removed", "origin_gone"), ("skipped", "declined")]
    for minutes, (what, reason) in zip((9, 7, 4, 1), done, strict=True):
        act(pair, what, reason, at=now - timedelta(minutes=minutes))
    for days in range(3):
        at = now - timedelta(days=days, hours=2)
        audited(
            pair, finished_at=at, asked_at=at, read_first=1204, read_second=1190, checked=412, missing=2 * (days == 2)
        )
    receipt(pair, "stripped")
    receipt(pair, "removed", copies=120, changed=120, pair_ref=uuid4())
    third = home.pair(first=home.calendar(home.microsoft, "Project", primary=False), second=home.home, copies=5)
    flow = third.flows.all()[0]
    Flow.objects.filter(pair=third).update(settled_at=None)
    home.link(flow, "waiting", state=Link.State.SEEN)


def trouble(home: Household) -> None:
    """An account that must be reconnected, deletions that wait, one sync paused, one that ends, a write that failed."""
    now = timezone.now()
    home.microsoft.halted_at, home.microsoft.halt_cause = now, "revoked"
    home.microsoft.save()
    for number, arrived in enumerate((None, now)):
        address = f"alice@{('fabrikam', 'contoso')[number]}.example"
        home.user.approvals.create(tenant=f"t{number}", address=address, asked_at=now, arrived_at=arrived)
    act(home.pair(), "failed", "refused", error="The calendar is full.")
    audited(Pair.objects.get(), extra=12, left=12, checked=400)
    at = now + timedelta(seconds=1)
    audited(Pair.objects.get(), outcome="failed", trouble="the provider did not answer", asked_at=at, finished_at=at)
    receipt(Pair.objects.get(), "stripped", finished_at=None)
    family, club = (home.calendar(home.google, name, primary=False) for name in ("Family", "Club"))
    home.brake(home.pair(first=home.home, second=family))
    _change(home.pair(first=family, second=club), paused_at=timezone.now())
    _change(home.pair(first=home.home, second=club), ending_at=timezone.now())
    Calendar.objects.filter(pk=club.pk).update(failures=3, trouble="it answers 503")


def _change(pair: Pair, **fields: Any) -> None:
    Pair.objects.filter(pk=pair.pk).update(**fields)


def problems() -> Iterator[tuple[str, dict[str, Any]]]:
    """The pages of sign-ins and connections that came to nothing: (name, what the template is given)."""
    for problem in Problem:
        yield (
            problem.value,
            {
                "kind": "microsoft",
                "label": "Microsoft 365",
                "problem": problem.value,
                "words": f"accounts/problems/{problem.value}.html",
                "missing": ("see and change your events",),
                "code": "AADSTS53003",
                "trace": "1f2e3d4c-0000-4000-8000-0123456789ab",
                "cloud": "Microsoft 365 GCC High",
                "for_it": problem in FOR_IT,
                "application": approvals.APPLICATION,
                "client_id": "8dd90edb-c881-459a-ac84-2a1fee8c5c94",
                "now": timezone.now(),
                "kit": approvals.kit("", ""),
                "feed_url": "/connect/feed/",
                "retry_url": "/connect/microsoft/",
                "user": SimpleNamespace(is_authenticated=False),
            },
        )
