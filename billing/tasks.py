"""What the timetable and the queue call about plans. Each is a few lines."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.audit import Act
from billing import contact, gateway, minding, projection
from billing import reconcile as reconciling
from billing.models import Account, Reminder, StripeEvent
from sync.providers.errors import NoAccess, ProviderError

DISPUTES = ("charge.dispute.created", "charge.dispute.closed")
# Money that went back, in the words of the owner's security history; it changes no plan by itself.
NEWS = {
    "charge.refunded": "a payment was refunded",
    "charge.dispute.created": "a payment is disputed at the bank",
    "charge.dispute.closed": "a dispute about a payment is over",
}
log = logging.getLogger("hetk.billing")
EVENTS_KEPT = timedelta(days=90)
REMINDERS_KEPT = timedelta(days=365)


def settle_events() -> int:
    """Everything that Stripe told and nobody looked into yet: once for each customer, however many events there are."""
    _name_customers()
    waiting = StripeEvent.objects.filter(done_at=None).order_by("received_at")
    customers = list(dict.fromkeys(waiting.values_list("customer", flat=True)))
    return sum(settle(customer) for customer in customers)


def settle(customer: str) -> int:
    """Ask Stripe about one customer; the events that came before are done with. A failure leaves them for the next time."""
    if not customer:
        return sum(settle(named) for named in _name_customers()) + _done(StripeEvent.objects.filter(customer=""), None)
    numbers = list(StripeEvent.objects.filter(done_at=None, customer=customer).values_list("pk", flat=True))
    account = Account.objects.filter(customer=customer).first()
    try:
        if account:
            projection.refresh(account)
            minding.mind(account, timezone.now())
    except (ProviderError, OSError):
        log.exception("what Stripe told of a customer is looked into again")
        return 0
    return _done(StripeEvent.objects.filter(pk__in=numbers), account)


def _name_customers() -> set[str]:
    """A dispute names its charge alone; whose it is, Stripe is asked. One that cannot be asked about waits."""
    named = set()
    for event in StripeEvent.objects.filter(done_at=None, customer="", type__in=DISPUTES):
        try:
            event.customer = gateway.customer_of_dispute(event.event_id)
        except NoAccess:
            event.customer = ""
        except (ProviderError, OSError):
            log.exception("whose payment is disputed is asked again")
            continue
        if not event.customer:
            # Stripe knows no such event any more, or the payment is no customer's: there is nobody to tell.
            StripeEvent.objects.filter(pk=event.pk).update(done_at=timezone.now())
            continue
        event.save(update_fields=("customer",))
        named.add(event.customer)
    return named


@transaction.atomic
def _done(events: QuerySet[StripeEvent], account: Account | None) -> int:
    """Settled, and the owner's audit hears of money that went back: once for each event, whoever else settles them."""
    now, number = timezone.now(), 0
    for event in events.filter(done_at=None).exclude(customer="", type__in=DISPUTES):
        if not StripeEvent.objects.filter(pk=event.pk, done_at=None).update(done_at=now):
            continue
        number += 1
        if account and event.type in NEWS:
            audit.record(account.user_id, Act.PLAN_CHANGED, facts={"what": NEWS[event.type]})
    return number


def mind_plans() -> int:
    """Mails ahead of an end, pauses after the grace."""
    return minding.mind_due(timezone.now()) if settings.BILLING else 0


def tell_addresses() -> int:
    """Main addresses that changed since Stripe was told."""
    return contact.tell() if gateway.on() else 0


def reconcile() -> int:
    return reconciling.reconcile()


def forget() -> int:
    """Retention: events after 90 days, mails' traces after a year."""
    now = timezone.now()
    events, _ = StripeEvent.objects.filter(received_at__lt=now - EVENTS_KEPT).exclude(done_at=None).delete()
    old = now - REMINDERS_KEPT
    reminders, _ = Reminder.objects.filter(Q(sent_at__lt=old) | Q(sent_at=None, end__lt=old)).delete()
    return events + reminders
