"""Which mails were sent: their names and times, for whoever asks "did you send it?"; never what stood in them."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone

from accounts import emails, mails
from accounts.models import SentMail
from sync import tasks
from tests.accounts.browser import Browser
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_every_mail_that_there_is_has_words():
    places = [("emails", "-subject.txt"), ("account/email", "_subject.txt")]
    names = {
        path.name.removesuffix(ending)
        for place, ending in places
        for path in (settings.BASE_DIR / "templates" / place).glob(f"*{ending}")
    }
    assert len(names) > 15
    assert names == set(mails.WORDS)


def test_a_mail_is_noted_for_its_reader_by_any_address_of_theirs_and_nothing_that_stood_in_it():
    alice = make_user("alice")
    EmailAddress.objects.create(user=alice, email="Second@hetk.example", verified=True)
    emails.confirm_change("second@HETK.example", "QKAN-ARIX", 10)
    emails.confirm_change("nobody@hetk.example", "QKAN-ARIX", 10)
    [row] = SentMail.objects.values("user", "name", "taken")
    assert row == {"user": alice.pk, "name": "confirm-change", "taken": True}
    assert "ARIX" not in str(list(SentMail.objects.values()))


def test_a_code_to_sign_in_is_noted_and_a_stranger_s_address_leaves_nothing():
    make_user("alice")
    for address in ("alice@hetk.example", "stranger@hetk.example"):
        Browser().post("/accounts/login/code/", {"email": address})
    assert list(SentMail.objects.values_list("user__email", "name")) == [("alice@hetk.example", "login_code")]


def test_it_is_forgotten_after_90_days():
    alice = make_user("alice")
    for days in (89, 91):
        row = SentMail.objects.create(user=alice, name="login_code", taken=True)
        SentMail.objects.filter(pk=row.pk).update(sent_at=timezone.now() - timedelta(days=days))
    tasks.forget_old_rows()
    assert SentMail.objects.count() == 1
