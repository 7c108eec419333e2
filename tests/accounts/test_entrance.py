"""allauth's pages as Hetk mounts them: all there, all limited."""

import re

import pytest
from django.core import mail

from accounts.models import User
from tests.accounts.browser import Browser
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["login/", "signup/", "password/reset/", "login/code/", "password/reset/done/", "inactive/"]
)
def test_the_entrance_pages_open_for_everybody(path):
    assert Browser().get(f"/accounts/{path}").status_code == 200


@pytest.mark.parametrize(
    "path", ["email/", "password/change/", "logout/", "reauthenticate/", "2fa/totp/activate/", "2fa/webauthn/add/"]
)
def test_the_account_pages_open_for_a_signed_in_person_only(path):
    browser = Browser()
    browser.post("/accounts/login/", {"login": make_user("alice").email, "password": PASSWORD})

    assert browser.get(f"/accounts/{path}").status_code == 200
    assert Browser().get(f"/accounts/{path}").status_code == 302


def test_an_address_and_its_password_sign_in():
    alice = make_user("alice")
    browser = Browser()

    browser.post("/accounts/login/", {"login": "Alice@hetk.example", "password": PASSWORD})

    assert browser.signed_in_as() == str(alice.pk)


def test_a_mailed_code_signs_in():
    alice = make_user("alice")
    browser = Browser()
    browser.post("/accounts/login/code/", {"email": alice.email})
    found = re.search(r"\b[A-Z0-9]{3,4}-[A-Z0-9]{3,4}\b", str(mail.outbox[0].body))
    assert found

    browser.post("/accounts/login/code/confirm/", {"code": found[0]})

    assert browser.signed_in_as() == str(alice.pk)


def test_a_forgotten_password_can_be_set_anew_by_the_mailed_link():
    alice = make_user("alice")
    browser = Browser()
    browser.post("/accounts/password/reset/", {"email": alice.email})
    found = re.search(r"http://localhost:8000(/\S+)", str(mail.outbox[0].body))
    assert found
    form = browser.get(found[1])["Location"]

    browser.post(form, {"password1": "another long pass phrase", "password2": "another long pass phrase"})

    assert User.objects.get().check_password("another long pass phrase")


@pytest.mark.parametrize(
    ("path", "field"), [("/accounts/login/code/", "email"), ("/accounts/password/reset/", "email")]
)
def test_known_and_unknown_addresses_get_the_same_answer(path, field):
    make_user("alice")

    known = Browser().post(path, {field: "alice@hetk.example"})
    unknown = Browser().post(path, {field: "nobody@hetk.example"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_the_sixth_wrong_password_in_five_minutes_is_not_even_tried():
    alice = make_user("alice")
    browser = Browser()
    for _ in range(5):
        browser.post("/accounts/login/", {"login": alice.email, "password": "wrong"})

    response = browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})

    assert "Too many failed" in response.content.decode()
    assert browser.signed_in_as() is None


def test_subjects_of_mails_name_no_host():
    Browser().post("/accounts/signup/", {"email": "new@hetk.example", "password1": PASSWORD})

    assert "[" not in mail.outbox[0].subject
    assert "localhost" not in mail.outbox[0].subject


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("signup/", {"email": "nora@hetk.example", "password1": PASSWORD}),
        ("signup/", {"email": "alice@hetk.example", "password1": PASSWORD}),
        ("login/code/", {"email": "alice@hetk.example"}),
        ("password/reset/", {"email": "alice@hetk.example"}),
        ("password/reset/", {"email": "o'nobody@hetk.example"}),
    ],
)
def test_every_mail_of_the_entrance_speaks_in_the_name_of_hetk(path, form):
    make_user("alice")

    Browser().post(f"/accounts/{path}", form)

    letter = mail.outbox[0]
    text = str(letter.body)
    assert text.startswith("Hello,\n")
    assert text.rstrip().endswith("\nHetk")
    assert "Hetk" in letter.subject
    assert "\n" not in letter.subject
    assert "localhost:8000!" not in text
    assert "email" not in text
    assert "&#" not in text


def test_the_page_that_asks_for_the_code_says_once_that_it_was_sent():
    page = Browser().post("/accounts/signup/", {"email": "nora@hetk.example", "password1": PASSWORD}, follow=True)

    assert page.content.decode().count("nora@hetk.example") == 1
