"""The token endpoint: codes and refresh tokens against access tokens, with Entra's refusals."""

from collections.abc import Awaitable, Callable, Mapping
from secrets import compare_digest

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox import clients
from sandbox.forms import basic_of, fields_of
from sandbox.log import entry_of
from sandbox.microsoft import identity_answers as answers
from sandbox.microsoft.identity_claims import (
    OPENID,
    POLICY,
    SHARED_AUTHORITIES,
    client_info,
    granted,
    id_token,
    scopes_of,
    tenant_or_refuse,
)
from sandbox.microsoft.identity_errors import Refusal
from sandbox.tokens import Issued
from sandbox.world import World


def token(world: World) -> Callable[[Request], Awaitable[Response]]:
    """POST `/{tenant}/oauth2/v2.0/token`."""

    async def endpoint(request: Request) -> Response:
        form = await fields_of(request)
        authority = request.path_params["tenant"].lower()
        try:
            if authority not in SHARED_AUTHORITIES:
                tenant_or_refuse(authority)
            _authenticate(form, basic_of(request))
            issued, nonce = _exchange(world, authority, form)
        except Refusal as refusal:
            return refusal.as_json()
        if entry := entry_of(request):
            entry.person = issued.grant.person.id
        return JSONResponse(_answer(issued, nonce, form), headers={"cache-control": "no-store"})

    return endpoint


def _authenticate(form: Mapping[str, str], basic: tuple[str, str] | None) -> None:
    client = clients.MICROSOFT
    given_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
    if given_id != client.id:
        raise Refusal("unauthorized_client", 700016, f"Application with identifier '{given_id}' was not found.")
    if not secret:
        raise Refusal(
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
            401,
        )
    if not compare_digest(secret.encode(), client.secret.encode()):
        raise Refusal(
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            f"not the client secret ID, for a secret added to app '{client.id}'.",
            401,
        )


def _exchange(world: World, authority: str, form: Mapping[str, str]) -> tuple[Issued, str | None]:
    kind = form.get("grant_type")
    if kind == "authorization_code":
        return _by_code(world, authority, form)
    if kind == "refresh_token":
        return _by_refresh(world, form), None
    raise Refusal("unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{kind}'.")


def _by_code(world: World, authority: str, form: Mapping[str, str]) -> tuple[Issued, str | None]:
    code = world.codes.find(form.get("code", ""))
    if code is None:
        raise Refusal("invalid_grant", 70000, "The provided value for the 'code' parameter is not valid.")
    if code.used:
        raise Refusal("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed, please retry.")
    if world.codes.expired(code):
        raise Refusal("invalid_grant", 70008, "The provided authorization code has expired.")
    if code.authority != authority:
        raise Refusal("invalid_grant", 700005, "The authorization code was issued to be used at another tenant.")
    if code.redirect_uri != form.get("redirect_uri"):
        raise Refusal(
            "invalid_grant", 500112, "The reply address does not match the one provided when requesting the code."
        )
    if not code.proves(form.get("code_verifier")):
        raise Refusal("invalid_grant", 501481, "The Code_Verifier does not match the code_challenge supplied for PKCE.")
    code.used = True
    return world.tokens.grant(code.person, code.client_id, code.scopes), code.nonce


def _by_refresh(world: World, form: Mapping[str, str]) -> Issued:
    given = form.get("refresh_token", "")
    fate = world.tokens.why_dead(given)
    grant = world.tokens.peek(given)
    if grant is None or grant.person.kind != "microsoft":
        raise {
            "revoked": Refusal("invalid_grant", 50173, "The provided grant has expired due to it being revoked."),
            "expired": Refusal("invalid_grant", 700082, "The refresh token has expired due to inactivity."),
        }.get(fate, Refusal("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid."))
    if number := world.tokens.challenged.get(grant.person.id):
        raise answers.refused_refresh(number, suberror="basic_action", claims=POLICY)
    asked = scopes_of(form["scope"]) if form.get("scope") else None
    if asked is not None and not asked <= grant.scopes | OPENID | {".default"}:
        raise Refusal(
            "invalid_grant",
            65001,
            f"The user or administrator has not consented to use the application with ID '{grant.client_id}'.",
            more={"suberror": "consent_required"},
        )
    return world.tokens.renew(given)


def _answer(issued: Issued, nonce: str | None, form: Mapping[str, str]) -> dict[str, object]:
    grant = issued.grant
    told: dict[str, object] = {
        "token_type": "Bearer",
        "scope": granted(grant.scopes),
        "expires_in": issued.expires_in,
        "ext_expires_in": issued.expires_in,
        "access_token": issued.access_token,
    }
    if "offline_access" in grant.scopes:
        told["refresh_token"] = issued.refresh_token
    if "openid" in grant.scopes:
        told["id_token"] = id_token(grant.person, grant.client_id, grant.scopes, nonce)
    if form.get("client_info"):
        told["client_info"] = client_info(grant.person)
    return told
