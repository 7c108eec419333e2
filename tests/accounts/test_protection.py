"""Security events of Google's: verified before anything, each with its effect once, none upon a newer grant."""

import hashlib
import time
from base64 import b64encode
from datetime import timedelta

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import vault
from accounts.models import Connection, SecurityEvent
from accounts.oauth import risc
from accounts.oauth.refresh import binding
from sandbox import clients
from sandbox.cast import PEOPLE
from sandbox.google.security import KINDS
from tests.accounts.browser import Browser
from tests.factories import connect, make_connection, make_user

pytestmark = pytest.mark.django_db
ISSUER = "https://accounts.google.com/"
SUBJECT = PEOPLE["alice-gmail"].subject


@pytest.fixture
def alice(sandbox):
    risc.google.forget()
    return make_user("alice")


@pytest.fixture
def connection(sandbox, alice):
    return connect(sandbox, alice, "alice-gmail")


def made(sandbox, kind, person="alice-gmail", **details):
    """A token that Google signed, not delivered yet."""
    asked = {"kind": kind, "person": person, "only_made": True, **details}
    return sandbox.call("POST", "google/security", asked)["token"]


def deliver(token):
    return Client().post("/hooks/google/security/", token, content_type="application/secevent+jwt").status_code


def halts():
    return dict(Connection.objects.values_list("address", "halt_cause"))


@pytest.mark.parametrize(
    ("kind", "details", "cause"),
    [
        ("tokens-revoked", {}, "revoked"),
        ("account-disabled", {"reason": "hijacking"}, "disabled"),
        ("account-disabled", {"reason": "bulk-account"}, "disabled"),
        ("account-purged", {}, "revoked"),
        ("sessions-revoked", {}, ""),
        ("account-credential-change-required", {}, ""),
        ("verification", {"state": "hello"}, ""),
    ],
)
def test_what_an_event_does_to_connections(sandbox, alice, connection, kind, details, cause):
    make_connection(make_user("bob"), "bob-gmail")
    make_connection(alice, "alice-northwind")

    assert deliver(made(sandbox, kind, **details)) == 202

    assert halts() == {connection.address: cause, "bob.kask@gmail.example": "", "alice@northwind.example": ""}
    assert [message.to for message in mail.outbox] == ([["alice@hetk.example"]] if cause else [])


@pytest.mark.parametrize(
    ("kind", "details", "ended"),
    [
        ("sessions-revoked", {}, True),
        ("tokens-revoked", {}, True),
        ("account-disabled", {"reason": "hijacking"}, True),
        ("account-purged", {}, True),
        ("account-disabled", {"reason": "bulk-account"}, False),
        ("account-enabled", {}, False),
        ("verification", {"state": "x"}, False),
    ],
)
def test_whose_sessions_end(sandbox, alice, kind, details, ended):
    SocialAccount.objects.create(user=alice, provider="google", uid=f"https://accounts.google.com|{SUBJECT}")
    hers, his = Browser(alice), Browser(make_user("bob"))
    assert [one.get("/connections/").status_code for one in (hers, his)] == [200, 200]

    assert deliver(made(sandbox, kind, **details)) == 202

    assert hers.get("/connections/").status_code == (302 if ended else 200)
    assert his.get("/connections/").status_code == 200


def test_an_account_that_only_keeps_calendars_signs_nobody_out(sandbox, alice, connection):
    browser = Browser(alice)
    browser.get("/connections/")

    deliver(made(sandbox, "sessions-revoked"))

    assert browser.get("/connections/").status_code == 200


def test_an_account_that_is_enabled_again_goes_on_and_only_that(sandbox, alice, connection):
    deliver(made(sandbox, "account-disabled"))
    other = connect(sandbox, make_user("bob"), "alice-gmail")
    Connection.objects.filter(pk=other.pk).update(halted_at=timezone.now(), halt_cause="revoked")

    deliver(made(sandbox, "account-enabled"))

    connection.refresh_from_db()
    other.refresh_from_db()
    assert not connection.halted
    assert other.halt_cause == "revoked"


@pytest.mark.parametrize("way", ["prefix", "hash_base64_sha512_sha512"])
def test_a_single_token_is_found_by_what_google_tells_of_it(sandbox, alice, connection, way):
    other = connect(sandbox, make_user("bob"), "alice-gmail")
    grant = vault.open_sealed(connection.grant, bound_to=binding(connection, "grant"))
    twice = hashlib.sha512(hashlib.sha512(grant.encode()).digest()).digest()
    told = {"prefix": grant[:16], "hash_base64_sha512_sha512": b64encode(twice).decode()}[way]
    subject = {
        "subject_type": "oauth_token",
        "token_type": "refresh_token",
        "token_identifier_alg": way,
        "token": told,
    }

    assert deliver(made(sandbox, "token-revoked", subject=subject)) == 202

    connection.refresh_from_db()
    other.refresh_from_db()
    assert connection.halt_cause == "revoked"
    assert not other.halted


def test_a_second_delivery_changes_nothing(sandbox, alice, connection):
    token = made(sandbox, "tokens-revoked")
    deliver(token)
    Browser(alice).through(f"/connections/{connection.public_id}/reconnect/", "alice-gmail")

    assert deliver(token) == 202

    connection.refresh_from_db()
    assert not connection.halted
    assert len(mail.outbox) == 1
    assert SecurityEvent.objects.count() == 1


def test_an_event_that_was_late_spares_the_grant_that_came_after_it(sandbox, alice, connection):
    token = made(sandbox, "tokens-revoked")
    Connection.objects.update(granted_at=timezone.now() + timedelta(seconds=2))

    assert deliver(token) == 202

    assert halts() == {connection.address: ""}
    assert mail.outbox == []


def forged(key=None, kid="theirs", **changed):
    """A token as Google signs it, but for what is changed; `key`: signed by somebody else."""
    event = {KINDS["tokens-revoked"]: {"subject": {"subject_type": "iss-sub", "iss": ISSUER, "sub": SUBJECT}}}
    claims = {"iss": ISSUER, "aud": clients.GOOGLE.id, "iat": int(time.time()), "jti": "1", "events": event, **changed}
    key = key or generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})


@pytest.fixture
def googles_key(sandbox, monkeypatch):
    """The tests sign by a key that Google is said to publish."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    published = {"keys": [{**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "theirs"}]}
    sandbox.faults("www.googleapis.com", "/oauth2/v3/certs", times=9, status=200, body=published)
    return key


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example/"},
        {"aud": "another-application"},
        {"iat": 4_000_000_000},
        {"events": None},
        {"events": []},
        {"iat": None},
        {"jti": None},
    ],
    ids=lambda changed: str(next(iter(changed.items())))[:20],
)
def test_a_signed_token_that_is_not_an_event_for_us_is_refused(sandbox, alice, connection, googles_key, changed):
    assert deliver(forged(googles_key, "theirs", **changed)) == 400

    assert halts() == {connection.address: ""}
    assert not SecurityEvent.objects.exists()
    # The same, unchanged, would have been believed.
    assert deliver(forged(googles_key, "theirs")) == 202
    assert halts() == {connection.address: "revoked"}


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 30_000])
def test_what_is_no_token_is_refused(sandbox, alice, connection, token):
    assert deliver(token) == 400


def test_forged_tokens_are_refused_and_make_us_ask_google_no_more_than_once(sandbox, alice, connection):
    none = jwt.encode({"iss": ISSUER, "aud": clients.GOOGLE.id, "jti": "1"}, "", algorithm="none")

    genuine = jwt.get_unverified_header(made(sandbox, "tokens-revoked"))["kid"]

    assert [deliver(forged(kid=f"unknown-{n}")) for n in range(5)] == [400] * 5
    assert deliver(forged(kid=genuine)) == 400
    assert deliver(none) == 400

    assert halts() == {connection.address: ""}
    assert len(sandbox.requests(path="/oauth2/v3/certs")) == 1
    assert len(sandbox.requests(path="risc-configuration")) == 1


def test_google_out_of_reach_is_no_verdict(sandbox, alice, connection):
    sandbox.faults("accounts.google.com", "risc-configuration", status=503)
    token = made(sandbox, "tokens-revoked")

    assert deliver(token) == 503
    assert deliver(token) == 202


def test_an_event_about_an_account_of_another_issuer_is_nobodys(sandbox, alice, connection):
    subject = {"subject_type": "iss-sub", "iss": "https://evil.example/", "sub": SUBJECT}

    assert deliver(made(sandbox, "tokens-revoked", subject=subject)) == 202

    assert halts() == {connection.address: ""}
