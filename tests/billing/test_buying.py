"""Buying, from the button to the page that says thank you."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils import timezone

from billing.models import Account
from billing.standing import Cause, Level
from tests.billing.shop import DECLINED, ends_trial


def test_a_plan_is_bought_during_the_trial_and_nothing_is_charged_before_its_end(shop):
    ends = shop.account.trial_ends_at
    answer = shop.buy("professional_y")
    assert answer.status_code == 200
    account = shop.account
    assert (account.status, account.lookup_key) == ("trialing", "professional_y")
    assert abs(account.period_end - ends) < timedelta(seconds=2)
    assert (shop.standing.level, shop.standing.cause) == (Level.FULL, Cause.SUBSCRIPTION)
