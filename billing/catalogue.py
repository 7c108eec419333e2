"""The plans as products, prices and a portal configuration at Stripe. Made once; money is never changed in place, a new price takes over
the lookup key of the old one.
"""

from typing import Any

import stripe

from billing.gateway import MARK, client, told
from billing.plans import PLANS, Plan, Price

# https://docs.stripe.com/tax/tax-codes: Software as a service, business use.
TAX_CODE = "txcd_10103001"


def prepare() -> list[str]:
    """What had to be made, by name. Raises what the gateway raises."""
    with told():
        stripe_client = client()
        made = [name for plan in PLANS for name in _plan(stripe_client, plan)]
        return made + _portal(stripe_client, renew=bool(made))


def _plan(stripe_client: stripe.StripeClient, plan: Plan) -> list[str]:
    made = []
    try:
        stripe_client.v1.products.retrieve(_product(plan))
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise
        stripe_client.v1.products.create(
            {"id": _product(plan), "name": f"Hetk {plan.label}", "tax_code": TAX_CODE, "metadata": {MARK: plan.key}},
            {"idempotency_key": f"prepare-{_product(plan)}"},
        )
        made.append(plan.label)
    return made + [name for price in plan.prices for name in _price(stripe_client, plan, price)]


def _price(stripe_client: stripe.StripeClient, plan: Plan, price: Price) -> list[str]:
    there = stripe_client.v1.prices.list({"lookup_keys": [price.lookup_key], "active": True}).data
    if there and there[0].unit_amount == price.cents:
        return []
    stripe_client.v1.prices.create(
        {
            "product": _product(plan),
            "currency": "usd",
            "unit_amount": price.cents,
            "recurring": {"interval": price.every.value},
            "lookup_key": price.lookup_key,
            "transfer_lookup_key": True,
            "tax_behavior": "exclusive",
        },
        {"idempotency_key": f"prepare-{price.lookup_key}-{price.cents}-{there[0].id if there else 'first'}"},
    )
    return [price.lookup_key]


def _portal(stripe_client: stripe.StripeClient, *, renew: bool) -> list[str]:
    """Change plan, card and company, read invoices, cancel at the end of what was paid."""
    service = stripe_client.v1.billing_portal.configurations
    ours = [one for one in service.list({"active": True, "limit": 100}).data if one.metadata and MARK in one.metadata]
    if ours and not renew:
        return []
    features: Any = {
        "customer_update": {"enabled": True, "allowed_updates": ["name", "email", "address", "tax_id"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
        "subscription_update": {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "proration_behavior": "always_invoice",
            "products": [_offered(stripe_client, plan) for plan in PLANS],
        },
    }
    if ours:
        service.update(ours[0].id, {"features": features})
    else:
        service.create(
            {"features": features, "metadata": {MARK: "portal"}},
            {"idempotency_key": "prepare-portal"},
        )
    return ["portal"]


def _offered(stripe_client: stripe.StripeClient, plan: Plan) -> dict[str, Any]:
    keys = [price.lookup_key for price in plan.prices]
    found = stripe_client.v1.prices.list({"lookup_keys": keys, "active": True}).data
    return {"product": _product(plan), "prices": sorted(price.id for price in found)}


def _product(plan: Plan) -> str:
    return f"{MARK}_{plan.key}"
