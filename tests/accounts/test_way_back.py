"""Changing the main address: confirmed by a code before it counts, told to the old one, and taken back from there."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.utils import timezone

from accounts import lost, tokens
from accounts import way_back as way_back_
from accounts.models import ApiToken, EmailChange, LostFactor
from tests.accounts.browser import Browser
from tests.factories import PASSWORD, authenticator_app, make_user, passkey, sign_in

pytestmark = pytest.mark.django_db

OLD, NEW = "alice@hetk.example", "mallory@hetk.example"
CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")
START = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECRET, FAR = f"{tokens.PREFIX}stolen", date(2100, 1, 1)


def main_address() -> str:
    return str(EmailAddress.objects.get(primary=True).email)


def main_address_of(user) -> str:
    return str(EmailAddress.objects.get_primary_email(user))


def add(browser: Browser) -> str:
    """Adds NEW; the code that was mailed there."""
    browser.post("/accounts/email/", {"email": NEW, "action_add": ""})
    letter = mail.outbox[-1]
    assert letter.to == [NEW]
    found = CODE.search(str(letter.body))
    assert found
    return found[0]


def change(alice) -> Browser:
    browser = Browser()
    sign_in(browser, alice)
    browser.post("/accounts/confirm-email/", {"code": add(browser)})
    browser.post("/accounts/email/", {"email": NEW, "action_primary": ""})
    return browser


def way_back() -> str:
    letter = next(letter for letter in mail.outbox if letter.to == [OLD] and "was changed" in letter.subject)
    found = re.search(r"http://localhost:\d+(/settings/email/back/\S+)", str(letter.body))
    assert found
    return found[1]


def test_an_address_counts_only_after_its_code(alice):
    browser = Browser()
    sign_in(browser, alice)
    code = add(browser)
    assert list(EmailAddress.objects.values_list("email", flat=True)) == [OLD]
    browser.post("/accounts/email/", {"email": NEW, "action_primary": ""})
    assert main_address() == OLD
    browser.post("/accounts/confirm-email/", {"code": "BBBB-BBBB"})
    assert list(EmailAddress.objects.values_list("email", flat=True)) == [OLD]
    browser.post("/accounts/confirm-email/", {"code": code})
    assert EmailAddress.objects.get(email=NEW).verified
    assert main_address() == OLD


def test_both_addresses_hear_of_the_change_and_only_the_old_one_gets_the_way_back(alice):
    change(alice)
    alice.refresh_from_db()
    assert (main_address(), alice.email) == (NEW, NEW)
    letters = {letter.to[0]: str(letter.body) for letter in mail.outbox[-2:]}
    assert set(letters) == {OLD, NEW}
    assert "/settings/email/back/" in letters[OLD]
    assert "/settings/email/back/" not in letters[NEW]


def test_the_old_address_takes_the_account_back_and_throws_everybody_else_out(alice):
    known = passkey(alice, "Known for years")
    Authenticator.objects.update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    thief = change(alice)
    authenticator_app(alice)
    SocialAccount.objects.create(user=alice, provider="google", uid="https://accounts.google.com|mallory")
    thief.post("/accounts/email/", {"email": OLD, "action_remove": ""})
    assert not EmailAddress.objects.filter(email=OLD).exists()

    owner = Browser()
    link = way_back()
    assert "Take your address back?" in owner.get(link).content.decode()
    assert main_address() == NEW
    answer = owner.post(link)

    assert answer["Location"] == "/accounts/login/code/"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(OLD, True, True)]
    alice.refresh_from_db()
    assert alice.email == OLD
    assert not alice.has_usable_password()
    assert thief.get("/settings/security/").status_code == 302
    assert list(Authenticator.objects.values_list("pk", flat=True)) == [known.pk]
    assert not SocialAccount.objects.exists()
    Browser().post("/accounts/login/", {"login": NEW, "password": PASSWORD})
    assert {letter.to[0] for letter in mail.outbox[-2:]} == {OLD, NEW}


def test_a_code_that_the_thief_waits_with_and_a_token_of_a_program_open_nothing_afterwards(alice):
    change(alice)
    thief = Browser()
    thief.post("/accounts/login/code/", {"email": NEW})
    found = CODE.search(str(mail.outbox[-1].body))
    assert mail.outbox[-1].to == [NEW]
    assert found
    ApiToken.objects.create(user=alice, name="thief", digest=tokens.digest_of(SECRET), scopes="read", expires_on=FAR)
    asks = LostFactor.objects.create(user=alice, asked_at=timezone.now(), due_at=timezone.now() + lost.WAIT)
    assert tokens.find(SECRET)

    Browser().post(way_back())

    mail.outbox.clear()
    thief.post("/accounts/login/code/confirm/", {"code": found[0]})
    # Nor does it begin the confirmation of the thief's address once more.
    assert mail.outbox == []
    assert not EmailAddress.objects.filter(email=NEW).exists()
    assert thief.signed_in_as() is None
    assert tokens.find(SECRET) is None
    asks.refresh_from_db()
    assert asks.stopped_at


def test_a_code_that_waits_signs_in_while_its_address_is_the_persons(alice):
    change(alice)
    browser = Browser()
    browser.post("/accounts/login/code/", {"email": NEW})
    found = CODE.search(str(mail.outbox[-1].body))
    assert found
    browser.post("/accounts/login/code/confirm/", {"code": found[0]})
    assert browser.signed_in_as() == str(alice.pk)


def test_the_way_back_works_once(alice):
    change(alice)
    link = way_back()
    Browser().post(link)
    assert Browser().post(link).status_code == 404
    assert Browser().get(link).status_code == 404


def test_it_is_open_for_seven_days_and_only_as_it_was_written(alice):
    with time_machine.travel(START, tick=False) as clock:
        change(alice)
        link = way_back()
        assert Browser().get(f"{link[:-3]}xx/").status_code == 404
        clock.shift(timedelta(days=6, hours=23))
        assert Browser().get(link).status_code == 200
        clock.shift(timedelta(hours=2))
        assert Browser().post(link).status_code == 404
    assert main_address() == NEW
    assert EmailChange.objects.get().undone_at is None


def test_an_address_that_is_somebody_elses_by_now_is_not_taken_from_them(alice):
    thief = change(alice)
    thief.post("/accounts/email/", {"email": OLD, "action_remove": ""})
    link = way_back()
    bob = make_user("bob", email=OLD)
    assert Browser().post(link).status_code == 404
    assert EmailAddress.objects.get(email=OLD).user == bob


def test_a_link_that_found_the_address_elsewhere_is_not_used_up(alice, rf):
    thief = change(alice)
    thief.post("/accounts/email/", {"email": OLD, "action_remove": ""})
    bob, row = make_user("bob", email=OLD), EmailChange.objects.get()
    # Between the look at the link and the click the address went to Bob.
    assert way_back_.take(rf.post("/"), row) is False
    row.refresh_from_db()
    assert (row.undone_at, main_address_of(alice), bob.has_usable_password()) == (None, NEW, True)
    bob.delete()
    assert Browser().post(way_back()).status_code == 302
    assert main_address() == OLD
    assert EmailChange.objects.get().undone_at is not None


def test_a_removed_address_is_told_that_it_was(alice):
    thief = change(alice)
    mail.outbox.clear()
    thief.post("/accounts/email/", {"email": OLD, "action_remove": ""})
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [([OLD], "An address was removed from Hetk")]
