"""Authenticator app and recovery codes: set up, asked for, sealed, replaced."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail

from accounts import vault
from tests.accounts.browser import Browser
from tests.factories import PASSWORD, TOTP_SECRET, authenticator_app, sign_in
from tests.web.routes import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(alice):
    browser = Browser()
    sign_in(browser, alice)
    return browser


def code(secret: str = TOTP_SECRET, at: float | None = None) -> str:
    return format_hotp_value(hotp_value(secret, int(at or time.time()) // 30))


def page(response) -> str:
    return response.content.decode()


def set_up(browser) -> str:
    """Turns the app on as a person does; its secret as the page shows it."""
    shown = page(browser.get("/accounts/2fa/totp/activate/"))
    found = re.search(r'class="copybox"[^>]*>([A-Z2-7 ]+)<', shown)
    assert found
    secret = found[1].replace(" ", "")
    browser.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    return secret


def recovery_codes(browser) -> list[str]:
    return re.findall(r"<code>(\d{4} \d{4})</code>", page(browser.get("/accounts/2fa/recovery-codes/")))


def first_step(browser) -> None:
    answer = browser.post("/accounts/login/", {"login": "alice@hetk.example", "password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"


def test_an_app_is_set_up_by_its_first_code_and_told_by_mail(alice, browser, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        set_up(browser)

    assert {row.type for row in Authenticator.objects.filter(user=alice)} == {"totp", "recovery_codes"}
    assert mail.outbox[-1].subject == "An authenticator app was added to Hetk"
    assert "A second factor is on" in page(browser.get("/settings/security/"))


def test_a_wrong_first_code_turns_nothing_on_and_keeps_the_same_secret(alice, browser):
    before = re.search(r'class="copybox"[^>]*>([A-Z2-7 ]+)<', page(browser.get("/accounts/2fa/totp/activate/")))
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    after = re.search(r'class="copybox"[^>]*>([A-Z2-7 ]+)<', page(answer))

    assert before
    assert after
    assert before[1] == after[1]
    assert not Authenticator.objects.exists()
    assert mail.outbox == []


def test_the_secret_rests_nowhere_in_the_open(alice, browser):
    secret = re.search(r'class="copybox"[^>]*>([A-Z2-7 ]+)<', page(browser.get("/accounts/2fa/totp/activate/")))
    assert secret
    plain = secret[1].replace(" ", "")
    assert plain not in str(dict(browser.session))
    browser.post("/accounts/2fa/totp/activate/", {"code": code(plain)})

    assert plain not in str(rows())
    assert "mfa.totp.secret" not in browser.session
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert vault.open_sealed(stored, bound_to="mfa") == plain


def test_the_seeds_of_recovery_codes_are_sealed_too(browser):
    set_up(browser)
    shown = recovery_codes(browser)
    assert Authenticator.objects.get(type="recovery_codes").data["seed"].startswith("v1.k1.")
    assert not any(one.replace(" ", "") in str(rows()) for one in shown)


def test_after_a_new_key_came_first_the_app_still_signs_in(alice, settings):
    import base64

    authenticator_app(alice)
    settings.VAULT_KEYS = ["k2:" + base64.b64encode(b"2" * 32).decode(), *settings.VAULT_KEYS]
    browser = Browser()
    first_step(browser)
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert browser.signed_in_as() == str(alice.pk)


def test_a_password_alone_does_not_sign_in_any_more(alice):
    authenticator_app(alice)
    browser = Browser()
    first_step(browser)
    assert browser.signed_in_as() is None
    browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert browser.signed_in_as() is None
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert browser.signed_in_as() == str(alice.pk)


def test_a_code_that_was_used_does_not_sign_in_a_second_time(alice):
    authenticator_app(alice)
    with time_machine.travel("2026-11-25T12:00:05Z", tick=False):
        now = code(at=time.time())
        for expected in (str(alice.pk), None):
            browser = Browser()
            first_step(browser)
            browser.post("/accounts/2fa/authenticate/", {"code": now})
            assert browser.signed_in_as() == expected


def test_a_code_that_signed_in_confirms_nothing_afterwards(alice):
    authenticator_app(alice)
    with time_machine.travel("2026-11-25T12:00:05Z", tick=False) as clock:
        browser, now = Browser(), code(at=time.time())
        first_step(browser)
        browser.post("/accounts/2fa/authenticate/", {"code": now})
        clock.shift(timedelta(minutes=6))
        old = code(at=time.time() - 360)
        assert old == now
        assert browser.post("/accounts/2fa/reauthenticate/", {"code": old}).status_code == 200
        clock.shift(timedelta(minutes=-6))
        answer = browser.post("/accounts/2fa/reauthenticate/", {"code": now})
        assert answer.status_code == 200
        clock.shift(timedelta(seconds=60))
        assert browser.post("/accounts/2fa/reauthenticate/", {"code": code(at=time.time())}).status_code == 302


def test_recovery_codes_are_shown_once(browser):
    set_up(browser)
    assert len(set(recovery_codes(browser))) == 10
    assert recovery_codes(browser) == []
    assert browser.get("/accounts/2fa/recovery-codes/download/").status_code == 403


def test_they_can_be_kept_as_a_file_without_asking_for_them_again(browser):
    set_up(browser)
    shown = page(browser.get("/accounts/2fa/recovery-codes/"))
    link = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"', shown)
    assert link
    assert re.findall(r"\d{8}", link[1]) == [
        one.replace(" ", "") for one in re.findall(r"<code>([\d ]+)</code>", shown)
    ]


def test_a_recovery_code_signs_in_once_and_is_told_by_mail(alice, browser):
    set_up(browser)
    one = recovery_codes(browser)[0]
    mail.outbox.clear()
    for expected in (str(alice.pk), None):
        other = Browser()
        first_step(other)
        other.post("/accounts/2fa/authenticate/", {"code": one})
        assert other.signed_in_as() == expected
    assert "A recovery code was used at Hetk" in [letter.subject for letter in mail.outbox]
    assert "9 left" in page(browser.get("/settings/security/"))


def test_new_codes_make_the_old_ones_worthless(alice, browser, django_capture_on_commit_callbacks):
    set_up(browser)
    old = recovery_codes(browser)[0]
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/accounts/2fa/recovery-codes/generate/")
    assert mail.outbox[-1].subject == "New recovery codes for Hetk"
    other = Browser()
    first_step(other)
    other.post("/accounts/2fa/authenticate/", {"code": old})
    assert other.signed_in_as() is None
    other.post("/accounts/2fa/authenticate/", {"code": recovery_codes(browser)[0]})
    assert other.signed_in_as() == str(alice.pk)


def test_removing_the_app_takes_its_codes_along_and_is_told(alice, browser):
    set_up(browser)
    browser.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject == "The authenticator app was removed from Hetk"
    assert "No second factor is on" in page(browser.get("/settings/security/"))


def test_the_picture_carries_no_style_of_its_own(browser):
    shown = page(browser.get("/accounts/2fa/totp/activate/"))
    picture = re.search(r"(?s)<svg class=\"qr\".*?</svg>", shown)
    assert picture
    assert "style" not in picture[0]
    assert "data:image" not in shown


def test_five_wrong_codes_close_the_second_step_for_a_while(alice):
    authenticator_app(alice)
    browser = Browser()
    first_step(browser)
    for _ in range(5):
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert browser.signed_in_as() is None
