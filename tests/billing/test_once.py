"""A mail about a payment goes out once: whatever Stripe tells how often, and however many look at the account at the same time."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from billing import minding, room, tasks
from billing.models import Account, Reminder
from tests.billing.shop import FAILS_LATER, ends_trial

FAILED, SOON, PAUSED = "A payment for Hetk did not go through", "Your syncs pause", "Your syncs are paused"


class Meanwhile(EmailBackend):
    """While a mail is on its way to the server, another process looks at the same account."""

    def send_messages(self, messages):
        for account in Account.objects.all():
            minding.mind(account, timezone.now())
        return super().send_messages(messages)


@pytest.fixture
def clock():
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def unpaid(alice):
    """A payment failed a moment ago, and nobody was told."""
    account, now = room.account_of(alice.user), timezone.now()
    alice.pair(copies=0)
    bought = {
        "customer": "cus_1",
        "status": "past_due",
        "lookup_key": "personal_m",
        "unpaid_since": now,
        "look_at": now,
    }
    Account.objects.filter(pk=account.pk).update(**bought, trial_ends_at=now - timedelta(days=9))
    return Account.objects.get(pk=account.pk)


def subjects() -> list[str]:
    return [letter.subject.partition(" on ")[0] for letter in mail.outbox]


def test_a_renewal_that_fails_five_times_is_told_once_when_it_failed_twice_ahead_of_the_pause_and_once_at_it(
    shop, clock
):
    ends_trial(shop.account, timezone.now())
    shop.buy()
    shop.pairs(2)
    shop.manage(do="card", card=FAILS_LATER)
    shop.outside.advance(31 * 86400)
    clock.shift(timedelta(days=31))
    for _ in range(33):
        shop.outside.advance(43200)
        clock.shift(timedelta(hours=12))
        # Every event that there ever was comes again, twice.
        shop.deliver(shop.letters() * 2)
        tasks.settle_events()
        tasks.mind_plans()
        tasks.mind_plans()
    assert len(shop.letters("invoice.payment_failed")) == 5
    assert subjects() == [FAILED, SOON, SOON, PAUSED]
    assert {letter.to[0] for letter in mail.outbox} == {shop.alice.user.email}


def test_two_processes_that_look_at_once_send_one_mail(unpaid, settings):
    settings.EMAIL_BACKEND = "tests.billing.test_once.Meanwhile"
    assert tasks.mind_plans() == 1
    assert subjects() == [FAILED]
    assert Reminder.objects.get().sent_at is not None


def test_a_process_that_dies_before_the_mail_left_is_made_up_for_and_nobody_else_sends_it_meanwhile(unpaid, clock):
    told = minding.due(unpaid, timezone.now())
    assert told
    words = {"name": told.name, "days": told.days, "end": told.end}
    Reminder.objects.create(account=unpaid, **words, lease_until=timezone.now() + minding.LEASE)
    tasks.mind_plans()
    assert subjects() == []
    clock.shift(minding.LEASE + timedelta(minutes=1))
    tasks.mind_plans()
    tasks.mind_plans()
    assert subjects() == [FAILED]
