"""Graph change and lifecycle notifications: a bell for one calendar, nothing more is believed of them.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import hmac
import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sync.models import Watch
from sync.store import due
from sync.store.keys import watch_secret
from sync.webhooks.bell import find, ring

ACCEPTED = 202
UNKNOWN = 404


@csrf_exempt
@require_POST
def notified(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Something changed in the calendar of this watch."""
    if token := request.GET.get("validationToken"):
        return handshake(token)
    watch = find(public_id)
    if watch is None or not _genuine(request, watch):
        return HttpResponse(status=UNKNOWN)
    ring(watch)
    return HttpResponse(status=ACCEPTED)


@csrf_exempt
@require_POST
def lifecycle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The subscription itself: renew it (`reauthorizationRequired`), make a new one (`subscriptionRemoved`), or read (`missed`).

    Each is followed by a delta, and the cycle that reads it also minds the watch.
    """
    if token := request.GET.get("validationToken"):
        return handshake(token)
    watch = find(public_id)
    if watch is None or not _genuine(request, watch):
        return HttpResponse(status=UNKNOWN)
    events = {str(item.get("lifecycleEvent")) for item in _items(request)}
    calendar_id = watch.calendar_id
    if "subscriptionRemoved" in events:
        watch.delete()
    elif "reauthorizationRequired" in events:
        Watch.objects.filter(pk=watch.pk).update(renew_at=watch.created_at)
    due.ring([calendar_id])
    return HttpResponse(status=ACCEPTED)


def handshake(token: str) -> HttpResponse:
    """Microsoft asks whether we are there, while our own request to subscribe is still open: answered before any database work."""
    return HttpResponse(escape(token), content_type="text/plain")


def _genuine(request: HttpRequest, watch: Watch) -> bool:
    """Every item must carry the secret that was given at subscribing."""
    secret = watch_secret(str(watch.public_id)).encode()
    items = _items(request)
    return bool(items) and all(hmac.compare_digest(_said(item), secret) for item in items)


def _said(item: dict[str, object]) -> bytes:
    """Anything may stand there; only ASCII strings and bytes can be compared in constant time."""
    return str(item.get("clientState", "")).encode(errors="replace")


def _items(request: HttpRequest) -> list[dict[str, object]]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return []
    value = body.get("value") if isinstance(body, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
