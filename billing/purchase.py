"""Buying: to Stripe's Checkout and back, and to the Customer Portal. Hetk never sees a card."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from billing import gateway, projection, room
from billing.models import Account
from billing.standing import PAID, UNPAID
from sync.providers.errors import NoAccess, ProviderError

# Stripe takes no shorter trial; an hour more, since its clock is not ours.
SHORTEST_TRIAL = timedelta(hours=49)


class Bought(Exception):
    """There is a subscription already: it is changed in the portal, never bought twice."""


def begin(account: Account, lookup_key: str, *, intent: str, now: datetime) -> str:
    """The address of a Checkout page for this price. `intent`: names the press of the button, so that two are one.

    Raises `Bought`, and what the gateway raises.
    """
    if account.customer:
        projection.refresh(account)
    if account.status in PAID | UNPAID:
        raise Bought
    try:
        return _open(account, lookup_key, intent, now)
    except NoAccess:
        # The customer was deleted at Stripe: this one becomes a new one there.
        gone = account.customer
        _save(account, customer="", checkout="")
        return _open(account, lookup_key, intent, now, gone=gone)


def finish(account: Account, session: str) -> bool:
    """The person is back from Checkout; whether it was paid. Does not wait for the event. `NoAccess`: not theirs."""
    found = gateway.checkout(session)
    if found.reference != str(account.public_id):
        raise NoAccess("that Checkout page belongs to somebody else")
    if found.customer and found.customer != account.customer:
        _save(account, customer=found.customer)
    projection.refresh(account)
    return found.status == "complete"


def portal(account: Account, *, key: str) -> str:
    """The address of the portal. Raises `NoAccess` for somebody who never bought."""
    if not account.customer:
        raise NoAccess("this account has no customer at Stripe")
    return gateway.open_portal(customer=account.customer, return_url=_here("billing"), key=f"portal-{key}")


def _open(account: Account, lookup_key: str, intent: str, now: datetime, *, gone: str = "") -> str:
    """`gone`: the customer in whose place a new one is made."""
    if not account.customer:
        _save(account, customer=_customer(account, gone), told_address=account.user.email)
    params = _params(account, gateway.price_of(lookup_key), now)
    key = _key(account, "checkout", intent, params)
    made = gateway.open_checkout(params, key=key)
    if made.status == "expired":
        # The same press again, after the page of another tab had closed this one's.
        made = gateway.open_checkout(params, key=f"{key}-after-{account.checkout}")
    _alone(account, made.id)
    if not made.url:
        projection.refresh(account)
        raise Bought
    return made.url


def _alone(account: Account, made: str) -> None:
    """Of the pages of two tabs one can be paid: whoever comes later closes the one before, however close they come."""
    before = _put_first(account, made)
    if not before or before == made:
        return
    try:
        closed = gateway.close_checkout(before)
    except ProviderError:
        # It may still be open: the next press closes it, and nobody has seen the new one.
        Account.objects.filter(pk=account.pk, checkout=made).update(checkout=before)
        raise
    if not closed:
        projection.refresh(account)
        if account.status in PAID:
            gateway.close_checkout(made)
            raise Bought


@transaction.atomic
def _put_first(account: Account, made: str) -> str:
    """The page that was the open one until now."""
    row = room.held(account.pk)
    before, row.checkout = row.checkout, made
    row.save(update_fields=("checkout",))
    account.checkout = made
    return before


def _customer(account: Account, gone: str) -> str:
    key = _key(account, "customer", gone or "first", account.user.email)
    return gateway.make_customer(email=account.user.email, account=str(account.public_id), key=key)


def _key(account: Account, what: str, intent: str, asked: Any) -> str:
    """The same question twice is one deed. Another one, by another button of the same page, has a key of its own, or Stripe refuses it."""
    digest = sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
    return f"acct-{account.public_id}-{what}-{intent}-{digest}"


def _params(account: Account, price: str, now: datetime) -> dict[str, Any]:
    owner = {"account": str(account.public_id)}
    subscription: dict[str, Any] = {"metadata": owner}
    if account.trial_ends_at - now >= SHORTEST_TRIAL:
        subscription["trial_end"] = int(account.trial_ends_at.timestamp())
    params: dict[str, Any] = {
        "mode": "subscription",
        "customer": account.customer,
        "client_reference_id": str(account.public_id),
        "line_items": [{"price": price, "quantity": 1}],
        "metadata": owner,
        "subscription_data": subscription,
        "success_url": _here("billing_return") + "?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": _here("billing"),
    }
    if settings.STRIPE_TAX == "managed":
        # Stripe sells, and asks for all that its invoices and taxes need.
        return {**params, "managed_payments": {"enabled": True}}
    return params | {
        "tax_id_collection": {"enabled": True},
        "billing_address_collection": "required" if settings.STRIPE_TAX == "automatic" else "auto",
        "customer_update": {"name": "auto", "address": "auto"},
        "automatic_tax": {"enabled": settings.STRIPE_TAX == "automatic"},
    }


def _here(name: str) -> str:
    return urljoin(settings.SITE_URL, reverse(name))


def _save(account: Account, **fields: str) -> None:
    for name, value in fields.items():
        setattr(account, name, value)
    account.save(update_fields=tuple(fields))
