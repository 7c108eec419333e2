"""The public pages about trust: open to everybody, well formed, linked, and saying what is configured."""

import re
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from hetk.trust import claims, facts, urls
from tests.factories import make_user
from tests.hetk.papers import inside

PAGES = ["trust_security", "subprocessors", "privacy", "dpa", "integrations", "for_it"]
PAGES += [f"integration_{name}" for name in ("microsoft-365", "google-workspace", "icloud-caldav", "domain-policy")]

# Looked at in tests/web/test_contract.py.
OF_ONES_OWN = ["dpa_accept", "dpa_accepted"]


def html_of(name: str) -> str:
    answer = Client().get(reverse(name))
    assert answer.status_code == 200, name
    return answer.content.decode()


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture(autouse=True)
def rows(db):
    pass


def test_every_address_of_trust_is_looked_at_here():
    assert {pattern.name for pattern in urls.urlpatterns} == {
        *PAGES,
        "dpa_pdf",
        "for_it_pdf",
        *OF_ONES_OWN,
        *(f"moved_{old}" for old in urls.BEFORE),
    }


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_for_everybody_and_is_well_formed(name):
    html = html_of(name)
    assert (html.count("<h1"), html.count("<main")) == (1, 1)
    assert re.search(r'<meta name="description" content="[^"]{40,}">', html)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    # Tables and their fields have names of their own.
    words = words_of(html.partition('aria-labelledby="fields"')[0] if name == "privacy" else html)
    assert not re.search(r"\bpairs?\b|!(?!doctype)", words.replace("<!doctype html>", ""), re.IGNORECASE)
    assert "{{" not in html
    assert len(html.encode()) < 100_000


def test_the_foot_of_every_page_leads_to_them():
    html = Client().get("/").content.decode()
    for name in ("integrations", "for_it", "trust_security", "privacy", "dpa", "subprocessors", "terms"):
        assert f'href="{reverse(name)}"' in html, name


def test_the_foot_names_who_runs_this_installation(settings):
    settings.COMPANY = replace(settings.COMPANY, name="Fabrikam OÜ", support="help@fabrikam.example")
    for answer in (Client().get("/"), Client().get("/nowhere/")):
        foot = answer.content.decode().partition("<footer")[2]
        assert "Fabrikam OÜ" in foot
        assert "mailto:help@fabrikam.example" in foot
        assert "Hetk Technologies" not in foot


def test_whoever_has_not_accepted_the_terms_can_read_them_all():
    client = Client()
    newcomer = make_user("newcomer")
    newcomer.acceptances.all().delete()
    client.force_login(newcomer)
    assert client.get(reverse("dashboard")).status_code == 302
    for name in [*PAGES, "pricing"]:
        assert client.get(reverse(name)).status_code in ({200, 404} if name == "pricing" else {200}), name


def test_the_security_page_shows_each_claim_with_its_proof():
    html = html_of("trust_security")
    for claim in claims.CLAIMS:
        assert claim.said in html.replace("&#x27;", "'"), claim.said
        assert f"<code>{claim.proof}</code>" in html
    assert f"within {facts.BREACH_HOURS} hours" in html


@pytest.mark.parametrize("name", ["trust_security", "privacy", "dpa", "for_it"])
def test_retention_is_told_as_it_is_kept(name):
    words = words_of(html_of(name))
    for kept in facts.retention():
        assert f"{kept.what} {kept.words}" in words, kept.what


def test_permissions_are_told_as_they_are_asked_for():
    microsoft, google = html_of("integration_microsoft-365"), html_of("integration_google-workspace")
    assert [one.scope for one in facts.microsoft_permissions() if f"<code>{one.scope}</code>" not in microsoft] == []
    assert [one.scope for one in facts.google_permissions() if f"<code>{one.scope}</code>" not in google] == []
    assert "auth/calendar<" not in google
    assert settings.MICROSOFT_CLIENT_ID in microsoft


def test_lifetimes_are_told_as_they_are_set(settings):
    from datetime import timedelta

    settings.WATCH_LIFETIMES = {kind: (timedelta(hours=30), timedelta(hours=5)) for kind in ("microsoft", "google")}
    for name in ("integration_microsoft-365", "integration_google-workspace"):
        words = words_of(html_of(name))
        assert "for 30 hours" in words
        assert "5 hours before it ends" in words


def test_sub_processors_are_those_of_the_settings(settings):
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    settings.COMPANY = replace(
        settings.COMPANY, host="Fabrikam Cloud", region="Tallinn", edge="", mailer="Contoso Mail"
    )
    for name in ("subprocessors", "dpa", "for_it"):
        html = html_of(name)
        assert [one for one in ("Fabrikam Cloud", "Tallinn", "Stripe", "Contoso Mail") if one not in html] == []
        assert "Cloudflare" not in html
    settings.STRIPE_SECRET_KEY = ""
    assert "Stripe</th>" not in html_of("subprocessors")


def test_addresses_of_before_lead_to_the_pages_of_today():
    for old, new in urls.BEFORE.items():
        answer = Client().get(f"/integrations/{old}/")
        assert (answer.status_code, answer["Location"]) == (301, f"/integrations/{new}/")


@pytest.mark.parametrize("name", ["dpa_pdf", "for_it_pdf"])
def test_what_reviewers_take_along_is_a_pdf_that_screen_readers_can_read(name):
    answer = Client().get(reverse(name))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in inside(answer.content)
