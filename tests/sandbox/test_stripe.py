"""The sandbox's Stripe on the wire, without a library in between."""

import json
from typing import Any

import pytest
import stripe

from tests.sandbox.client import Client

API = "https://api.stripe.com/v1"
KEY = {"authorization": "Bearer sk_test_any"}
DAY = 86400


def call(client: Client, verb: str, path: str, form: Any = None, **headers: str) -> Any:
    answer = client(verb, f"{API}/{path}", form=form, **{**KEY, **headers})
    return answer.status, answer.json()


@pytest.fixture
def shop(client: Client) -> Client:
    """A plan for sale, and somebody to sell it to."""
    call(client, "POST", "products", {"id": "p", "name": "Plan"})
    for key, cents in (("small", 200), ("large", 600)):
        price = {
            "product": "p",
            "currency": "usd",
            "unit_amount": cents,
            "recurring[interval]": "month",
            "lookup_key": key,
        }
        assert call(client, "POST", "prices", price)[0] == 200
    return client


def bought(client: Client, card: str = "4242424242424242", **more: Any) -> dict[str, Any]:
    """A subscription to the small plan."""
    _, person = call(client, "POST", "customers", {"email": "a@b.example"})
    _, prices = call(client, "GET", "prices?lookup_keys[0]=small")
    asked = {
        "mode": "subscription",
        "customer": person["id"],
        "success_url": "http://x.example/?s={CHECKOUT_SESSION_ID}",
    }
    asked |= {"line_items[0][price]": prices["data"][0]["id"], "line_items[0][quantity]": "1", **more}
    status, session = call(client, "POST", "checkout/sessions", asked)
    assert status == 200, session
    paid = client("POST", session["url"], form={"card": card, "country": "EE"})
    assert paid.status == 303, paid.text
    assert paid.headers["location"] == f"http://x.example/?s={session['id']}"
    return call(client, "GET", f"subscriptions?customer={person['id']}")[1]["data"][0]


@pytest.mark.parametrize(
    ("path", "form", "param"),
    [
        ("customers", {"emial": "a@b.example"}, "emial"),
        ("checkout/sessions", {"mode": "subscription", "subscription_data[trial]": "1"}, "subscription_data[trial]"),
        ("prices", {"currency": "usd", "recurring[interval]": "fortnight"}, "recurring[interval]"),
        ("prices", {"currency": "usd", "unit_amount": "two"}, "unit_amount"),
        ("prices", {"unit_amount": "2"}, "currency"),
        ("customers", {"address": "Tallinn"}, None),
    ],
)
def test_a_parameter_that_is_unknown_missing_or_wrong_is_refused_by_name(client, path, form, param):
    status, said = call(client, "POST", path, form)
    if param is None:
        assert status in {200, 400}
        return
    assert (status, said["error"]["type"], said["error"]["param"]) == (400, "invalid_request_error", param)


def test_the_same_key_is_the_same_answer_and_another_body_an_error(client):
    once = call(client, "POST", "customers", {"email": "a@b.example"}, idempotency_key="k")
    again = client("POST", f"{API}/customers", form={"email": "a@b.example"}, **KEY, idempotency_key="k")
    assert again.json() == once[1]
    assert again.headers["idempotent-replayed"] == "true"
    status, said = call(client, "POST", "customers", {"email": "c@d.example"}, idempotency_key="k")
    assert (status, said["error"]["type"]) == (400, "idempotency_error")
    assert call(client, "POST", "customers", {"email": "a@b.example"}, idempotency_key="other")[1] != once[1]


def test_only_a_test_key_and_the_pinned_version_are_known(client):
    for key in ("", "Bearer sk_live_".replace("sk", "rk"), "Basic x"):
        assert client("GET", f"{API}/prices", authorization=key).status == 401
    assert call(client, "GET", "prices", stripe_version="2020-08-27")[0] == 400
    assert call(client, "GET", "prices", stripe_version="2026-10-28.endive")[0] == 200


def test_objects_have_the_shape_of_the_version(shop):
    subscription = bought(shop)
    item = subscription["items"]["data"][0]
    assert "current_period_end" not in subscription
    assert item["current_period_end"] - item["current_period_start"] > 27 * DAY
    bill = call(shop, "GET", f"invoices/{subscription['latest_invoice']}")[1]
    assert "subscription" not in bill
    assert bill["parent"]["subscription_details"]["subscription"] == subscription["id"]
    shapes = [(subscription, stripe.Subscription), (item, stripe.SubscriptionItem), (bill, stripe.Invoice)]
    session = shop.sandbox.world.stripe.all("checkout.session")[0]
    shapes += [
        ({k: v for k, v in session.items() if k[0] != "_"}, stripe.checkout.Session),
        (item["price"], stripe.Price),
    ]
    for thing, defined in shapes:
        assert set(thing) - set(defined.__annotations__) == set(), defined.__name__


def test_the_clock_renews_and_an_unpaid_subscription_ends_after_its_tries(shop):
    subscription = bought(shop)
    stripe_cloud = shop.sandbox.world.stripe
    shop.sandbox.do(shop.sandbox.world.advance, 32 * DAY)
    _, bills = call(shop, "GET", "invoices")
    assert [bill["billing_reason"] for bill in bills["data"]] == ["subscription_cycle", "subscription_create"]
    stripe_cloud.kinds["customer"][subscription["customer"]]["_card"] = "4000000000000341"
    shop.sandbox.do(shop.sandbox.world.advance, 31 * DAY)
    assert call(shop, "GET", f"subscriptions/{subscription['id']}")[1]["status"] == "past_due"
    shop.sandbox.do(shop.sandbox.world.advance, 15 * DAY)
    found = call(shop, "GET", f"subscriptions/{subscription['id']}")[1]
    assert (found["status"], found["cancellation_details"]["reason"]) == ("canceled", "payment_failed")
    assert len(stripe_cloud.events.told) == len({event["id"] for event in stripe_cloud.events.told})
    assert sum(event["type"] == "invoice.payment_failed" for event in stripe_cloud.events.told) == 5


def test_a_trial_shorter_than_two_days_is_refused(shop):
    now = int(shop.sandbox.world.clock.timestamp())
    with pytest.raises(AssertionError, match="at least 2 days"):
        bought(shop, **{"subscription_data[trial_end]": str(now + DAY)})


def test_a_card_that_fails_later_pays_nothing_at_once_and_is_kept_for_a_trial(shop):
    with pytest.raises(AssertionError, match="declined"):
        bought(shop, card="4000000000000341")
    now = int(shop.sandbox.world.clock.timestamp())
    subscription = bought(shop, card="4000000000000341", **{"subscription_data[trial_end]": str(now + 3 * DAY)})
    assert subscription["status"] == "trialing"


def test_an_event_is_signed_as_the_library_wants_it(shop):
    bought(shop)
    events = shop.sandbox.world.stripe.events
    body, headers = events.letter(events.told[0])
    assert stripe.WebhookSignature.verify_header(body, headers["stripe-signature"], "whsec_sandbox", 300)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(body + b" ", headers["stripe-signature"], "whsec_sandbox", 300)
    assert json.loads(body)["api_version"] == "2026-10-28.endive"
    assert not any(key.startswith("_") for event in events.told for key in event["data"]["object"])


def test_the_dashboard_shows_what_was_sold_and_the_guide_leads_there(shop):
    assert "/dashboard.stripe.com/" in shop("GET", "/").text
    assert "Nothing yet." in shop("GET", "/dashboard.stripe.com/").text
    bought(shop)
    page = shop("GET", "/dashboard.stripe.com/").text
    for words in ("a@b.example", "$2.00 a month", "HETK-0001", "customer.subscription.created"):
        assert words in page


def test_what_was_bought_survives_a_restart(shop, tmp_path):
    from sandbox.memory import Memory
    from sandbox.world import World

    subscription = bought(shop)
    shop.sandbox.do(Memory(tmp_path / "state", shop.sandbox.world).save)
    later = World()
    assert Memory(tmp_path / "state", later).recall()
    assert later.stripe.get("subscription", subscription["id"])["status"] == "active"
    later.advance(32 * DAY)
    assert len(later.stripe.all("invoice")) == 2


def test_money_goes_back_in_parts_and_never_more_than_was_paid(shop):
    subscription = bought(shop)
    [charge] = call(shop, "GET", f"charges?customer={subscription['customer']}")[1]["data"]
    assert (charge["amount"], charge["refunded"], charge["disputed"]) == (200, False, False)
    assert call(shop, "POST", "refunds", {"charge": charge["id"], "amount": "50"})[1]["amount"] == 50
    assert call(shop, "GET", f"charges/{charge['id']}")[1]["refunded"] is False
    assert call(shop, "POST", "refunds", {"charge": charge["id"], "amount": "151"})[0] == 400
    assert call(shop, "POST", "refunds", {"charge": charge["id"]})[1]["amount"] == 150
    assert call(shop, "POST", "refunds", {"charge": charge["id"]})[1]["error"]["code"] == "charge_already_refunded"
    assert call(shop, "GET", f"subscriptions/{subscription['id']}")[1]["status"] == "active"
    told = [one["type"] for one in call(shop, "GET", "events?limit=100")[1]["data"]]
    assert told.count("charge.refunded") == 2


def test_a_disputed_card_pays_and_its_dispute_names_the_charge_alone(shop):
    subscription = bought(shop, "4000000000000259")
    [told] = [one for one in call(shop, "GET", "events?limit=100")[1]["data"] if one["type"].startswith("charge.")]
    dispute = call(shop, "GET", f"events/{told['id']}")[1]["data"]["object"]
    assert "customer" not in dispute
    assert call(shop, "GET", f"charges/{dispute['charge']}")[1]["customer"] == subscription["customer"]
    assert call(shop, "POST", f"disputes/{dispute['id']}/close", {})[1]["status"] == "lost"
    assert call(shop, "POST", f"disputes/{dispute['id']}/close", {})[0] == 400
    assert call(shop, "GET", "events/evt_nobody")[0] == 404
