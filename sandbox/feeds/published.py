"""Where calendars are published, at the real hosts and paths, with what a conditional GET asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from re import sub
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote
from uuid import NAMESPACE_DNS, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.cast import PEOPLE, Person
from sandbox.feeds import google, icloud, outlook, plain
from sandbox.icloud.cloud import PARTITIONS
from sandbox.markup import tag
from sandbox.pages_frame import shell

if TYPE_CHECKING:
    from sandbox.world import World

ICS = "text/calendar; charset=utf-8"
OUTLOOK, GOOGLE = "outlook.office365.com", "calendar.google.com"


@dataclass(frozen=True)
class Address:
    """One published calendar: `path` begins with its host. `public`: Google's address that everybody may know."""

    person: Person
    calendar: str
    path: str
    public: bool = False


class Feeds:
    """`files`: what the club's server has, by path. `stamps`: when a file was first seen as it is, by its content."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.files: dict[str, str] = {plain.MATCHES: plain.season(world.clock.now())}
        self._stamps: dict[str, tuple[str, datetime]] = {}

    def addresses(self) -> Iterator[Address]:
        for person in PEOPLE.values():
            for id, _, _ in self.world.hand(person).calendars(person):
                yield from _addresses(self.world, person, id)

    def text(self, address: Address) -> str:
        now = self.world.clock.now()
        match address.person.kind:
            case "microsoft":
                return outlook.published(self.world.graph.mailbox(address.person).mounts[address.calendar].box, now)
            case "google":
                return google.published(self.world.google.calendars[address.calendar], now, public=address.public)
        account = self.world.icloud.accounts[address.person.id]
        return icloud.published(account.calendars[address.calendar.rstrip("/").rpartition("/")[2]])

    def answer(self, request: Request, path: str, text: str) -> Response:
        """The file, or 304 where it is the one that was asked about. What is written anew each time is no change."""
        told = sub(r"DTSTAMP:.*", "", text)
        etag = f'"{sha256(told.encode()).hexdigest()[:16]}"'
        known = self._stamps.get(path)
        if known is None or known[0] != etag:
            known = self._stamps[path] = (etag, self.world.clock.now().replace(microsecond=0))
        headers = {"etag": etag, "last-modified": format_datetime(known[1], usegmt=True), "content-type": ICS}
        return Response(status_code=304, headers=headers) if _same(request, *known) else Response(text, headers=headers)


def _same(request: Request, etag: str, modified: datetime) -> bool:
    if asked := request.headers.get("if-none-match"):
        return asked == etag
    since = request.headers.get("if-modified-since", "")
    try:
        return bool(since) and parsedate_to_datetime(since) >= modified
    except ValueError:
        return False


def _token(*parts: str) -> str:
    return sha256(":".join(parts).encode()).hexdigest()[:32]


def _addresses(world: "World", person: Person, id: str) -> list[Address]:
    match person.kind:
        case "microsoft":
            box = f"{uuid5(NAMESPACE_DNS, person.id).hex}@{person.domain}"
            # Ids differ from world to world; what was published once is to be found again.
            name = world.graph.mailbox(person).mounts[id].box
            token = _token(person.id, name.owner.person.id, name.name)
            return [Address(person, id, f"{OUTLOOK}/owa/calendar/{box}/{token}/calendar.ics")]
        case "google":
            base = f"{GOOGLE}/calendar/ical/{quote(id, safe='')}"
            secret = Address(person, id, f"{base}/private-{_token(person.id, id)}/basic.ics")
            return [secret, Address(person, id, f"{base}/public/basic.ics", public=True)]
    account = world.icloud.accounts[person.id]
    return [Address(person, id, f"{account.host}/published/2/{_token(person.id, id)}")]


def _page(world: "World") -> Response:
    """The addresses to copy into Hetk."""
    urls = [(f"The club: {path}", f"webcal://{plain.HOST}{path}") for path in world.feeds.files]
    for one in world.feeds.addresses():
        names = {id: name for id, name, _ in world.hand(one.person).calendars(one.person)}
        urls.append((f"{one.person.address}: {names[one.calendar]}", f"https://{one.path}"))
    rows = [tag("li", tag("p", name), tag("p", tag("code", url))) for name, url in urls]
    return shell(
        "Feeds",
        "/_sandbox/feeds",
        tag("h1", "Feeds"),
        tag("p", "Calendars that are published here. Connect one at Hetk under “Connect a feed”."),
        tag("ul", *rows, class_="plain"),
        site=world.site,
    )


def routes(world: "World") -> list[BaseRoute]:
    async def published(request: Request) -> Response:
        path = request.scope["path"].lstrip("/")
        found = next((one for one in world.feeds.addresses() if unquote(one.path) == path), None)
        if found is None:
            return Response("<html><body>Not found</body></html>", 404, media_type="text/html")
        return world.feeds.answer(request, path, world.feeds.text(found))

    async def file(request: Request) -> Response:
        path = "/" + request.path_params["path"]
        text = world.feeds.files.get(path)
        return Response(status_code=404) if text is None else world.feeds.answer(request, path, text)

    async def feeds(request: Request) -> Response:
        """GET: {person, calendar, url} of all that is published. POST {path, text}: a file of the club's (null: none)."""
        if request.method == "POST":
            asked = await request.json()
            world.feeds.files.pop(asked["path"], None)
            world.feeds.files |= {} if asked["text"] is None else {asked["path"]: asked["text"]}
            return Response(status_code=204)
        if "text/html" in request.headers.get("accept", ""):
            return _page(world)
        own = [{"person": "", "calendar": path, "url": f"https://{plain.HOST}{path}"} for path in world.feeds.files]
        theirs = [
            {"person": one.person.id, "calendar": one.calendar, "url": f"https://{one.path}"}
            for one in world.feeds.addresses()
        ]
        return JSONResponse(own + theirs)

    hosts = [f"/p{number}-caldav.icloud.com/published/{{path:path}}" for number in PARTITIONS]
    return [
        Route(f"/{OUTLOOK}/owa/calendar/{{path:path}}", published),
        Route(f"/{GOOGLE}/calendar/ical/{{path:path}}", published),
        *(Route(host, published) for host in hosts),
        Route(f"/{plain.HOST}/{{path:path}}", file),
        Route("/_sandbox/feeds", feeds, methods=["GET", "POST"]),
    ]
