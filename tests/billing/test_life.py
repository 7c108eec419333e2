"""A subscription's life: renewed, failed, recovered, changed, cancelled, ended. Time is Stripe's; Hetk follows."""

import time
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing import ending, projection, tasks
from billing.models import Account
from billing.standing import Cause, Level
from sync import deletion
from sync.models import Pair
from sync.providers.errors import ProviderError
from tests.billing.shop import DAY, FAILS_LATER, GOOD, ends_trial


@pytest.fixture
def clock():
    """Hetk's own time, to be moved together with Stripe's."""
    with time_machine.travel(datetime.fromtimestamp(time.time()).astimezone(), tick=True) as traveller:
        yield traveller


def pass_days(shop, clock, days: float) -> None:
    shop.outside.advance(days * DAY)
    clock.shift(timedelta(days=days))
    # Sessions end after two weeks.
    shop.browser.force_login(shop.alice.user)
    shop.hear()
    tasks.mind_plans()


def paying(shop, price="personal_m") -> None:
    ends_trial(shop.account, timezone.now())
    shop.buy(price)


def test_a_trial_that_was_bought_becomes_a_paid_plan_by_itself(shop, clock):
    shop.buy()
    pass_days(shop, clock, 21.1)
    assert shop.account.status == "active"
    assert [bill["amount_paid"] for bill in shop.api("GET", "invoices")["data"]] == [200, 0]
    assert mail.outbox == []


def test_a_plan_renews_month_by_month(shop, clock):
    paying(shop)
    first = shop.account.period_end
    pass_days(shop, clock, 31.5)
    assert shop.account.period_end > first
    assert (shop.standing.level, shop.standing.until) == (Level.FULL, None)


def test_a_failed_renewal_gives_14_days_tells_at_once_and_another_card_mends_it(shop, clock):
    paying(shop)
    pairs = shop.pairs(2)
    shop.manage(do="card", card=FAILS_LATER)
    pass_days(shop, clock, 31.5)
    assert (shop.account.status, shop.standing.level, shop.standing.cause) == ("past_due", Level.GRACE, Cause.PAYMENT)
    assert len(shop.running()) == len(pairs)
    assert [letter.subject for letter in mail.outbox] == ["A payment for Hetk did not go through"]
    page = shop.browser.get(reverse("dashboard")).content.decode()
    assert "The last payment did not go through" in page
    [bill] = [bill for bill in shop.api("GET", "invoices")["data"] if bill["status"] == "open"]
    shop.manage(do="card", card=GOOD)
    shop.manage(do="pay", invoice=bill["id"])
    shop.hear()
    assert (shop.account.status, shop.account.unpaid_since) == ("active", None)
    assert "did not go through" not in shop.browser.get(reverse("dashboard")).content.decode()


def test_a_renewal_that_never_works_ends_in_a_pause_and_nothing_is_deleted(shop, clock):
    paying(shop)
    shop.pairs(2)
    shop.manage(do="card", card=FAILS_LATER)
    pass_days(shop, clock, 31.5)
    for _ in range(3):
        pass_days(shop, clock, 4.9)
    assert shop.account.status == "canceled"
    assert (shop.standing.level, shop.standing.cause) == (Level.PAUSED, Cause.PAYMENT)
    assert shop.running() == []
    assert Pair.objects.filter(paused_by_plan=True).count() == 2
    told = [letter.subject.partition(" on ")[0] for letter in mail.outbox]
    assert (told[0], told[-1]) == ("A payment for Hetk did not go through", "Your syncs are paused")


def test_upgrading_gives_more_at_once_and_the_surplus_of_a_smaller_plan_pauses(shop):
    paying(shop, "professional_m")
    pairs = shop.pairs(5)
    shop.change("personal_m")
    shop.hear()
    assert shop.standing.plan.label == "Personal"
    assert shop.running() == [pair.pk for pair in pairs[:3]]
    shop.change("professional_y")
    shop.hear()
    assert (shop.standing.limit, shop.account.lookup_key) == (8, "professional_y")
    answer = shop.browser.post(reverse("billing_resume"), follow=True)
    assert "Resumed" in answer.content.decode()
    assert len(shop.running()) == 5


def test_who_bought_before_a_price_changed_keeps_plan_and_price_and_what_is_none_of_ours_gives_nothing(shop):
    paying(shop)
    newer = {"product": "hetk_personal", "currency": "usd", "unit_amount": "300", "recurring[interval]": "month"}
    shop.api("POST", "prices", {**newer, "lookup_key": "personal_m", "transfer_lookup_key": "true"})
    shop.api("POST", f"subscriptions/{shop.account.subscription}", {"metadata[x]": "y"})
    assert tasks.reconcile() == 0
    projection.refresh(shop.account)
    assert (shop.account.status, shop.account.lookup_key, shop.account.cents) == ("active", "personal_m", 200)
    assert "$2 a month, plus tax" in shop.browser.get(reverse("billing")).content.decode()
    shop.api("POST", "products", {"id": "other", "name": "Something else"})
    other = shop.api("POST", "prices", {**newer, "product": "other"})
    shop.api("POST", f"subscriptions/{shop.account.subscription}", {"items[0][price]": other["id"]})
    projection.refresh(shop.account)
    assert (shop.account.status, shop.standing.level) == ("canceled", Level.GRACE)


def test_a_larger_plan_in_the_middle_of_a_month_costs_the_rest_of_it_and_a_year_begins_anew(shop, clock):
    paying(shop)
    pass_days(shop, clock, 15)
    ends, left = shop.account.period_end, (shop.account.period_end - timezone.now()) / timedelta(days=1)
    shop.change("professional_m")
    shop.hear()
    paid = shop.api("GET", "invoices")["data"][0]["amount_paid"]
    assert paid == pytest.approx(400 * left / (left + 15), abs=2)
    assert shop.account.period_end == ends
    shop.change("professional_y")
    shop.hear()
    assert shop.account.period_end > timezone.now() + timedelta(days=364)
    assert 4400 < shop.api("GET", "invoices")["data"][0]["amount_paid"] < 5000


def test_a_smaller_plan_while_a_payment_is_owed_keeps_what_it_holds_and_paying_gives_no_more(shop, clock):
    paying(shop, "professional_m")
    pairs = shop.pairs(5)
    shop.manage(do="card", card=FAILS_LATER)
    pass_days(shop, clock, 31.5)
    assert (shop.standing.level, len(shop.running())) == (Level.GRACE, 5)
    shop.change("personal_m")
    shop.hear()
    assert shop.standing.limit == 3
    assert shop.running() == [pair.pk for pair in pairs[:3]]
    shop.manage(do="card", card=GOOD)
    for bill in [bill for bill in shop.api("GET", "invoices")["data"] if bill["status"] == "open"]:
        shop.manage(do="pay", invoice=bill["id"])
    shop.hear()
    assert (shop.account.status, shop.standing.level, shop.standing.limit) == ("active", Level.FULL, 3)
    answer = shop.browser.post(reverse("billing_resume"), follow=True).content.decode()
    assert "keeps 3 syncs running, and 3 are" in answer
    assert len(shop.running()) == 3


def test_cancelling_lasts_to_the_end_of_what_was_paid_and_can_be_taken_back(shop, clock):
    paying(shop)
    subscription = shop.account.subscription
    shop.manage(do="cancel", subscription=subscription)
    shop.hear()
    assert shop.account.cancel_at == shop.account.period_end
    assert "You cancelled" in shop.browser.get(reverse("billing")).content.decode()
    shop.manage(do="keep", subscription=subscription)
    shop.hear()
    assert shop.account.cancel_at is None
    shop.manage(do="cancel", subscription=subscription)
    pass_days(shop, clock, 25)
    assert [letter.subject.partition(" on ")[0] for letter in mail.outbox] == ["Your Hetk plan ends"]
    pass_days(shop, clock, 7)
    assert (shop.account.status, shop.standing.level) == ("canceled", Level.GRACE)
    shop.buy("professional_m")
    assert (shop.account.status, shop.standing.level) == ("active", Level.FULL)


def test_a_refund_or_a_cancellation_at_stripe_itself_is_heard_of(shop):
    paying(shop)
    shop.api("DELETE", f"subscriptions/{shop.account.subscription}")
    shop.hear()
    assert (shop.account.status, shop.standing.level) == ("canceled", Level.GRACE)


def test_before_an_account_is_deleted_its_subscription_ends_and_its_customer_goes(shop):
    paying(shop)
    customer, subscription = shop.account.customer, shop.account.subscription
    ending.end_for(shop.alice.user)
    verbs = [(one["method"], one["path"].rsplit("/", 1)[1]) for one in shop.asked("DELETE")]
    assert verbs == [("DELETE", subscription), ("DELETE", customer)]
    assert shop.api("GET", f"customers/{customer}")["error"]["code"] == "resource_missing"
    assert shop.api("GET", "invoices")["data"] != []
    ending.end_for(shop.alice.user)
    assert shop.account.customer == ""


def test_a_deletion_ends_the_subscription_first_and_waits_while_stripe_does_not_answer(shop):
    paying(shop)
    subscription, customer, user = shop.account.subscription, shop.account.customer, shop.alice.user
    user.connections.all().delete()
    deletion.ask(user, copies="leave", now=timezone.now())
    shop.outside.faults("api.stripe.com", "subscriptions", times=9, status=500, body={"error": {"type": "api_error"}})
    assert deletion.go_on(timezone.now) == 0
    assert User.objects.filter(pk=user.pk).exists()
    shop.outside.clear_faults()
    assert deletion.go_on(timezone.now) == 1
    assert not User.objects.filter(pk=user.pk).exists()
    assert [one["path"].rsplit("/", 1)[1] for one in shop.asked("DELETE")] == [subscription, customer]


def test_nothing_is_paid_for_while_a_deletion_waits_for_copies_and_no_open_page_can_be_paid_any_more(shop):
    paying(shop)
    shop.pairs(1)
    Account.objects.update(status="canceled", subscription="")
    shop.api("DELETE", f"subscriptions/{shop.api('GET', 'subscriptions')['data'][0]['id']}")
    page = shop.begin()
    customer = shop.account.customer
    deletion.ask(shop.alice.user, copies="remove", now=timezone.now())
    assert deletion.go_on(timezone.now) == 0
    assert Pair.objects.exists()
    assert page.rpartition("/")[2] in shop.asked("POST", "expire$")[-1]["path"]
    assert shop.pay(page) == ""
    assert shop.api("GET", f"customers/{customer}")["error"]["code"] == "resource_missing"


def test_copies_go_while_stripe_does_not_answer_and_the_account_waits_for_it(shop):
    paying(shop)
    shop.pairs(1)
    deletion.ask(shop.alice.user, copies="leave", now=timezone.now())
    shop.outside.faults("api.stripe.com", "subscriptions", times=9, status=500, body={"error": {"type": "api_error"}})
    assert deletion.go_on(timezone.now) == 0
    assert not Pair.objects.exists()
    assert Account.objects.get().customer


def test_while_stripe_does_not_answer_an_account_cannot_be_ended(shop):
    paying(shop)
    shop.outside.faults("api.stripe.com", "subscriptions", times=9, status=500, body={"error": {"type": "api_error"}})
    with pytest.raises(ProviderError):
        ending.end_for(shop.alice.user)
    shop.outside.clear_faults()
    assert Account.objects.get().customer
    assert shop.api("GET", "subscriptions")["data"] != []


def test_ending_for_somebody_who_never_bought_asks_nobody(shop):
    ending.end_for(shop.alice.user)
    assert shop.asked() == []
