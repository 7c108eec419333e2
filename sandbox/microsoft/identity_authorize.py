"""The authorize endpoint: strict about what it is asked, then the screens, then back with a code or an error.

The screens post to the address they stand on, with the fields `person` (an id of the cast) and `choice`
(accept, deny, return); whoever wants to skip the screens posts those two at once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from sandbox import clients
from sandbox.cast import PEOPLE, Person, by_address
from sandbox.codes import Code
from sandbox.forms import fields_of, send_back
from sandbox.microsoft import identity_answers as answers
from sandbox.microsoft import identity_screens as screens
from sandbox.microsoft.identity_claims import OPENID, may_use, scopes_of, tenant_or_refuse
from sandbox.microsoft.identity_discovery import COMMERCIAL
from sandbox.microsoft.identity_errors import Refusal
from sandbox.world import World


def _declined() -> Refusal:
    return Refusal("access_denied", 65004, "User declined to consent to access the app.")


def _unapproved() -> Refusal:
    return Refusal("consent_required", 90094, "The grant requires administrator permission.")


@dataclass(frozen=True)
class Asked:
    """A request to authorize that has passed all checks."""

    authority: str
    scopes: frozenset[str]
    redirect_uri: str
    state: str
    challenge: str
    nonce: str | None
    prompt: str
    hint: str


def _known_client(host: str, query: Mapping[str, str]) -> str:
    """The redirect address. Raises Refusal for what may not be answered by a redirect."""
    client = clients.MICROSOFT
    if query.get("client_id") != client.id or host != COMMERCIAL:
        raise Refusal(
            "unauthorized_client", 700016, f"Application with identifier '{query.get('client_id')}' was not found."
        )
    address = query.get("redirect_uri", "")
    if not client.may_return_to(address):
        raise Refusal(
            "invalid_request",
            50011,
            f"The redirect URI '{address}' specified in the request does not match the redirect URIs configured for "
            f"the application '{client.id}'.",
        )
    return address


def _asked(authority: str, redirect_uri: str, query: Mapping[str, str]) -> Asked:
    if query.get("response_type") != "code":
        raise Refusal("unsupported_response_type", 70005, "The response type must be 'code'.")
    if query.get("response_mode", "query") != "query":
        raise Refusal("invalid_request", 90023, "The response mode is not supported by the sandbox.")
    for name in ("scope", "state", "code_challenge"):
        if not query.get(name):
            raise Refusal("invalid_request", 900144, f"The request must contain the parameter '{name}'.")
    if query.get("code_challenge_method") != "S256":
        raise Refusal("invalid_request", 501491, "Invalid size or method of Code_Challenge parameter.")
    scopes = scopes_of(query["scope"])
    if "openid" in scopes and not query.get("nonce"):
        raise Refusal("invalid_request", 900144, "The request must contain the parameter 'nonce'.")
    prompt = query.get("prompt", "")
    if prompt not in ("", "login", "none", "consent", "select_account"):
        raise Refusal("invalid_request", 90023, f"Unsupported 'prompt' value '{prompt}'.")
    state, challenge, hint = query["state"], query["code_challenge"], query.get("login_hint", "")
    return Asked(authority, scopes, redirect_uri, state, challenge, query.get("nonce"), prompt, hint)


def authorize(world: World) -> Callable[[Request], Awaitable[Response]]:
    """GET shows a screen, POST is its answer."""

    async def endpoint(request: Request) -> Response:
        authority, query = request.path_params["tenant"].lower(), dict(request.query_params)
        try:
            redirect_uri = _known_client(request.url.path.split("/")[1], query)
            if authority not in ("common", "organizations", "consumers"):
                tenant_or_refuse(authority)
        except Refusal as refusal:
            return refusal.as_page()
        try:
            asked = _asked(authority, redirect_uri, query)
            return _answered(world, asked, await fields_of(request) if request.method == "POST" else {})
        except Refusal as refusal:
            return refusal.as_redirect(redirect_uri, query.get("state"))

    return endpoint


def _answered(world: World, asked: Asked, form: Mapping[str, str]) -> Response:
    choice = form.get("choice", "")
    if choice == "deny":
        raise _declined()
    if choice == "return":
        raise _unapproved()
    if choice == "error":
        raise answers.refusal(int(form["number"]))
    person = PEOPLE.get(form.get("person", ""))
    if asked.prompt == "none":
        person = by_address(asked.hint)
    if person is None or choice == "other":
        if asked.prompt == "none":
            raise Refusal("login_required", 50058, "A silent sign-in request was sent but no user is signed in.")
        return screens.pick("Pick an account", clients.MICROSOFT, asked.hint)
    if choice == "closed":
        world.graph.closed.add(person.id)
    _admit(person, asked)
    if choice == "accept":
        _agreed(world, person, asked, everybody=form.get("everybody") == "yes")
    return _next(world, person, asked, accepted=choice == "accept")


def _admit(person: Person, asked: Asked) -> None:
    if person.home.login_host != COMMERCIAL:
        raise Refusal("invalid_request", 900382, "Confidential Client is not supported in Cross Cloud request.")
    if not may_use(asked.authority, person):
        raise Refusal(
            "access_denied",
            50020,
            f"User account from identity provider 'https://sts.windows.net/{person.home.id}/' does not exist in "
            f"tenant '{asked.authority}' and cannot access the application '{clients.MICROSOFT.id}' in that tenant.",
        )


def _agreed(world: World, person: Person, asked: Asked, *, everybody: bool) -> None:
    if person.admin and everybody:
        world.consents.approve(person.home, clients.MICROSOFT.id, asked.scopes)
    if _may_consent(person):
        world.consents.agree(person, clients.MICROSOFT.id, asked.scopes)


def _may_consent(person: Person) -> bool:
    return person.admin or person.home.consent == "users"


def _next(world: World, person: Person, asked: Asked, *, accepted: bool) -> Response:
    client = clients.MICROSOFT
    missing = asked.scopes - OPENID - world.consents.of(person, client.id)
    silent = asked.prompt == "none"
    if missing and not _may_consent(person):
        if silent:
            raise _unapproved()
        return screens.need_approval(person, client)
    if missing or (asked.prompt == "consent" and not accepted and _may_consent(person)):
        if silent:
            raise Refusal("consent_required", 65001, "The user or administrator has not consented to use the app.")
        return screens.consent(person, client, asked.scopes)
    return _back(world, person, asked)


def _back(world: World, person: Person, asked: Asked) -> Response:
    code = Code(
        person,
        clients.MICROSOFT.id,
        asked.redirect_uri,
        asked.scopes,
        asked.challenge,
        asked.nonce,
        authority=asked.authority,
        offline="offline_access" in asked.scopes,
    )
    told = {"code": world.codes.give(code), "state": asked.state, "session_state": "sandbox"}
    return send_back(asked.redirect_uri, told)
