"""Signing in at the sandbox's Microsoft: what works, and every refusal that the product must be able to meet."""

from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import msal
import pytest

from tests.sandbox.client import (
    MICROSOFT_ID,
    MICROSOFT_SECRET,
    RETURN,
    Answer,
    Client,
    agreed,
    microsoft_authorize,
    microsoft_exchange,
)

LOGIN = "https://login.microsoftonline.com"
DISCOVERY = "v2.0/.well-known/openid-configuration"


def tokens(client: Client, person: str = "alice-northwind") -> dict[str, Any]:
    answer = microsoft_exchange(client, agreed(client, microsoft_authorize(), person)["code"])
    assert answer.status == 200, answer.text
    return dict(answer.json())


def refreshed(client: Client, refresh_token: str, **more: str) -> Answer:
    form = {
        "grant_type": "refresh_token",
        "client_id": MICROSOFT_ID,
        "client_secret": MICROSOFT_SECRET,
        "refresh_token": refresh_token,
        **more,
    }
    return client("POST", f"{LOGIN}/common/oauth2/v2.0/token", form=form)


class ForMsal:
    """The http_client that msal takes, mapped onto the sandbox."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.asked: list[str] = []

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> Any:
        return self._answer("GET", url + (f"?{urlencode(params)}" if params else ""), None)

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> Any:
        return self._answer("POST", url, data)

    def close(self) -> None:
        pass

    def _answer(self, method: str, url: str, form: Any) -> Any:
        self.asked.append(url)
        answer = self._client(method, url, form=form)
        return type("Response", (), {"status_code": answer.status, "text": answer.text, "headers": answer.headers})()


@pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended")
def test_msal_signs_in_and_refreshes_against_the_sandbox(client: Client) -> None:
    http = ForMsal(client)
    app = msal.ConfidentialClientApplication(
        MICROSOFT_ID, client_credential=MICROSOFT_SECRET, authority=f"{LOGIN}/common", http_client=http
    )
    flow = app.initiate_auth_code_flow(["Calendars.ReadWrite"], redirect_uri=RETURN)
    back = agreed(client, flow["auth_uri"], "alice-northwind")
    result = app.acquire_token_by_auth_code_flow(flow, back)
    assert result["scope"] == "Calendars.ReadWrite openid profile"
    assert result["id_token_claims"]["preferred_username"] == "alice@northwind.example"
    account = app.get_accounts()[0]
    again = app.acquire_token_silent_with_error(["Calendars.ReadWrite"], account, force_refresh=True)
    assert again["access_token"] != result["access_token"]
    assert all(url.startswith(LOGIN) for url in http.asked)


def test_the_id_token_is_signed_by_the_published_key_and_says_who_it_is(client: Client) -> None:
    told = tokens(client)
    key = jwt.PyJWKSet.from_dict(client("GET", f"{LOGIN}/common/discovery/v2.0/keys").json()).keys[0]
    claims = jwt.decode(told["id_token"], key.key, ["RS256"], audience=MICROSOFT_ID)
    tenant = client("GET", f"{LOGIN}/northwind.example/{DISCOVERY}").json()["issuer"]
    assert claims["iss"] == tenant
    assert claims["nonce"] == "the-nonce"
    assert claims["email"] == "alice@northwind.example"
    assert claims["tid"] in tenant
    assert claims["oid"] != claims["sub"]


def test_the_screens_lead_from_account_to_consent_to_the_application(client: Client) -> None:
    address = microsoft_authorize()
    picking = client("GET", address)
    assert "Pick an account" in picking.text
    assert "bob@northwind.example" in picking.text
    asking = client("POST", address, form={"person": "alice-northwind"})
    assert "Have full access to your calendars" in asking.text
    assert client("POST", address, form={"person": "alice-northwind", "choice": "accept"}).returned["code"]


def test_a_consent_is_remembered_unless_it_is_asked_for_again(client: Client) -> None:
    agreed(client, microsoft_authorize(), "alice-northwind")
    assert client("POST", microsoft_authorize(), form={"person": "alice-northwind"}).status == 302
    again = client("POST", microsoft_authorize(prompt="consent"), form={"person": "alice-northwind"})
    assert again.status == 200
    assert "Permissions requested" in again.text


def test_no_prompt_needs_a_known_person_with_a_consent(client: Client) -> None:
    silent = microsoft_authorize(prompt="none", login_hint="alice@northwind.example")
    assert client("GET", microsoft_authorize(prompt="none")).returned["error"] == "login_required"
    assert client("GET", silent).returned["error"] == "consent_required"
    agreed(client, microsoft_authorize(), "alice-northwind")
    assert client("GET", silent).returned["code"]


def test_declining_comes_back_as_access_denied(client: Client) -> None:
    back = client("POST", microsoft_authorize(), form={"person": "alice-northwind", "choice": "deny"}).returned
    assert back["error"] == "access_denied"
    assert "AADSTS65004" in back["error_description"]
    assert back["state"] == "the-state"
    assert "code" not in back


def test_where_administrators_approve_people_meet_the_approval_screen(client: Client) -> None:
    address = microsoft_authorize()
    for form in ({"person": "alice-fabrikam"}, {"person": "alice-fabrikam", "choice": "accept"}):
        answer = client("POST", address, form=form)
        assert answer.status == 200
        assert "Need admin approval" in answer.text
    other = client("POST", address, form={"person": "alice-fabrikam", "choice": "other"})
    assert "Pick an account" in other.text
    back = client("POST", address, form={"person": "alice-fabrikam", "choice": "return"}).returned
    assert back["error"] == "consent_required"
    assert "AADSTS90094" in back["error_description"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uri": "https://evil.example/connect/"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost.evil.example/"}, "AADSTS50011"),
        ({"redirect_uri": f"{RETURN}?more=this"}, "AADSTS50011"),
        ({"redirect_uri": None}, "AADSTS50011"),
        ({"client_id": "somebody-else"}, "AADSTS700016"),
    ],
)
def test_an_unknown_application_or_address_is_never_redirected_to(
    client: Client, changes: dict[str, Any], code: str
) -> None:
    answer = client("GET", microsoft_authorize(**changes))
    assert answer.status == 400
    assert code in answer.text
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "openid Mail.Read"}, "invalid_scope"),
        ({"prompt": "sometimes"}, "invalid_request"),
    ],
)
def test_a_faulty_request_comes_back_with_its_error(client: Client, changes: dict[str, Any], error: str) -> None:
    assert client("GET", microsoft_authorize(**changes)).returned["error"] == error


def test_an_unknown_tenant_is_refused_at_discovery_and_authorize(client: Client) -> None:
    told = client("GET", f"{LOGIN}/nowhere.example/{DISCOVERY}")
    assert (told.status, told.json()["error"], told.json()["error_codes"]) == (400, "invalid_tenant", [90002])
    assert "AADSTS90002" in client("GET", microsoft_authorize("nowhere.example")).text


@pytest.mark.parametrize(
    ("domain", "host", "graph", "sub_region"),
    [
        ("northwind.example", "login.microsoftonline.com", "graph.microsoft.com", None),
        ("agency.example", "login.microsoftonline.com", "graph.microsoft.com", "GCC"),
        ("base.example", "login.microsoftonline.us", "graph.microsoft.us", "DODCON"),
        ("fort.example", "login.microsoftonline.us", "dod-graph.microsoft.us", "DOD"),
    ],
)
def test_discovery_says_which_cloud_a_tenant_lives_in(
    client: Client, domain: str, host: str, graph: str, sub_region: str | None
) -> None:
    told = client("GET", f"{LOGIN}/{domain}/{DISCOVERY}").json()
    assert urlsplit(told["token_endpoint"]).hostname == host
    assert told["msgraph_host"] == graph
    assert told.get("tenant_region_sub_scope") == sub_region


def test_tenants_in_china_are_known_there_only(client: Client) -> None:
    assert client("GET", f"{LOGIN}/lotus.example/{DISCOVERY}").status == 400
    there = client("GET", f"https://login.chinacloudapi.cn/lotus.example/{DISCOVERY}").json()
    assert there["msgraph_host"] == "microsoftgraph.chinacloudapi.cn"


def test_accounts_of_other_clouds_and_tenants_are_refused(client: Client) -> None:
    def error(tenant: str, person: str) -> str:
        form = {"person": person, "choice": "accept"}
        return client("POST", microsoft_authorize(tenant), form=form).returned["error_description"]

    assert "AADSTS900382" in error("common", "erin-base")
    assert "AADSTS50020" in error("fabrikam.example", "alice-northwind")
    assert "AADSTS50020" in error("organizations", "alice-outlook")
    assert "AADSTS50020" in error("consumers", "alice-northwind")
    assert agreed(client, microsoft_authorize("consumers"), "alice-outlook")["code"]


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": None}, 401, "invalid_client", 7000218),
        ({"client_id": "somebody-else"}, 400, "unauthorized_client", 700016),
        ({"code_verifier": "another-verifier"}, 400, "invalid_grant", 501481),
        ({"code_verifier": None}, 400, "invalid_grant", 501481),
        ({"redirect_uri": "http://localhost:8000/elsewhere/"}, 400, "invalid_grant", 500112),
        ({"code": "made-up"}, 400, "invalid_grant", 70000),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
    ],
)
def test_a_faulty_exchange_is_refused_and_the_code_stays_good(
    client: Client, changes: dict[str, Any], status: int, error: str, number: int
) -> None:
    code = agreed(client, microsoft_authorize(), "alice-northwind")["code"]
    answer = microsoft_exchange(client, code, **changes)
    told = answer.json()
    assert (answer.status, told["error"], told["error_codes"]) == (status, error, [number])
    assert "access_token" not in told
    assert microsoft_exchange(client, code).status == 200


def test_a_code_is_good_once_for_ten_minutes_at_its_own_tenant(client: Client) -> None:
    code = agreed(client, microsoft_authorize(), "alice-northwind")["code"]
    assert microsoft_exchange(client, code, tenant="organizations").json()["error_codes"] == [700005]
    assert microsoft_exchange(client, code).status == 200
    assert microsoft_exchange(client, code).json()["error_codes"] == [54005]
    late = agreed(client, microsoft_authorize(), "alice-northwind")["code"]
    client.sandbox.world.clock.advance(601)
    assert microsoft_exchange(client, late).json()["error_codes"] == [70008]


def test_refreshing_gives_new_tokens_and_leaves_the_old_refresh_token_valid(client: Client) -> None:
    first = tokens(client)
    second = refreshed(client, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == "Calendars.ReadWrite openid profile email"
    assert refreshed(client, first["refresh_token"]).status == 200
    assert refreshed(client, second["refresh_token"]).status == 200


def test_a_refresh_cannot_reach_for_more_than_was_granted(client: Client) -> None:
    given = tokens(client)["refresh_token"]
    assert refreshed(client, given, scope="Calendars.ReadWrite openid offline_access").status == 200
    more = refreshed(client, given, scope="User.Read").json()
    assert (more["error"], more["error_codes"]) == ("invalid_grant", [65001])


def test_without_offline_access_there_is_no_refresh_token(client: Client) -> None:
    code = agreed(client, microsoft_authorize(scope="openid Calendars.ReadWrite"), "alice-northwind")["code"]
    assert "refresh_token" not in microsoft_exchange(client, code).json()


@pytest.mark.parametrize(("days", "status"), [(89, 200), (91, 400)])
def test_a_refresh_token_lives_ninety_days_from_its_making(client: Client, days: int, status: int) -> None:
    first = tokens(client)
    client.sandbox.world.clock.advance(days * 86400)
    answer = refreshed(client, first["refresh_token"])
    assert answer.status == status
    if status == 400:
        assert (answer.json()["error"], answer.json()["error_codes"]) == ("invalid_grant", [700082])


def test_dead_and_made_up_refresh_tokens_are_told_apart(client: Client) -> None:
    first = tokens(client)
    assert refreshed(client, "made-up").json()["error_codes"] == [9002313]
    client("POST", "/_sandbox/revoke", json={"person": "alice-northwind"})
    told = refreshed(client, first["refresh_token"]).json()
    assert (told["error"], told["error_codes"]) == ("invalid_grant", [50173])


def test_a_new_policy_demands_a_sign_in_with_claims(client: Client) -> None:
    first = tokens(client)
    client("POST", "/_sandbox/challenge", json={"person": "alice-northwind"})
    told = refreshed(client, first["refresh_token"]).json()
    assert told["error"] == "interaction_required"
    assert "polids" in told["claims"]
    second = tokens(client)
    assert refreshed(client, second["refresh_token"]).status == 200


def test_a_person_takes_access_back_at_my_apps(client: Client) -> None:
    first = tokens(client)
    assert "Hetk Calendar Sync" in client("GET", "https://myapps.microsoft.com/").text
    client("POST", "https://myapps.microsoft.com/", form={"person": "alice-northwind", "choice": "revoke"})
    assert refreshed(client, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert client.sandbox.world.tokens.check(f"Bearer {first['access_token']}", "microsoft") is None
    assert client("POST", microsoft_authorize(), form={"person": "alice-northwind"}).status == 200


def admin_consent(tenant: str = "organizations", modern: bool = True, **changes: str | None) -> str:
    given: dict[str, str | None] = {"client_id": MICROSOFT_ID, "redirect_uri": RETURN, "state": "s", **changes}
    if modern and "scope" not in changes:
        given["scope"] = "https://graph.microsoft.com/Calendars.ReadWrite"
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"{LOGIN}/{tenant}/{'v2.0/' if modern else ''}adminconsent?{query}"


@pytest.mark.parametrize(("tenant", "modern"), [("organizations", True), ("fabrikam.example", True), ("common", False)])
def test_an_administrator_opens_the_door_for_the_whole_tenant(client: Client, tenant: str, modern: bool) -> None:
    back = agreed(client, admin_consent(tenant, modern), "admin-fabrikam")
    found = client("GET", f"{LOGIN}/fabrikam.example/{DISCOVERY}").json()["issuer"]
    assert back["admin_consent"] == "True"
    assert back["tenant"] in found
    assert ("scope" in back) is modern
    assert client("POST", microsoft_authorize(), form={"person": "alice-fabrikam"}).returned["code"]


def test_a_refused_admin_consent_says_true_and_names_the_error(client: Client) -> None:
    modern = client("POST", admin_consent(), form={"choice": "deny"}).returned
    short = client("POST", admin_consent("common", False), form={"choice": "deny"}).returned
    assert (modern["admin_consent"], modern["error"]) == ("True", "consent_required")
    assert (short["admin_consent"], short["error"]) == ("True", "access_denied")
    assert "AADSTS65004" in modern["error_description"]
    assert "tenant" not in modern


def test_only_administrators_of_the_tenant_give_admin_consent(client: Client) -> None:
    nobody = client("POST", admin_consent(), form={"person": "alice-fabrikam", "choice": "accept"}).returned
    assert "AADSTS90093" in nobody["error_description"]
    other = client("POST", admin_consent("northwind.example"), form={"person": "admin-fabrikam", "choice": "accept"})
    assert "AADSTS50020" in other.returned["error_description"]
    assert client("POST", microsoft_authorize(), form={"person": "alice-fabrikam"}).status == 200


@pytest.mark.parametrize(
    "address",
    [
        admin_consent("common"),
        admin_consent(scope=None),
        admin_consent(redirect_uri="https://evil.example/"),
        admin_consent(client_id="somebody-else"),
        admin_consent("nowhere.example"),
    ],
)
def test_the_modern_admin_consent_is_strict_about_its_parameters(client: Client, address: str) -> None:
    answer = client("GET", address)
    assert answer.status == 400
    assert "location" not in answer.headers


def test_an_administrator_may_consent_for_everybody_while_signing_in(client: Client) -> None:
    asking = client("POST", microsoft_authorize(), form={"person": "admin-fabrikam"})
    assert "Consent on behalf of your organization" in asking.text
    agreed(client, microsoft_authorize(), "admin-fabrikam")
    assert client("POST", microsoft_authorize(), form={"person": "alice-fabrikam"}).status == 200
    agreed(client, microsoft_authorize(prompt="consent"), "admin-fabrikam", everybody="yes")
    assert client("POST", microsoft_authorize(), form={"person": "alice-fabrikam"}).status == 302


def test_the_short_link_works_without_an_address_to_return_to(client: Client) -> None:
    address = admin_consent("common", False, redirect_uri=None)
    answer = client("POST", address, form={"person": "admin-fabrikam", "choice": "accept"})
    assert answer.status == 200
    assert "approved" in answer.text


def test_signing_out_returns_to_registered_addresses_only(client: Client) -> None:
    def sign_out(address: str) -> Answer:
        return client("GET", f"{LOGIN}/common/oauth2/v2.0/logout?{urlencode({'post_logout_redirect_uri': address})}")

    assert sign_out(RETURN).headers["location"] == RETURN
    assert sign_out("https://evil.example/").status == 200
