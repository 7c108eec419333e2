"""The desk's own pages, beside Django's lists of rows: a customer, an act for them, what waits, and whom a word means."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, factors, inbox, noted
from accounts.access import message_or_404, person
from accounts.models import User
from sync import condition, measurements
from sync.access import zone_of
from sync.admin import customer, groups, work
from sync.admin.acts import KINDS, Doing, Refused, carry_out, row_or_404
from sync.admin.rights import MAY, Act, Group, may, sees_syncs

FIRST = 1
LAST = 10_000


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Their addresses, each behind the door of the desk."""
    return [
        path("customer/<int:number>/", site.admin_view(show), name="customer"),
        path("customer/<int:number>/<slug:act>/<int:row>/", site.admin_view(act_for), name="customer_act"),
        path("work/", site.admin_view(waiting), name="work"),
        path("work/<slug:key>/", site.admin_view(waiting_list), name="work_list"),
        path("messages/<int:number>/done/", site.admin_view(message_done), name="message_done"),
        path("find/", site.admin_view(find), name="find"),
        path("health/", site.admin_view(health), name="health"),
    ]


@require_safe
def show(request: HttpRequest, number: int) -> HttpResponse:
    """What is wrong with an account and what the desk does about it; that it was opened is told to its owner."""
    allowed = _groups(request)
    user = get_object_or_404(User, pk=number)
    noted.note(request, user, audit.Act.STAFF_LOOKED, "User")
    with timezone.override(zone_of(person(request))):
        found = customer.read(user, syncs=sees_syncs(allowed))
        buttons = {act.name.lower(): act.value for act in MAY if may(act, allowed)}
        context = {"customer": found, "may": buttons, "own": user == person(request)}
        return _page(request, "desk/customer.html", user.email, context)


@require_http_methods(["GET", "HEAD", "POST"])
def act_for(request: HttpRequest, number: int, act: str, row: int) -> HttpResponse:
    """GET: what it does, and a field for the reason. POST: done, and told to the customer."""
    wanted = Act(act) if act in KINDS else None
    if wanted is None:
        raise Http404("There is no such act.")
    if not may(wanted, _groups(request)):
        raise PermissionDenied("Your group does not do this.")
    if not factors.passkey_shown(request):
        return _passkey_first(request)
    user, kind = get_object_or_404(User, pk=number), KINDS[wanted]
    thing = row_or_404(kind, user, row)
    form = kind.form(request.POST if request.method == "POST" else None, user)
    if form.is_valid():
        try:
            carry_out(wanted, Doing(user, thing, person(request), form.cleaned_data))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{kind.button}: done, and {user.email} can read why.")
            return redirect("admin:customer", user.pk)
    context = {"customer_user": user, "kind": kind, "form": form, "thing": None if thing == user else thing}
    return _page(request, "desk/confirm.html", kind.button, context)


def _passkey_first(request: HttpRequest) -> HttpResponse:
    """Digits can be asked for by a false page; a passkey cannot, so whoever acts for others shows one."""
    if not factors.has_passkey(person(request)):
        messages.warning(request, "Whoever acts for a customer shows a passkey first. Add one here.")
        return redirect("security")
    back = urlencode({REDIRECT_FIELD_NAME: request.path})
    return redirect(f"{reverse('mfa_reauthenticate_webauthn')}?{back}")


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The beginning of every list."""
    lists = [(key, work.LISTS[key], work.page(key, FIRST)) for key in _lists(request)]
    return _page(request, "desk/work.html", "What waits", {"lists": lists, "answers": Group.ACT in _groups(request)})


@require_safe
def waiting_list(request: HttpRequest, key: str) -> HttpResponse:
    if key not in _lists(request):
        raise Http404("There is no such list.")
    said = request.GET.get("page", "")
    number = min(int(said), LAST) if said.isdecimal() and len(said) < 9 and int(said) else FIRST
    lists = [(key, work.LISTS[key], work.page(key, number))]
    return _page(
        request,
        "desk/work.html",
        work.LISTS[key].title,
        {"lists": lists, "alone": True, "answers": Group.ACT in _groups(request)},
    )


@require_POST
def message_done(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody answered it, by mail."""
    if Group.ACT not in _groups(request):
        raise PermissionDenied("Your group does not do this.")
    inbox.done(message_or_404(number))
    messages.success(request, "The message is marked as answered.")
    return redirect("admin:work_list", "messages")


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    word = request.GET.get("q", "")[:320]
    items = work.find(word, syncs=sees_syncs(_groups(request)))
    return _page(request, "desk/find.html", "Find a customer", {"items": items, "word": word})


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """How the whole installation stands, for all groups: nothing in it is about a customer."""
    _groups(request)
    found = measurements.measure(timezone.now())
    spans = (("the last hour", found.last_hour), ("the last day", found.last_day))
    context = {
        "found": found,
        "findings": condition.findings(found),
        "kinds": [(condition.label(kind), those) for kind, those in sorted(found.kinds.items())],
        "delays": [
            {"source": condition.label(way[0]), "target": condition.label(way[1]), "span": span, "spread": spread}
            for span, spreads in spans
            for way, spread in spreads.items()
        ],
        "newest": measurements.NEWEST,
    }
    return _page(request, "desk/health.html", "System health", context)


def _lists(request: HttpRequest) -> tuple[str, ...]:
    return tuple(work.LISTS) if sees_syncs(_groups(request)) else work.FOR_BILLING


def _groups(request: HttpRequest) -> frozenset[str]:
    """Whoever is in none of them has no business here."""
    found = groups.of(request)
    if not any(group in found for group in MAY.values()) and not sees_syncs(found):
        raise PermissionDenied("You are in no group of the support desk.")
    return found


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), "title": title, **context})
