"""Google's identity: accounts, tokens, certificates, and the page where people take access back."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import clients
from sandbox.cast import PEOPLE, Person
from sandbox.forms import fields_of
from sandbox.google import identity_screens as screens
from sandbox.google import security
from sandbox.google.identity_authorize import authorize
from sandbox.google.identity_claims import ISSUER
from sandbox.google.identity_token import Endpoint, revoke, token, userinfo
from sandbox.keys import certificate, jwks, key_id
from sandbox.markup import tag
from sandbox.world import World

DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
    "token_endpoint": "https://oauth2.googleapis.com/token",
    "userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo",
    "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
    "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
    "response_types_supported": ["code"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256"],
    "scopes_supported": ["openid", "email", "profile"],
    "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
    "code_challenge_methods_supported": ["plain", "S256"],
    "grant_types_supported": ["authorization_code", "refresh_token"],
}


async def configuration(request: Request) -> Response:
    """`/.well-known/openid-configuration`."""
    return JSONResponse(DOCUMENT)


async def security_events(request: Request) -> Response:
    """`/.well-known/risc-configuration`: who signs security events, and where the keys are."""
    return JSONResponse(security.CONFIGURATION)


async def keys(request: Request) -> Response:
    """`/oauth2/v3/certs`: the keys as JWKS."""
    return JSONResponse(jwks())


async def certificates(request: Request) -> Response:
    """`/oauth2/v1/certs`: the keys as certificates by key id."""
    return JSONResponse({key_id(): certificate()})


def connections(world: World) -> Endpoint:
    """`myaccount.google.com/connections`: what people have agreed to, with a button that takes it back."""

    async def endpoint(request: Request) -> Response:
        if request.method == "POST":
            person = PEOPLE[(await fields_of(request))["person"]]
            world.consents.withdraw(person)
            world.tokens.revoke_person(person)
            security.send(world, "tokens-revoked", person)
            return RedirectResponse(request.url.path, 303)
        rows = [_row(world, person) for person in screens.people()]
        title = "Third-party apps and services"
        return screens.screen(title, tag("h1", title), tag("ul", *rows, class_="accounts"))

    return endpoint


def _row(world: World, person: Person) -> str:
    has = bool(world.consents.of(person, clients.GOOGLE.id))
    return tag(
        "li",
        tag(
            "form",
            screens.hidden(person),
            tag("p", tag("strong", person.name), " ", tag("span", person.address)),
            tag("p", clients.GOOGLE.name if has else "No connections", class_="small"),
            screens.button("Delete all connections", "revoke", "quiet") if has else None,
            method="post",
        ),
    )


def routes(world: World) -> list[BaseRoute]:
    """What Google's identity hosts answer to."""
    both = ["GET", "POST"]
    return [
        Route("/accounts.google.com/.well-known/openid-configuration", configuration),
        Route("/accounts.google.com/.well-known/risc-configuration", security_events),
        Route("/accounts.google.com/o/oauth2/v2/auth", authorize(world), methods=both),
        Route("/oauth2.googleapis.com/token", token(world), methods=["POST"]),
        Route("/oauth2.googleapis.com/revoke", revoke(world), methods=["POST"]),
        Route("/openidconnect.googleapis.com/v1/userinfo", userinfo(world), methods=both),
        Route("/www.googleapis.com/oauth2/v3/userinfo", userinfo(world), methods=both),
        Route("/www.googleapis.com/oauth2/v3/certs", keys),
        Route("/www.googleapis.com/oauth2/v1/certs", certificates),
        Route("/myaccount.google.com/connections", connections(world), methods=both),
    ]
