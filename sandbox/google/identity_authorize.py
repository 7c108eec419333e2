"""Google's authorize endpoint: strict about what it is asked, then the screens, then back with a code or an error.

The screens post to the address they stand on: `person` (an id of the cast), `choice` (accept, deny) and, once per ticked
box, `scope`. Without the field `offered` every scope asked for counts as ticked, so that the screens can be skipped.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from sandbox import clients
from sandbox.cast import Person
from sandbox.codes import Code
from sandbox.forms import form_of, send_back
from sandbox.google import identity_screens as screens
from sandbox.google.identity_claims import SIGN_IN, hosted_domain, scopes_of
from sandbox.world import World


@dataclass(frozen=True)
class Asked:
    """A request to authorize that has passed all checks."""

    scopes: frozenset[str]
    redirect_uri: str
    state: str | None
    challenge: str | None
    nonce: str | None
    prompt: frozenset[str]
    hint: str
    offline: bool
    together: bool


def _problem(query: Mapping[str, str]) -> Response | None:
    client = clients.GOOGLE
    if query.get("client_id") != client.id:
        return screens.refused("invalid_client", "The OAuth client was not found.", 401)
    if not client.may_return_to(query.get("redirect_uri", "")):
        return screens.refused("redirect_uri_mismatch", "This app’s request is invalid: redirect address.")
    if query.get("response_type") != "code":
        return screens.refused("invalid_request", "Invalid response_type; only code is known.")
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        return screens.refused("invalid_request", "code_challenge_method must be S256.")
    for name in ("scope", "state", "code_challenge"):
        if not query.get(name):
            return screens.refused("invalid_request", f"Missing required parameter: {name}")
    _, unknown = scopes_of(query["scope"])
    if unknown:
        return screens.refused("invalid_scope", f"Some requested scopes were invalid: {', '.join(unknown)}")
    return None


def _asked(query: Mapping[str, str]) -> Asked:
    scopes, _ = scopes_of(query["scope"])
    return Asked(
        scopes,
        query["redirect_uri"],
        query.get("state"),
        query.get("code_challenge"),
        query.get("nonce"),
        frozenset(query.get("prompt", "").split()),
        query.get("login_hint", ""),
        query.get("access_type") == "offline",
        query.get("include_granted_scopes") == "true",
    )


def authorize(world: World) -> Callable[[Request], Awaitable[Response]]:
    """GET shows a screen, POST is its answer."""

    async def endpoint(request: Request) -> Response:
        query = dict(request.query_params)
        if problem := _problem(query):
            return problem
        form = await form_of(request) if request.method == "POST" else []
        return _answered(world, _asked(query), form)

    return endpoint


def _refused(asked: Asked, error: str) -> Response:
    return send_back(asked.redirect_uri, {"error": error, "state": asked.state})


def _answered(world: World, asked: Asked, form: list[tuple[str, str]]) -> Response:
    fields = dict(form)
    client = clients.GOOGLE
    if fields.get("choice") == "deny":
        return _refused(asked, "access_denied")
    known = {person.id: person for person in screens.people()}
    person = known.get(fields.get("person", ""))
    if "none" in asked.prompt:
        person = next((one for one in known.values() if asked.hint in (one.address, one.subject)), None)
    if person is None:
        return _refused(asked, "interaction_required") if "none" in asked.prompt else screens.pick(client, asked.hint)
    if fields.get("choice") == "accept":
        ticked = {value for name, value in form if name == "scope"} if "offered" in fields else asked.scopes
        agreed = frozenset(scope for scope in asked.scopes if scope in SIGN_IN or scope in ticked)
        return _back(world, person, asked, agreed, fresh=True)
    return _known(world, person, asked)


def _known(world: World, person: Person, asked: Asked) -> Response:
    client = clients.GOOGLE
    covered = asked.scopes <= world.consents.of(person, client.id)
    if covered and "consent" not in asked.prompt:
        return _back(world, person, asked, asked.scopes, fresh=False)
    if "none" in asked.prompt:
        return _refused(asked, "consent_required")
    return screens.consent(person, client, asked.scopes)


def _back(world: World, person: Person, asked: Asked, agreed: frozenset[str], *, fresh: bool) -> Response:
    client = clients.GOOGLE
    world.consents.agree(person, client.id, agreed)
    if asked.together:
        agreed |= world.consents.of(person, client.id)
    code = Code(
        person,
        client.id,
        asked.redirect_uri,
        agreed,
        asked.challenge,
        asked.nonce,
        # A refresh token comes with the first consent only, or when consent is asked for again.
        offline=asked.offline and fresh,
    )
    told = {
        "state": asked.state,
        "code": world.codes.give(code),
        "scope": " ".join(sorted(agreed)),
        "authuser": "0",
        "hd": hosted_domain(person),
        "prompt": "consent" if fresh else "none",
    }
    return send_back(asked.redirect_uri, told)
