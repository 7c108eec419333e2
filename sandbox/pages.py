"""The sandbox's pages: people and their calendars, side by side, mailbox, requests."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import pages_calendar, pages_dns, pages_log, pages_side
from sandbox.cast import Person
from sandbox.fill import fill
from sandbox.forms import fields_of
from sandbox.markup import Markup, tag
from sandbox.pages_frame import local, shell
from sandbox.pages_guide import NOTES, guide
from sandbox.world import World

STATIC = Path(__file__).parent / "static"
KINDS = {".css": "text/css", ".js": "text/javascript"}
PLACES = {"gmail.example": "Google account", "icloud.example": "Apple Account"}
Page = Callable[[World, Request], Awaitable[Response]]


async def index(world: World, request: Request) -> Response:
    """Where everything is."""
    cards = [_card(person) for person in world.people.values()]
    return shell(
        "The outside world",
        "/",
        tag("h1", "The outside world, on this machine"),
        tag(
            "p",
            "Stand-ins for Microsoft 365, Google Calendar, iCloud, Stripe and a mail server. They speak the real protocols, and nothing "
            "leaves this machine.",
        ),
        guide(world),
        tag("section", tag("h2", "People"), tag("div", *cards, class_="grid"), class_="plain"),
        _clock(world),
        tag(
            "section",
            tag("h2", "Taking access back"),
            tag(
                "ul",
                tag("li", tag("a", "Microsoft: My apps", href="/myapps.microsoft.com/")),
                tag("li", tag("a", "Google: third-party apps", href="/myaccount.google.com/connections")),
                tag("li", tag("a", "Apple: app-specific passwords", href="/account.apple.com/")),
            ),
            class_="plain",
        ),
        site=world.site,
    )


def _card(person: Person) -> Markup:
    tenant = person.tenant
    where = tenant.name if tenant else PLACES.get(person.domain, "Google Workspace")
    policy = "administrators approve applications" if tenant and tenant.consent == "admins" else ""
    role = "administrator" if person.admin else ""
    told = " · ".join(word for word in (where, policy, role) if word)
    return tag(
        "article",
        tag("h3", person.name),
        tag("p", person.address),
        tag("p", told, class_="small"),
        tag("p", NOTES[person.id]) if person.id in NOTES else None,
        tag("p", tag("a", "Calendars", href=pages_calendar.address(person), class_="button"), class_="row"),
        class_="panel",
    )


def _clock(world: World) -> Markup:
    steps = (("1 hour", 3600), ("1 day", 86400), ("1 week", 604800))
    ahead = [tag("button", f"Forward {word}", name="advance", value=str(seconds)) for word, seconds in steps]
    return tag(
        "section",
        tag("h2", "Clock and contents"),
        tag("p", f"It is {local(world.clock.now()):%A, %-d %B %Y, %H:%M} here (Europe/Tallinn)."),
        tag(
            "form",
            *ahead,
            tag("button", "Fill with a believable world", name="fill", value="yes"),
            tag("button", "Empty everything", name="reset", value="yes", class_="danger"),
            method="post",
            action="/_sandbox/do",
            class_="row",
        ),
        class_="panel",
    )


async def do(world: World, request: Request) -> Response:
    """The buttons of the index."""
    form = await fields_of(request)
    if "reset" in form:
        world.reset()
    elif "fill" in form:
        fill(world)
    elif "advance" in form:
        world.advance(float(form["advance"]))
    return RedirectResponse("/", 303)


async def static(world: World, request: Request) -> Response:
    """The stylesheet and the script."""
    path = STATIC / request.path_params["name"]
    if path.suffix not in KINDS or not path.is_file():
        return PlainTextResponse("not here", 404)
    return Response(path.read_bytes(), media_type=KINDS[path.suffix])


def _route(world: World, path: str, page: Page, method: str = "GET") -> Route:
    async def endpoint(request: Request) -> Response:
        if "person" in request.path_params and request.path_params["person"] not in world.people:
            return PlainTextResponse("nobody of that name lives here", 404)
        return await page(world, request)

    return Route(path, endpoint, methods=[method])


def routes(world: World) -> list[BaseRoute]:
    """All pages but the mailbox, which shares its address with the controls."""
    person = "/_sandbox/calendars/{person}"
    return [
        _route(world, "/", index),
        _route(world, "/_sandbox/do", do, "POST"),
        _route(world, "/_sandbox/static/{name}", static),
        _route(world, "/_sandbox/side-by-side", pages_side.side_by_side),
        _route(world, "/_sandbox/log", pages_log.page),
        _route(world, pages_dns.ADDRESS, pages_dns.page),
        _route(world, pages_dns.ADDRESS, pages_dns.change, "POST"),
        _route(world, person, pages_calendar.week),
        _route(world, person, pages_calendar.change, "POST"),
        _route(world, f"{person}/event", pages_calendar.one),
        _route(world, f"{person}/event", pages_calendar.change, "POST"),
    ]
