"""Google Calendar v3, served as www.googleapis.com: which calendars there are, who sees them, who may call."""

from collections import defaultdict, deque
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.cast import PEOPLE, Person
from sandbox.google import batch, calendar_list, controls, events, listing
from sandbox.google.byhand import GoogleHand
from sandbox.google.calls import Answer, Call, answered
from sandbox.google.channels import Channels
from sandbox.google.errors import Refusal, too_fast, unauthorized
from sandbox.google.holidays import add_holidays
from sandbox.google.identity_claims import hosted_domain
from sandbox.google.kinds import STATUS, restricted
from sandbox.google.listing import MOST, Pages
from sandbox.google.seals import Seals
from sandbox.google.security_stream import Stream
from sandbox.google.store import Calendar
from sandbox.log import entry_of
from sandbox.tokens import Grant

if TYPE_CHECKING:
    from sandbox.world import World

# Each of these registers its methods when it is imported.
HANDLERS = (calendar_list, events, listing)
HOST = "www.googleapis.com"
ROOT = "/calendar/v3"
ZONE = "Europe/Tallinn"
MINUTE = 60.0
HOLIDAYS = "en.ee#holiday@group.v.calendar.google.com"


@dataclass
class Sight:
    """A calendar as one person sees it; `role` empty once it was taken away."""

    role: str
    version: int
    color: int = 0
    override: str = ""
    owner: str = ""


class GoogleCloud:
    """All calendars at Google, and what the service does of its own accord.

    `per_minute` is the quota per person and project, None for no counting; `page_size` caps every page;
    `revival` says whether a deleted event may be written to life again; `epoch` invalidates sync tokens when it rises.
    """

    def __init__(self, world: "World") -> None:
        self.world = world
        self.seals, self.pages, self.channels = Seals(), Pages(), Channels(self)
        self.per_minute: int | None = None
        self.page_size = MOST
        self.revival = True
        self.epoch = 0
        # Where security events go, once somebody has registered.
        self.stream: Stream | None = None
        self.versions = 0
        self.refused = 0
        self._spent: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self.calendars: dict[str, Calendar] = {}
        self.sights: dict[str, dict[str, Sight]] = {
            person.id: {} for person in PEOPLE.values() if person.kind == "google"
        }
        self._settle()
        self.hand = GoogleHand(self)

    def _settle(self) -> None:
        for person in PEOPLE.values():
            if person.kind == "google":
                self.share(self.add(person.address, person.address, primary=True), person, "owner")
        alice, bob, charlie = (PEOPLE[f"{name}-gmail"] for name in ("alice", "bob", "charlie"))
        self.share(self.add(_secondary("family"), "Family"), alice, "owner", owner=alice.address)
        club = self.add(_secondary("club"), "Sailing club")
        self.share(club, bob, "owner", owner=bob.address)
        self.share(club, alice, "writer", override="Club", owner=bob.address)
        self.share(club, charlie, "reader", owner=bob.address)
        holidays = self.add(HOLIDAYS, "Holidays in Estonia")
        add_holidays(holidays, self.world.clock.now())
        self.share(holidays, alice, "reader")

    def add(self, id: str, summary: str, *, primary: bool = False) -> Calendar:
        """A new and empty calendar."""
        made = self.calendars[id] = Calendar(id, summary, ZONE, self.world.clock.now, primary=primary)
        made.ring = self.channels.ring
        return made

    def share(self, calendar: Calendar, person: Person, role: str, *, override: str = "", owner: str = "") -> None:
        """Gives a person a role in a calendar; an empty role takes it away."""
        self.versions += 1
        known = self.sights[person.id].get(calendar.id)
        color = known.color if known else len(self.sights[person.id])
        override, owner = override or (known.override if known else ""), owner or (known.owner if known else "")
        self.sights[person.id][calendar.id] = Sight(role, self.versions, color, override, owner)

    def role(self, calendar: Calendar, person: Person) -> str | None:
        seen = self.sights[person.id].get(calendar.id)
        return seen.role or None if seen else None

    def may_create(self, person: Person, body: dict[str, Any]) -> None:
        """Some kinds exist for Workspace accounts only. Raises Refusal."""
        kind = body.get("eventType")
        if kind in STATUS and hosted_domain(person) is None:
            raise restricted(f"Events of type {kind} are not available to this account.")

    def spend(self, grant: Grant) -> None:
        """Counts one request against the sliding minute. Raises Refusal."""
        if self.per_minute is None:
            return
        now = self.world.clock.timestamp()
        spent = self._spent[grant.client_id, grant.person.id]
        while spent and spent[0] <= now - MINUTE:
            spent.popleft()
        if len(spent) >= self.per_minute:
            self.refused += 1
            raise too_fast(self.refused)
        spent.append(now)


def _secondary(name: str) -> str:
    return f"c_{sha256(name.encode()).hexdigest()}@group.calendar.google.com"


async def serve(world: "World", request: Request) -> Answer:
    """One request over HTTP, alone or a batch."""
    entry, header = entry_of(request), request.headers.get("authorization")
    grant = world.tokens.check(header, "google")
    if grant is None:
        refusal = unauthorized(sent=bool(header))
        return Answer(refusal.status, refusal.body(), refusal.headers)
    if entry is not None:
        entry.person = grant.person.id
    path = request.scope["path"].removeprefix(f"/{HOST}")
    query = parse_qs(request.url.query, keep_blank_values=True)
    inner = path.removeprefix(ROOT)
    call = Call(world.google, grant, request.method, inner, query, request.headers, await request.body())
    if not path.startswith("/batch/"):
        return answered(call)
    try:
        return await batch.run(call, entry)
    except Refusal as refusal:
        return Answer(refusal.status, refusal.body(), dict(refusal.headers))


def routes(world: "World") -> list[BaseRoute]:
    """What www.googleapis.com answers to as the Calendar API, alone and in batches."""

    async def endpoint(request: Request) -> Response:
        answer = await serve(world, request)
        headers = {"Vary": "Origin, X-Origin, Referer", "Cache-Control": "private", **answer.headers}
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        headers.setdefault("Content-Type", "application/json; charset=UTF-8")
        return Response(answer.content(), answer.status, headers)

    methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
    return [
        Route(f"/{HOST}{ROOT}/{{path:path}}", endpoint, methods=methods),
        Route(f"/{HOST}/batch{ROOT}", endpoint, methods=["POST"]),
        *controls.routes(world),
    ]
