"""Refunds, disputes and customers that changed at Stripe: heard of, told to support and in the audit, once; no plan ends by them."""

from django.urls import reverse
from django.utils import timezone

from accounts import audit
from billing import tasks
from billing.models import StripeEvent
from billing.standing import Level
from tests import factories
from tests.billing.shop import ends_trial

DISPUTED = "4000000000000259"


def paying(shop, card="4242424242424242"):
    ends_trial(shop.account, timezone.now())
    shop.buy(card=card)
    shop.hear()


def told(shop) -> list[str]:
    entries = [entry for entry in audit.entries_of(shop.alice.user) if entry.act == "plan-changed"]
    return [entry.facts["what"] for entry in entries if "payment" in entry.facts["what"]]


def page(shop, name: str = "customer", *args) -> str:
    client = factories.desk(f"{name}{len(args)}{StripeEvent.objects.count()}@works.example", group="billing")
    return client.get(reverse(f"admin:{name}", args=args or (shop.alice.user.pk,))).content.decode()


def test_a_refund_stands_in_the_audit_and_on_the_list_of_whoever_minds_plans_and_changes_no_plan(shop):
    paying(shop)
    [charge] = shop.api("GET", "charges")["data"]
    shop.api("POST", "refunds", {"charge": charge["id"]})
    shop.hear()
    shop.hear()
    assert told(shop) == ["a payment was refunded"]
    assert (shop.account.status, shop.standing.level) == ("active", Level.FULL)
    html = page(shop, "work_list", "money")
    assert "a payment was refunded" in html
    assert shop.alice.user.email in html
    assert shop.api("POST", "refunds", {"charge": charge["id"]})["error"]["code"] == "charge_already_refunded"


def test_a_dispute_names_no_customer_and_is_theirs_all_the_same_until_it_is_over(shop):
    paying(shop, DISPUTED)
    assert told(shop) == ["a payment is disputed at the bank"]
    assert set(StripeEvent.objects.values_list("customer", flat=True)) == {shop.account.customer}
    assert (shop.account.status, shop.standing.level) == ("active", Level.FULL)
    assert "1 payment is disputed at the bank." in page(shop)
    [dispute] = shop.api("GET", "disputes")["data"]
    shop.api("POST", f"disputes/{dispute['id']}/close", {})
    shop.hear()
    assert told(shop)[-1] == "a dispute about a payment is over"
    assert "disputed at the bank" not in page(shop).partition("Account and plan")[0]


def test_whose_payment_is_disputed_is_asked_again_when_stripe_does_not_answer(shop):
    ends_trial(shop.account, timezone.now())
    shop.buy(card=DISPUTED)
    shop.deliver(shop.letters("charge.dispute"))
    shop.outside.faults("api.stripe.com", "events/", times=9, status=500, body={"error": {"type": "api_error"}})
    assert tasks.settle_events() == 0
    assert tasks.settle("") == 0
    assert StripeEvent.objects.filter(done_at=None, customer="").count() == 1
    assert told(shop) == []
    shop.outside.clear_faults()
    assert tasks.settle("") == 1
    assert told(shop) == ["a payment is disputed at the bank"]


def test_a_forged_dispute_that_stripe_does_not_know_is_done_with_and_told_to_nobody(shop):
    StripeEvent.objects.create(event_id="evt_nobody", type="charge.dispute.created")
    tasks.settle_events()
    assert StripeEvent.objects.get().done_at is not None
    assert told(shop) == []


def test_a_dispute_about_a_payment_that_is_no_customers_is_done_with_and_keeps_nothing_waiting(shop):
    """The same account at Stripe may sell other things."""
    paying(shop, DISPUTED)
    StripeEvent.objects.filter(type="charge.dispute.created").update(done_at=None, customer="")
    [charge] = shop.api("GET", "charges")["data"]
    shop.outside.faults(
        "api.stripe.com", f"charges/{charge['id']}", times=9, status=200, body={**charge, "customer": None}
    )
    before = len(told(shop))
    assert tasks.settle_events() == 0
    assert not StripeEvent.objects.filter(done_at=None, type="charge.dispute.created").exists()
    assert len(told(shop)) == before


def test_a_customer_that_changed_at_stripe_is_asked_about_anew(shop):
    paying(shop)
    shop.api("DELETE", f"subscriptions/{shop.account.subscription}")
    event = {"id": "evt_changed", "type": "customer.updated", "customer": shop.account.customer}
    StripeEvent.objects.create(event_id=event["id"], type=event["type"], customer=event["customer"])
    assert tasks.settle_events() == 1
    assert shop.account.status == "canceled"
