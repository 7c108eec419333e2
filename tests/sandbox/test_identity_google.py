"""Signing in at the sandbox's Google: what works, and every refusal that the product must be able to meet."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from google.auth import jwt as google_jwt
from google.oauth2 import id_token
from google_auth_oauthlib.flow import Flow

from tests.sandbox.client import (
    API,
    GOOGLE_ID,
    GOOGLE_SECRET,
    RETURN,
    Answer,
    Client,
    agreed,
    google_authorize,
    google_exchange,
)

EVENTS, LISTS = f"{API}calendar.events", f"{API}calendar.calendarlist.readonly"


def tokens(client: Client, person: str = "alice-gmail", **changes: str | None) -> dict[str, Any]:
    answer = google_exchange(client, agreed(client, google_authorize(**changes), person)["code"])
    assert answer.status == 200, answer.text
    return dict(answer.json())


def refreshed(client: Client, refresh_token: str, **more: str) -> Answer:
    form = {"grant_type": "refresh_token", "client_id": GOOGLE_ID, "client_secret": GOOGLE_SECRET}
    return client("POST", "https://oauth2.googleapis.com/token", form={**form, "refresh_token": refresh_token, **more})


def revoked(client: Client, token: str) -> Answer:
    return client("POST", "https://oauth2.googleapis.com/revoke", form={"token": token})


class ForGoogle:
    """The transport that google-auth takes, mapped onto the sandbox."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(self, url: str, method: str = "GET", body: Any = None, headers: Any = None, **_: Any) -> Any:
        answer = self._client(method, url)
        return type("Response", (), {"status": answer.status, "headers": answer.headers, "data": answer.body})()


def test_googles_own_library_verifies_the_id_token(client: Client) -> None:
    told = tokens(client)
    claims = id_token.verify_oauth2_token(told["id_token"], ForGoogle(client), GOOGLE_ID)
    assert claims["iss"] == "https://accounts.google.com"
    assert (claims["email"], claims["email_verified"]) == ("alice.tamm@gmail.example", True)
    assert claims["nonce"] == "the-nonce"
    assert "name" not in claims
    assert "hd" not in claims


def test_the_keys_are_published_as_certificates_too(client: Client) -> None:
    certificates = client("GET", "https://www.googleapis.com/oauth2/v1/certs").json()
    claims = google_jwt.decode(tokens(client)["id_token"], certificates, audience=GOOGLE_ID)
    assert claims["azp"] == GOOGLE_ID


def test_googles_own_flow_builds_an_address_that_is_accepted(client: Client) -> None:
    config = {
        "web": {
            "client_id": GOOGLE_ID,
            "client_secret": GOOGLE_SECRET,
            "auth_uri": "https://accounts.google.com/o/oauth2/v2/auth",
            "token_uri": "https://oauth2.googleapis.com/token",
        }
    }
    flow = Flow.from_client_config(config, ["openid", f"{API}userinfo.email", EVENTS], redirect_uri=RETURN)
    address, state = flow.authorization_url(access_type="offline", prompt="consent", nonce="n")
    back = agreed(client, address, "alice-gmail")
    assert back["state"] == state
    assert google_exchange(client, back["code"], code_verifier=flow.code_verifier).status == 200


def test_a_workspace_account_names_its_domain(client: Client) -> None:
    back = agreed(client, google_authorize(), "alice-contoso")
    claims = google_jwt.decode(google_exchange(client, back["code"]).json()["id_token"], verify=False)
    assert back["hd"] == claims["hd"] == "contoso.example"


def test_the_screens_lead_from_account_to_ticks_to_the_application(client: Client) -> None:
    assert "Choose an account" in client("GET", google_authorize()).text
    asking = client("POST", google_authorize(), form={"person": "alice-gmail"})
    assert asking.text.count('type="checkbox"') == 2
    assert "View and edit events on all your calendars" in asking.text


def test_an_unticked_box_is_a_scope_not_granted(client: Client) -> None:
    back = agreed(client, google_authorize(), "alice-gmail", offered="yes", scope=[LISTS])
    told = google_exchange(client, back["code"]).json()
    assert set(told["scope"].split()) == {"openid", f"{API}userinfo.email", LISTS}
    grant = client.sandbox.world.tokens.check(f"Bearer {told['access_token']}", "google")
    assert grant is not None
    assert EVENTS not in grant.scopes


def test_with_every_box_unticked_only_the_sign_in_is_granted(client: Client) -> None:
    back = agreed(client, google_authorize(), "alice-gmail", offered="yes")
    assert API + "calendar" not in google_exchange(client, back["code"]).json()["scope"]


def test_declining_comes_back_as_access_denied(client: Client) -> None:
    back = client("POST", google_authorize(), form={"person": "alice-gmail", "choice": "deny"}).returned
    assert back == {"error": "access_denied", "state": "the-state"}


def test_a_refresh_token_comes_with_the_first_consent_or_a_new_one_only(client: Client) -> None:
    assert "refresh_token" in tokens(client)
    known = client("POST", google_authorize(), form={"person": "alice-gmail"}).returned
    assert "refresh_token" not in google_exchange(client, known["code"]).json()
    assert client("POST", google_authorize(prompt="consent"), form={"person": "alice-gmail"}).status == 200
    assert "refresh_token" in tokens(client, prompt="consent")
    assert "refresh_token" not in tokens(client, "bob-gmail", access_type=None)


def test_no_prompt_never_shows_a_screen(client: Client) -> None:
    silent = google_authorize(prompt="none", login_hint="alice.tamm@gmail.example")
    assert client("GET", silent).returned["error"] == "consent_required"
    assert client("GET", google_authorize(prompt="none", login_hint="x@y")).returned["error"] == "interaction_required"


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"client_id": "somebody-else"}, 401, "invalid_client"),
        ({"redirect_uri": "https://evil.example/"}, 400, "redirect_uri_mismatch"),
        ({"response_type": "token"}, 400, "invalid_request"),
        ({"state": None}, 400, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, 400, "invalid_request"),
        ({"code_challenge_method": "plain"}, 400, "invalid_request"),
        ({"scope": f"openid {API}gmail.readonly"}, 400, "invalid_scope"),
    ],
)
def test_a_faulty_request_stays_at_google(client: Client, changes: dict[str, Any], status: int, text: str) -> None:
    answer = client("GET", google_authorize(**changes))
    assert (answer.status, "location" in answer.headers) == (status, False)
    assert text in answer.text


@pytest.mark.parametrize(
    ("changes", "status", "error", "description"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", "Unauthorized"),
        ({"client_secret": None}, 401, "invalid_client", "client_secret is missing."),
        ({"client_id": "somebody-else"}, 401, "invalid_client", "The OAuth client was not found."),
        ({"code_verifier": "another"}, 400, "invalid_grant", "Invalid code verifier."),
        ({"code_verifier": None}, 400, "invalid_grant", "Missing code verifier."),
        ({"redirect_uri": "http://localhost:8000/else/"}, 400, "redirect_uri_mismatch", "Bad Request"),
        ({"code": "made-up"}, 400, "invalid_grant", "Malformed auth code."),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", "Invalid grant_type: password"),
    ],
)
def test_a_faulty_exchange_is_refused(
    client: Client, changes: dict[str, Any], status: int, error: str, description: str
) -> None:
    code = agreed(client, google_authorize(), "alice-gmail")["code"]
    answer = google_exchange(client, code, **changes)
    assert (answer.status, answer.json()) == (status, {"error": error, "error_description": description})
    assert google_exchange(client, code).status == 200


def test_a_code_is_good_once_for_ten_minutes(client: Client) -> None:
    code = agreed(client, google_authorize(), "alice-gmail")["code"]
    assert google_exchange(client, code).status == 200
    assert google_exchange(client, code).json()["error"] == "invalid_grant"
    late = agreed(client, google_authorize(), "alice-gmail")["code"]
    client.sandbox.world.clock.advance(601)
    assert google_exchange(client, late).json()["error"] == "invalid_grant"


def test_refreshing_does_not_rotate(client: Client) -> None:
    first = tokens(client)
    second = refreshed(client, first["refresh_token"]).json()
    assert "refresh_token" not in second
    assert second["access_token"] != first["access_token"]
    assert second["scope"] == first["scope"]
    assert refreshed(client, first["refresh_token"]).status == 200


def test_a_refresh_can_narrow_its_scopes_but_not_widen_them(client: Client) -> None:
    given = tokens(client)["refresh_token"]
    assert refreshed(client, given, scope=EVENTS).json()["scope"] == EVENTS
    assert refreshed(client, given, scope=f"{API}calendar").json()["error"] == "invalid_scope"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_any_token_ends_the_whole_grant(client: Client, which: str) -> None:
    told = tokens(client)
    assert revoked(client, told[which]).status == 200
    dead = refreshed(client, told["refresh_token"])
    assert (dead.status, dead.json()) == (
        400,
        {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
    )
    assert client.sandbox.world.tokens.check(f"Bearer {told['access_token']}", "google") is None
    assert revoked(client, told[which]).json()["error"] == "invalid_token"
    assert client("POST", google_authorize(), form={"person": "alice-gmail"}).status == 200


def test_revoking_one_persons_grant_leaves_the_others_alone(client: Client) -> None:
    alice, bob = tokens(client), tokens(client, "bob-gmail")
    revoked(client, alice["refresh_token"])
    assert refreshed(client, bob["refresh_token"]).status == 200


def test_a_person_takes_access_back_at_their_account_page(client: Client) -> None:
    told = tokens(client)
    page = "https://myaccount.google.com/connections"
    assert "Hetk Calendar Sync" in client("GET", page).text
    client("POST", page, form={"person": "alice-gmail", "choice": "revoke"})
    assert refreshed(client, told["refresh_token"]).json()["error"] == "invalid_grant"


def test_userinfo_wants_a_token_of_google(client: Client) -> None:
    address = "https://openidconnect.googleapis.com/v1/userinfo"
    told = client("GET", address, authorization=f"Bearer {tokens(client)['access_token']}").json()
    assert told["email"] == "alice.tamm@gmail.example"
    assert client("GET", address).status == 401
    form = {"person": "alice-northwind", "scopes": "Calendars.ReadWrite"}
    other = client("POST", "/_sandbox/grant", json=form).json()["access_token"]
    assert client("GET", address, authorization=f"Bearer {other}").status == 401


def test_discovery_names_the_real_addresses(client: Client) -> None:
    told = client("GET", "https://accounts.google.com/.well-known/openid-configuration").json()
    assert told["issuer"] == "https://accounts.google.com"
    assert urlsplit(told["jwks_uri"]).hostname == "www.googleapis.com"
    assert client("GET", told["jwks_uri"]).json()["keys"][0]["kty"] == "RSA"
