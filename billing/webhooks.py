"""What Stripe tells. Verified, remembered once, answered at once; the queue then asks Stripe itself, so that the order of events and
their doubles have no effect. https://docs.stripe.com/webhooks
"""

import json
from typing import Any

import stripe
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django_q.tasks import async_task

from billing import gateway
from billing.models import StripeEvent

# Seconds between signing and arriving; what is older may be a replay.
TOLERANCE = 300
HEARD = frozenset(
    (
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.refunded",
        "checkout.session.completed",
        "customer.deleted",
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.updated",
        "invoice.paid",
        "invoice.payment_failed",
    )
)


@csrf_exempt
@require_POST
def notified(request: HttpRequest) -> HttpResponse:
    """400 for what Stripe did not sign for this installation and mode, 200 for the rest, known or not."""
    if not gateway.on() or not signed(request.body, request.headers.get("Stripe-Signature", "")):
        return HttpResponse("This is not signed by Stripe for here.", status=400, content_type="text/plain")
    event = _event(request.body)
    if event is None or event.get("livemode") is not gateway.live():
        return HttpResponse("This is no event of this mode.", status=400, content_type="text/plain")
    if event["type"] in HEARD:
        _remember(event)
    return HttpResponse(status=200)


def signed(body: bytes, header: str) -> bool:
    """Whether one of our secrets signed these very bytes, and lately. Two secrets are good while one is replaced."""
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE)
        except (stripe.SignatureVerificationError, ValueError):
            continue
        return True
    return False


def _event(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    good = isinstance(found, dict) and isinstance(found.get("id"), str) and isinstance(found.get("type"), str)
    return found if good else None


@transaction.atomic
def _remember(event: dict[str, Any]) -> None:
    """The row and the task come together or not at all."""
    customer = _customer(event)
    _, made = StripeEvent.objects.get_or_create(
        event_id=event["id"][:64], defaults={"type": event["type"], "customer": customer}
    )
    if made:
        async_task("billing.tasks.settle", customer)


def _customer(event: dict[str, Any]) -> str:
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if not isinstance(thing, dict):
        return ""
    found = thing.get("id") if thing.get("object") == "customer" else thing.get("customer")
    return found[:64] if isinstance(found, str) else ""
