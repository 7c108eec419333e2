"""A day at the support desk in a browser: somebody cannot connect, a brake holds, a payment failed, somebody wants to be forgotten."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Connection, Contract, Deletion, SentMail
from billing import room
from billing.models import Account
from billing.standing import Level
from sync.models import Brake, Link
from tests import factories
from tests.browser import pages
from tests.browser.test_pages import complaints
from tests.browser.visitor import Visitor, clear_pictures
from tests.outside import Outside
from tests.web.household import Household

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

Visit = Callable[..., Visitor]
WHY = "They asked for it on the phone"


@pytest.fixture
def alice(site: str, sandbox: Outside, settings: Any) -> Household:
    """Her connection is closed, 37 deletions wait, her last payment failed."""
    settings.BILLING = True
    home, now = Household("alice", "alice-northwind", "alice-gmail"), timezone.now()
    pair = home.pair()
    Connection.objects.filter(pk=home.microsoft.pk).update(halted_at=now, halt_cause="challenge", halt_told_at=now)
    home.brake(pair)
    home.link(pair.flows.all()[0], "held", state=Link.State.HELD, copy_id="copy")
    Contract.objects.create(
        user=home.user, organization="Northwind", post="x", version="2026-11-26", fingerprint="f" * 64, text="x"
    )
    SentMail.objects.create(user=home.user, name="connection-halted", taken=True)
    account = room.account_of(home.user)
    unpaid = {
        "customer": "cus_1",
        "status": "past_due",
        "lookup_key": "personal_m",
        "unpaid_since": now - timedelta(days=3),
    }
    Account.objects.filter(pk=account.pk).update(**unpaid, trial_ends_at=now - timedelta(days=40))
    return home


def works(visit: Visit, group: str) -> Visitor:
    """Somebody of this group at the desk, past its door."""
    visitor = visit()
    visitor.sign_in(str(factories.desk(f"{group}@works.example", group=group).session.session_key))
    return visitor


def look(visitor: Visitor, name: str) -> None:
    """Nothing wrong on the page; pictures of it for people."""
    found: list[str] = []
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            visitor.page.set_viewport_size({"width": width, "height": 800})
            visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [
                f"{width} {scheme}: {one}"
                for one in complaints(visitor, None if scheme == "light" else ["color-contrast"])
            ]
            visitor.shot(f"desk-{name}-{width}-{scheme}")
    assert not found, f"{name}\n" + "\n".join(found)
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    visitor.page.emulate_media(color_scheme="light")


def finds(visitor: Visitor, who: Household) -> None:
    page = visitor.page
    visitor.go(reverse("admin:index"))
    page.get_by_label("Find a customer").fill(who.user.email)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=who.user.email).first.click()
    expect(page.get_by_role("heading", name="What is wrong, and what do I do?")).to_be_visible()


def does(visitor: Visitor, link: str, button: str, *, picture: str = "", **choices: str) -> None:
    """Opens an act, gives the reason and what else it asks for, and does it."""
    page = visitor.page
    page.get_by_role("link", name=link, exact=True).first.click()
    page.get_by_label("Reason").fill(WHY)
    if picture:
        look(visitor, picture)
    for label, value in choices.items():
        field = page.locator(f"[name={label}]")
        field.first.fill(value) if label == "until" else page.get_by_label(value).check()
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text(f"{button}: done, and")).to_be_visible()


def test_four_customers_need_somebody(visit: Visit, sandbox: Outside, alice: Household) -> None:
    clear_pictures("desk-")
    support, money = works(visit, "act"), works(visit, "billing")
    _cannot_connect(support, sandbox, alice)
    _a_held_brake(support)
    _a_failed_payment(money, alice)
    _a_deletion(visit, support, sandbox)
    _the_customer_reads_it(visit, alice)
    support.go(reverse("admin:work"))
    look(support, "6-what-waits")
    support.go(reverse("admin:accounts_user_changelist"))
    look(support, "7-list")


def _cannot_connect(support: Visitor, sandbox: Outside, alice: Household) -> None:
    finds(support, alice)
    expect(support.page.get_by_text("your organization asks you to sign in again").first).to_be_visible()
    look(support, "1-cannot-connect")
    does(support, "Send a mail again", "Send a mail again", picture="2-mail-again", mail="was closed")
    [letter] = sandbox.mailbox()
    assert letter["recipients"] == [alice.user.email]


def _a_held_brake(support: Visitor) -> None:
    expect(support.page.get_by_text("37 deletions wait for their word.")).to_be_visible()
    does(support, "Keep the copies", "Keep the copies")
    expect(support.page.get_by_text("37 deletions wait for their word.")).to_have_count(0)
    assert Brake.objects.get().decision == "restore"
    assert Link.objects.get(origin_id="held").state == Link.State.KEPT


def _a_failed_payment(money: Visitor, alice: Household) -> None:
    finds(money, alice)
    expect(money.page.get_by_text("Their last payment failed; syncs pause")).to_be_visible()
    expect(money.page.get_by_role("heading", name="Connections")).to_have_count(0)
    look(money, "3-failed-payment")
    ahead = (timezone.now() + timedelta(days=30)).date().isoformat()
    does(money, "Grant a plan", "Grant a plan", picture="4-grant", until=ahead)
    assert room.account_of(alice.user).standing(timezone.now()).level is Level.FULL


def _a_deletion(visit: Visit, support: Visitor, sandbox: Outside) -> None:
    bob = Household("bob", "bob-northwind", "alice-gmail")
    own = visit()
    own.sign_in(pages.session_of(bob.user))
    own.go(reverse("settings"))
    finds(support, bob)
    does(support, "Delete the account", "Delete the account", picture="5-delete", copies="leave")
    expect(support.page.get_by_text("The account is being deleted.")).to_be_visible()
    assert Deletion.objects.get(user=bob.user).finished_at is None
    assert [bob.user.email] in [letter["recipients"] for letter in sandbox.mailbox()]
    own.go(reverse("settings"))
    expect(own.page.get_by_role("heading", name="Sign in")).to_be_visible()


def _the_customer_reads_it(visit: Visit, alice: Household) -> None:
    own = visit()
    own.sign_in(pages.session_of(alice.user))
    own.go(reverse("security_history"))
    for what in ("Sent a mail again", "Kept copies whose deletion was held", "Plan granted"):
        expect(own.page.get_by_text(f"{what}, {WHY}")).to_be_visible()
    expect(own.page.get_by_text("Support looked at your account").first).to_be_visible()


def test_whoever_has_no_passkey_is_led_to_add_one_before_anything_is_done(visit: Visit, alice: Household) -> None:
    visitor, worker = visit(), factories.make_user("worker", is_staff=True, is_superuser=True)
    client = Client()
    factories.sign_in(client, worker, factor=factories.authenticator_app(worker))
    visitor.sign_in(str(client.session.session_key))
    finds(visitor, alice)
    visitor.page.get_by_role("link", name="Keep the copies", exact=True).click()
    expect(visitor.page.get_by_text("Whoever acts for a customer shows a passkey first.")).to_be_visible()
    look(visitor, "8-passkey-first")
    assert Brake.objects.get().decided_at is None
