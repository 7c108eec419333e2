"""What the settings become when the site is public."""

import json
import os
import subprocess
import sys

import pytest

from tests.factories import PASSWORD, make_user
from tests.outside import ROOT

ASKED = """
import json
from hetk import settings
print(json.dumps({name: value for name, value in vars(settings).items() if name.isupper() and not name.endswith("DIR")}, default=str))
"""


def _settings(**changes: str) -> dict[str, object]:
    command = [sys.executable, "-c", ASKED]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **changes}, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def public():
    return _settings(HETK_SITE_URL="https://hetk.example", HETK_TRUSTED_PROXIES="2", HETK_HASHED_STATIC="yes")


def test_cookies_are_bound_to_the_host_and_to_https(public):
    assert (public["SESSION_COOKIE_NAME"], public["CSRF_COOKIE_NAME"]) == ("__Host-session", "__Host-csrf")
    assert public["SESSION_COOKIE_SECURE"] is public["CSRF_COOKIE_SECURE"] is True


def test_browsers_are_held_to_https(public):
    assert public["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert public["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is public["SECURE_HSTS_PRELOAD"] is True
    assert public["SECURE_SSL_REDIRECT"] is True


def test_proxies_are_believed_only_when_they_are_declared(public):
    assert public["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert public["ALLAUTH_TRUSTED_PROXY_COUNT"] == 2
    assert "SECURE_PROXY_SSL_HEADER" not in _settings()


def test_webhooks_go_to_the_site_unless_told_otherwise():
    environment = {name: value for name, value in os.environ.items() if name != "HETK_WEBHOOK_URL"}
    command = [sys.executable, "-c", "from hetk import settings; print(settings.WEBHOOK_URL)"]
    environment["HETK_SITE_URL"] = "https://hetk.example"
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "https://hetk.example"


@pytest.mark.django_db
def test_a_load_balancer_may_ask_for_health_without_tls_and_nobody_else_may_ask_anything(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/health/").status_code == 200
    moved = client.get("/accounts/login/")
    assert (moved.status_code, moved.headers["Location"]) == (301, "https://testserver/accounts/login/")


@pytest.mark.django_db
def test_sessions_and_tokens_are_out_of_reach_of_scripts(client):
    answer = client.get("/accounts/login/")
    assert answer.cookies["csrf"]["httponly"] is True
    assert answer.cookies["csrf"]["samesite"] == "Lax"


COOKIES = """
import django
django.setup()
from django.conf import settings
from accounts import devices
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, devices.COOKIE)
"""


def test_every_cookie_of_ours_is_named_for_its_host():
    environment = {**os.environ, "HETK_SITE_URL": "https://hetk.example", "HETK_HOSTS": "hetk.example"}
    command = [sys.executable, "-c", COOKIES]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert all(name.startswith("__Host-") for name in done.stdout.split())
    assert len(done.stdout.split()) == 3


@pytest.mark.django_db
def test_over_https_every_cookie_is_for_this_host_alone_and_out_of_reach(client, settings):
    make_user("alice")
    settings.HTTPS = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client.get("/accounts/login/", secure=True)
    client.post("/accounts/login/", {"login": "alice@hetk.example", "password": PASSWORD}, secure=True)
    assert set(client.cookies) == {"session", "csrf", "device"}
    for cookie in client.cookies.values():
        assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
        assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/hooks/google/security/", "/api/v1/pairs/"])
def test_a_program_that_speaks_in_the_clear_is_refused_and_a_browser_is_sent_on(client, settings, address):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.post(address, "x", content_type="text/plain", HTTP_AUTHORIZATION="Bearer x")
    assert (answer.status_code, answer.headers.get("Location")) == (403, None)
    assert client.get("/accounts/login/").status_code == 301
    assert client.post(address, "x", content_type="text/plain", secure=True).status_code not in {301, 403}
