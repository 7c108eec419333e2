"""What the timetable and the queue call about plans. Each is a few lines."""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from billing import minding, projection
from billing import reconcile as reconciling
from billing.models import Account, Reminder, StripeEvent
from sync.providers.errors import ProviderError

log = logging.getLogger("hetk.billing")
EVENTS_KEPT = timedelta(days=90)
REMINDERS_KEPT = timedelta(days=365)


def settle_events() -> int:
    """Everything that Stripe told and nobody looked into yet: once for each customer, however many events there are."""
    waiting = StripeEvent.objects.filter(done_at=None).order_by("received_at")
    customers = list(dict.fromkeys(waiting.values_list("customer", flat=True)))
    return sum(settle(customer) for customer in customers)


def settle(customer: str) -> int:
    """Ask Stripe about one customer; the events that came before are done with. A failure leaves them for the next time."""
    numbers = list(StripeEvent.objects.filter(done_at=None, customer=customer).values_list("pk", flat=True))
    account = Account.objects.filter(customer=customer).first() if customer else None
    try:
        if account:
            projection.refresh(account)
            minding.mind(account, timezone.now())
    except (ProviderError, OSError):
        log.exception("what Stripe told of a customer is looked into again")
        return 0
    return StripeEvent.objects.filter(pk__in=numbers).update(done_at=timezone.now())


def mind_plans() -> int:
    """Mails ahead of an end, pauses after the grace."""
    return minding.mind_due(timezone.now()) if settings.BILLING else 0


def reconcile() -> int:
    return reconciling.reconcile()


def forget() -> int:
    """Retention: events after 90 days, mails' traces after a year."""
    now = timezone.now()
    events, _ = StripeEvent.objects.filter(received_at__lt=now - EVENTS_KEPT).exclude(done_at=None).delete()
    reminders, _ = Reminder.objects.filter(sent_at__lt=now - REMINDERS_KEPT).delete()
    return events + reminders
