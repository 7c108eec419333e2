"""The site without scripts, and with a keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from sync.models import Pair
from tests.browser import pages
from tests.browser.visitor import Visitor
from tests.factories import PASSWORD
from tests.web.household import Household

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Visit = Callable[..., Visitor]


@pytest.fixture
def home(site: str) -> Household:
    return Household("alice", "alice-northwind", "alice-gmail")


def test_everything_goes_without_scripts(visit: Visit, home: Household) -> None:
    visitor = visit(java_script_enabled=False)
    page = visitor.page
    visitor.go("/accounts/login/")
    page.get_by_label("E-mail address").fill("alice@hetk.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Create a sync").click()
    page.get_by_label("From", exact=True).select_option(label="Home")
    page.get_by_label("To", exact=True).select_option(label="Work")
    page.get_by_role("button", name="Swap").click()
    expect(page.get_by_label("From", exact=True).locator("option:checked")).to_have_text("Work")
    page.get_by_role("button", name="Next").click()
    page.locator("section.side").nth(0).get_by_label("Full details").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("link", name="Count on a page of its own").click()
    expect(page.get_by_role("heading", name="What Start will do")).to_be_visible()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".pill")).to_have_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Resumed.")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("One way").check()
    page.get_by_role("button", name="Next: review").click()
    page.get_by_role("link", name="Count on a page of its own").click()
    expect(page.get_by_role("heading", name="What Save will do")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("link", name="End", exact=True).click()
    page.get_by_label("Keep the").check()
    page.get_by_role("button", name="End this sync").click()
    expect(page.get_by_text("has ended")).to_be_visible()
    assert not Pair.objects.exists()


def test_what_is_copied_is_folded_away_until_somebody_asks_and_open_again_where_something_was_chosen(
    visit: Visit, home: Household
) -> None:
    visitor = visit(java_script_enabled=False, width=390)
    visitor.sign_in(pages.cookie(home))
    page = visitor.page
    visitor.go("/pairs/new/")
    page.get_by_label("From", exact=True).select_option(label="Home")
    page.get_by_label("To", exact=True).select_option(label="Work")
    page.get_by_role("button", name="Next").click()
    side = page.locator("section.side").nth(0)
    expect(side.get_by_label("Only titles with")).to_be_hidden()
    page.locator("summary", has_text="What is copied").nth(0).press("Enter")
    expect(side.get_by_label("Only titles with")).to_be_visible()
    expect(side.get_by_label("Title of the copies")).to_be_hidden()
    expect(side.get_by_role("group", name="Days")).to_be_hidden()
    side.get_by_label("Only what touches these hours").check()
    expect(side.get_by_role("group", name="Days")).to_be_visible()
    side.get_by_label("Focus time").check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("no focus time").first).to_be_visible()
    visitor.go("/pairs/new/looks/")
    expect(side.get_by_label("Focus time")).to_be_checked()
    expect(side.get_by_role("group", name="Days")).to_be_visible()
    expect(side.get_by_label("Title of the copies")).to_be_hidden()


def test_the_wizard_is_walked_by_keyboard_alone(visit: Visit, home: Household) -> None:
    visitor = visit()
    visitor.sign_in(pages.cookie(home))
    page = visitor.page
    visitor.go("/dashboard/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    _reach(page, "Create a sync")
    page.keyboard.press("Enter")
    _arrive(page, "Which two calendars?")
    _reach(page, "From")
    page.keyboard.type("Work")
    _reach(page, "To")
    page.keyboard.type("Home")
    _reach(page, "Next: what others see")
    page.keyboard.press("Enter")
    _arrive(page, "What will others see?")
    _reach(page, "Mark as Private")
    page.keyboard.press("ArrowDown")
    expect(page.locator("section.side").nth(0).get_by_label("Full details")).to_be_checked()
    expect(page.locator("section.side").nth(0).locator(".event.copy")).to_contain_text("Quarterly review")
    _reach(page, "Next: review")
    page.keyboard.press("Enter")
    _arrive(page, "Review and start")
    _reach(page, "Start")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Started.")).to_be_visible()
    assert Pair.objects.get().first == home.work


def _arrive(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    page.wait_for_load_state()


FOCUSED = """() => {
    const element = document.activeElement;
    const ring = getComputedStyle(element.closest(".choice") ?? element);
    const name = element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ?? element.innerText ?? "";
    return [name.trim(), ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2];
}"""


def _reach(page: Page, name: str, steps: int = 30) -> None:
    """Tab until the control of that name has the focus; on the way every stop shows where it is."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        found, ringed = page.evaluate(FOCUSED)
        assert ringed, f"{found!r} shows no focus"
        if found.startswith(name):
            return
    raise AssertionError(f"{name!r} cannot be reached")
