"""A plan in a browser: bought, made larger, not paid, paid, cancelled; Stripe's pages and events are the sandbox's, on the wire."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from billing import catalogue, room, tasks
from billing.models import Account, StripeEvent
from billing.webhooks import HEARD
from sync.models import Pair
from tests.billing.shop import DAY, ends_trial
from tests.browser import pages
from tests.browser.test_pages import complaints
from tests.browser.visitor import Visitor, clear_pictures
from tests.outside import Outside
from tests.processes import wait_for
from tests.web.household import Household

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

Visit = Callable[..., Visitor]
FAILS_LATER, GOOD = "4000 0000 0000 0341", "4242 4242 4242 4242"


@pytest.fixture
def alice(site: str, sandbox: Outside, settings: Any) -> Household:
    """Five syncs, and a trial that is over today."""
    settings.BILLING = True
    catalogue.prepare()
    home = Household("alice", "alice-northwind", "alice-gmail")
    for number in range(5):
        calendars = [home.calendar(c, f"{c.kind} {number}", primary=False) for c in (home.microsoft, home.google)]
        home.pair(first=calendars[0], second=calendars[1])
    ends_trial(room.account_of(home.user), timezone.now())
    return home


def look(visitor: Visitor, name: str) -> None:
    """Nothing wrong on the page; pictures of it for people."""
    assert complaints(visitor, None) == []
    for width, scheme in ((1280, "light"), (390, "dark")):
        visitor.page.set_viewport_size({"width": width, "height": 800})
        visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        visitor.shot(f"billing-{name}-{width}-{scheme}")
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.set_viewport_size({"width": 1280, "height": 800})


def heard(sandbox: Outside) -> None:
    """Everything that Stripe told has arrived, over the wire, and the queue looks into it."""
    letters = [one for one in sandbox.call("GET", "stripe") if one["type"] in HEARD]
    assert wait_for(lambda: StripeEvent.objects.count() >= len(letters))
    tasks.settle_events()


def test_a_plan_is_bought_made_larger_not_paid_paid_and_cancelled(
    visit: Visit, sandbox: Outside, alice: Household
) -> None:
    clear_pictures("billing-")
    visitor = visit()
    visitor.go(reverse("pricing"))
    look(visitor, "1-pricing")
    visitor.sign_in(pages.session_of(alice.user))
    _buys(visitor)
    _enlarges(visitor, sandbox)
    _fails_and_recovers(visitor, sandbox)
    _cancels(visitor, sandbox)
    assert Pair.objects.count() == 5


def _buys(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go(reverse("billing"))
    expect(page.get_by_text("Your trial has ended.")).to_be_visible()
    look(visitor, "2-grace")
    page.get_by_role("button", name="Personal: $2 a month").click()
    expect(page.get_by_role("heading", name="Subscribe to Hetk Personal")).to_be_visible()
    visitor.shot("billing-3-checkout")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="Thank you. Your plan is Personal.")).to_be_visible()
    look(visitor, "4-thank-you")
    assert Pair.objects.filter(paused_by_plan=True).count() == 2
    expect(page.get_by_role("link", name="Choose which syncs run")).to_be_visible()
    visitor.go(reverse("dashboard"))
    expect(page.locator("#billing-banner")).to_contain_text("2 syncs are paused: your plan keeps 3 running.")
    look(visitor, "5-surplus")
    page.get_by_role("link", name="Choose which syncs run").click()
    look(visitor, "6-choose")
    boxes = page.get_by_role("checkbox")
    boxes.nth(0).uncheck()
    boxes.nth(4).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Pair.objects.filter(paused_at=None).count() == 3


def _portal(visitor: Visitor, button: str) -> None:
    visitor.page.get_by_role("button", name=button).first.click()
    expect(visitor.page.get_by_role("heading", name="Your billing at Hetk")).to_be_visible()


def _enlarges(visitor: Visitor, sandbox: Outside) -> None:
    page = visitor.page
    _portal(visitor, "Change plan, card or company")
    page.locator("select[name=price]").select_option(label="Hetk Professional, $6.00 a month")
    page.get_by_role("button", name="Update plan").click()
    expect(page.get_by_text("Hetk Professional, $6.00 a month", exact=False).first).to_be_visible()
    visitor.shot("billing-7-portal")
    heard(sandbox)
    page.get_by_role("link", name="Return to Hetk").click()
    expect(page.get_by_role("heading", name="Professional").first).to_be_visible()
    page.get_by_role("button", name="Resume 2 syncs").click()
    expect(page.get_by_text("Resumed. What changed in the meantime is copied now.")).to_be_visible()
    assert Pair.objects.filter(paused_at=None).count() == 5


def _fails_and_recovers(visitor: Visitor, sandbox: Outside) -> None:
    page = visitor.page
    visitor.go(reverse("billing"))
    look(visitor, "8-paid")
    _portal(visitor, "Change plan, card or company")
    page.get_by_label("Card number").fill(FAILS_LATER)
    page.get_by_role("button", name="Save card").click()
    expect(page.get_by_text("Card ending in 0341")).to_be_visible()
    sandbox.advance(32 * DAY)
    heard(sandbox)
    visitor.go(reverse("dashboard"))
    expect(page.locator("#billing-banner")).to_contain_text("The last payment did not go through.")
    look(visitor, "9-unpaid")
    _portal(visitor, "Update card")
    page.get_by_label("Card number").fill(GOOD)
    page.get_by_role("button", name="Save card").click()
    expect(page.get_by_text("Card ending in 4242")).to_be_visible()
    page.get_by_role("button", name="Pay now").click()
    expect(page.get_by_role("button", name="Pay now")).to_have_count(0)
    heard(sandbox)
    page.get_by_role("link", name="Return to Hetk").click()
    expect(page.get_by_text("All is paid. Thank you.")).to_be_visible()


def _cancels(visitor: Visitor, sandbox: Outside) -> None:
    page = visitor.page
    _portal(visitor, "Change plan, card or company")
    page.get_by_role("button", name="Cancel plan").click()
    expect(page.get_by_role("button", name="Don’t cancel plan")).to_be_visible()
    heard(sandbox)
    page.get_by_role("link", name="Return to Hetk").click()
    expect(page.get_by_text("You cancelled.")).to_be_visible()
    look(visitor, "10-cancelled")
    assert Account.objects.get().cancel_at
