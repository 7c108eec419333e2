"""Id tokens: only one that is signed by the provider, for us, by its own tenant and for this very flow is believed."""

import base64
import hmac
import json
import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from accounts.models import User
from accounts.oauth import google, identity
from accounts.oauth.errors import Problem, SignInFailed, TryLater
from accounts.oauth.identity import KeySet, verify_microsoft
from tests.accounts.browser import Browser, query_of

TENANT = "11111111-2222-3333-4444-555555555555"
OTHER_TENANT = "99999999-2222-3333-4444-555555555555"
OURS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
THEIRS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def certificate(key):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "keys")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def microsoft_claims(**changes):
    now = int(time.time())
    return {
        "aud": "us",
        "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "tid": TENANT,
        "oid": "person",
        "sub": "pairwise",
        "nonce": "n1",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        **changes,
    }


def google_claims(**changes):
    now = int(time.time())
    return {
        "aud": "us",
        "iss": "https://accounts.google.com",
        "sub": "person",
        "email": "alice@gmail.example",
        "email_verified": True,
        "nonce": "n1",
        "iat": now,
        "exp": now + 3600,
        **changes,
    }


def signed(claims, key=OURS, key_id="k1", **options):
    return jwt.encode(claims, pem(key), algorithm="RS256", headers={"kid": key_id}, **options)


def signed_with_password(claims, password):
    """HS256 by hand: the library itself refuses to sign with what looks like a public key."""
    header, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT", "kid": "k1"}, claims)
    )
    signature = hmac.digest(password, header + b"." + body, "sha256")
    return b".".join((header, body, base64.urlsafe_b64encode(signature).rstrip(b"="))).decode()


@pytest.fixture
def keys(sandbox, settings):
    """The providers publish our own key, so that we can sign what they never would."""
    settings.GOOGLE_CLIENT_ID = "us"
    published = {**jwt.algorithms.RSAAlgorithm.to_jwk(OURS.public_key(), as_dict=True), "kid": "k1", "use": "sig"}
    sandbox.faults(
        "login.microsoftonline.com", "/discovery/v2.0/keys", times=50, status=200, body={"keys": [published]}
    )
    sandbox.faults("www.googleapis.com", "/oauth2/v1/certs", times=50, status=200, body={"k1": certificate(OURS)})
    identity.microsoft_keys.forget()
    yield sandbox
    identity.microsoft_keys.forget()


def check_microsoft(token):
    return verify_microsoft(token, client_id="us", nonce="n1")


def check_google(token):
    return google._identity(token, "n1")


def test_a_good_token_of_microsoft_is_believed(keys):
    assert check_microsoft(signed(microsoft_claims()))["oid"] == "person"


def test_a_good_token_of_google_is_believed(keys):
    found = check_google(signed(google_claims()))

    assert (found.issuer, found.subject) == ("https://accounts.google.com", "person")
    assert found.address_verified


def test_googles_old_issuer_is_the_same_identity(keys):
    assert check_google(signed(google_claims(iss="accounts.google.com"))).issuer == "https://accounts.google.com"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "somebody else"},
        {"iss": f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"},
        {"tid": OTHER_TENANT},
        {"iss": f"https://evil.example/{TENANT}/v2.0"},
        {"iss": "https://login.microsoftonline.com/{tenantid}/v2.0"},
        {"nonce": "n2"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"nbf": 4_000_000_000},
    ],
)
def test_a_token_of_microsoft_that_is_not_for_this_flow_is_refused(keys, changes):
    with pytest.raises(SignInFailed) as failed:
        check_microsoft(signed(microsoft_claims(**changes)))

    assert failed.value.problem == Problem.REFUSED


@pytest.mark.parametrize("missing", ["aud", "iss", "tid", "oid", "nonce", "exp", "iat"])
def test_a_token_of_microsoft_without_a_needed_claim_is_refused(keys, missing):
    claims = microsoft_claims()
    del claims[missing]

    with pytest.raises(SignInFailed):
        check_microsoft(signed(claims))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "somebody else"},
        {"iss": "https://evil.example"},
        {"nonce": "n2"},
        {"exp": 1_000_000_000},
        {"iat": 4_000_000_000},
    ],
)
def test_a_token_of_google_that_is_not_for_this_flow_is_refused(keys, changes):
    with pytest.raises(SignInFailed) as failed:
        check_google(signed(google_claims(**changes)))

    assert failed.value.problem == Problem.REFUSED


@pytest.mark.parametrize("word", [None, False, "true", 1])
def test_only_a_plain_true_of_google_makes_an_address_verified(keys, word):
    assert not check_google(signed(google_claims(email_verified=word))).address_verified


@pytest.mark.parametrize(("check", "claims"), [(check_microsoft, microsoft_claims), (check_google, google_claims)])
class TestSignatures:
    def test_a_token_signed_by_another_key_is_refused(self, keys, check, claims):
        with pytest.raises(SignInFailed):
            check(signed(claims(), key=THEIRS))

    def test_a_token_that_names_an_unknown_key_is_refused(self, keys, check, claims):
        with pytest.raises(SignInFailed):
            check(signed(claims(), key_id="k2"))

    def test_an_unsigned_token_is_refused(self, keys, check, claims):
        with pytest.raises(SignInFailed):
            check(jwt.encode(claims(), "", algorithm="none", headers={"kid": "k1"}))

    def test_a_token_signed_with_the_public_key_as_a_password_is_refused(self, keys, check, claims):
        with pytest.raises(SignInFailed):
            check(signed_with_password(claims(), certificate(OURS).encode()))

    @pytest.mark.parametrize("text", ["", "a.b.c", "not a token"])
    def test_what_is_no_token_is_refused(self, keys, check, claims, text):
        with pytest.raises(SignInFailed):
            check(text)


def test_keys_are_fetched_once_and_again_for_an_unknown_one_but_not_for_every_forgery(keys, monkeypatch):
    ring = KeySet(identity.KEYS_URL)
    for _ in range(3):
        assert ring.key("k1")
    assert len(keys.requests(path="/keys$")) == 1

    for number in range(5):
        assert ring.key(f"forged-{number}") is None
    assert len(keys.requests(path="/keys$")) == 1

    monkeypatch.setattr(identity, "KEYS_ASKED_AGAIN", -1.0)
    ring.key("rolled over")
    assert len(keys.requests(path="/keys$")) == 2


def test_keys_that_are_out_of_reach_are_nobodys_fault(sandbox):
    sandbox.faults("login.microsoftonline.com", "/keys$", status=503, body="busy")

    with pytest.raises(TryLater):
        KeySet(identity.KEYS_URL).key("k1")


@pytest.fixture
def came_back(keys, db):
    """A browser that comes back from Google with an id token of our making."""

    def come(**changes):
        browser = Browser()
        asked = query_of(browser.start("/signin/google/"))
        told = {
            "access_token": "at",
            "refresh_token": "rt",
            "expires_in": 3599,
            "token_type": "Bearer",
            "scope": " ".join(google.SCOPES),
            "id_token": signed(google_claims(nonce=asked["nonce"], **changes)),
        }
        keys.faults("oauth2.googleapis.com", "/token$", status=200, body=told)
        return browser, browser.get("/connect/google/callback/", {"code": "c", "state": asked["state"]})

    return come


def test_a_verified_address_of_google_signs_up_at_once(came_back):
    browser, _ = came_back()

    assert browser.signed_in_as() == str(User.objects.get().pk)


def test_an_address_that_google_did_not_verify_must_be_confirmed_first(came_back):
    browser, response = came_back(email_verified=False)

    assert response["Location"] == "/signin/confirm/"
    assert browser.signed_in_as() is None
    assert not User.objects.exists()


@pytest.mark.parametrize("changes", [{"aud": "somebody else"}, {"iss": "https://evil.example"}])
def test_a_callback_with_somebody_elses_token_signs_nobody_in(came_back, changes):
    browser, response = came_back(**changes)

    assert "could not be verified" in response.content.decode()
    assert browser.signed_in_as() is None
    assert not User.objects.exists()


def test_a_token_without_an_address_says_which_permission_is_missing(came_back):
    _, response = came_back(email="")

    assert "see your e-mail address" in response.content.decode()
    assert not User.objects.exists()
