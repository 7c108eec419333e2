"""A reviewer, without scripts: finds what an assessment needs, takes it along, and accepts the contract for the organization."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils.html import strip_tags
from playwright.sync_api import Page, expect

from accounts.models import Contract
from hetk.trust import claims, dpa, facts
from tests.browser import pages
from tests.browser.visitor import Visitor
from tests.hetk.papers import inside
from tests.web.household import Household

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Visit = Callable[..., Visitor]


def taken(page: Page, link: str) -> bytes:
    """What a link downloads: a PDF with its text in it."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link, exact=True).first.click()
    pdf = Path(download.value.path()).read_bytes()
    assert pdf.startswith(b"%PDF-")
    # Tagged for screen readers.
    assert b"/StructTreeRoot" in inside(pdf)
    return pdf


def chapters(pdf: bytes) -> set[str]:
    """The titles in its table of contents."""
    return {title.decode("latin-1") for title in re.findall(rb"/Title \(([^)]*)\)", inside(pdf))}


def test_a_reviewer_finds_and_takes_along_what_an_assessment_needs(visit: Visit, sandbox: Any) -> None:
    visitor = visit(java_script_enabled=False)
    page = visitor.page
    visitor.go("/")
    page.get_by_role("contentinfo").get_by_role("link", name="For IT").click()
    for title in ("Permissions and their reasons", "The way of the data", "Sub-processors", "Retention", "Contacts"):
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    whole, contract = (
        chapters(taken(page, "Download all of it as PDF")),
        chapters(taken(page, "The contract alone as PDF")),
    )
    assert {"Permissions and their reasons", "Retention", "Answers to the usual questionnaire", "Contacts"} <= whole
    assert {
        "8. Help with security, breaches and assessments",
        "Annex III: measures",
        "Annex IV: sub-processors",
    } <= contract
    assert contract - {"Signatures"} <= whole
    page.get_by_role("link", name="Read the contract").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contract on data processing")
    expect(page.get_by_text(dpa.fingerprint(dpa.text()))).to_be_visible()
    page.get_by_role("contentinfo").get_by_role("link", name="Sub-processors").click()
    for one in facts.subprocessors():
        expect(page.get_by_role("rowheader", name=one.name)).to_be_visible()
    page.get_by_role("contentinfo").get_by_role("link", name="Security", exact=True).click()
    shown = page.locator("main").inner_text()
    assert [claim.said for claim in claims.CLAIMS if strip_tags(claim.said) not in shown] == []


def test_the_contract_is_accepted_for_an_organization_and_its_paper_taken_along(
    visit: Visit, site: str, sandbox: Any
) -> None:
    home = Household("alice", "alice-northwind", "alice-gmail")
    visitor = visit(width=390, java_script_enabled=False)
    visitor.sign_in(pages.cookie(home))
    page = visitor.page
    visitor.go("/settings/")
    page.get_by_role("link", name="Contract on data processing").click()
    page.get_by_label("Organization", exact=True).fill("Fabrikam OÜ")
    page.get_by_label("Its postal address").fill("Kaevu 1, 10111 Tallinn, Estonia")
    page.get_by_label("Your name and role").fill("Alice Tamm, managing director")
    page.get_by_label("Include the Commission’s standard contractual clauses").check()
    page.get_by_label("I may accept this contract").check()
    page.get_by_role("button", name="Accept the contract").click()
    expect(page.get_by_text("The contract is accepted.")).to_be_visible()
    expect(page.get_by_text("Included, Decision (EU) 2021/915")).to_be_visible()
    row = Contract.objects.get()
    assert (row.organization, row.signatory, row.clauses) == ("Fabrikam OÜ", "Alice Tamm, managing director", True)
    taken(page, "Download what was accepted")
    (letter,) = sandbox.mailbox()
    assert "Contract on data processing, accepted for Fabrikam" in str(letter)
