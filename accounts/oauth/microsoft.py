"""Microsoft: authorize, finish and refresh, by msal on the `common` endpoint. Graph's /me is never called."""

import hashlib
import json
import warnings
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import msal
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import HaltCause, Kind
from accounts.oauth import clouds, codes
from accounts.oauth.clouds import Cloud, Tenant
from accounts.oauth.errors import GrantDead, OurFault, Problem, SignInFailed, TryLater
from accounts.oauth.identity import Granted, Identity, Permission, verify_microsoft
from accounts.oauth.waiting import retry_after
from hetk import outbound

AUTHORITY = "https://login.microsoftonline.com/common"
CALENDARS = "Calendars.ReadWrite"
# All that is ever asked for, with the reason: what people and administrators read is what is asked.
PERMISSIONS = (
    Permission(
        CALENDARS,
        "read and write the calendars of the person who signs in",
        "to read events and to write their copies into calendars that the person chose",
    ),
    Permission("openid", "sign the person in", "to know the account again; the key is its id, never its address"),
    Permission("profile", "see the name it signs in with", "to show people which of their accounts is which"),
    Permission(
        "email",
        "see its e-mail address",
        "to show people which of their accounts is which, and to obey the policy of its domain",
    ),
    Permission("offline_access", "stay connected", "to keep calendars in step while nobody is signed in"),
)
REFUSED_GRANT = {"invalid_grant", "consent_required", "interaction_required"}
# msal adds these itself and refuses to be given them.
RESERVED = {"openid", "profile", "offline_access"}
SCOPES = [permission.scope for permission in PERMISSIONS if permission.scope not in RESERVED]
# Named one by one, never `.default`, which a registration could widen.
ADMIN_SCOPES = " ".join(
    f"https://graph.microsoft.com/{permission.scope}" if permission.scope == CALENDARS else permission.scope
    for permission in PERMISSIONS
)


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
        # "We can carry a challenge": without saying so, Graph names no claims when a policy ends a token early.
        client_capabilities=["CP1"],
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
        told = codes.said(answer.get("error_description", ""))
        raise _ended(word, told.number, told.trace)
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
    numbers = result.get("error_codes") or [codes.said(result.get("error_description", "")).number]
    return int(numbers[0])


def _ended(error: str, code: int, trace: str = "") -> SignInFailed | OurFault:
    if codes.is_ours(error, code):
        return OurFault(f"Microsoft refused our registration: {error} {code}.")
    return SignInFailed(codes.problem(error, code), code=f"AADSTS{code}" if code else error[:40], trace=trace)


def _finish_error(result: Mapping[str, Any]) -> SignInFailed | OurFault:
    return _ended(result["error"], _code(result), codes.said(result.get("error_description", "")).trace)


def refresh(refresh_token: str, identity: Identity) -> Granted:
    """New tokens for an old refresh token. Raises GrantDead, OurFault, TryLater."""
    result = application().acquire_token_by_refresh_token(refresh_token, [CALENDARS])
    if "error" not in result:
        return _granted(result, identity)
    error, code = result["error"], _code(result)
    if codes.is_busy(error, code):
        raise TryLater(f"Microsoft's sign-in is busy: {error} {code}.")
    if codes.is_ours(error, code) or not (code in codes.BY_NUMBER or error in REFUSED_GRANT):
        raise OurFault(f"Microsoft refused our registration: {error} {code}.")
    cause = codes.halt_cause(code)
    if error == "interaction_required" and cause is HaltCause.REVOKED:
        cause = HaltCause.CHALLENGE
    raise GrantDead(cause, result.get("claims", ""), str(code))


def revoke(refresh_token: str) -> None:
    """Microsoft has no endpoint that takes one grant back without a wider permission: forgetting it is all we can do."""


def tenant(tenant_or_domain: str) -> Tenant | None:
    """The organization with that directory id or domain, None when no cloud knows it. Raises TryLater."""
    if tenant_or_domain == clouds.PERSONAL_TENANT:
        return Tenant(clouds.PERSONAL_TENANT, Cloud.GLOBAL)
    # Its own error means "not one of ours"; that of the other house must not keep anybody from signing in.
    found = _discovered(clouds.GLOBAL_LOGIN, tenant_or_domain)
    if found is not None:
        return found
    with suppress(TryLater):
        return _discovered(clouds.CHINA_LOGIN, tenant_or_domain)
    return None


def _discovered(host: str, tenant_or_domain: str) -> Tenant | None:
    response = _Door().get(clouds.address(host, tenant_or_domain))
    if response.status_code != 200:
        # Not a work domain: a personal account, or a typing mistake that the sign-in itself will show.
        return None
    try:
        document = json.loads(response.text)
    except ValueError:
        raise TryLater("Microsoft's discovery document could not be read.") from None
    return clouds.read(document) if isinstance(document, dict) else None


def admin_consent_url(tenant: str, *, redirect_uri: str, state: str) -> str:
    """Real address of the page where an administrator approves Hetk for everybody; `tenant`: "organizations" for any."""
    asked = {
        "client_id": settings.MICROSOFT_CLIENT_ID,
        "scope": ADMIN_SCOPES,
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return (
        f"https://{clouds.GLOBAL_LOGIN}/{quote(tenant, safe='')}/v2.0/adminconsent?{urlencode(asked, quote_via=quote)}"
    )
