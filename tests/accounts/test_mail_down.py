"""While no mail goes out: a page that says so, the same for everybody, nothing half done, and the same step works afterwards."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Acceptance, Chain, User
from tests.accounts.browser import Browser
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
ADDRESS, NOBODY = "alice@hetk.example", "nobody@hetk.example"
STEPS = {
    "sign-up": ("/accounts/signup/", {"password1": PASSWORD}),
    "a code to sign in": ("/accounts/login/code/", {}),
    "a password that was forgotten": ("/accounts/password/reset/", {}),
}
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


@pytest.fixture
def down(settings):
    """Nobody listens where mails are handed in."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    return settings


def up(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def asks(browser, step, address):
    browser.raise_request_exception = False
    path, fields = STEPS[step]
    return browser.post(path, {"email": address, "terms": "1", **fields})


@pytest.mark.parametrize("step", STEPS)
def test_the_page_says_what_to_do_and_is_the_same_for_known_and_unknown_addresses(alice, down, step):
    seen = []
    for address in (ADDRESS, NOBODY):
        answer = asks(Browser(), step, address)
        seen.append((answer.status_code, answer.headers["Retry-After"], TOKEN.sub(b"", answer.content)))
    assert seen[0] == seen[1]
    status, after, body = seen[0]
    assert (status, after) == (503, "120")
    for words in (b"Our mail does not go out just now", b"Your calendars are safe", b"Try again in some minutes"):
        assert words in body
    assert ADDRESS.encode() not in body


def test_nobody_is_half_signed_up_and_the_same_form_works_when_mail_is_back(down):
    browser = Browser()
    assert asks(browser, "sign-up", NOBODY).status_code == 503
    assert not User.objects.exists()
    assert not Acceptance.objects.exists()
    assert not Chain.objects.exists()
    # No code is waited for that nobody has sent.
    assert not any(name.startswith("account_") for name in dict(browser.session.items()))

    up(down)
    # Some minutes later, as the page says: one address is not mailed to again and again.
    cache.clear()
    answer = asks(browser, "sign-up", NOBODY)

    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert [message.to for message in mail.outbox] == [[NOBODY]]
    assert "confirmation" in mail.outbox[0].subject.lower() or "code" in mail.outbox[0].body.lower()


def test_no_word_that_a_mail_was_sent_is_shown_later(alice, down):
    browser = Browser()
    asks(browser, "a code to sign in", ADDRESS)
    page = browser.get("/accounts/login/").content.decode()
    assert "sent" not in re.sub(r"(?s)<head>.*</head>", "", page).lower()


def test_who_is_signed_in_stays_signed_in_and_can_confirm_later(alice, down):
    alice.set_unusable_password()
    alice.save()
    browser = Browser(alice)
    browser.raise_request_exception = False
    assert browser.post(reverse("confirm_by_code")).status_code == 503
    assert browser.get("/connections/").status_code == 200

    up(down)
    cache.clear()
    assert browser.post(reverse("confirm_by_code")).status_code < 400
    assert [message.to for message in mail.outbox] == [[ADDRESS]]


def test_what_only_tells_of_a_change_does_not_undo_it(alice, down):
    browser = Browser(alice)
    browser.raise_request_exception = False
    said = {"oldpassword": PASSWORD, "password1": "another-Good-one-7", "password2": "another-Good-one-7"}
    assert browser.post("/accounts/password/change/", said).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another-Good-one-7")
