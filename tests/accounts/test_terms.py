"""The terms: accepted at sign-up with their version, asked for before anything else otherwise, and again when they change."""

import re

import pytest
from django.core import mail

from accounts.models import Acceptance, User
from tests.accounts.browser import Browser
from tests.factories import PASSWORD, make_user, sign_in

pytestmark = pytest.mark.django_db

CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")


@pytest.fixture(autouse=True)
def version(settings) -> str:
    settings.TERMS_VERSION = "2026-11-25"
    return "2026-11-25"


def newcomer(**fields: str) -> Browser:
    browser = Browser()
    browser.post("/accounts/signup/", {"email": "nora@hetk.example", "password1": PASSWORD, **fields})
    found = CODE.search(str(mail.outbox[-1].body))
    assert found
    browser.post("/accounts/confirm-email/", {"code": found[0]})
    return browser


def test_anybody_may_read_them(version):
    shown = Browser().get("/terms/").content.decode()
    assert version in shown
    assert "Hetk Technologies OÜ" in shown


def test_the_form_that_signs_up_says_so_and_who_when_and_which_version_is_kept(version):
    shown = Browser().get("/accounts/signup/").content.decode()
    assert f'name="terms" value="{version}"' in shown
    assert "/terms/" in shown
    browser = newcomer(terms=version)
    kept = Acceptance.objects.get()
    assert (kept.user.email, kept.version) == ("nora@hetk.example", version)
    assert kept.accepted_at
    assert browser.get("/settings/").status_code == 200


@pytest.mark.parametrize("said", [{}, {"terms": "2020-01-01"}])
def test_a_form_without_the_version_of_today_accepts_nothing(said):
    browser = newcomer(**said)
    assert not Acceptance.objects.exists()
    assert browser.get("/settings/")["Location"] == "/terms/accept/?next=%2Fsettings%2F"


def test_who_comes_with_google_is_asked_before_anything_else(sandbox, version):
    browser = Browser()
    browser.through("/signin/google/", "alice-gmail")
    assert browser.get("/dashboard/")["Location"] == "/terms/accept/?next=%2Fdashboard%2F"
    assert not Acceptance.objects.exists()
    answer = browser.post("/terms/accept/", {"version": version, "next": "/connections/"})
    assert answer["Location"] == "/connections/"
    assert browser.get("/dashboard/").status_code == 200
    assert Acceptance.objects.get().user == User.objects.get()


def test_a_new_version_is_asked_for_in_sessions_that_are_open(settings):
    browser = newcomer(terms="2026-11-25")
    assert browser.get("/settings/").status_code == 200
    settings.TERMS_VERSION = "2027-01-01"
    assert browser.get("/settings/").status_code == 302
    assert "The terms have changed" in browser.get("/terms/accept/").content.decode()
    browser.post("/terms/accept/", {"version": "2026-11-25"})
    assert browser.get("/settings/").status_code == 302
    browser.post("/terms/accept/", {"version": "2027-01-01"})
    assert browser.get("/settings/").status_code == 200
    assert set(Acceptance.objects.values_list("version", flat=True)) == {"2026-11-25", "2027-01-01"}


def test_nothing_is_done_before_and_an_account_can_be_protected_and_left(sandbox):
    browser = newcomer()
    assert browser.post("/settings/", {"time_zone": "Europe/Tallinn"})["Location"] == "/terms/accept/?next="
    assert User.objects.get().time_zone == "UTC"
    assert browser.get("/settings/security/").status_code == 200
    assert browser.get("/settings/", HTTP_HX_REQUEST="true").headers["HX-Redirect"].startswith("/terms/accept/")
    assert browser.post("/accounts/logout/").status_code == 302
    assert browser.signed_in_as() is None


def test_nobody_accepts_for_another(settings):
    alice, bob = make_user("alice"), make_user("bob")
    settings.TERMS_VERSION = "2027-01-01"
    browser = Browser()
    sign_in(browser, alice)
    session = browser.session
    session.pop("terms", None)
    session.save()
    browser.post("/terms/accept/", {"version": "2027-01-01", "user": bob.pk})
    assert list(Acceptance.objects.filter(version="2027-01-01").values_list("user", flat=True)) == [alice.pk]
