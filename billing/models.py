"""What is kept of plans and payment: a few columns of a subscription, never a card, an invoice or a postal address."""

import uuid
from dataclasses import replace
from datetime import datetime

from django.db import models

from accounts.models import User
from billing.plans import BY_KEY, BY_LOOKUP_KEY, PLANS, PRICES, Plan, Price
from billing.standing import Holding, Standing, stand


class Account(models.Model):
    """What one person may use and until when. The row that is held while pairs are counted."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="billing")
    created_at = models.DateTimeField(auto_now_add=True)
    trial_ends_at = models.DateTimeField()
    granted_plan = models.CharField(max_length=16, blank=True, choices=[(plan.key, plan.label) for plan in PLANS])
    # NULL with a plan: for good.
    granted_until = models.DateTimeField(null=True, blank=True)
    # Stripe's names for the person and for what they bought; empty until they buy.
    customer = models.CharField(max_length=64, blank=True, db_index=True)
    # The address that Stripe was last told (`billing/contact.py`).
    told_address = models.EmailField(max_length=254, blank=True)
    subscription = models.CharField(max_length=64, blank=True)
    # As Stripe says it: https://docs.stripe.com/api/subscriptions/object#subscription_object-status
    status = models.CharField(max_length=32, blank=True)
    lookup_key = models.CharField(max_length=32, blank=True)
    # What a period costs them, before tax: whoever bought before prices changed keeps theirs.
    cents = models.PositiveIntegerField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    cancel_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    unpaid_since = models.DateTimeField(null=True, blank=True)
    # The one Checkout page that is open; a new one closes it.
    checkout = models.CharField(max_length=128, blank=True)
    # Who asked Stripe last: an older answer never overwrites a newer one.
    ticket = models.PositiveIntegerField(default=0)
    # When the timetable looks at it next; NULL: not by the clock alone.
    look_at = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"billing account {self.public_id}"

    @property
    def plan(self) -> Plan | None:
        """The plan of the subscription, alive or not."""
        return BY_LOOKUP_KEY.get(self.lookup_key)

    @property
    def price(self) -> Price | None:
        """What was bought, at what it costs this person."""
        price = PRICES.get(self.lookup_key)
        return replace(price, cents=self.cents) if price and self.cents is not None else price

    @property
    def holding(self) -> Holding:
        return Holding(
            trial_ends_at=self.trial_ends_at,
            plan=self.plan,
            status=self.status,
            cancel_at=self.cancel_at,
            ended_at=self.ended_at,
            unpaid_since=self.unpaid_since,
            granted=BY_KEY.get(self.granted_plan),
            granted_until=self.granted_until,
        )

    def standing(self, now: datetime) -> Standing:
        return stand(self.holding, now)


class StripeEvent(models.Model):
    """That Stripe told us something; not what. Each is kept once, whatever is sent twice."""

    event_id = models.CharField(max_length=64, unique=True)
    type = models.CharField(max_length=64)
    customer = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("done_at", "received_at"), name="stripe_event_waiting"),
            # Support's list of money that went back.
            models.Index(fields=("type", "received_at"), name="stripe_event_type"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Reminder(models.Model):
    """A mail about an end, sent once for each end and distance. Unsent with a lease: somebody is about to send it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="reminders")
    name = models.CharField(max_length=32)
    days = models.PositiveSmallIntegerField()
    end = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account", "name", "end", "days"), name="one_reminder_of_a_kind"),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.days} days ahead of {self.end:%Y-%m-%d}"
