"""The main road of business accounts: somebody asks, an administrator approves elsewhere, and the rest is one click."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import Approval, Connection
from tests.browser.pages import session_of
from tests.browser.visitor import Visitor, clear_pictures
from tests.factories import make_user
from tests.outside import Outside

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ADDRESS = "alice@fabrikam.example"


def test_somebody_asks_an_administrator_approves_and_one_click_finishes(
    visit: Callable[..., Visitor], sandbox: Outside
) -> None:
    clear_pictures("approval-")
    alice, admin = visit(width=390, color_scheme="dark"), visit()
    alice.sign_in(session_of(make_user("alice")))
    page = alice.page
    alice.go("/connect/microsoft/")
    page.get_by_label("Work address").fill(ADDRESS)
    page.get_by_role("button", name="Continue to Microsoft").click()
    page.get_by_role("button", name=ADDRESS).click()
    page.get_by_role("button", name="Return to the application").click()
    expect(page.get_by_role("heading", name="wants an administrator to approve")).to_be_visible()
    alice.shot("approval-1-asked")
    link = page.get_by_role("link", name="Approve Hetk now").get_attribute("href")

    assert link
    admin.page.goto(link)
    admin.page.get_by_role("button", name="admin@fabrikam.example").click()
    admin.page.get_by_role("button", name="Accept").click()
    expect(admin.page.get_by_role("heading", name="Hetk is approved for fabrikam.example")).to_be_visible()
    admin.shot("approval-2-approved")

    (mail,) = sandbox.mailbox()
    assert mail["recipients"] == ["alice@hetk.example"]
    alice.go("/dashboard/")
    alice.shot("approval-3-arrived")
    page.get_by_role("button", name="Finish connecting").click()
    page.get_by_role("button", name=ADDRESS).click()
    expect(page.get_by_text(f"{ADDRESS} is connected.")).to_be_visible()
    alice.shot("approval-4-connected")
    assert Connection.objects.get().address == ADDRESS
    assert not Approval.objects.exists()
