"""What protects an account changes only right after signing in or confirming."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import mail

from tests.accounts.browser import Browser
from tests.accounts.test_factors import code
from tests.factories import PASSWORD, authenticator_app, sign_in

pytestmark = pytest.mark.django_db

CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")
START = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def google(alice):
    return SocialAccount.objects.create(user=alice, provider="google", uid="https://accounts.google.com|1")


def sensitive(google: SocialAccount) -> list[tuple[str, dict[str, str]]]:
    """(address, what is posted) of everything that protects the account."""
    return [
        ("/accounts/email/", {"email": "new@hetk.example", "action_add": ""}),
        ("/accounts/email/", {"email": "alice@hetk.example", "action_remove": ""}),
        ("/accounts/email/", {"email": "alice@hetk.example", "action_primary": ""}),
        ("/accounts/2fa/totp/activate/", {"code": "000000"}),
        ("/accounts/2fa/webauthn/add/", {"name": "x", "credential": "{}"}),
        ("/accounts/2fa/recovery-codes/generate/", {}),
        (f"/settings/security/identities/{google.pk}/", {}),
    ]


@pytest.mark.parametrize("number", range(7))
def test_more_than_five_minutes_after_signing_in_it_is_asked_who_it_is(alice, google, number):
    path, fields = sensitive(google)[number]
    with time_machine.travel(START, tick=False) as clock:
        browser = Browser()
        sign_in(browser, alice)
        clock.shift(timedelta(minutes=4, seconds=59))
        assert "reauthenticate" not in browser.post(path, fields).headers.get("Location", "")
        browser = Browser()
        sign_in(browser, alice)
        clock.shift(timedelta(minutes=5, seconds=1))
        mail.outbox.clear()
        assert browser.post(path, fields)["Location"].startswith("/accounts/reauthenticate/")
    assert mail.outbox == []


def test_nothing_has_changed_until_then_and_it_goes_on_afterwards(alice, google):
    browser = Browser(alice)
    path = f"/settings/security/identities/{google.pk}/"
    asked = browser.post(path)["Location"]
    assert SocialAccount.objects.exists()
    browser.post(asked, {"password": "wrong"})
    assert SocialAccount.objects.exists()
    browser.post(asked, {"password": PASSWORD})
    assert not SocialAccount.objects.exists()
    assert mail.outbox[-1].subject == "A way to sign in was removed from Hetk"


def test_signing_in_counts_for_five_minutes(alice):
    browser = Browser()
    browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200


def test_who_has_no_password_and_no_factor_confirms_by_a_mailed_code(alice, google):
    alice.set_unusable_password()
    alice.save()
    browser = Browser(alice)
    path = f"/settings/security/identities/{google.pk}/"
    asked = browser.post(path)["Location"]
    assert asked.startswith("/accounts/confirm/")
    browser.get(asked)
    assert [letter.to for letter in mail.outbox] == [[alice.email]]
    browser.post(asked, {"code": "AAAA-AAAA"})
    assert SocialAccount.objects.exists()
    found = CODE.search(str(mail.outbox[0].body))
    assert found
    browser.post(asked, {"code": found[0]})
    assert not SocialAccount.objects.exists()


def test_three_wrong_codes_make_the_right_one_worthless(alice, google):
    alice.set_unusable_password()
    alice.save()
    browser = Browser(alice)
    browser.get("/accounts/confirm/")
    found = CODE.search(str(mail.outbox[0].body))
    assert found
    for _ in range(3):
        browser.post("/accounts/confirm/", {"code": "AAAA-AAAA"})
    browser.post("/accounts/confirm/", {"code": found[0]})
    assert browser.get(f"/settings/security/identities/{google.pk}/").status_code == 302


def test_allauth_s_own_pages_ask_such_a_person_too(alice):
    alice.set_unusable_password()
    alice.save()
    browser = Browser(alice)
    for path in ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"):
        assert browser.get(path)["Location"].startswith("/accounts/confirm/")
    answer = browser.post("/accounts/email/", {"email": "new@hetk.example", "action_add": ""})
    assert answer["Location"].startswith("/accounts/confirm/")
    assert not Authenticator.objects.exists()
    assert EmailAddress.objects.count() == 1


def test_a_second_factor_confirms(alice):
    authenticator_app(alice)
    browser = Browser(alice)
    assert browser.get("/accounts/2fa/totp/deactivate/").status_code == 302
    answer = browser.post("/accounts/2fa/reauthenticate/?next=/accounts/2fa/totp/deactivate/", {"code": code()})
    assert answer["Location"] == "/accounts/2fa/totp/deactivate/"
    assert browser.get("/accounts/2fa/totp/deactivate/").status_code == 200
