"""Google's token endpoint, revocation and userinfo."""

from collections.abc import Awaitable, Callable, Mapping
from secrets import compare_digest

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox import clients
from sandbox.forms import basic_of, fields_of
from sandbox.google.identity_claims import about, id_token, scopes_of
from sandbox.log import entry_of
from sandbox.tokens import Issued
from sandbox.world import World

Endpoint = Callable[[Request], Awaitable[Response]]


def _refused(error: str, description: str, status: int = 400) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status, {"cache-control": "no-store"})


def token(world: World) -> Endpoint:
    """POST `/token`."""

    async def endpoint(request: Request) -> Response:
        form = await fields_of(request)
        if wrong := _client_problem(form, basic_of(request)):
            return wrong
        kind = form.get("grant_type")
        if kind == "authorization_code":
            answer, person = _by_code(world, form)
        elif kind == "refresh_token":
            answer, person = _by_refresh(world, form)
        else:
            return _refused("unsupported_grant_type", f"Invalid grant_type: {kind}")
        if entry := entry_of(request):
            entry.person = person
        return answer

    return endpoint


def _client_problem(form: Mapping[str, str], basic: tuple[str, str] | None) -> Response | None:
    client = clients.GOOGLE
    given_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
    if given_id != client.id:
        return _refused("invalid_client", "The OAuth client was not found.", 401)
    if not compare_digest(secret.encode(), client.secret.encode()):
        return _refused("invalid_client", "Unauthorized" if secret else "client_secret is missing.", 401)
    return None


def _by_code(world: World, form: Mapping[str, str]) -> tuple[Response, str | None]:
    code = world.codes.find(form.get("code", ""))
    if code is None or code.used or world.codes.expired(code):
        return _refused("invalid_grant", "Bad Request" if code else "Malformed auth code."), None
    if code.redirect_uri != form.get("redirect_uri"):
        return _refused("redirect_uri_mismatch", "Bad Request"), None
    verifier = form.get("code_verifier")
    if not code.proves(verifier):
        return _refused("invalid_grant", "Invalid code verifier." if verifier else "Missing code verifier."), None
    code.used = True
    issued = world.tokens.grant(code.person, code.client_id, code.scopes)
    return _answer(issued, nonce=code.nonce, refresh=code.offline), code.person.id


def _by_refresh(world: World, form: Mapping[str, str]) -> tuple[Response, str | None]:
    given = form.get("refresh_token", "")
    grant = world.tokens.peek(given)
    if grant is None or grant.person.kind != "google" or grant.client_id != clients.GOOGLE.id:
        return _refused("invalid_grant", "Token has been expired or revoked."), None
    asked = scopes_of(form["scope"])[0] if form.get("scope") else None
    if asked is not None and not asked <= grant.scopes:
        return _refused("invalid_scope", "Some requested scopes were invalid."), grant.person.id
    return _answer(world.tokens.renew(given, asked), nonce=None, refresh=False), grant.person.id


def _answer(issued: Issued, *, nonce: str | None, refresh: bool) -> Response:
    grant = issued.grant
    told: dict[str, object] = {
        "access_token": issued.access_token,
        "expires_in": issued.expires_in - 1,
        "scope": " ".join(sorted(grant.scopes)),
        "token_type": "Bearer",
    }
    if refresh:
        told["refresh_token"] = issued.refresh_token
    if "openid" in grant.scopes:
        told["id_token"] = id_token(grant.person, grant.client_id, grant.scopes, issued.access_token, nonce)
    return JSONResponse(told, headers={"cache-control": "no-store"})


def revoke(world: World) -> Endpoint:
    """POST `/revoke`: ends the whole grant, whichever of its tokens is given."""

    async def endpoint(request: Request) -> Response:
        given = (await fields_of(request)).get("token") or request.query_params.get("token", "")
        grant = world.tokens.peek(given) or world.tokens.check(f"Bearer {given}", "google")
        if grant is None or not world.tokens.revoke_token(given):
            return _refused("invalid_token", "Token expired or revoked")
        world.consents.withdraw(grant.person, grant.client_id)
        if entry := entry_of(request):
            entry.person = grant.person.id
        return JSONResponse({})

    return endpoint


def userinfo(world: World) -> Endpoint:
    """Name and address for an access token."""

    async def endpoint(request: Request) -> Response:
        grant = world.tokens.check(request.headers.get("authorization"), "google")
        if grant is None:
            return _refused("invalid_request", "Invalid Credentials", 401)
        return JSONResponse({"sub": grant.person.subject, **about(grant.person, grant.scopes)})

    return endpoint
