"""Each mail has a subject, a text and HTML that say the same, load nothing, and take their figures from where they are decided."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils.html import strip_tags

from accounts import emails
from accounts.mails import WORDS
from billing.plans import PLANS
from tests.accounts.browser import Browser
from tests.accounts.letters import SAMPLE, letter
from tests.factories import make_user

ADDRESS = re.compile(r"https://hetk\.example/[^\s\"<>),.]*")


@pytest.mark.parametrize("name", WORDS)
def test_each_mail_has_three_parts_that_say_the_same(name):
    subject, text, html = letter(name)
    assert len(subject.strip().splitlines()) == 1
    assert text.strip().endswith("Hetk") or name == "message-arrived"
    assert not re.search(r"<|&\w+;|{{|{%", text)
    assert "{{" not in html
    shown = re.sub(r"\s+", " ", strip_tags(html.partition("<body>")[2]))
    for words in ("Your calendars are safe", "What you do:", "What we do:"):
        assert (words in shown) == (words in text), words
    # Whatever can be pressed in one can be pressed in the other; a code asks for nothing to be pressed.
    assert set(ADDRESS.findall(html)) == set(ADDRESS.findall(text))
    assert ADDRESS.search(text) or SAMPLE["code"] in subject + text


@pytest.mark.parametrize("name", WORDS)
def test_a_mail_loads_nothing_and_is_set_for_narrow_screens_and_the_dark(name):
    html = letter(name)[2]
    assert html.startswith("<!doctype html>")
    assert html.count("<h1>") == 1
    assert '<meta name="viewport"' in html
    assert "prefers-color-scheme: dark" in html
    assert not re.search(r"\bsrc\s*=|url\(|<script|<link|<img|@import", html)
    # Above 102 kB readers cut a mail off.
    assert len(html.encode()) < 10_000


def test_an_address_with_markup_stays_text():
    html = letter("account_already_exists", email="<b>x</b>@fabrikam.example")[2]
    assert "<b>x" not in html
    assert "&lt;b&gt;x" in html


@pytest.mark.django_db
def test_codes_and_notices_leave_with_text_and_html():
    make_user("alice")
    assert EmailAddress.objects.exists()
    Browser().post("/accounts/login/code/", {"email": "alice@hetk.example"})
    emails.factors_gone("alice@hetk.example", 72)
    for sent in mail.outbox:
        assert isinstance(sent, EmailMultiAlternatives)
        [(html, kind)] = sent.alternatives
        assert kind == "text/html"
        assert "<h1>" in str(html)
        assert "<h1>" not in str(sent.body)
    assert len(mail.outbox) == 2


def test_the_smallest_price_in_a_mail_is_the_smallest_plans(db, settings):
    from billing import mails, room
    from billing.standing import Notice

    settings.BILLING = True
    account = room.account_of(make_user("alice"))
    mails.send(account, Notice("trial-ending", account.trial_ends_at, 7))
    least = min(plan.monthly.cents for plan in PLANS) // 100
    sent = mail.outbox[-1]
    assert isinstance(sent, EmailMultiAlternatives)
    assert f"from {least} USD a month" in str(sent.body)
    assert f"from {least} USD a month" in str(sent.alternatives[0][0])
