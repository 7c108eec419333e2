"""What each call of the API does. Parameters have been checked; ids in the address are looked up here."""

from collections.abc import Callable
from typing import Any

from sandbox.stripe import back, cloud, objects
from sandbox.stripe.cloud import StripeCloud
from sandbox.stripe.errors import Wrong, missing
from sandbox.stripe.objects import Object, a_list, shown

Path = dict[str, Any]
MINIMUM_TRIAL = 2 * cloud.DAY


def get(kind: str) -> Callable[[StripeCloud, Path, Object], Object]:
    def call(stripe: StripeCloud, path: Path, given: Object) -> Object:
        return shown(stripe.get(kind, path["id"]))

    return call


def make_customer(stripe: StripeCloud, path: Path, given: Object) -> Object:
    return shown(stripe.put(objects.customer(stripe.now(), given)))


def change_customer(stripe: StripeCloud, path: Path, given: Object) -> Object:
    found = stripe.get("customer", path["id"])
    found |= given
    stripe.events.tell("customer.updated", found, stripe.now())
    return shown(found)


def delete_customer(stripe: StripeCloud, path: Path, given: Object) -> Object:
    found = stripe.get("customer", path["id"])
    stripe.forget(found)
    return {"id": found["id"], "object": "customer", "deleted": True}


def make_product(stripe: StripeCloud, path: Path, given: Object) -> Object:
    if given.get("id") in stripe.kinds.get("product", {}):
        raise Wrong("Product already exists.", code="resource_already_exists", param="id")
    return shown(stripe.put(objects.product(stripe.now(), given)))


def make_price(stripe: StripeCloud, path: Path, given: Object) -> Object:
    stripe.get("product", given.get("product", ""), status=400)
    key = given.get("lookup_key")
    for other in cloud.lookup(stripe.all("price"), [key] if key else ["\0"]):
        if not given.get("transfer_lookup_key"):
            raise Wrong("A price already uses that lookup key.", code="resource_already_exists", param="lookup_key")
        other["lookup_key"] = None
    return shown(stripe.put(objects.price(stripe.now(), given)))


def prices(stripe: StripeCloud, path: Path, given: Object) -> Object:
    found = cloud.lookup(stripe.all("price"), given.get("lookup_keys", []))
    found = [one for one in found if given.get("active") in (None, one["active"])]
    return a_list(map(shown, found), "/v1/prices")


def make_session(stripe: StripeCloud, path: Path, given: Object) -> Object:
    if given.get("mode") != "subscription":
        raise Wrong("The sandbox sells subscriptions only.", code="parameter_invalid", param="mode")
    if not given.get("line_items"):
        raise Wrong("Missing required param: line_items.", code="parameter_missing", param="line_items")
    if not given.get("success_url"):
        raise Wrong("Missing required param: success_url.", code="parameter_missing", param="success_url")
    stripe.get("customer", given.get("customer", ""), status=400)
    for line in given["line_items"]:
        stripe.get("price", line.get("price", ""), status=400)
    trial_end = given.get("subscription_data", {}).get("trial_end")
    if trial_end is not None and trial_end - stripe.now() < MINIMUM_TRIAL:
        told = "The `trial_end` date has to be at least 2 days in the future."
        raise Wrong(told, code="parameter_invalid", param="subscription_data[trial_end]")
    if given.get("tax_id_collection", {}).get("enabled") and "name" not in given.get("customer_update", {}):
        told = "Tax ID collection requires updating business name on the customer: set customer_update[name] to auto."
        raise Wrong(told, param="customer_update[name]")
    if given.get("automatic_tax", {}).get("enabled") and "address" not in given.get("customer_update", {}):
        told = "Automatic tax calculation in Checkout requires a valid address: set customer_update[address] to auto."
        raise Wrong(told, param="customer_update[address]")
    return shown(stripe.put(objects.session(stripe.now(), given)))


def expire_session(stripe: StripeCloud, path: Path, given: Object) -> Object:
    found = stripe.get("checkout.session", path["id"])
    cloud.expire(found)
    return shown(found)


def subscriptions(stripe: StripeCloud, path: Path, given: Object) -> Object:
    customer, status = given.get("customer"), given.get("status")
    if customer:
        stripe.get("customer", customer, status=400)
    found = stripe.of(customer) if customer else stripe.all("subscription")
    if status is None:
        found = [one for one in found if one["status"] != "canceled"]
    elif status != "all":
        found = [one for one in found if one["status"] == status]
    return _page(found, given, "/v1/subscriptions")


def change_subscription(stripe: StripeCloud, path: Path, given: Object) -> Object:
    found = stripe.get("subscription", path["id"])
    if "cancel_at_period_end" in given:
        stripe.cancel_later(found, undo=not given["cancel_at_period_end"])
    for item in given.get("items", []):
        stripe.change(found, stripe.get("price", item.get("price", ""), status=400))
    return shown(found)


def cancel_subscription(stripe: StripeCloud, path: Path, given: Object) -> Object:
    found = stripe.get("subscription", path["id"])
    stripe.cancel(found)
    return shown(found)


def invoices(stripe: StripeCloud, path: Path, given: Object) -> Object:
    found = [one for one in stripe.all("invoice") if given.get("customer") in (None, one["customer"])]
    return _page(found, given, "/v1/invoices")


def configurations(stripe: StripeCloud, path: Path, given: Object) -> Object:
    return _page(stripe.all("billing_portal.configuration"), given, "/v1/billing_portal/configurations")


def make_configuration(stripe: StripeCloud, path: Path, given: Object) -> Object:
    now = stripe.now()
    more = {"active": True, "application": None, "is_default": False, "login_page": {"enabled": False, "url": None}}
    profile = {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None}
    found = objects.base("bpc", "billing_portal.configuration", now, **more, business_profile=profile, updated=now)
    return shown(stripe.put({**found, "metadata": {}, "default_return_url": None, **given}))


def change_configuration(stripe: StripeCloud, path: Path, given: Object) -> Object:
    found = stripe.get("billing_portal.configuration", path["id"])
    found |= {**given, "updated": stripe.now()}
    return shown(found)


def make_portal(stripe: StripeCloud, path: Path, given: Object) -> Object:
    stripe.get("customer", given.get("customer", ""), status=400)
    if not given.get("configuration"):
        told = "You can’t create a portal session until you save your customer portal settings."
        raise Wrong(told)
    stripe.get("billing_portal.configuration", given["configuration"], status=400)
    empty = {"flow": None, "locale": None, "on_behalf_of": None, "return_url": None}
    found = objects.base("bps", "billing_portal.session", stripe.now(), **{**empty, **given})
    found["url"] = f"https://billing.stripe.com/p/session/{found['id']}"
    return shown(stripe.put(found))


def make_refund(stripe: StripeCloud, path: Path, given: Object) -> Object:
    charge = stripe.get("charge", given.get("charge", ""), status=400)
    return shown(back.refund(stripe, charge, given.get("amount")))


def charges(stripe: StripeCloud, path: Path, given: Object) -> Object:
    found = [one for one in stripe.all("charge") if given.get("customer") in (None, one["customer"])]
    return _page(found, given, "/v1/charges")


def disputes(stripe: StripeCloud, path: Path, given: Object) -> Object:
    found = [one for one in stripe.all("dispute") if given.get("charge") in (None, one["charge"])]
    return _page(found, given, "/v1/disputes")


def close_dispute(stripe: StripeCloud, path: Path, given: Object) -> Object:
    return shown(back.give_in(stripe, stripe.get("dispute", path["id"])))


def event(stripe: StripeCloud, path: Path, given: Object) -> Object:
    for one in stripe.events.told:
        if one["id"] == path["id"]:
            return shown(one)
    raise missing("event", path["id"])


def events(stripe: StripeCloud, path: Path, given: Object) -> Object:
    return _page(list(reversed(stripe.events.told)), given, "/v1/events")


def _page(found: list[Object], given: Object, url: str) -> Object:
    limit = given.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Wrong(f"Invalid limit: {limit}", code="parameter_invalid_integer", param="limit")
    if last := given.get("starting_after"):
        ids = [one["id"] for one in found]
        if last not in ids:
            raise Wrong(f"No such object: '{last}'", code="resource_missing", param="starting_after")
        found = found[ids.index(last) + 1 :]
    return a_list(map(shown, found[:limit]), url, more=len(found) > limit)
