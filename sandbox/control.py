"""The sandbox's controls as JSON: /_sandbox/requests, faults, clock, reset, fill, mailbox, hooks, stripe, dns, grant, revoke, hand."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import clients, pages_mailbox
from sandbox.cast import Person
from sandbox.faults import Fault
from sandbox.fill import fill
from sandbox.google.identity_claims import LONG
from sandbox.google.identity_claims import claims as google_claims
from sandbox.microsoft.identity_claims import GRAPH, OPENID
from sandbox.microsoft.identity_claims import claims as microsoft_claims
from sandbox.names import Trouble, plain
from sandbox.world import World

Handler = Callable[[World, Request], Awaitable[Any]]
MOMENTS = ("start", "end")


async def requests(world: World, request: Request) -> Any:
    """GET: the log, oldest first, after `since` when given. DELETE: clears it."""
    if request.method == "DELETE":
        return world.log.clear()
    return [entry.as_json() for entry in world.log.since(int(request.query_params.get("since", 0)))]


async def faults(world: World, request: Request) -> Any:
    """POST: plans a fault. GET: what is planned. DELETE: clears."""
    if request.method == "DELETE":
        return world.faults.clear()
    if request.method == "POST":
        world.faults.add(**await request.json())
    named = [field.name for field in fields(Fault) if field.init]
    return [{name: getattr(fault, name) for name in named} for fault in world.faults.waiting]


async def clock(world: World, request: Request) -> Any:
    """POST: advances by so many seconds. Both ways: what time it is."""
    if request.method == "POST":
        world.advance(float((await request.json())["advance"]))
    return {"now": world.clock.now().isoformat(), "offset": world.clock.offset}


async def reset(world: World, request: Request) -> Any:
    """Back to the first day."""
    world.reset()


async def filled(world: World, request: Request) -> Any:
    """Fills everybody's calendars."""
    return {"made": fill(world)}


async def mailbox(world: World, request: Request) -> Any:
    """GET: all mails, newest first, as JSON, or as a page for browsers. DELETE: clears."""
    if request.method == "DELETE":
        return world.mailbox.clear()
    if "text/html" in request.headers.get("accept", ""):
        return await pages_mailbox.page(world, request)
    return world.mailbox.as_json()


async def invitations(world: World, request: Request) -> Any:
    """Mails that the clouds would have sent to attendees, oldest first."""
    return [asdict(invitation) for invitation in world.mailbox.invitations]


async def deliveries(world: World, request: Request) -> Any:
    """Notifications sent or on their way, oldest first."""
    return [
        {"url": one.url, "mailbox": one.mailbox_key, "state": one.state, "statuses": one.statuses}
        for one in world.hooks.deliveries
    ]


async def hooks(world: World, request: Request) -> Any:
    """POST: {origin: where it leads from now on}. Both ways: where all of them lead."""
    if request.method == "POST":
        for origin, to in (await request.json()).items():
            await world.hooks.lead(origin, to)
    return world.hooks.mapping


async def stripe(world: World, request: Request) -> Any:
    """Every event of Stripe's so far, oldest first: {type, body, headers} as it would be delivered now."""
    letters = [(event, *world.stripe.events.letter(event)) for event in world.stripe.events.told]
    return [{"type": event["type"], "body": body.decode(), "headers": headers} for event, body, headers in letters]


async def names(world: World, request: Request) -> Any:
    """POST: {name, texts?, trouble?, signed?} of one domain or record. GET: what stands there, and the questions so far."""
    if request.method == "POST":
        asked = await request.json()
        name = plain(asked["name"])
        if "texts" in asked:
            world.names.publish(name, [text.encode("latin-1") for text in asked["texts"]])
        if "trouble" in asked:
            world.names.troubles.pop(name, None)
            world.names.troubles |= {name: Trouble(asked["trouble"])} if asked["trouble"] else {}
        if "signed" in asked:
            world.names.signed = world.names.signed | {name} if asked["signed"] else world.names.signed - {name}
    return {
        "records": {name: [text.decode("latin-1") for text in texts] for name, texts in world.names.records.items()},
        "questions": [asdict(question) for question in world.names.questions],
    }


async def grant(world: World, request: Request) -> Any:
    """A grant without the screens: {person, scopes, client_id?}."""
    asked = await request.json()
    person = world.people[asked["person"]]
    if person.kind == "icloud":
        raise ValueError("iCloud knows no grants: POST icloud/password")
    scopes = asked["scopes"].split() if isinstance(asked["scopes"], str) else asked["scopes"]
    # Google names scopes in their long form only, Graph's lose their prefix; whoever grants has signed in as well.
    if person.kind == "google":
        scopes = {"openid", LONG["email"], *(LONG.get(scope, scope) for scope in scopes)}
    else:
        scopes = OPENID | {scope.removeprefix(GRAPH) for scope in scopes}
    known = clients.MICROSOFT if person.kind == "microsoft" else clients.GOOGLE
    issued = world.tokens.grant(person, asked.get("client_id") or known.id, scopes)
    if person.kind == "microsoft":
        claims = microsoft_claims(person, issued.grant.client_id, issued.grant.scopes)
    else:
        claims = google_claims(person, issued.grant.client_id, issued.grant.scopes, issued.access_token)
    return {
        "refresh_token": issued.refresh_token,
        "access_token": issued.access_token,
        "expires_in": issued.expires_in,
        "id_token_claims": claims,
    }


async def challenge(world: World, request: Request) -> Any:
    """Until the person signs in again: refreshes are refused with claims and Entra's `number`, or, `graph`, Graph refuses its tokens."""
    asked = await request.json()
    person = world.people[asked["person"]]
    if asked.get("graph"):
        world.tokens.reevaluated.add(person.id)
    else:
        world.tokens.challenged[person.id] = int(asked.get("number", 50076))


async def revoke(world: World, request: Request) -> Any:
    """Ends everything a person granted; {"only": "access"} lets the access tokens run out instead."""
    asked = await request.json()
    person = world.people[asked["person"]]
    if asked.get("only") == "access":
        return world.tokens.expire_access(person)
    if person.kind == "icloud":
        # Programs lose their passwords when the account gets a new one.
        return world.icloud.accounts[person.id].change_password()
    return {"ended": world.tokens.revoke_person(person)}


async def hand(world: World, request: Request) -> Any:
    """A person's hand: {person, calendar_id?, do: create|edit|move|delete|list|calendars, ...fields}."""
    asked = await request.json()
    person, calendar_id, do = world.people[asked.pop("person")], asked.pop("calendar_id", None), asked.pop("do")
    return _by_hand(world, person, calendar_id, do, {name: _read(name, value) for name, value in asked.items()})


def _by_hand(world: World, person: Person, calendar_id: str | None, do: str, given: dict[str, Any]) -> Any:
    own = world.hand(person)
    if do == "calendars":
        return [{"id": id, "name": name, "can_edit": edit} for id, name, edit in own.calendars(person)]
    if do == "list":
        now = world.clock.now()
        start = given.get("start") or now - timedelta(days=120)
        end = given.get("end") or now + timedelta(days=400)
        return [asdict(event) for event in own.events(person, calendar_id, start, end)]
    if do == "create":
        return {"id": own.create(person, calendar_id, **given)}
    getattr(own, {"edit": "edit", "move": "move", "delete": "delete"}[do])(person, calendar_id, **given)
    return None


def _read(name: str, value: Any) -> Any:
    if name not in MOMENTS or not isinstance(value, str):
        return value
    if len(value) == len("2026-01-31"):
        return date.fromisoformat(value)
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _route(world: World, path: str, handler: Handler, *methods: str) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            answer = await handler(world, request)
        except (KeyError, TypeError, ValueError, PermissionError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
        if isinstance(answer, Response):
            return answer
        return Response(status_code=204) if answer is None else JSONResponse(_plain(answer))

    return Route(f"/_sandbox/{path}", endpoint, methods=list(methods))


def routes(world: World) -> list[BaseRoute]:
    """All controls."""
    return [
        _route(world, "requests", requests, "GET", "DELETE"),
        _route(world, "faults", faults, "GET", "POST", "DELETE"),
        _route(world, "clock", clock, "GET", "POST"),
        _route(world, "reset", reset, "POST"),
        _route(world, "fill", filled, "POST"),
        _route(world, "mailbox", mailbox, "GET", "DELETE"),
        _route(world, "invitations", invitations, "GET"),
        _route(world, "deliveries", deliveries, "GET"),
        _route(world, "hooks", hooks, "GET", "POST"),
        _route(world, "stripe", stripe, "GET"),
        _route(world, "dns", names, "GET", "POST"),
        _route(world, "grant", grant, "POST"),
        _route(world, "revoke", revoke, "POST"),
        _route(world, "challenge", challenge, "POST"),
        _route(world, "hand", hand, "POST"),
    ]
