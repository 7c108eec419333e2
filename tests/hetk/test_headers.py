"""Headers that every answer carries."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import RequestFactory

from hetk import outbound
from hetk.headers import SecurityHeaders, policy


@pytest.fixture
def person(db):
    return get_user_model().objects.create_user(email="alice@northwind.example", password="correct horse battery")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/health/", "/no-such-page/", "/accounts/login/", "/static/none.css"])
def test_every_answer_carries_the_strict_headers(client, path):
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]


def test_nothing_inline_and_nothing_foreign_may_run():
    rules = dict(rule.split(" ", 1) for rule in policy().split("; "))
    assert {rules[name] for name in ("default-src", "base-uri", "object-src", "frame-ancestors")} == {"'none'"}
    assert {rules[name] for name in ("script-src", "style-src", "font-src", "connect-src", "manifest-src")} == {
        "'self'"
    }
    assert "unsafe" not in policy()
    assert "*" not in policy()


def test_forms_may_lead_to_the_sign_in_pages_and_nowhere_else(settings):
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url="")
    assert "form-action 'self' https://login.microsoftonline.com https://accounts.google.com" in policy()
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url="http://127.0.0.1:9000")
    assert policy().endswith("form-action 'self' http://127.0.0.1:9000")
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=settings.SANDBOX_URL)


def test_an_answer_to_a_signed_in_person_is_stored_nowhere(client, person):
    client.force_login(person)
    assert client.get("/no-such-page/").headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_an_answer_to_a_stranger_may_be_stored(client):
    assert "no-store" not in client.get("/").headers.get("Cache-Control", "")


def test_the_answer_that_signs_somebody_in_is_stored_nowhere(client, person):
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    answer = client.post("/accounts/login/", {"login": person.email, "password": "correct horse battery"})
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_request_without_a_session_asks_the_database_nothing(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/no-such-page/").status_code == 404


def test_an_error_page_carries_the_headers_and_no_detail(client, db, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("hetk.health.connection", None)
    answer = client.get("/health/")
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert b"Traceback" not in answer.content
    assert b"hetk/" not in answer.content


def test_a_middleware_before_sign_in_leaves_the_answer_as_it_is():
    answer = SecurityHeaders(lambda _: HttpResponse("x"))(RequestFactory().get("/"))
    assert "Cache-Control" not in answer.headers
