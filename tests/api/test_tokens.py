"""Tokens in the settings: made and revoked by somebody who has just confirmed who they are, shown once, kept as a hash."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts import history, tokens
from accounts.models import ApiToken
from tests.api.conftest import token_of
from tests.factories import BACKEND
from tests.web.routes import rows

ASKED = {"name": "Office dashboard", "scopes": ["read", "explain"], "days": "90"}


def make(browser, **more):
    return browser.post(reverse("token_make"), {**ASKED, **more})


def test_a_token_is_shown_once_and_kept_as_a_hash(alice, browser):
    page = make(browser).content.decode()
    [secret] = re.findall(r"hetk_[\w-]{43}", page)
    token = ApiToken.objects.get()
    assert (token.user, token.scopes, (token.expires_on - tokens.today()).days) == (alice.user, "read explain", 90)
    assert token.digest == tokens.digest_of(secret)
    assert secret not in str(rows())
    for place in ("tokens", "security_history", "settings"):
        assert "hetk_" not in browser.get(reverse(place)).content.decode()
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/pairs/").status_code == 200


def test_making_and_revoking_stand_in_the_audit_and_a_mail_tells_of_the_new_one(alice, browser, mailoutbox):
    secret = re.findall(r"hetk_[\w-]{43}", make(browser).content.decode())[0]
    browser.post(reverse("token_revoke", args=(ApiToken.objects.get().public_id,)))
    lines = [line.what for line in history.page(alice.user, shown="security", before=None)[0]]
    assert lines == ["Revoked a token for the API", "Made a token for the API"]
    [mail] = mailoutbox
    assert mail.to == [alice.user.email]
    assert "Office dashboard" in mail.body
    assert secret not in mail.body
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/pairs/").status_code == 401


def test_who_has_not_just_confirmed_who_they_are_makes_and_revokes_nothing(alice):
    token = token_of(alice)
    stale = Client()
    stale.force_login(alice.user, backend=BACKEND)
    for address in (reverse("token_make"), reverse("token_revoke", args=(token.public_id,))):
        answer = stale.post(address, ASKED)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/")
    assert ApiToken.objects.get() == token


@pytest.mark.parametrize(
    "more", [{"name": ""}, {"name": "x" * 61}, {"scopes": []}, {"scopes": ["admin"]}, {"days": "36500"}, {"days": ""}]
)
def test_a_form_that_asks_for_something_else_makes_nothing(alice, browser, more):
    assert make(browser, **more).status_code == 200
    assert not ApiToken.objects.exists()


def test_a_name_is_used_once_and_the_number_of_tokens_has_an_end(alice, browser, monkeypatch):
    make(browser)
    assert "of this name" in make(browser).content.decode()
    monkeypatch.setattr(tokens, "MOST", 1)
    assert "no longer used" in make(browser, name="Another").content.decode()
    assert ApiToken.objects.count() == 1


def test_a_stranger_revokes_nothing(alice, charlie, browser_of):
    token = token_of(alice)
    assert browser_of(charlie).post(reverse("token_revoke", args=(token.public_id,))).status_code == 404
    assert ApiToken.objects.exists()
