"""Microsoft: authorize, finish and refresh, by msal on the `common` endpoint. Graph's /me is never called."""

import hashlib
import json
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import msal
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import HaltCause, Kind
from accounts.oauth import codes
from accounts.oauth.errors import GrantDead, OurFault, Problem, SignInFailed, TryLater
from accounts.oauth.identity import Granted, Identity, verify_microsoft
from accounts.oauth.waiting import retry_after
from hetk import outbound

AUTHORITY = "https://login.microsoftonline.com/common"
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
CALENDARS = "Calendars.ReadWrite"
# msal adds openid, profile and offline_access itself and refuses to be given them.
SCOPES = [CALENDARS, "email"]
GOVERNMENT = {"GCC", "DODCON", "DOD"}


class _Door:
    """The one door, for msal: a busy or absent Microsoft becomes TryLater, which msal would swallow together with the wait."""

    def __init__(self) -> None:
        self._inner: Any = outbound.msal_client()

    def get(self, url: str, **options: Any) -> Any:
        return self._checked(self._inner.get, url, options)

    def post(self, url: str, **options: Any) -> Any:
        return self._checked(self._inner.post, url, options)

    def close(self) -> None:
        """msal's interface asks for it; the door stays open for others."""

    @staticmethod
    def _checked(send: Any, url: str, options: dict[str, Any]) -> Any:
        try:
            response = send(url, **options)
        except (outbound.Unreachable, outbound.Lost) as error:
            raise TryLater("Microsoft's sign-in is out of reach.") from error
        if response.status_code == 429 or response.status_code >= 500:
            raise TryLater(f"Microsoft's sign-in answered {response.status_code}.", retry_after(response.headers))
        return response


class _NoMemory(msal.TokenCache):
    """Tokens belong in the vault: msal keeps none of them."""

    def add(self, event: Any, now: Any = None) -> None:
        pass


@lru_cache(maxsize=4)
def _application(client_id: str, secret: str) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        client_id,
        client_credential=secret,
        authority=AUTHORITY,
        instance_discovery=False,
        http_client=_Door(),
        token_cache=_NoMemory(),
    )


def application() -> msal.ConfidentialClientApplication:
    """msal's client, built once in a process: making one fetches Microsoft's discovery document. Raises TryLater."""
    try:
        return _application(settings.MICROSOFT_CLIENT_ID, settings.MICROSOFT_CLIENT_SECRET)
    except ValueError as error:
        raise TryLater("Microsoft's discovery document could not be read.") from error


def authorize(
    *, redirect_uri: str, prompt: str = "select_account", hint: str = "", claims: str = ""
) -> tuple[str, dict[str, Any]]:
    """(real address of the consent screen, secrets of the flow for the session: state, nonce, verifier)."""
    with warnings.catch_warnings():
        # form_post would arrive cross-site, without the session cookie that the state is bound to.
        warnings.simplefilter("ignore", UserWarning)
        flow = application().initiate_auth_code_flow(
            SCOPES,
            redirect_uri=redirect_uri,
            prompt=prompt or None,
            login_hint=hint or None,
            claims_challenge=claims or None,
        )
    return flow.pop("auth_uri"), flow


def finish(flow: dict[str, Any], answer: Mapping[str, str]) -> Granted:
    """The code in `answer` redeemed. Raises SignInFailed, OurFault, TryLater."""
    if word := answer.get("error"):
        code = codes.number(answer.get("error_description", ""))
        raise SignInFailed(codes.problem(word, code), code=str(code or word))
    try:
        result = application().acquire_token_by_auth_code_flow(flow, dict(answer))
    except (ValueError, RuntimeError) as error:
        # msal's own words for a state or nonce that is not ours, and for an id token it cannot read.
        raise SignInFailed(Problem.REFUSED, code=type(error).__name__) from error
    if "error" in result:
        raise _finish_error(result)
    identity = _identity(result.get("id_token", ""), flow)
    granted = _granted(result, identity)
    _require_calendars(granted)
    return granted


def _identity(id_token: str, flow: Mapping[str, Any]) -> Identity:
    # msal sends the hash of the nonce it keeps, so the token must carry that hash.
    nonce = hashlib.sha256(flow["nonce"].encode("ascii")).hexdigest()
    claims = verify_microsoft(id_token, client_id=settings.MICROSOFT_CLIENT_ID, nonce=nonce)
    return Identity(
        kind=Kind.MICROSOFT,
        issuer=claims["iss"],
        subject=claims["oid"],
        tenant=claims["tid"],
        address=_address(claims),
        aliases=_aliases(claims),
    )


def _address(claims: Mapping[str, Any]) -> str:
    """The sign-in name; the `email` claim, which a tenant may fill freely, only when the name is no address."""
    for claim in ("preferred_username", "email"):
        try:
            validate_email(claims.get(claim, ""))
        except ValidationError:
            continue
        return str(claims[claim])
    raise SignInFailed(Problem.REFUSED, code="no address")


def _aliases(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Every other name in the token; a tenant fills some of them freely, which can only make copies more private."""
    names = (str(claims.get(claim) or "") for claim in ("preferred_username", "upn", "email"))
    return tuple(dict.fromkeys(name for name in names if name and name != _address(claims)))


def _granted(result: Mapping[str, Any], identity: Identity) -> Granted:
    return Granted(
        identity=identity,
        access_token=result["access_token"],
        refresh_token=result.get("refresh_token", ""),
        expires_in=int(result.get("expires_in", 3600)),
        scopes=frozenset(scope.rsplit("/", 1)[-1] for scope in result.get("scope", "").split()),
    )


def _require_calendars(granted: Granted) -> None:
    if CALENDARS.lower() not in {scope.lower() for scope in granted.scopes}:
        raise SignInFailed(Problem.MISSING_SCOPES, missing=("read and write your calendars",))


def _code(result: Mapping[str, Any]) -> int:
    numbers = result.get("error_codes") or [codes.number(result.get("error_description", ""))]
    return int(numbers[0])


def _is_ours(error: str, code: int) -> bool:
    return code in codes.OURS or error in {"invalid_client", "invalid_scope", "unsupported_grant_type"}


def _finish_error(result: Mapping[str, Any]) -> SignInFailed | OurFault:
    error, code = result["error"], _code(result)
    if _is_ours(error, code):
        return OurFault(f"Microsoft refused our registration: {error} {code}.")
    return SignInFailed(codes.problem(error, code), code=str(code or error))


def refresh(refresh_token: str, identity: Identity) -> Granted:
    """New tokens for an old refresh token. Raises GrantDead, OurFault, TryLater."""
    result = application().acquire_token_by_refresh_token(refresh_token, [CALENDARS])
    if "error" not in result:
        return _granted(result, identity)
    error, code = result["error"], _code(result)
    if code in codes.BUSY or error in {"temporarily_unavailable", "server_error"}:
        raise TryLater(f"Microsoft's sign-in is busy: {error} {code}.")
    if error == "interaction_required":
        raise GrantDead(HaltCause.CHALLENGE, result.get("claims", ""), str(code))
    if error in {"invalid_grant", "consent_required"} and not _is_ours(error, code):
        raise GrantDead(codes.halt_cause(code), result.get("claims", ""), str(code))
    raise OurFault(f"Microsoft refused our registration: {error} {code}.")


def revoke(refresh_token: str) -> None:
    """Microsoft has no endpoint that takes one grant back without a wider permission: forgetting it is all we can do."""


def in_our_cloud(tenant_or_domain: str) -> bool:
    """False for GCC, GCC High, DoD and 21Vianet, told by the tenant's discovery document. Raises TryLater."""
    if tenant_or_domain == PERSONAL_TENANT:
        return True
    # Typed by a person: it must stay one piece of the path.
    url = f"https://login.microsoftonline.com/{quote(tenant_or_domain, safe='')}/v2.0/.well-known/openid-configuration"
    response = _Door().get(url)
    if response.status_code != 200:
        # Not a work domain: a personal account, or a typing mistake that the sign-in itself will show.
        return True
    document = json.loads(response.text)
    host_is_global = document.get("msgraph_host", "graph.microsoft.com") == "graph.microsoft.com"
    return host_is_global and document.get("tenant_region_sub_scope") not in GOVERNMENT
