"""What Stripe tells: who said it, once, in any order; the queue asks Stripe itself."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
import stripe
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from billing import gateway, projection, room, tasks
from billing.models import Account, StripeEvent
from tests.billing.shop import DAY, FAILS_LATER, ends_trial
from tests.factories import make_user

SECRET = "whsec_sandbox"


def post(body: str, header: str | None) -> int:
    more: dict[str, Any] = {} if header is None else {"headers": {"Stripe-Signature": header}}
    return Client().post(reverse("hook_stripe"), body.encode(), "application/json", **more).status_code


def event(id: str = "evt_1", **changes) -> str:
    said = {"id": id, "object": "event", "type": "invoice.paid", "livemode": False, "created": int(time.time())}
    return json.dumps({**said, "data": {"object": {"object": "invoice", "customer": "cus_1"}}, **changes})


def sign(body: str, secret: str = SECRET, age: int = 0) -> str:
    return stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time()) - age)


@pytest.mark.parametrize(
    "header",
    [None, "", "t=1", "v1=00", "nonsense", "t={now},v1=00", "t=x,v1=00"],
)
def test_what_is_not_signed_is_refused_and_leaves_nothing(db, header):
    assert post(event(), header and header.format(now=int(time.time()))) == 400
    assert not StripeEvent.objects.exists()


def test_another_secret_another_body_and_an_old_letter_are_refused(db):
    body = event()
    assert post(body, sign(body, "whsec_wrong")) == 400
    assert post(body.replace("cus_1", "cus_2"), sign(body)) == 400
    assert post(body, sign(body, age=301)) == 400
    assert not StripeEvent.objects.exists()
    assert post(body, sign(body, age=200)) == 200
    assert StripeEvent.objects.count() == 1


def test_the_very_bytes_are_signed_not_what_they_mean(db):
    body = event()
    assert post(json.dumps(json.loads(body), indent=1), sign(body)) == 400


def test_both_secrets_are_good_while_one_is_replaced(db, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]
    for number, secret in enumerate(["whsec_new", SECRET]):
        body = event(f"evt_{number}")
        assert post(body, sign(body, secret)) == 200
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new"]
    body = event("evt_9")
    assert post(body, sign(body)) == 400
    assert StripeEvent.objects.count() == 2


def test_an_event_of_the_other_mode_is_refused(db, settings):
    body = event(livemode=True)
    assert post(body, sign(body)) == 400
    settings.STRIPE_SECRET_KEY = "rk_live_x"
    assert post(body, sign(body)) == 200
    assert post(event(), sign(event())) == 400


def test_types_that_nobody_asked_for_are_taken_and_forgotten(db):
    body = event(type="treasury.something.new")
    assert post(body, sign(body)) == 200
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize(
    "body", ["", "[]", "null", '"x"', "{", '{"id": 7, "type": "invoice.paid"}', "\u0000", "[" * 5000]
)
def test_signed_nonsense_is_refused_without_an_error(db, body):
    assert post(body, sign(body)) == 400


def test_an_event_without_a_customer_is_kept_and_done_with(db):
    body = event(data={"object": ["what"]})
    assert post(body, sign(body)) == 200
    assert tasks.settle_events() == 1


def test_without_a_key_nothing_is_taken(db, settings):
    settings.STRIPE_SECRET_KEY = ""
    assert post(event(), sign(event())) == 400


def test_an_event_that_comes_ten_times_is_one_row_and_one_task(db):
    body = event()
    assert {post(body, sign(body)) for _ in range(10)} == {200}
    assert StripeEvent.objects.count() == 1
    assert OrmQ.objects.count() == 1


def test_nothing_of_the_event_is_kept_but_its_id_type_and_customer(db):
    body = event(data={"object": {"object": "invoice", "customer": "cus_1", "customer_name": "Canary Ltd"}})
    post(body, sign(body))
    kept = StripeEvent.objects.values().get()
    assert "Canary" not in str(kept)
    assert "Canary" not in OrmQ.objects.get().payload


def state(shop) -> dict:
    names = ("subscription", "status", "lookup_key", "period_end", "cancel_at", "ended_at")
    return {name: getattr(shop.account, name) for name in names}


@pytest.mark.parametrize("order", ["as told", "reversed", "doubled", "first only", "last only"])
def test_order_and_doubles_have_no_effect(shop, order):
    ends_trial(shop.account, timezone.now())
    shop.pay(shop.begin())
    shop.api(
        "POST", f"subscriptions/{shop.api('GET', 'subscriptions')['data'][0]['id']}", {"cancel_at_period_end": "true"}
    )
    letters = shop.letters("customer.subscription|checkout")
    chosen = {
        "as told": letters,
        "reversed": letters[::-1],
        "doubled": letters * 3,
        "first only": letters[:1],
        "last only": letters[-1:],
    }[order]
    for letter in chosen:
        assert shop.deliver([letter]) == [200]
        tasks.settle_events()
    found = state(shop)
    assert (found["status"], found["lookup_key"]) == ("active", "personal_m")
    assert found["cancel_at"] == found["period_end"]


def test_an_older_answer_never_overwrites_a_newer_one(shop, monkeypatch):
    """Between the question and the write of one worker another one asks and writes."""
    ends_trial(shop.account, timezone.now())
    shop.buy()
    old = gateway.subscriptions(shop.account.customer)
    shop.api("DELETE", f"subscriptions/{shop.account.subscription}")
    answers = [old]
    real = gateway.subscriptions

    def late(customer: str):
        if not answers:
            return real(customer)
        answer = answers.pop()
        projection.refresh(Account.objects.get(customer=customer))
        return answer

    monkeypatch.setattr(gateway, "subscriptions", late)
    projection.refresh(shop.account)
    assert shop.account.status == "canceled"


def test_a_stripe_that_does_not_answer_leaves_the_event_for_later(shop):
    shop.pay(shop.begin())
    shop.deliver(shop.letters())
    shop.outside.faults("api.stripe.com", "subscriptions", times=99, status=500, body={"error": {"type": "api_error"}})
    assert tasks.settle_events() == 0
    assert shop.account.status == ""
    assert StripeEvent.objects.filter(done_at=None).exists()
    shop.outside.clear_faults()
    tasks.settle_events()
    assert shop.account.status == "trialing"
    assert not StripeEvent.objects.filter(done_at=None).exists()


def test_what_no_event_told_is_found_in_the_night(shop):
    shop.pay(shop.begin())
    assert shop.account.status == ""
    assert tasks.reconcile() == 1
    assert shop.account.status == "trialing"
    assert tasks.reconcile() == 0
    Account.objects.update(cents=None)
    assert (tasks.reconcile(), shop.account.cents) == (1, 200)
    Account.objects.update(status="canceled", lookup_key="professional_y")
    assert tasks.reconcile() == 1
    assert (shop.account.status, shop.account.lookup_key) == ("trialing", "personal_m")


def test_a_night_without_stripe_is_made_up_for_the_next(shop):
    shop.pay(shop.begin())
    shop.outside.faults("api.stripe.com", "subscriptions", times=3, status=500, body={"error": {"type": "api_error"}})
    assert tasks.reconcile() == 0
    assert tasks.reconcile() == 1


def test_one_account_that_cannot_be_asked_about_does_not_keep_the_others_waiting(shop):
    shop.pay(shop.begin())
    other = room.account_of(make_user("bob"))
    Account.objects.filter(pk=other.pk).update(customer="cus_gone", status="active", lookup_key="personal_m")
    # The list is answered, then one of the two is asked about three times in vain.
    body = {"error": {"type": "api_error"}}
    shop.outside.faults("api.stripe.com", "subscriptions", times=1, latency=0)
    shop.outside.faults("api.stripe.com", "subscriptions", times=3, status=500, body=body)
    assert tasks.reconcile() == 1
    assert tasks.reconcile() == 1
    assert set(Account.objects.values_list("status", flat=True)) == {"trialing", ""}


def test_a_quiet_night_costs_one_request_however_many_pay(shop):
    shop.buy()
    shop.outside.forget_requests()
    assert tasks.reconcile() == 0
    assert len(shop.asked()) == 1


def test_done_events_go_after_90_days_and_waiting_ones_stay(db):
    old = timezone.now() - timedelta(days=91)
    for number in range(3):
        StripeEvent.objects.create(event_id=str(number), type="invoice.paid", done_at=None if number == 2 else old)
    StripeEvent.objects.filter(event_id__in=["0", "2"]).update(received_at=old)
    assert tasks.forget() == 1
    assert set(StripeEvent.objects.values_list("event_id", flat=True)) == {"1", "2"}


def test_the_sandbox_delivers_signed_and_again_until_it_is_taken(shop):
    """Its own way out, on the wire: the address is the one of the demo, and each letter is signed."""
    ends_trial(shop.account, timezone.now() + timedelta(days=3))
    shop.buy(card=FAILS_LATER)
    shop.outside.advance(4 * DAY)
    sent = [one for one in shop.outside.deliveries() if one["mailbox"] == "stripe"]
    assert {one["url"] for one in sent} == {"https://hooks.hetk.example/hooks/stripe/"}
    assert len(sent) == len(shop.letters())
    assert [one["type"] for one in shop.letters("invoice.payment_failed")] == ["invoice.payment_failed"]
