"""Buying, from the button to the page that says thank you."""

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from billing import gateway
from billing.models import Account, StripeEvent
from billing.standing import Cause, Level
from tests.billing.shop import DECLINED, GOOD, ends_trial


def test_a_plan_is_bought_during_the_trial_and_nothing_is_charged_before_its_end(shop):
    ends = shop.account.trial_ends_at
    answer = shop.buy("professional_y")
    assert answer.status_code == 200
    assert b"Your plan is Professional" in answer.content
    account = shop.account
    assert (account.status, account.lookup_key) == ("trialing", "professional_y")
    assert abs(account.period_end - ends) < timedelta(seconds=2)
    assert (shop.standing.level, shop.standing.cause) == (Level.FULL, Cause.SUBSCRIPTION)
    assert [bill["amount_due"] for bill in shop.api("GET", "invoices")["data"]] == [0]


def test_the_page_after_paying_does_not_wait_for_an_event(shop):
    shop.buy()
    assert shop.account.status == "trialing"
    assert not StripeEvent.objects.exists()


def test_less_than_two_days_before_the_end_of_the_trial_it_is_paid_at_once(shop):
    ends_trial(shop.account, timezone.now() + timedelta(hours=47))
    shop.buy()
    assert shop.account.status == "active"
    assert [bill["amount_paid"] for bill in shop.api("GET", "invoices")["data"]] == [200]


def test_a_declined_card_buys_nothing_and_another_one_does(shop):
    page = shop.begin()
    assert shop.pay(page, DECLINED) == ""
    assert shop.account.status == ""
    assert shop.api("GET", "subscriptions?status=all")["data"] == []
    assert shop.pay(page)


def test_company_and_vat_number_stand_on_the_invoice(shop):
    ends_trial(shop.account, timezone.now())
    shop.buy(company="Tamm Consulting OÜ", vat="EE123456789")
    [bill] = shop.api("GET", "invoices")["data"]
    assert bill["customer_name"] == "Tamm Consulting OÜ"
    assert bill["customer_tax_ids"] == [{"type": "eu_vat", "value": "EE123456789"}]
    _, _, page = shop.form(bill["hosted_invoice_url"].replace("https:/", shop.outside.url))
    assert "EE123456789" in page
    assert "Hetk Technologies" in page


def test_the_number_of_a_card_never_reaches_us(shop):
    shop.buy()
    assert shop.account.status == "trialing"
    kept = [str(row) for model in apps.get_models() for row in model._default_manager.values()]
    assert any(shop.account.customer in row for row in kept)
    assert [row for row in kept if GOOD[-8:] in row.replace(" ", "")] == []


def test_two_presses_of_one_button_open_one_page(shop):
    intent = str(uuid.uuid4())
    assert shop.begin(intent=intent) == shop.begin(intent=intent)


def test_of_two_tabs_one_can_be_paid_and_there_is_one_subscription(shop):
    first, second = shop.begin(), shop.begin("professional_m")
    assert shop.pay(first) == ""
    assert "has expired" in shop.form(first)[2]
    assert shop.pay(second)
    assert len(shop.api("GET", "subscriptions")["data"]) == 1


def test_who_paid_in_the_other_tab_is_not_sold_a_second_one(shop):
    page = shop.begin()
    shop.pay(page)
    answer = shop.browser.post(
        reverse("billing_buy"), {"price": "professional_m", "intent": str(uuid.uuid4())}, follow=True
    )
    assert "You have a plan already" in answer.content.decode()
    assert len(shop.api("GET", "subscriptions")["data"]) == 1
    assert shop.account.lookup_key == "personal_m"


def test_somebody_elses_checkout_is_not_found_and_gives_nothing(shop, db):
    from django.test import Client

    from tests.factories import make_user

    back = shop.pay(shop.begin())
    stranger = Client()
    stranger.force_login(make_user("charlie"))
    assert stranger.get(shop.here(back)).status_code == 404
    assert Account.objects.get(user__email="charlie@hetk.example").status == ""
    assert shop.browser.get(reverse("billing_return") + "?session_id=cs_test_nobody").status_code == 404


def test_coming_back_without_paying_buys_nothing(shop):
    page = shop.begin()
    id = urlsplit(page).path.rsplit("/", 1)[1]
    answer = shop.browser.get(reverse("billing_return") + f"?session_id={id}", follow=True)
    assert "Nothing was bought" in answer.content.decode()
    assert shop.account.status == ""


def test_a_customer_deleted_at_stripe_buys_again_as_a_new_one(shop):
    shop.begin()
    gone = shop.account.customer
    shop.api("DELETE", f"customers/{gone}")
    shop.buy()
    assert shop.account.customer != gone
    assert shop.account.status == "trialing"


def test_a_lost_answer_at_any_call_makes_one_customer_and_one_subscription(shop):
    for path in ("customers$", "sessions$"):
        shop.outside.faults("api.stripe.com", path, method="POST", lost=True)
    page = shop.begin()
    assert len(shop.asked("POST", "customers$")) == 2
    assert len(shop.asked("POST", "checkout/sessions$")) == 2
    assert shop.api("GET", f"checkout/sessions/{_id(page)}")["customer"] == shop.account.customer
    shop.pay(page)
    assert len(shop.api("GET", "subscriptions")["data"]) == 1


def test_too_many_requests_are_waited_for(shop):
    body = {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many"}}
    shop.outside.faults("api.stripe.com", "sessions$", times=2, status=429, body=body)
    shop.buy()
    assert [one["status"] for one in shop.asked("POST", "checkout/sessions$")] == [429, 429, 200]


def test_a_stripe_that_is_down_is_said_and_nothing_is_charged(shop):
    shop.outside.faults("api.stripe.com", ".*", times=99, status=500, body={"error": {"type": "api_error"}})
    answer = shop.browser.post(reverse("billing_buy"), {"price": "personal_m", "intent": str(uuid.uuid4())})
    assert answer.status_code == 503
    assert "Stripe did not answer. Nothing was charged" in answer.content.decode()
    shop.outside.clear_faults()
    assert shop.account.status == ""


def test_tax_is_asked_for_as_the_setting_says(shop, settings):
    page = shop.begin()
    assert shop.api("GET", f"checkout/sessions/{_id(page)}")["automatic_tax"]["enabled"] is False
    settings.STRIPE_TAX = "automatic"
    ends_trial(shop.account, timezone.now())
    page = shop.begin()
    assert shop.api("GET", f"checkout/sessions/{_id(page)}")["tax_id_collection"] == {"enabled": True}
    shop.pay(page, country="EE")
    assert shop.api("GET", "invoices")["data"][0]["total"] == 248


def test_stripe_may_sell_in_its_own_name(shop, settings):
    settings.STRIPE_TAX = "managed"
    found = shop.api("GET", f"checkout/sessions/{_id(shop.begin())}")
    assert found["managed_payments"] == {"enabled": True}
    assert "tax_id_collection" not in found


def _id(page):
    return urlsplit(page).path.rsplit("/", 1)[1]


def test_a_price_that_does_not_exist_buys_nothing(shop):
    for price in ("", "free_forever", "professional_m "):
        answer = shop.browser.post(reverse("billing_buy"), {"price": price, "intent": "x"})
        assert answer.status_code == 400
    assert shop.asked() == []


def test_without_keys_the_page_sells_nothing_and_trials_go_on(shop, settings):
    settings.STRIPE_SECRET_KEY = ""
    page = shop.browser.get(reverse("billing")).content.decode()
    assert reverse("billing_buy") not in page
    assert "21 days left" in page
    answer = shop.browser.post(reverse("billing_buy"), {"price": "personal_m", "intent": str(uuid.uuid4())})
    assert answer.status_code == 400
    assert shop.asked() == []


def test_another_button_of_the_same_page_opens_its_own_page_and_the_first_one_cannot_be_paid(shop):
    intent = str(uuid.uuid4())
    first, second = shop.begin("personal_m", intent), shop.begin("professional_y", intent)
    assert shop.pay(first) == ""
    shop.browser.get(shop.here(shop.pay(second)))
    assert shop.account.lookup_key == "professional_y"


def test_the_button_of_a_tab_that_another_one_closed_opens_a_page_that_can_be_paid(shop):
    intent = str(uuid.uuid4())
    first, second = shop.begin(intent=intent), shop.begin("professional_m")
    third = shop.begin(intent=intent)
    assert [shop.pay(first), shop.pay(second)] == ["", ""]
    assert shop.pay(third)
    assert len(shop.api("GET", "subscriptions")["data"]) == 1


def test_who_presses_again_after_paying_is_not_led_to_a_page_of_the_past(shop):
    intent = str(uuid.uuid4())
    shop.pay(shop.begin(intent=intent))
    fields = {"price": "personal_m", "intent": intent}
    assert "You have a plan already" in shop.browser.post(reverse("billing_buy"), fields, follow=True).content.decode()
    assert shop.account.status == "trialing"


def test_of_two_tabs_that_ask_at_the_same_moment_one_can_be_paid(shop, monkeypatch):
    """Between the answer to one and what is noted of it, the other one goes all the way."""
    pages: list[str] = []
    real = gateway.open_checkout

    def meanwhile(params, *, key):
        made = real(params, key=key)
        if not pages:
            pages.append("")
            pages[0] = shop.begin("professional_m")
        return made

    monkeypatch.setattr(gateway, "open_checkout", meanwhile)
    pages.append(shop.begin())
    assert sorted(bool(shop.pay(page)) for page in pages) == [False, True]
    assert len(shop.api("GET", "subscriptions")["data"]) == 1


def test_a_page_that_could_not_be_closed_is_closed_before_another_one_is_shown(shop):
    first = shop.begin()
    shop.outside.faults("api.stripe.com", "expire$", times=9, status=500, body={"error": {"type": "api_error"}})
    fields = {"price": "professional_m", "intent": str(uuid.uuid4())}
    assert shop.browser.post(reverse("billing_buy"), fields).status_code == 503
    shop.outside.clear_faults()
    second = shop.begin("professional_y")
    assert [bool(shop.pay(first)), bool(shop.pay(second))] == [False, True]
