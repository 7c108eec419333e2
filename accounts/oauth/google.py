"""Google: authorize and finish by google-auth-oauthlib, id tokens by google-auth; refresh and revoke are one form each.

Refreshing by hand keeps what the library hides: Retry-After, and no sleeping retries while a lease is held.
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import requests
from django.conf import settings
from google.auth import exceptions as google_errors
from google.oauth2 import id_token as google_id_token
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2 import (  # type: ignore[import-untyped]
    InvalidClientError,
    OAuth2Error,
    UnauthorizedClientError,
)

from accounts.models import HaltCause, Kind
from accounts.oauth import codes
from accounts.oauth.errors import GrantDead, OurFault, Problem, SignInFailed, TryLater
from accounts.oauth.identity import Granted, Identity
from accounts.oauth.waiting import retry_after
from hetk import outbound

ISSUER = "https://accounts.google.com"
AUTHORIZE_URL = "https://accounts.google.com/o/oauth2/v2/auth"
EXCHANGE_URL = "https://oauth2.googleapis.com/token"
REVOKE_URL = "https://oauth2.googleapis.com/revoke"
CALENDAR_LIST = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
EVENTS = "https://www.googleapis.com/auth/calendar.events"
SCOPES = ["openid", "email", CALENDAR_LIST, EVENTS]
# On Google's screen each permission has its own tick.
NEEDED = {CALENDAR_LIST: "see the list of your calendars", EVENTS: "view and edit events on your calendars"}
LEEWAY = 120

# At DEBUG these two write whole requests and answers, tokens included; no setting of the log may bring that about.
for name in ("requests_oauthlib", "oauthlib"):
    logging.getLogger(name).setLevel(logging.INFO)


def _flow(redirect_uri: str, **options: Any) -> Flow:
    registration = {
        "web": {
            "client_id": settings.GOOGLE_CLIENT_ID,
            "client_secret": settings.GOOGLE_CLIENT_SECRET,
            "auth_uri": AUTHORIZE_URL,
            "token_uri": EXCHANGE_URL,
        }
    }
    flow = Flow.from_client_config(registration, SCOPES, redirect_uri=redirect_uri, **options)
    flow.oauth2session.mount("https://", outbound.requests_adapter())
    flow.oauth2session.register_compliance_hook("access_token_response", _checked)
    return flow


def _checked(response: requests.Response) -> requests.Response:
    if response.status_code == 429 or response.status_code >= 500:
        raise TryLater(f"Google's sign-in answered {response.status_code}.", retry_after(response.headers))
    return response


def authorize(
    *, redirect_uri: str, prompt: str = "select_account", hint: str = "", **_: str
) -> tuple[str, dict[str, Any]]:
    """(real address of the consent screen, secrets of the flow for the session: state, nonce, verifier)."""
    flow = _flow(redirect_uri, autogenerate_code_verifier=True)
    nonce = secrets.token_urlsafe(24)
    options = {"login_hint": hint} if hint else {}
    url, state = flow.authorization_url(
        state=secrets.token_urlsafe(24), nonce=nonce, access_type="offline", prompt=prompt, **options
    )
    return url, {"state": state, "nonce": nonce, "verifier": flow.code_verifier, "redirect_uri": redirect_uri}


def finish(flow: dict[str, Any], answer: Mapping[str, str]) -> Granted:
    """The code in `answer` redeemed. Raises SignInFailed, OurFault, TryLater."""
    if not secrets.compare_digest(flow["state"], answer.get("state", "")):
        raise SignInFailed(Problem.EXPIRED, code="state")
    # Sent by Google since RFC 9207: an answer of another issuer is a mix-up.
    if answer.get("iss", ISSUER) != ISSUER:
        raise SignInFailed(Problem.REFUSED, code="iss")
    if error := answer.get("error"):
        raise SignInFailed(codes.problem(error, 0), code=error)
    token = _redeem(flow, answer.get("code", ""))
    granted = _granted(token, _identity(token.get("id_token", ""), flow["nonce"]))
    missing = tuple(words for scope, words in NEEDED.items() if scope not in granted.scopes)
    if missing:
        raise SignInFailed(Problem.MISSING_SCOPES, missing=missing)
    return granted


def _redeem(secret: Mapping[str, Any], code: str) -> Mapping[str, Any]:
    flow = _flow(secret["redirect_uri"], code_verifier=secret["verifier"], autogenerate_code_verifier=False)
    try:
        token: Mapping[str, Any] = flow.fetch_token(code=code, timeout=30)
    except Warning as changed:
        # oauthlib raises when fewer or other scopes came back than were asked; which ones is looked at afterwards.
        token = getattr(changed, "token", {})
    except (InvalidClientError, UnauthorizedClientError) as error:
        raise OurFault(f"Google refused our registration: {error.error}.") from error
    except OAuth2Error as error:
        raise SignInFailed(codes.problem(error.error or "", 0), code=error.error or "") from error
    except (requests.RequestException, outbound.Unreachable, outbound.Lost) as error:
        raise TryLater("Google's sign-in is out of reach.") from error
    return token


def _identity(id_token: str, nonce: str) -> Identity:
    try:
        claims = google_id_token.verify_oauth2_token(
            id_token, outbound.google_request(), settings.GOOGLE_CLIENT_ID, clock_skew_in_seconds=LEEWAY
        )
    except (google_errors.TransportError, outbound.Unreachable, outbound.Lost) as error:
        raise TryLater("Google's signing keys are out of reach.") from error
    except (google_errors.GoogleAuthError, ValueError) as error:
        raise SignInFailed(Problem.REFUSED, code=type(error).__name__) from error
    if not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
        raise SignInFailed(Problem.REFUSED, code="nonce")
    if not claims.get("email"):
        raise SignInFailed(Problem.MISSING_SCOPES, missing=("see your e-mail address",))
    return Identity(
        kind=Kind.GOOGLE,
        issuer=ISSUER,
        subject=claims["sub"],
        address=claims["email"],
        address_verified=claims.get("email_verified") is True,
        # The Workspace organization, which may own other domains than that of the address.
        aliases=(claims["hd"],) if claims.get("hd") else (),
    )


def _granted(token: Mapping[str, Any], identity: Identity) -> Granted:
    scopes = token.get("scope", "")
    return Granted(
        identity=identity,
        access_token=token.get("access_token", ""),
        refresh_token=token.get("refresh_token", ""),
        expires_in=int(token.get("expires_in", 3600)),
        scopes=frozenset(scopes.split() if isinstance(scopes, str) else scopes),
    )


def _post(url: str, fields: dict[str, str]) -> outbound.Response:
    body = urlencode(fields).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        response = outbound.request("POST", url, headers=headers, body=body)
    except (outbound.Unreachable, outbound.Lost) as error:
        raise TryLater("Google's sign-in is out of reach.") from error
    if response.status == 429 or response.status >= 500:
        raise TryLater(f"Google's sign-in answered {response.status}.", retry_after(response.headers))
    return response


def refresh(refresh_token: str, identity: Identity) -> Granted:
    """A new access token for a refresh token. Raises GrantDead, OurFault, TryLater."""
    response = _post(
        EXCHANGE_URL,
        {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": settings.GOOGLE_CLIENT_ID,
            "client_secret": settings.GOOGLE_CLIENT_SECRET,
        },
    )
    answer = response.json()
    if response.status == 200:
        return _granted(answer, identity)
    error, subtype = answer.get("error", ""), answer.get("error_subtype", "")
    if error == "invalid_grant":
        cause = HaltCause.CHALLENGE if subtype == "invalid_rapt" else HaltCause.REVOKED
        raise GrantDead(cause, code=subtype or error)
    if error == "admin_policy_enforced":
        raise GrantDead(HaltCause.CONSENT, code=error)
    raise OurFault(f"Google refused our registration: {error or response.status}.")


def revoke(refresh_token: str) -> None:
    """Takes the grant back at Google; one that is gone already is no error. Raises TryLater."""
    _post(REVOKE_URL, {"token": refresh_token})
