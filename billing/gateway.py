"""Stripe, asked for what Hetk needs and nothing else. Values in, values out; errors are those of `sync/providers/errors.py`.

Speaks the version of the API that is pinned here, whatever the account's default is: in it the end of a period stands on the
subscription's item, and an invoice names its subscription under `parent`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe
from django.conf import settings

from billing.plans import PLANS
from billing.wire import DoorClient
from sync.providers.errors import ComeBack, NoAccess, OurFault, Refused, Unknown

API_VERSION = "2026-10-28.endive"
RETRIES = 2
# Of one customer; nobody has as many.
MOST = 20
# https://docs.stripe.com/api/idempotent_requests
REPLAYED = "Idempotent-Replayed"
# Marks what `prepare_stripe` made, so that it is found again.
MARK = "hetk"
# Stripe's id of a product -> the plan that it is.
PRODUCTS = {f"{MARK}_{plan.key}": plan for plan in PLANS}


@dataclass(frozen=True, slots=True)
class Subscription:
    """`lookup_key` "" for a price that is none of ours; `cents`: what a period costs whoever bought it. Instants are aware UTC."""

    id: str
    status: str
    lookup_key: str
    created: datetime
    period_end: datetime | None
    cancel_at: datetime | None
    ended_at: datetime | None
    cents: int | None = None


@dataclass(frozen=True, slots=True)
class Checkout:
    """`url` None once it is complete or expired. `status`: open, complete or expired."""

    id: str
    url: str | None
    status: str
    reference: str
    customer: str


def on() -> bool:
    """Whether anything can be bought here."""
    return bool(settings.BILLING and settings.STRIPE_SECRET_KEY)


def live() -> bool:
    """Whether real money is moved: events of the other mode are not ours."""
    return "_live_" in settings.STRIPE_SECRET_KEY


def client() -> stripe.StripeClient:
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        stripe_version=API_VERSION,
        max_network_retries=RETRIES,
        http_client=DoorClient(),
    )


@contextmanager
def told() -> Iterator[None]:
    """Stripe's errors as the house's. Their texts may quote what was sent, so only kind and code are kept."""
    try:
        yield
    except stripe.StripeError as error:
        raise _translated(error) from None


def _translated(error: stripe.StripeError) -> Exception:
    code = error.code or ""
    words = f"Stripe: {type(error).__name__}{f' {code}' if code else ''}"
    more: dict[str, Any] = {"status": error.http_status or 0, "code": code, "request_id": error.request_id or ""}
    if isinstance(error, stripe.APIConnectionError):
        return Unknown(words, **more)
    if isinstance(error, stripe.RateLimitError) or more["status"] >= 500:
        return ComeBack(words, **more)
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return OurFault(words, **more)
    if code == "resource_missing":
        return NoAccess(words, **more)
    return Refused(words, **more)


def make_customer(*, email: str, account: str, key: str) -> str:
    """The customer's id. `account`: what ties it to us; `key` makes the second try find what the first one made."""
    with told():
        made = client().v1.customers.create(
            {"email": email, "metadata": {"account": account}}, {"idempotency_key": key}
        )
    return made.id


def change_address(customer: str, *, old: str, new: str, key: str) -> None:
    """Invoices and reminders go to the new address. Who chose another one at Stripe for them keeps it; `old` "": not known."""
    with told():
        service = client().v1.customers
        if not old or service.retrieve(customer).email == old:
            service.update(customer, {"email": new}, {"idempotency_key": key})


def price_of(lookup_key: str) -> str:
    """Stripe's id of a price. Raises `OurFault` when the account has none: `manage.py prepare_stripe` makes them."""
    with told():
        found = client().v1.prices.list({"lookup_keys": [lookup_key], "active": True})
    for price in found.data:
        return price.id
    raise OurFault(f"Stripe has no price {lookup_key}; run manage.py prepare_stripe")


def open_checkout(params: Any, *, key: str) -> Checkout:
    """A page as it stands now: an answer that a key brings again tells how it stood when it was made."""
    with told():
        made = client().v1.checkout.sessions.create(params, {"idempotency_key": key})
    said = made.last_response.headers if made.last_response else {}
    return checkout(made.id) if said.get(REPLAYED) else _checkout(made)


def checkout(id: str) -> Checkout:
    with told():
        return _checkout(client().v1.checkout.sessions.retrieve(id))


def close_checkout(id: str) -> bool:
    """Nobody can pay there any more; False when it was paid or had expired before."""
    try:
        with told():
            client().v1.checkout.sessions.expire(id, {}, {"idempotency_key": f"expire-{id}"})
    except (Refused, NoAccess):
        return False
    return True


def open_portal(*, customer: str, return_url: str, key: str) -> str:
    """The address of a page where the customer changes card, plan and company, reads invoices and cancels."""
    with told():
        configurations = client().v1.billing_portal.configurations.list({"active": True, "limit": 100}).data
        ours = [one.id for one in configurations if one.metadata and _get(one.metadata, MARK)]
        params: Any = {"customer": customer, "return_url": return_url}
        if ours:
            params["configuration"] = ours[0]
        return client().v1.billing_portal.sessions.create(params, {"idempotency_key": key}).url


def subscriptions(customer: str) -> list[Subscription]:
    """All that the customer ever had; none when the customer was deleted at Stripe."""
    try:
        with told():
            found = client().v1.subscriptions.list({"customer": customer, "status": "all", "limit": MOST})
    except NoAccess:
        return []
    return [_subscription(one) for one in found.data]


def all_subscriptions() -> dict[str, list[Subscription]]:
    """By customer, everything that has not ended: a request for a hundred."""
    found: dict[str, list[Subscription]] = {}
    with told():
        for one in client().v1.subscriptions.list({"limit": 100}).auto_paging_iter():
            found.setdefault(_name(one.customer), []).append(_subscription(one))
    return found


def cancel(subscription: str) -> None:
    """It ends now; nothing more is charged. One that has ended already, or is gone, is no error."""
    try:
        with told():
            client().v1.subscriptions.cancel(subscription, {"prorate": False, "invoice_now": False})
    except NoAccess:
        return


def delete_customer(customer: str) -> None:
    """Personal data at Stripe goes; invoices stay there, as the law on accounting wants."""
    try:
        with told():
            client().v1.customers.delete(customer)
    except NoAccess:
        return


def customer_of_dispute(event: str) -> str:
    """Whose payment an event about a dispute is about: the event is read anew, and the charge that it names."""
    with told():
        thing: Any = client().v1.events.retrieve(event).data.object
        charge = client().v1.charges.retrieve(_name(thing["charge"]))
    return _name(charge.customer)


def _subscription(one: Any) -> Subscription:
    # Never by attribute: `items` is a method of every mapping.
    items = one["items"].data
    item = items[0] if items else None
    end = _when(item.current_period_end) if item else None
    cancel_at = _when(one.cancel_at) or (end if one.cancel_at_period_end else None)
    lookup_key, cents = (_bought(item.price), item.price.unit_amount) if item else ("", None)
    return Subscription(
        one.id, one.status, lookup_key, _when(one.created) or _NEVER, end, cancel_at, _when(one.ended_at), cents
    )


def _bought(price: Any) -> str:
    """Its lookup key; where a newer price took that over (`billing/catalogue.py`), the one of the same plan and period."""
    if price.lookup_key:
        return str(price.lookup_key)
    plan = PRODUCTS.get(_name(price.product))
    every = price.recurring.interval if price.recurring else ""
    return next((one.lookup_key for one in plan.prices if one.every == every), "") if plan else ""


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _when(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _checkout(one: Any) -> Checkout:
    return Checkout(one.id, one.url, one.status or "", one.client_reference_id or "", _name(one.customer))


def _name(what: Any) -> str:
    """The id of a thing that may have come whole."""
    return what if isinstance(what, str) else getattr(what, "id", "") or ""


def _get(what: Any, name: str) -> Any:
    try:
        return what[name]
    except KeyError:
        return None
