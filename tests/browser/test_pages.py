"""What holds for every page, light and dark, narrow and wide: axe finds nothing, nothing overflows, one title each.

`make test` sees every page of every state in two of the four variants, which are both widths and both schemes: the next page in the
other two, and so the same page in the next state. `make pages` sees all of them in all four, and pictures them.
"""

import os
import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from tests.browser import pages
from tests.browser.visitor import Visitor, clear_pictures
from tests.web.household import Household

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

Visit = Callable[..., Visitor]
AXE = Axe().axe_script
VARIANTS = [(1280, "light"), (1280, "dark"), (390, "dark"), (390, "light")]
# By turns; each has both widths and both schemes.
HALVES = ({(1280, "light"), (390, "dark")}, {(1280, "dark"), (390, "light")})
ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WHOLE = os.environ.get("PAGES") == "all"
STATES = ("empty", "normal", "trouble")


@pytest.fixture
def home(site: str) -> Household:
    return Household("alice", "alice-northwind", "alice-gmail")


def test_pages_that_everybody_may_see_are_in_order(visit: Visit) -> None:
    visitor = visit()
    # A consent callback that fits no link is an error, and a page.
    visitor.expected = {400}
    _all_in_order(visitor, pages.outside(whole=WHOLE), "outside")


@pytest.mark.parametrize("state", STATES)
def test_pages_of_a_person_are_in_order(visit: Visit, home: Household, state: str) -> None:
    getattr(pages, state)(home)
    visitor = visit()
    visitor.sign_in(pages.cookie(home))
    _all_in_order(visitor, pages.own(home), state, STATES.index(state))


def test_pages_for_what_went_wrong_are_in_order(visit: Visit) -> None:
    visitor = visit()
    shown = {f"/shown/{name}/": render_to_string(f"{name}.html") for name in pages.ERRORS}
    shown |= {f"/shown/{name}/": render_to_string("accounts/problem.html", given) for name, given in pages.problems()}

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(visitor.site)
        route.fulfill(body=shown[path], content_type="text/html")

    visitor.page.route("**/shown/*/", answer)
    _all_in_order(visitor, list(shown), "wrong")


def test_a_form_that_comes_back_names_its_errors_beside_the_fields(visit: Visit, home: Household) -> None:
    visitor = visit()
    visitor.sign_in(pages.cookie(home))
    visitor.go(reverse("new_pair"))
    page = visitor.page
    page.get_by_label("To", exact=True).select_option(label="Work")
    page.get_by_role("button", name="Next").click()
    second = page.get_by_label("To", exact=True)
    expect(second).to_have_attribute("aria-invalid", "true")
    expect(second).to_have_accessible_description("Choose a calendar other than the first one.")
    assert complaints(visitor) == []


def test_the_forms_of_contact_and_contract_come_back_in_order(visit: Visit, home: Household) -> None:
    visitor = visit(width=390, color_scheme="dark")
    visitor.expected = {400}
    visitor.sign_in(pages.cookie(home))
    for name, button, field in (("contact", "Send", "Your message"), ("dpa", "Accept the contract", "Organization")):
        visitor.go(reverse(name))
        pressed = visitor.page.get_by_role("button", name=button)
        # The browser would ask for the fields itself.
        pressed.evaluate("button => { button.form.noValidate = true }")
        pressed.click()
        expect(visitor.page.get_by_label(field, exact=True)).to_have_attribute("aria-invalid", "true")
        assert complaints(visitor) == []


def test_an_open_menu_is_in_order_and_closes_with_escape(visit: Visit, home: Household) -> None:
    visitor = visit(width=390)
    visitor.sign_in(pages.cookie(home))
    visitor.go(reverse("settings"))
    menu = visitor.page.locator("#person-menu")
    visitor.page.get_by_role("button", name="Your account").click()
    expect(menu).to_be_visible()
    assert complaints(visitor) == []
    visitor.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_nothing_moves_for_who_asked_for_less_motion(visit: Visit) -> None:
    visitor = visit(reduced_motion="reduce")
    visitor.go(reverse("styleguide"))
    moving = """() => [...document.querySelectorAll("*")].filter((element) => {
        const style = getComputedStyle(element);
        const longest = (text) => Math.max(...text.split(",").map((part) => parseFloat(part)));
        return longest(style.transitionDuration) > 0.01 || (style.animationName !== "none" && longest(style.animationDuration) > 0.01);
    }).map((element) => element.outerHTML.slice(0, 80))"""
    assert visitor.page.evaluate(moving) == []


def test_two_variants_are_both_widths_and_both_schemes_and_the_next_two_the_others() -> None:
    halves = [variants(number, whole=False) for number in (0, 1)]
    assert all({width for width, _ in half} == {390, 1280} for half in halves)
    assert all({scheme for _, scheme in half} == {"dark", "light"} for half in halves)
    assert sorted(halves[0] + halves[1]) == sorted(variants(0, whole=True)) == sorted(VARIANTS)


def variants(number: int, *, whole: bool) -> list[tuple[int, str]]:
    """Those in which the page with this number is seen. Every other one backwards: it begins as wide as the one before it ended."""
    turned = VARIANTS[:: -1 if number % 2 else 1]
    return [variant for variant in turned if whole or variant in HALVES[number % 2]]


def _all_in_order(visitor: Visitor, paths: list[str], name: str, first: int = 0) -> None:
    """Goes through all of them and tells everything that is wrong at once. `first`: the number of the first, see `variants`."""
    if WHOLE:
        clear_pictures(f"page-{name}")
    # Colours that fade from one scheme to the other would be judged on their way.
    visitor.page.emulate_media(reduced_motion="reduce")
    # Handed over once, not with every page.
    visitor.page.add_init_script(AXE)
    wrong = []
    for number, path in enumerate(paths, first):
        wrong += _in_order(visitor, path, name, variants(number, whole=WHOLE))
    assert not wrong, "\n".join(wrong)


def _in_order(visitor: Visitor, path: str, name: str, seen: list[tuple[int, str]]) -> list[str]:
    visitor.go(path)
    page = visitor.page
    found = [] if page.locator("h1").count() == 1 else [f"{path}: {page.locator('h1').count()} titles"]
    for width, scheme in seen:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        # Only colours depend on the scheme.
        rules = None if scheme == "light" else ["color-contrast"]
        found += [f"{path} {width} {scheme}: {complaint}" for complaint in complaints(visitor, rules)]
        if WHOLE:
            visitor.shot(f"page-{name}-{_named(path)}-{width}-{scheme}")
    return found


def _named(path: str) -> str:
    """A file name: ids left out."""
    return "-".join(part for part in re.split("[/?=]", path) if part and not ID.fullmatch(part)) or "home"


def complaints(visitor: Visitor, rules: list[str] | None = None) -> list[str]:
    """Of axe, and about width: nothing is wider than the window but what scrolls in itself."""
    page = visitor.page
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [f"{wide} px too wide"] if wide > 0 else []
    return found + [_told(violation) for violation in _axe(page, rules)]


def _axe(page: Page, rules: list[str] | None) -> list[dict]:
    # It would read imported style sheets by a script, which the content policy rightly does not allow; only one experiment of its needs them.
    options: dict[str, object] = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    return page.evaluate("async (options) => (await axe.run(document, options)).violations", options)


def _told(violation: dict) -> str:
    nodes = [node["html"][:150] + " " + node.get("failureSummary", "")[:200] for node in violation["nodes"][:3]]
    return f"{violation['id']}: {nodes}"
