"""Microsoft Graph's calendars, served as graph.microsoft.com: who may call, what is called, what is answered."""

from asyncio import sleep
from base64 import b64encode
from collections import Counter
from secrets import token_hex
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.cast import PEOPLE, Person
from sandbox.log import entry_of
from sandbox.microsoft import batch, calendars, controls, delta, errors, events, lists, subscriptions
from sandbox.microsoft.byhand import GraphHand
from sandbox.microsoft.calls import Answer, Call, find
from sandbox.microsoft.errors import Refusal
from sandbox.microsoft.identity_claims import POLICY
from sandbox.microsoft.notices import Notices
from sandbox.microsoft.store import Box, Mailbox
from sandbox.tokens import Grant

if TYPE_CHECKING:
    from sandbox.world import World

# Each of these registers its addresses when it is imported.
HANDLERS = (calendars, delta, events, lists, subscriptions)
HOST = "graph.microsoft.com"
WRITES = frozenset({"POST", "PATCH", "DELETE", "PUT"})
CALENDARS_READ = frozenset({"Calendars.Read", "Calendars.ReadWrite", "Calendars.ReadBasic"})
SEATS = 4
BUDGET = 10_000
BUDGET_SECONDS = 600


class GraphCloud:
    """All mailboxes at Microsoft. `latency` in seconds is spent inside the mailbox, where requests crowd."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.latency = 0.0
        self.seats = SEATS
        self.budget = BUDGET
        # Ids differ from world to world: a client that kept those of an earlier one must not meet them again.
        self._seed = token_hex(8)
        self._spent: Counter[tuple[str, str, int]] = Counter()
        self._tokens: dict[str, delta.Tokens] = {}
        self.kept_tokens = delta.KEPT
        # People whose mailbox is not in the cloud.
        self.closed: set[str] = set()
        self.notices = Notices(self)
        self._mailboxes = {person.id: self._mailbox(person) for person in PEOPLE.values() if person.kind == "microsoft"}
        self._share()
        self.hand = GraphHand(self)

    def _mailbox(self, person: Person) -> Mailbox:
        mailbox = Mailbox(person, self._seed, self.world.clock.now)
        mailbox.mount(Box("Calendar", mailbox), default=True)
        mailbox.cloud_changed = self.notices.changed
        mailbox.send = self.world.mailbox.invite
        return mailbox

    def _share(self) -> None:
        bob = self._mailboxes["bob-northwind"]
        # One contents, several lists: each mailbox sees it under ids of its own.
        team, board = Box("Team Northwind", bob), Box("Board", bob)
        for name in ("bob-northwind", "alice-northwind", "charlie-northwind"):
            self._mailboxes[name].mount(team, hex_color="#0078d4")
            own = name == bob.person.id
            self._mailboxes[name].mount(board, can_edit=own, sees_private=own, hex_color="#a4262c")

    def mailbox(self, person: Person) -> Mailbox:
        """The mailbox of somebody at Microsoft."""
        return self._mailboxes[person.id]

    def delta_tokens(self, mailbox: Mailbox) -> delta.Tokens:
        """The tokens of change tracking that a mailbox still knows."""
        return self._tokens.setdefault(mailbox.person.id, delta.Tokens(self.kept_tokens))

    def keep_tokens(self, count: int) -> None:
        """Change tracking keeps only so many tokens per mailbox from now on."""
        self.kept_tokens = count
        for tokens in self._tokens.values():
            tokens.kept = count

    def forget_tokens(self, person: str | None = None) -> None:
        """Change tracking forgets the tokens of one person, or of everybody."""
        for name, tokens in self._tokens.items():
            if person in (None, name):
                tokens.forget()

    @staticmethod
    def scopes(grant: Grant) -> set[str]:
        """Scopes without the resource they may be written with."""
        return {scope.rpartition("/")[2] for scope in grant.scopes}

    def allow(self, call: Call) -> None:
        """Scopes and the budget of requests. Raises Refusal."""
        self._spend(call.grant)
        if call.path.rstrip("/") == "/me":
            return
        if call.grant.person.id in self.closed:
            raise errors.no_mailbox()
        if call.path.startswith("/users/"):
            raise errors.access_denied()
        scopes = self.scopes(call.grant)
        writes = call.method in WRITES and not call.path.startswith("/subscriptions")
        if "Calendars.ReadWrite" not in scopes and (writes or not scopes & CALENDARS_READ):
            raise errors.access_denied()

    def _spend(self, grant: Grant) -> None:
        now = self.world.clock.timestamp()
        # A window that begins anew every ten minutes is near enough to the real, sliding one.
        key = (grant.client_id, grant.person.id, int(now // BUDGET_SECONDS))
        # Refused requests count too, as in the real service.
        self._spent[key] += 1
        if self._spent[key] > self.budget:
            raise errors.too_many(BUDGET_SECONDS - now % BUDGET_SECONDS)

    async def answer(self, call: Call) -> Answer:
        """Carry out one call."""
        # Here and not at the door, because the calls inside a batch come past as well.
        call.path = own(call.path, call.grant.person)
        try:
            self.allow(call)
            handler, names = find(call.method, call.path)
            answer = handler(call, **names)
            if not isinstance(answer, Answer):
                answer = await answer
        except Refusal as refusal:
            return Answer(refusal.status, refusal.body(self.world.clock.now()), dict(refusal.headers))
        if call.applied:
            answer.headers["Preference-Applied"] = ", ".join(call.applied)
        return answer


def unauthorized(cloud: GraphCloud, header: str | None) -> Answer:
    """401 as Graph words it: nothing sent, or something that is not (any longer) a token."""
    message = "Lifetime validation failed, the token is expired." if header else "Access token is empty."
    refusal = Refusal(401, "InvalidAuthenticationToken", message)
    realm = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    return Answer(401, refusal.body(cloud.world.clock.now()), {"WWW-Authenticate": realm})


def reevaluated(cloud: GraphCloud) -> Answer:
    """401 of continuous access evaluation: the token is good, but a policy wants claims that it lacks."""
    refusal = Refusal(
        401, "InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge with result."
    )
    claims = b64encode(POLICY.encode()).decode()
    told = f'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="{claims}"'
    return Answer(401, refusal.body(cloud.world.clock.now()), {"WWW-Authenticate": told})


async def serve(world: "World", request: Request) -> Answer:
    """One request over HTTP, alone or a batch."""
    cloud, entry = world.graph, entry_of(request)
    header = request.headers.get("authorization")
    grant = world.tokens.check(header, "microsoft")
    if grant is None:
        return unauthorized(cloud, header)
    if grant.person.id in world.tokens.reevaluated:
        return reevaluated(cloud)
    if entry is not None:
        entry.person = grant.person.id
    path = request.scope["path"].removeprefix(f"/{HOST}/v1.0") or "/"
    query = dict(parse_qsl(request.url.query, keep_blank_values=True))
    call = Call(cloud, grant, request.method, path, query, request.headers, await request.body())
    batched = path.lower().rstrip("/") == "/$batch" and request.method == "POST"
    with world.inside(f"{grant.client_id}:{grant.person.id}") as crowd:
        # Calls inside a batch spend theirs one by one.
        latency = request.scope.get("sandbox.latency") or (0.0 if batched else cloud.latency)
        if latency:
            await sleep(latency)
        if crowd > cloud.seats:
            refusal = errors.too_many_at_once()
            return Answer(refusal.status, refusal.body(world.clock.now()), dict(refusal.headers))
        if batched:
            return await _batch(call, request)
        return await cloud.answer(call)


def own(path: str, person: Person) -> str:
    """/users/{me} is another name for /me; somebody else's is left as it is, and refused."""
    for name in (person.subject, person.address):
        if path.startswith(f"/users/{name}"):
            return "/me" + path[len(f"/users/{name}") :]
    return path


async def _batch(call: Call, request: Request) -> Answer:
    try:
        return await batch.run(call, entry_of(request))
    except Refusal as refusal:
        return batch.refused(call, refusal)


def routes(world: "World") -> list[BaseRoute]:
    """What graph.microsoft.com answers to."""

    async def endpoint(request: Request) -> Response:
        answer = await serve(world, request)
        id = str(uuid4())
        headers = {
            "request-id": id,
            "client-request-id": request.headers.get("client-request-id", id),
            **answer.headers,
        }
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        kind = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
        return Response(orjson.dumps(answer.body), answer.status, headers, media_type=kind)

    methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
    return [Route(f"/{HOST}/v1.0/{{path:path}}", endpoint, methods=methods), *controls.routes(world)]
