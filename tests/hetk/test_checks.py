"""Every contradiction in the settings is found, named and told how to mend; the settings of the demo pass."""

import base64
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from hetk import checks
from hetk.company import OWN_NAME
from tests.outside import ROOT

GOOD_KEY = "k2:" + base64.b64encode(b"x" * 32).decode()


@pytest.fixture
def production(settings):
    """Settings of a public installation, without a fault."""
    settings.SITE_URL = "https://hetk.example"
    settings.HTTPS = True
    settings.TRUSTED_PROXIES = 1
    settings.ALLOWED_HOSTS = ["hetk.example"]
    settings.WEBHOOK_URL = "https://hetk.example"
    settings.SANDBOX_URL = ""
    settings.COMPANY = replace(settings.COMPANY, name="Fabrikam OÜ", post="Kaevu 1, Tallinn", mailer="Contoso Mail")
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
    return settings


def found() -> list[str]:
    messages = [message for check in checks.ALL for message in check(None)]
    assert all(message.hint for message in messages)
    return [message.id or "" for message in messages]


def test_the_settings_of_the_demo_and_of_a_public_site_pass(settings, request):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert found() == []
    request.getfixturevalue("production")
    assert found() == []


def test_a_short_secret_key_is_found(settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.SECRET_KEY = "short"
    assert found() == ["hetk.E001"]


@pytest.mark.parametrize("name", ["VAULT_KEYS", "MARK_KEYS"])
@pytest.mark.parametrize(
    "keys",
    [[], ["k1"], ["k1:"], [":" + GOOD_KEY[3:]], ["k1:c2hvcnQ="], ["k1:***"], [GOOD_KEY, GOOD_KEY]],
    ids=["none", "no key", "empty key", "no id", "short", "not base64", "one id twice"],
)
def test_keys_that_are_missing_short_or_malformed_are_found(production, name, keys):
    setattr(production, name, keys)
    assert set(found()) == {"hetk.E002"}


def test_a_key_is_never_quoted(production):
    production.VAULT_KEYS = ["k1:c2VjcmV0LWNhbmFyeQ=="]
    [message] = checks.check_keys(None)
    assert "c2VjcmV0" not in str(message)


def test_one_key_for_two_purposes_is_found(production):
    production.MARK_KEYS = ["m:" + production.VAULT_KEYS[0].partition(":")[2]]
    assert found() == ["hetk.E003"]


@pytest.mark.parametrize(
    "url", ["http://hetk.example", "ftp://hetk.example", "hetk.example", "https://hetk.example/app"]
)
def test_a_public_site_that_is_no_plain_https_address_is_found(production, url):
    production.SITE_URL = url
    assert "hetk.E010" in found()


def test_debugging_on_a_public_site_is_found(production):
    production.DEBUG = True
    assert found() == ["hetk.E011"]


def test_debugging_on_this_machine_is_fine(settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.DEBUG = True
    assert found() == []


@pytest.mark.parametrize("hosts", [[], ["other.example"], ["hetk.example", "*"]])
def test_a_site_that_is_not_open_to_its_own_name_alone_is_found(production, hosts):
    production.ALLOWED_HOSTS = hosts
    assert found() == ["hetk.E012"]


@pytest.mark.parametrize("sandbox", ["http://127.0.0.1:9000", "http://sandbox.example"])
def test_a_sandbox_behind_a_public_site_is_found(production, sandbox):
    production.SANDBOX_URL = sandbox
    assert found() == ["hetk.E020"]


def test_a_sandbox_elsewhere_is_found(settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.SANDBOX_URL = "http://sandbox.example"
    assert found() == ["hetk.E020"]


@pytest.mark.parametrize("url", ["http://hetk.example", "https://localhost", "https://127.0.0.1:8000", ""])
def test_a_webhook_address_that_no_provider_can_reach_is_found(production, url):
    production.WEBHOOK_URL = url
    assert found() == ["hetk.E021"]


@pytest.mark.parametrize(
    "name", ["MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"]
)
def test_a_missing_client_id_or_secret_is_found_by_name(production, name):
    setattr(production, name, "")
    [message] = checks.check_outside_world(None)
    assert message.id == "hetk.E022"
    assert f"HETK_{name}" in message.msg


@pytest.mark.parametrize("backend", ["locmem.LocMemCache", "dummy.DummyCache"])
def test_a_cache_that_processes_do_not_share_is_found(production, backend):
    production.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}
    assert found() == ["hetk.E030"]


def test_https_without_a_declared_proxy_is_found(production):
    production.TRUSTED_PROXIES = 0
    assert found() == ["hetk.W031"]


@pytest.mark.parametrize("servers", [[], ["dns.example"], ["1.1.1.1", "9.9.9.9:port"], ["1.1.1.1,", "9.9.9.9"]])
def test_resolvers_that_cannot_be_read_are_found(production, servers):
    production.RESOLVERS = servers
    assert found() == ["hetk.E023"]


def test_one_resolver_alone_is_found_unless_it_is_on_this_machine(production):
    production.RESOLVERS = ["1.1.1.1", "1.1.1.1:53"]
    assert found() == ["hetk.W033"]
    production.RESOLVERS = ["127.0.0.1:5300"]
    assert found() == []


def test_a_public_site_that_does_not_say_who_runs_it_is_found_by_each_variable(production):
    production.COMPANY = replace(production.COMPANY, post="", mailer="", region="")
    assert found() == ["hetk.W050"] * 3
    said = " ".join(str(message.msg) for message in checks.check_company(None))
    assert [name for name in ("HETK_COMPANY_ADDRESS", "HETK_MAILER", "HETK_REGION") if name not in said] == []


def test_a_site_of_others_that_speaks_in_our_name_is_found(production):
    production.COMPANY = replace(production.COMPANY, name=OWN_NAME)
    assert found() == ["hetk.W051"]
    production.SITE_URL, production.ALLOWED_HOSTS = "https://app.hetk.io", ["app.hetk.io"]
    assert found() == []


def _manage(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_tax_that_does_not_exist_and_a_webhook_without_a_secret_are_found(production):
    production.STRIPE_TAX = "some"
    assert found() == ["hetk.E040"]
    production.STRIPE_TAX, production.STRIPE_WEBHOOK_SECRETS = "managed", []
    assert found() == ["hetk.E041"]
    production.STRIPE_SECRET_KEY = ""
    assert found() == []


def test_a_command_refuses_to_start_on_wrong_settings():
    refused = _manage("check", HETK_SITE_URL="http://hetk.example")
    assert refused.returncode != 0
    assert "hetk.E010" in refused.stderr
    assert "hetk.E020" in refused.stderr


def test_a_public_site_passes_all_checks_for_deployment():
    site = {"HETK_SITE_URL": "https://hetk.example", "HETK_WEBHOOK_URL": "https://hetk.example", "HETK_SANDBOX_URL": ""}
    site["DJANGO_ALLOW_ASYNC_UNSAFE"] = ""
    site |= {"HETK_COMPANY": "Fabrikam OÜ", "HETK_COMPANY_ADDRESS": "Kaevu 1, Tallinn", "HETK_MAILER": "Contoso Mail"}
    done = _manage(
        "check", "--deploy", "--fail-level", "WARNING", HETK_HOSTS="hetk.example", HETK_TRUSTED_PROXIES="1", **site
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HETK_SECRET_KEY", None, "HETK_SECRET_KEY is not set"),
        ("HETK_DEBUG", "maybe", "HETK_DEBUG is 'maybe'; it must be yes or no"),
        ("HETK_SMTP_PORT", "mail", "HETK_SMTP_PORT is 'mail'; it must be a whole number"),
    ],
)
def test_a_variable_that_cannot_be_read_is_named(monkeypatch, name, value, words):
    if value is None:
        monkeypatch.delenv(name)
        refused = _manage("check")
    else:
        refused = _manage("check", **{name: value})
    assert refused.returncode != 0
    assert words in refused.stderr
