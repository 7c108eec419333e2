"""Sign up and sign in: by a mailed code, by Google, by Microsoft, and what an address can never do."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core import mail
from django.utils import timezone

from accounts.models import Connection, User
from tests.accounts.browser import Browser, answer
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

CODE = re.compile(r"\b[A-Z0-9]{3,4}-[A-Z0-9]{3,4}\b")


def code_in_the_mail() -> str:
    found = CODE.search(str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[0]


def test_an_address_and_the_mailed_code_make_an_account(sandbox):
    browser = Browser()

    response = browser.post("/accounts/signup/", {"email": "new@hetk.example", "password1": PASSWORD})

    assert response.status_code == 302
    assert browser.signed_in_as() is None
    browser.post("/accounts/confirm-email/", {"code": code_in_the_mail()})
    user = User.objects.get(email="new@hetk.example")
    assert browser.signed_in_as() == str(user.pk)
    assert EmailAddress.objects.get(user=user).verified


def test_a_wrong_code_does_not_sign_in(sandbox):
    browser = Browser()
    browser.post("/accounts/signup/", {"email": "new@hetk.example", "password1": PASSWORD})

    browser.post("/accounts/confirm-email/", {"code": "AAAA-AAAA"})

    assert browser.signed_in_as() is None
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_an_address_that_has_an_account_gets_the_same_answer_as_a_new_one(sandbox):
    make_user("alice")
    fields = {"password1": PASSWORD}

    known = Browser().post("/accounts/signup/", {"email": "alice@hetk.example", **fields})
    unknown = Browser().post("/accounts/signup/", {"email": "nobody@hetk.example", **fields})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_google_makes_an_account_and_a_connection_by_one_consent(sandbox):
    browser = Browser()

    response = browser.through("/signin/google/", "alice-gmail")

    user = User.objects.get()
    assert response.status_code == 302
    assert browser.signed_in_as() == str(user.pk)
    assert user.email == "alice.tamm@gmail.example"
    assert EmailAddress.objects.get(user=user).verified
    connection = Connection.objects.get(user=user)
    assert (connection.kind, connection.issuer) == ("google", "https://accounts.google.com")
    assert connection.address == "alice.tamm@gmail.example"
    assert mail.outbox == []


def test_google_signs_the_same_person_in_again(sandbox):
    Browser().through("/signin/google/", "alice-gmail")
    user = User.objects.get()
    browser = Browser()

    browser.through("/signin/google/", "alice-gmail", choice="")

    assert browser.signed_in_as() == str(user.pk)
    assert User.objects.count() == Connection.objects.count() == SocialAccount.objects.count() == 1


def test_microsoft_makes_an_account_after_the_address_was_confirmed(sandbox):
    browser = Browser()

    response = browser.through("/signin/microsoft/", "alice-northwind")

    assert response["Location"] == "/signin/confirm/"
    assert browser.signed_in_as() is None
    assert not User.objects.exists()
    assert not Connection.objects.exists()
    assert mail.outbox[-1].to == ["alice@northwind.example"]

    browser.post("/signin/confirm/", {"code": code_in_the_mail()})

    user = User.objects.get()
    assert browser.signed_in_as() == str(user.pk)
    assert EmailAddress.objects.get(user=user).verified
    connection = Connection.objects.get(user=user)
    assert connection.issuer == f"https://login.microsoftonline.com/{connection.tenant}/v2.0"
    assert connection.grant
    assert SocialAccount.objects.get(user=user).uid == f"{connection.issuer}|{connection.subject}"


def test_microsoft_signs_the_same_person_in_again_without_a_code(sandbox):
    first = Browser()
    first.through("/signin/microsoft/", "alice-northwind")
    first.post("/signin/confirm/", {"code": code_in_the_mail()})
    mail.outbox.clear()
    browser = Browser()

    browser.through("/signin/microsoft/", "alice-northwind")

    assert browser.signed_in_as() == first.signed_in_as()
    assert [letter.subject for letter in mail.outbox] == ["New sign-in to Hetk"]


def test_three_wrong_codes_end_it_and_store_nothing(sandbox):
    browser = Browser()
    browser.through("/signin/microsoft/", "alice-northwind")
    right = code_in_the_mail()

    for _ in range(3):
        browser.post("/signin/confirm/", {"code": "AAAA-AAAA"})
    response = browser.post("/signin/confirm/", {"code": right})

    assert response["Location"] == "/accounts/login/"
    assert browser.signed_in_as() is None
    assert not User.objects.exists()


def test_a_code_of_another_browser_is_worth_nothing(sandbox):
    Browser().through("/signin/microsoft/", "alice-northwind")
    code = code_in_the_mail()
    stranger = Browser()

    stranger.post("/signin/confirm/", {"code": code})

    assert stranger.signed_in_as() is None
    assert not User.objects.exists()


def test_a_code_is_over_after_ten_minutes(sandbox):
    browser = Browser()
    browser.through("/signin/microsoft/", "alice-northwind")
    session = browser.session
    session["newcomer"] = {**session["newcomer"], "began": session["newcomer"]["began"] - 601}
    session.save()

    browser.post("/signin/confirm/", {"code": code_in_the_mail()})

    assert browser.signed_in_as() is None
    assert not User.objects.exists()


def test_the_waiting_newcomers_tokens_are_sealed_in_the_session(sandbox):
    browser = Browser()
    browser.through("/signin/microsoft/", "alice-northwind")

    held = browser.session["newcomer"]

    assert held["note"].startswith("v1.")
    assert set(held) == {"note", "code", "began", "tries"}
    assert code_in_the_mail() not in str(held)


@pytest.mark.parametrize(
    ("kind", "person", "address"),
    [
        ("microsoft", "alice-northwind", "alice@northwind.example"),
        ("microsoft", "alice-northwind", "Alice@Northwind.example"),
        ("google", "alice-gmail", "alice.tamm@gmail.example"),
    ],
)
def test_an_address_alone_takes_over_nobodys_account(sandbox, kind, person, address):
    victim = make_user(email=address)
    attacker = Browser()

    response = attacker.through(f"/signin/{kind}/", person)

    assert "sign in as before" in response.content.decode()
    assert attacker.signed_in_as() is None
    assert not SocialAccount.objects.exists()
    assert not Connection.objects.exists()
    assert list(User.objects.all()) == [victim]
    assert mail.outbox == []


def test_an_unconfirmed_address_cannot_wait_for_its_owner(sandbox):
    # The attacker brings a Microsoft account that claims the victim's address, and stops at the code.
    Browser().through("/signin/microsoft/", "alice-northwind")
    victim = Browser()
    victim.post("/accounts/signup/", {"email": "alice@northwind.example", "password1": PASSWORD})
    victim.post("/accounts/confirm-email/", {"code": code_in_the_mail()})

    attacker = Browser()
    attacker.through("/signin/microsoft/", "alice-northwind")

    assert attacker.signed_in_as() is None
    assert not Connection.objects.exists()


def test_a_code_that_came_too_late_does_not_join_the_account_made_meanwhile(sandbox):
    browser = Browser()
    browser.through("/signin/microsoft/", "alice-northwind")
    code = code_in_the_mail()
    make_user(email="alice@northwind.example")

    response = browser.post("/signin/confirm/", {"code": code})

    assert "sign in as before" in response.content.decode()
    assert browser.signed_in_as() is None
    assert not SocialAccount.objects.exists()


def test_an_account_connected_elsewhere_does_not_sign_in_there(sandbox):
    alice = make_user("alice")
    Browser(alice).through("/connect/microsoft/", "bob-northwind")
    browser = Browser()

    response = browser.through("/signin/microsoft/", "bob-northwind")

    assert "sign in as before" in response.content.decode()
    assert browser.signed_in_as() is None


def test_a_connected_account_with_the_persons_own_address_signs_in_later(sandbox):
    alice = make_user(email="alice@northwind.example")
    Browser(alice).through("/connect/microsoft/", "alice-northwind")
    browser = Browser()

    browser.through("/signin/microsoft/", "alice-northwind")

    assert browser.signed_in_as() == str(alice.pk)


def test_signing_in_does_not_bring_back_a_connection_that_was_removed(sandbox):
    Browser().through("/signin/google/", "alice-gmail")
    Connection.objects.all().delete()
    browser = Browser()

    browser.through("/signin/google/", "alice-gmail", choice="")

    assert browser.signed_in_as()
    assert not Connection.objects.exists()


def test_a_lost_grant_asks_for_consent_once_more_after_signing_in(sandbox):
    Browser().through("/signin/google/", "alice-gmail")
    Connection.objects.update(grant="", access="")
    browser = Browser()

    response = browser.through("/signin/google/", "alice-gmail", choice="")
    browser.come_back(answer(response["Location"], "alice-gmail"))

    assert browser.signed_in_as()
    assert Connection.objects.get().grant


def test_the_session_key_changes_at_sign_in(sandbox):
    browser = Browser()
    address = browser.start("/signin/google/")
    before = browser.session.session_key

    browser.come_back(answer(address, "alice-gmail"))

    assert browser.signed_in_as()
    assert browser.session.session_key != before


def test_allauth_stores_no_provider_token_and_its_provider_addresses_are_absent(sandbox):
    Browser().through("/signin/google/", "alice-gmail")

    assert not SocialToken.objects.exists()
    for path in ("/accounts/google/login/", "/accounts/microsoft/login/", "/accounts/3rdparty/"):
        assert Browser().get(path).status_code == 404


@pytest.mark.parametrize("kind", ["google", "microsoft"])
def test_nothing_in_the_address_changes_what_is_asked(sandbox, kind):
    address = Browser().start(f"/signin/{kind}/?scope=https://www.googleapis.com/auth/drive&prompt=none", scope="drive")

    assert "drive" not in address


def test_signing_in_by_get_goes_nowhere(sandbox):
    assert Browser().get("/signin/google/")["Location"] == "/accounts/login/"
    assert sandbox.requests() == []


def test_too_many_attempts_are_slowed_down(sandbox):
    browser = Browser()
    statuses = [browser.post("/signin/google/").status_code for _ in range(31)]

    assert statuses[:30] == [302] * 30
    assert statuses[30] == 429


def test_the_access_token_of_a_slow_newcomer_is_not_thought_younger_than_it_is(sandbox):
    browser = Browser()
    browser.through("/signin/microsoft/", "alice-northwind")
    session = browser.session
    session["newcomer"] = {**session["newcomer"], "began": session["newcomer"]["began"] - 500}
    session.save()

    browser.post("/signin/confirm/", {"code": code_in_the_mail()})

    latest = timezone.now() + timedelta(seconds=3600 - 495)
    assert Connection.objects.filter(access_expires_at__lt=latest).exists()
