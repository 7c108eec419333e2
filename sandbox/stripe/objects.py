"""Stripe's objects as they stand on the wire in version 2026-10-28: the end of a period on the subscription's item, an invoice's
subscription under `parent`. Times are seconds since 1970, amounts cents.
"""

from collections.abc import Iterable
from secrets import token_hex
from typing import Any

Object = dict[str, Any]
COUNTRIES = {"EE": 24.0, "FI": 25.5, "DE": 19.0, "FR": 20.0, "SE": 25.0, "US": 0.0, "GB": 0.0}
EUROPEAN = {"EE", "FI", "DE", "FR", "SE"}
SELLER = "EE"


def new_id(prefix: str) -> str:
    return f"{prefix}_{token_hex(12)}"


def a_list(items: Iterable[Object], url: str, *, more: bool = False) -> Object:
    return {"object": "list", "data": list(items), "has_more": more, "url": url}


def base(prefix: str, object: str, created: int, **fields: Any) -> Object:
    return {"id": new_id(prefix), "object": object, "created": created, "livemode": False, **fields}


def customer(created: int, given: Object) -> Object:
    empty = {"address": None, "default_source": None, "description": None, "email": None, "name": None}
    found = base("cus", "customer", created, **empty, tax_exempt="none", metadata={}, invoice_settings=_card(None))
    return {**found, "currency": None, "balance": 0, "delinquent": False, "discount": None, "test_clock": None, **given}


def _card(card: str | None) -> Object:
    return {"custom_fields": None, "default_payment_method": card, "footer": None, "rendering_options": None}


def product(created: int, given: Object) -> Object:
    found = base("prod", "product", created, active=True, default_price=None, description=None, images=[])
    found |= {
        "marketing_features": [],
        "metadata": {},
        "tax_code": None,
        "type": "service",
        "updated": created,
        "url": None,
    }
    return {**found, **given}


def price(created: int, given: Object) -> Object:
    recurring = {"interval_count": 1, "meter": None, "usage_type": "licensed", **given.get("recurring", {})}
    cents = given.get("unit_amount", 0)
    found = base("price", "price", created, active=True, billing_scheme="per_unit", custom_unit_amount=None)
    found |= {"lookup_key": None, "metadata": {}, "nickname": None, "tiers_mode": None, "transform_quantity": None}
    known = {key: value for key, value in given.items() if key not in {"transfer_lookup_key", "recurring"}}
    more = {
        "type": "recurring",
        "recurring": recurring,
        "unit_amount_decimal": str(cents),
        "tax_behavior": "unspecified",
    }
    return {**found, **more, **known}


def subscription(created: int, *, customer: str, price: Object, start: int, end: int, **fields: Any) -> Object:
    id = new_id("sub")
    item = base("si", "subscription_item", created, price=price, quantity=1, subscription=id, metadata={}, discounts=[])
    item |= {"current_period_start": start, "current_period_end": end, "tax_rates": [], "billing_thresholds": None}
    del item["livemode"]
    found = {**base("sub", "subscription", created), "id": id}
    found |= {"application": None, "automatic_tax": {"enabled": False, "liability": None, "disabled_reason": None}}
    found |= {"billing_cycle_anchor": start, "cancel_at": None, "cancel_at_period_end": False, "canceled_at": None}
    found |= {"cancellation_details": {"comment": None, "feedback": None, "reason": None}, "ended_at": None}
    found |= {"collection_method": "charge_automatically", "currency": "usd", "customer": customer, "discounts": []}
    found |= {"default_payment_method": None, "items": a_list([item], f"/v1/subscription_items?subscription={id}")}
    found |= {"latest_invoice": None, "metadata": {}, "start_date": created, "status": "active", "schedule": None}
    found |= {"trial_start": None, "trial_end": None, "pending_setup_intent": None, "test_clock": None}
    return {**found, **fields}


def invoice(created: int, *, subscription: Object, customer: Object, cents: int, reason: str, label: str) -> Object:
    """Open, not yet paid. Tax is computed where the subscription asks for it."""
    found = base("in", "invoice", created)
    tax, words = tax_of(customer, cents) if subscription["automatic_tax"]["enabled"] else (0, "")
    total = cents + tax
    line = {"id": new_id("il"), "object": "line_item", "amount": cents, "currency": "usd", "description": label}
    origin = {"subscription": subscription["id"], "metadata": subscription["metadata"]}
    found |= {
        "customer": customer["id"],
        "currency": "usd",
        "billing_reason": reason,
        "status": "open",
        "footer": words,
    }
    found |= {"customer_name": customer["name"], "customer_email": customer["email"]}
    found |= {"customer_address": customer["address"], "customer_tax_ids": customer.get("_tax_ids", [])}
    found |= {"account_name": "Hetk Technologies OÜ", "account_country": SELLER, "number": None, "description": None}
    found |= {"parent": {"type": "subscription_details", "quote_details": None, "subscription_details": origin}}
    found |= {"lines": a_list([line], f"/v1/invoices/{found['id']}/lines"), "subtotal": cents, "total": total}
    found |= {"total_taxes": [{"amount": tax, "tax_behavior": "exclusive"}] if tax else []}
    found |= {"amount_due": total, "amount_paid": 0, "amount_remaining": total, "attempt_count": 0, "attempted": False}
    found |= {"period_start": created, "period_end": created, "metadata": {}, "next_payment_attempt": None}
    found["hosted_invoice_url"] = f"https://invoice.stripe.com/i/{found['id']}"
    return found


def tax_of(customer: Object, cents: int) -> tuple[int, str]:
    """(cents of tax, what the invoice says about it)."""
    country = (customer["address"] or {}).get("country") or ""
    if country in EUROPEAN and country != SELLER and customer.get("_tax_ids"):
        return 0, "Reverse charge: the customer accounts for the tax."
    rate = COUNTRIES.get(country, 0.0)
    return round(cents * rate / 100), f"VAT {rate:g} %" if rate else ""


def session(created: int, given: Object) -> Object:
    found = base("cs_test", "checkout.session", created)
    found |= {"after_expiration": None, "allow_promotion_codes": None, "amount_subtotal": None, "amount_total": None}
    found |= {"automatic_tax": {"enabled": False, "liability": None, "status": None}, "cancel_url": None}
    found |= {"billing_address_collection": None, "client_reference_id": None, "currency": "usd", "customer": None}
    found |= {"custom_fields": [], "custom_text": {}, "customer_creation": None, "expires_at": created + 86400}
    found |= {"invoice": None, "locale": None, "metadata": {}, "payment_intent": None, "payment_link": None}
    found |= {"payment_method_collection": "always", "payment_method_types": ["card"], "setup_intent": None}
    found |= {"payment_status": "unpaid", "status": "open", "submit_type": None, "subscription": None}
    found |= {"shipping_options": [], "origin_context": None, "ui_mode": "hosted_page", "success_url": None}
    hidden = {
        "line_items": "_line_items",
        "subscription_data": "_subscription_data",
        "customer_update": "_customer_update",
    }
    found |= {hidden.get(key, key): value for key, value in given.items()}
    found["url"] = f"https://checkout.stripe.com/c/pay/{found['id']}"
    return found


def shown(what: Object) -> Object:
    """As the API tells it: without what only the sandbox knows."""
    return {key: value for key, value in what.items() if not key.startswith("_")}
