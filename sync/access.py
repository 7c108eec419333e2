"""Who may see what: every view reaches pairs and calendars through these, and a stranger's are simply not there (404)."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.access import person
from accounts.models import User
from hetk.limits import too_often
from sync.models import Brake, Calendar, Pair, Verification

__all__ = [
    "asks_providers",
    "brake_or_404",
    "calendar_or_404",
    "calendars_in_use",
    "calendars_of",
    "may_ask",
    "pair_or_404",
    "pairs_of",
    "person",
    "signed_in",
    "verification_or_404",
    "zone_of",
]

View = Callable[..., HttpResponse]
ASKS = "60/m/user"


def signed_in(view: View) -> View:
    """For signed-in people only, with every time told in their own zone."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(zone_of(person(request))):
            return view(request, *args, **kwargs)

    return wrapped


def asks_providers(view: View) -> View:
    """For views that read whole calendars while the person waits: so often, and no more, for one person."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if may_ask(request):
            return view(request, *args, **kwargs)
        return too_often(request)

    return wrapped


def may_ask(request: HttpRequest) -> bool:
    """Whether the person's share of readings still holds one; that one is taken from it."""
    return bool(ratelimit.consume(request, app="sync", action="ask", config={"ask": ASKS}, limit_get=True))


def zone_of(user: User) -> ZoneInfo:
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def pairs_of(user: User) -> QuerySet[Pair]:
    rows = Pair.objects.filter(user=user).select_related("first__connection", "second__connection")
    return rows.prefetch_related("flows")


def calendars_of(user: User) -> QuerySet[Calendar]:
    """Calendars that can be part of a pair: the provider still shows them, their account is connected."""
    return Calendar.objects.filter(connection__user=user, lost_at=None).select_related("connection")


def calendars_in_use(user: User) -> QuerySet[Calendar]:
    """Calendars that a sync reads or writes, those that the provider no longer shows among them."""
    used = Q(flows_out__isnull=False) | Q(flows_in__isnull=False)
    return Calendar.objects.filter(used, connection__user=user).select_related("connection").distinct()


def calendar_or_404(request: HttpRequest, public_id: str) -> Calendar:
    """One of the person's calendars, shown by its provider or not."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        raise Http404("There is no such calendar.") from None
    rows = Calendar.objects.select_related("connection")
    return get_object_or_404(rows, public_id=wanted, connection__user=person(request))


def pair_or_404(request: HttpRequest, public_id: UUID) -> Pair:
    return get_object_or_404(pairs_of(person(request)), public_id=public_id)


def brake_or_404(request: HttpRequest, public_id: UUID, brake_id: int) -> Brake:
    """A question of this pair that still waits for an answer."""
    rows = Brake.objects.select_related("flow__source__connection", "flow__target__connection", "flow__pair")
    return get_object_or_404(
        rows, pk=brake_id, flow__pair__public_id=public_id, flow__pair__user=person(request), decided_at=None
    )


def verification_or_404(request: HttpRequest, public_id: UUID, verification_id: UUID) -> Verification:
    """A complete audit of this pair: what is not verified is not there."""
    rows = Verification.objects.select_related("pair__first__connection", "pair__second__connection")
    return get_object_or_404(
        rows,
        public_id=verification_id,
        pair__public_id=public_id,
        pair__user=person(request),
        outcome=Verification.Outcome.COMPLETE,
    )
