"""Every factor lost: told to everybody at once, stopped by anybody of them, 72 hours, then support, and never earlier."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import audit, lost
from accounts.models import LostFactor, User
from tests.accounts.browser import Browser
from tests.accounts.test_factors import code
from tests.factories import PASSWORD, authenticator_app, desk, make_user, sign_in

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 25, 12, tzinfo=UTC)
ASK = "/signin/lost-factor/"
DESK = "/admin/accounts/lostfactor/"


@pytest.fixture
def alice():
    alice = make_user("alice")
    EmailAddress.objects.create(user=alice, email="second@hetk.example", verified=True)
    authenticator_app(alice)
    return alice


def at_the_second_step() -> Browser:
    browser = Browser()
    browser.post("/accounts/login/", {"login": "alice@hetk.example", "password": PASSWORD})
    return browser


def stop_link(letter: mail.EmailMessage) -> str:
    found = re.search(r"http://localhost:\d+(/settings/lost-factor/\S+)", str(letter.body))
    assert found
    return found[1]


def removed_by(support: Client) -> bool:
    row = LostFactor.objects.get()
    address = reverse("admin:customer_act", args=(row.user_id, "remove-factors", row.pk))
    support.post(address, {"reason": "They lost their phone"})
    return not Authenticator.objects.filter(user=row.user).exists()


def test_who_has_not_proved_the_first_factor_cannot_ask(alice):
    for browser in (Browser(), Browser(make_user("bob"))):
        assert browser.post(ASK).status_code == 302
    assert not LostFactor.objects.exists()
    assert mail.outbox == []


def test_looking_begins_nothing(alice):
    assert "Begin the wait" in at_the_second_step().get(ASK).content.decode()
    assert not LostFactor.objects.exists()


def test_every_address_and_every_session_hears_of_it_at_once(alice):
    there_before = Browser()
    there_before.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    there_before.post("/accounts/2fa/authenticate/", {"code": code()})
    mail.outbox.clear()
    at_the_second_step().post(ASK)
    assert sorted(letter.to[0] for letter in mail.outbox) == ["alice@hetk.example", "second@hetk.example"]
    assert "asked to have your second factor removed" in there_before.get("/settings/").content.decode()
    there_before.post("/settings/lost-factor/stop/")
    assert LostFactor.objects.get().stopped_at
    assert "asked to have your second factor removed" not in there_before.get("/settings/").content.decode()


def test_asking_twice_neither_begins_again_nor_mails_again(alice):
    browser = at_the_second_step()
    browser.post(ASK)
    sent = len(mail.outbox)
    browser.post(ASK)
    assert LostFactor.objects.count() == 1
    assert len(mail.outbox) == sent


def test_either_mail_stops_it_and_nobody_asks_again_for_a_day(alice):
    support = desk()
    with time_machine.travel(START, tick=False) as clock:
        at_the_second_step().post(ASK)
        link = stop_link(mail.outbox[-1])
        stranger = Browser()
        stranger.get(link)
        assert LostFactor.objects.get().stopped_at is None
        stranger.post(link)
        assert LostFactor.objects.get().stopped_at
        assert "This was stopped" in at_the_second_step().post(ASK).content.decode()
        assert LostFactor.objects.count() == 1
        assert stranger.post(link).status_code == 404
        clock.shift(timedelta(hours=73))
        sign_in(support, User.objects.get(is_staff=True), factor=Authenticator.objects.get(user__is_staff=True))
        assert not removed_by(support)


@pytest.mark.parametrize(("hours", "done"), [(71.9, False), (72.1, True), (72 + 14 * 24 + 1, False)])
def test_support_removes_it_after_the_wait_and_not_for_ever(alice, hours, done):
    support = desk()
    with time_machine.travel(START, tick=False) as clock:
        at_the_second_step().post(ASK)
        clock.shift(timedelta(hours=hours))
        staff = User.objects.get(is_staff=True)
        sign_in(support, staff, factor=Authenticator.objects.get(user=staff))
        mail.outbox.clear()
        assert removed_by(support) is done
    row = LostFactor.objects.get()
    assert bool(row.done_at) is done
    assert ("staff-changed" in [entry.act for entry in audit.entries_of(alice)]) is done
    assert sorted(letter.to[0] for letter in mail.outbox) == (
        ["alice@hetk.example", "second@hetk.example"] if done else []
    )
    browser = at_the_second_step()
    assert (browser.signed_in_as() == str(alice.pk)) is done


def test_when_support_removed_it_every_session_that_was_there_ends(alice):
    there_before = Browser()
    there_before.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    there_before.post("/accounts/2fa/authenticate/", {"code": code()})
    now = datetime.now(UTC)
    row = LostFactor.objects.create(user=alice, asked_at=now - lost.WAIT, due_at=now, label="x")
    assert lost.take_away(row, by=make_user("staff", is_staff=True))
    assert there_before.get("/settings/security/").status_code == 302


def test_nobody_at_the_desk_removes_their_own():
    support = desk()
    staff = User.objects.get(is_staff=True)
    with time_machine.travel(START, tick=False) as clock:
        now = datetime.now(UTC)
        LostFactor.objects.create(user=staff, asked_at=now, due_at=now + lost.WAIT, label="x")
        clock.shift(timedelta(hours=73))
        sign_in(support, staff, factor=Authenticator.objects.get(user=staff))
        assert not removed_by(support)


def test_signing_in_with_a_factor_ends_it(alice):
    at_the_second_step().post(ASK)
    browser = at_the_second_step()
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert LostFactor.objects.get().stopped_at


def test_rows_cannot_be_made_changed_or_deleted_at_the_desk(alice):
    support = desk()
    at_the_second_step().post(ASK)
    row = LostFactor.objects.get()
    assert support.get(f"{DESK}add/").status_code == 403
    assert support.post(f"{DESK}{row.pk}/change/", {"due_at_0": "2026-01-01"}).status_code == 403
    assert support.post(f"{DESK}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    shown = support.get(DESK).content.decode()
    assert "waiting" in shown
    assert LostFactor.objects.get().due_at == row.due_at
