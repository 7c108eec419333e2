"""A passkey in a real browser with an authenticator of its own: added, named, used at the door and at the second step, removed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor, clear_pictures
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Visit = Callable[..., Visitor]
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


def test_a_passkey_from_the_first_to_the_last(visit: Visit, sandbox: object) -> None:
    clear_pictures("passkey-")
    make_user("alice")
    visitor = visit()
    page = visitor.page
    phone = visitor.context.new_cdp_session(page)
    phone.send("WebAuthn.enable")
    made = phone.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE | {"automaticPresenceSimulation": True}})
    _by_password(visitor)
    _added(visitor)
    _out(visitor)
    _at_the_door(visitor)
    _out(visitor)
    _by_password(visitor)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    visitor.shot("passkey-second-step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Your account")).to_be_visible()
    _removed(visitor)
    _out(visitor)
    phone.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": False})
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing has changed")
    visitor.shot("passkey-refused")


def _by_password(visitor: Visitor) -> None:
    visitor.go("/accounts/login/")
    visitor.page.get_by_label("E-mail address").fill("alice@hetk.example")
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Sign in", exact=True).click()
    visitor.page.wait_for_url("**/*", wait_until="load")


def _added(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/settings/security/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("My phone")
    visitor.shot("passkey-add")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "hetk-recovery-codes.txt"
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("A second factor is on: 1 passkey.")).to_be_visible()
    page.get_by_role("link", name="Rename My phone").click()
    page.get_by_label("Name").fill("Phone and watch")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("strong").filter(has_text="Phone and watch")).to_be_visible()
    visitor.shot("passkey-security")


def _at_the_door(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/accounts/login/?next=/settings/security/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Security")).to_be_visible()


def _removed(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/settings/security/")
    page.get_by_role("link", name="Remove Phone and watch").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("No second factor is on.")).to_be_visible()


def _out(visitor: Visitor) -> None:
    visitor.go("/accounts/logout/")
    visitor.page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(visitor.page.get_by_role("link", name="Sign in").first).to_be_visible()
