"""Where Stripe writes to: the main address as it is now, unless somebody chose another one for invoices."""

import uuid

from django.urls import reverse

from billing import tasks


def moves(shop, address: str) -> None:
    shop.alice.user.email = address
    shop.alice.user.save()


def at_stripe(shop) -> str:
    return str(shop.api("GET", f"customers/{shop.account.customer}")["email"])


def told(shop) -> int:
    return len(shop.asked("POST", "customers/cus"))


def test_a_main_address_that_changed_is_told_once_and_one_that_did_not_never(shop):
    shop.begin()
    assert tasks.tell_addresses() == 0
    moves(shop, "alice@new.example")
    assert [tasks.tell_addresses(), tasks.tell_addresses()] == [1, 0]
    assert (at_stripe(shop), told(shop)) == ("alice@new.example", 1)


def test_who_goes_back_to_the_old_address_within_a_day_is_told_of_again(shop):
    shop.begin()
    old = shop.alice.user.email
    for address in ("alice@new.example", old, "alice@new.example"):
        moves(shop, address)
        tasks.tell_addresses()
        assert at_stripe(shop) == address


def test_while_stripe_does_not_answer_it_waits_and_keeps_nobody_else_waiting(shop):
    shop.begin()
    moves(shop, "alice@new.example")
    shop.outside.faults("api.stripe.com", "customers/", times=9, status=500, body={"error": {"type": "api_error"}})
    assert tasks.tell_addresses() == 0
    shop.outside.clear_faults()
    assert tasks.tell_addresses() == 1
    assert at_stripe(shop) == "alice@new.example"


def test_an_address_that_was_chosen_in_the_portal_stays(shop):
    shop.begin()
    shop.api("POST", f"customers/{shop.account.customer}", {"email": "books@tamm.example"})
    moves(shop, "alice@new.example")
    assert [tasks.tell_addresses(), tasks.tell_addresses()] == [1, 0]
    assert at_stripe(shop) == "books@tamm.example"


def test_a_customer_that_is_gone_is_asked_about_once(shop):
    shop.begin()
    shop.api("DELETE", f"customers/{shop.account.customer}")
    moves(shop, "alice@new.example")
    assert [tasks.tell_addresses(), tasks.tell_addresses()] == [1, 0]


def test_without_a_key_nobody_is_told(shop, settings):
    shop.begin()
    moves(shop, "alice@new.example")
    settings.STRIPE_SECRET_KEY = ""
    assert tasks.tell_addresses() == 0
    assert told(shop) == 0


def test_who_begins_anew_with_another_address_is_a_customer_with_that_one(shop):
    """The first try made a customer at Stripe, and its answer was lost for good: the same key with another address would be refused."""
    shop.outside.faults("api.stripe.com", "customers$", method="POST", times=9, lost=True)
    fields = {"price": "personal_m", "intent": str(uuid.uuid4())}
    assert shop.browser.post(reverse("billing_buy"), fields).status_code == 503
    shop.outside.clear_faults()
    moves(shop, "alice@new.example")
    shop.buy()
    assert (at_stripe(shop), shop.account.told_address) == ("alice@new.example", "alice@new.example")
