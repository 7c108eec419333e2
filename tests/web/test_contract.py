"""Accepting the contract on data processing: who, when, for whom and which text; kept as it was, whatever comes later."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from accounts import history
from accounts.models import Contract
from hetk.trust import dpa
from tests.factories import make_user


@pytest.fixture
def alice(db):
    return make_user("alice")


@pytest.fixture
def browser(alice):
    client = Client()
    client.force_login(alice)
    return client


def said(**changes: str) -> dict[str, str]:
    now = dpa.fingerprint(dpa.text())
    who = {"organization": "Fabrikam OÜ", "post": "Kaevu 1, Tallinn", "signatory": "Alice Tamm, director"}
    return who | {"entitled": "on", "fingerprint": now} | changes


def papers() -> list[str]:
    """Addresses of what was accepted, the last one first."""
    return [reverse("dpa_accepted", args=(row.pk,)) for row in Contract.objects.all()]


def test_what_was_accepted_is_kept_whole_with_who_and_when(alice, browser):
    answer = browser.post(reverse("dpa_accept"), said(), follow=True)
    row = Contract.objects.get()
    assert (row.user, row.organization, row.version) == (alice, "Fabrikam OÜ", dpa.VERSION)
    assert dpa.fingerprint(row.text) == row.fingerprint == dpa.fingerprint(dpa.text())
    html = answer.content.decode()
    assert "Fabrikam OÜ, Kaevu 1, Tallinn" in html
    assert "Accept the contract" not in html
    [entry] = [one for one in history.told(alice) if one["act"] == "contract-accepted"]
    assert row.fingerprint in str(entry)


@pytest.mark.parametrize("missing", ["organization", "post", "signatory", "entitled", "fingerprint"])
def test_nothing_is_accepted_with_a_gap(browser, missing):
    answer = browser.post(reverse("dpa_accept"), {name: value for name, value in said().items() if name != missing})
    assert answer.status_code == 400
    assert not Contract.objects.exists()


def test_a_text_that_changed_meanwhile_is_not_accepted_unread(browser, settings):
    fields = said()
    settings.COMPANY = replace(settings.COMPANY, mailer="Contoso Mail")
    answer = browser.post(reverse("dpa_accept"), fields)
    assert "The text has changed since you opened it" in answer.content.decode()
    assert not Contract.objects.exists()
    assert dpa.fingerprint(dpa.text()) in answer.content.decode()


def test_a_later_text_is_asked_for_and_the_old_paper_stays_as_it_was(browser, settings, monkeypatch):
    browser.post(reverse("dpa_accept"), said())
    monkeypatch.setattr("hetk.pdf.of_html", str.encode)
    settings.COMPANY = replace(settings.COMPANY, mailer="Contoso Mail")
    html = browser.get(reverse("dpa")).content.decode()
    assert "the text below is another one" in html
    assert "Accept the contract" in html
    paper = browser.get(papers()[0]).content.decode()
    for word in ("Fabrikam OÜ", "alice@hetk.example", Contract.objects.get().fingerprint):
        assert word in paper
    assert "Contoso Mail" not in paper


def test_what_was_accepted_comes_as_a_pdf_to_whoever_accepted_it_alone(browser):
    assert browser.get(reverse("dpa_accepted", args=(1,))).status_code == 404
    browser.post(reverse("dpa_accept"), said())
    [paper] = papers()
    answer = browser.get(paper)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    other = Client()
    assert other.get(paper).status_code == 302
    other.force_login(make_user("charlie"))
    assert other.get(paper).status_code == 404
    assert "Fabrikam" not in other.get(reverse("dpa")).content.decode()


def test_a_name_brings_no_markup_into_the_paper(browser, monkeypatch):
    monkeypatch.setattr("hetk.pdf.of_html", str.encode)
    browser.post(reverse("dpa_accept"), said(organization="<img src=x>"))
    paper = browser.get(papers()[0]).content.decode()
    assert "<img" not in paper
    assert "<img" not in browser.get(reverse("dpa")).content.decode()
    assert "&lt;img" in paper


def test_papers_are_not_printed_without_end(browser, monkeypatch):
    monkeypatch.setattr("hetk.trust.views.PRINTS", "2/m/user")
    monkeypatch.setattr("hetk.pdf.of_html", lambda html: b"%PDF-")
    browser.post(reverse("dpa_accept"), said())
    answers = [browser.get(papers()[0]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "60"


def test_only_who_is_signed_in_can_accept(db):
    assert Client().post(reverse("dpa_accept"), {}).status_code == 302
    html = Client().get(reverse("dpa")).content.decode()
    assert "Sign in to accept it" in html
    assert "<form" not in html.partition("<main")[2]


def test_the_commissions_clauses_are_part_of_it_where_they_were_chosen_and_nowhere_else(browser, monkeypatch):
    monkeypatch.setattr("hetk.pdf.of_html", str.encode)
    browser.post(reverse("dpa_accept"), said())
    browser.post(reverse("dpa_accept"), said(clauses="on"))
    chosen, plain = (browser.get(paper).content.decode() for paper in papers())
    assert "Part of this contract, as section 12 says" in chosen
    assert "Not part of this contract" in plain
    assert "Included, Decision (EU) 2021/915" in browser.get(reverse("dpa")).content.decode()


def test_each_paper_that_was_accepted_stays_to_be_had(browser, settings, monkeypatch):
    monkeypatch.setattr("hetk.pdf.of_html", str.encode)
    browser.post(reverse("dpa_accept"), said())
    settings.COMPANY = replace(settings.COMPANY, mailer="Contoso Mail")
    browser.post(reverse("dpa_accept"), said())
    html = browser.get(reverse("dpa")).content.decode()
    assert [paper in html for paper in papers()] == [True, True]
    new, old = (browser.get(paper).content.decode() for paper in papers())
    assert ("Contoso Mail" in new, "Contoso Mail" in old) == (True, False)


def test_it_is_mailed_with_its_paper_once_however_often_the_button_is_pressed(browser, mailoutbox):
    for _ in range(2):
        browser.post(reverse("dpa_accept"), said())
    assert Contract.objects.count() == 1
    [letter] = mailoutbox
    [(name, paper, kind)] = letter.attachments
    assert (name, kind) == (f"hetk-dpa-{dpa.VERSION}.pdf", "application/pdf")
    assert paper.startswith(b"%PDF-")
    assert Contract.objects.get().fingerprint in letter.body
    assert "Alice Tamm, director" in letter.body


def test_a_mail_that_does_not_go_out_undoes_nothing(browser, monkeypatch):
    monkeypatch.setattr("accounts.emails.EmailMultiAlternatives.send", lambda self: (_ for _ in ()).throw(OSError()))
    browser.post(reverse("dpa_accept"), said())
    assert Contract.objects.count() == 1
