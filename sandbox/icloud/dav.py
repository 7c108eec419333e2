"""CalDAV as iCloud speaks it: an entrance that tells where the calendars are, and the machines that have them."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.icloud import controls, objects, reports, xml
from sandbox.icloud.cloud import ENTRANCE, PARTITIONS
from sandbox.icloud.store import Account, Calendar
from sandbox.icloud.xml import CALDAV, DAV, SERVER, Answered
from sandbox.log import entry_of

if TYPE_CHECKING:
    from sandbox.world import World

METHODS = ["OPTIONS", "PROPFIND", "REPORT", "GET", "PUT", "DELETE"]
XML = "text/xml; charset=UTF-8"
REALMS = 'X-MobileMe-AuthToken realm="MMCalDav", Basic realm="MMCalDav"'
WRITER = "".join(f"<privilege><{name}/></privilege>" for name in ("read", "write", "write-content", "bind", "unbind"))
READER = "<privilege><read/></privilege>"
BOXES = ("inbox", "outbox", "notification")
Handler = Callable[["World", Request, Account], Awaitable[Response]]


def said(body: bytes, status: int = 207, **headers: str) -> Response:
    return Response(body, status, {"content-type": XML, **headers})


async def entrance(world: "World", request: Request, account: Account) -> Response:
    """caldav.icloud.com: who I am, and on which machine my calendars are."""
    path, depth = "/" + request.path_params["path"], request.headers.get("depth", "infinity")
    if request.method != "PROPFIND":
        return Response(status_code=405)
    principal = f"/{account.dsid}/principal/"
    if path not in ("/", "/.well-known/caldav", principal):
        return Response(status_code=403)
    if path == principal and depth != "0":
        return Response(status_code=400)
    known = {f"{DAV}current-user-principal": f"<href>{principal}</href>"}
    if path == principal:
        home = f"https://{account.host}:443/{account.dsid}/calendars/"
        addresses = f"<href>mailto:{account.person.address}</href><href>{principal}</href>"
        known |= {
            f"{CALDAV}calendar-home-set": f'<href xmlns="DAV:">{home}</href>',
            f"{CALDAV}calendar-user-address-set": addresses.replace("<href>", '<href xmlns="DAV:">'),
            f"{DAV}displayname": account.person.name,
        }
    return said(xml.multistatus([Answered(path, known)], xml.wanted(xml.asked(await request.body()))))


async def machine(world: "World", request: Request, account: Account) -> Response:
    """pNN-caldav.icloud.com: the calendars of the accounts that live there, and nobody else's."""
    parts = request.path_params["path"].split("/")
    if parts[:2] != [account.dsid, "calendars"] or request.url.path.split("/")[1] != account.host:
        return Response(status_code=403)
    name = parts[2] if len(parts) > 2 else ""
    resource = parts[3] if len(parts) > 3 else ""
    if not name:
        return await _home(request, account)
    calendar = account.calendars.get(name)
    if calendar is None:
        return Response(status_code=404)
    if resource:
        return await _resource(world, request, account, calendar, resource)
    return await _collection(request, account, calendar)


async def _home(request: Request, account: Account) -> Response:
    if request.method != "PROPFIND":
        return Response(status_code=405)
    base = f"/{account.dsid}/calendars/"
    answers = [Answered(base, {f"{DAV}resourcetype": "<collection/>"})]
    if request.headers.get("depth") == "1":
        answers += [
            Answered(f"{base}{calendar.name}/", _properties(calendar)) for calendar in account.calendars.values()
        ]
        for box in BOXES:
            kind = f'<schedule-{box} xmlns="urn:ietf:params:xml:ns:caldav"/>' if box != "notification" else ""
            answers.append(Answered(f"{base}{box}/", {f"{DAV}resourcetype": f"<collection/>{kind}"}))
    return said(xml.multistatus(answers, xml.wanted(xml.asked(await request.body()))))


def _properties(calendar: Calendar) -> dict[str, str]:
    caldav = "urn:ietf:params:xml:ns:caldav"
    zone = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:{calendar.zone}\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n"
    return {
        f"{DAV}resourcetype": f'<collection/><calendar xmlns="{caldav}"/>',
        f"{DAV}displayname": calendar.title,
        f"{DAV}current-user-privilege-set": WRITER if calendar.can_write else READER,
        f"{DAV}sync-token": calendar.token(),
        f"{SERVER}getctag": calendar.ctag,
        f"{CALDAV}supported-calendar-component-set": f'<comp xmlns="{caldav}" name="{calendar.component}"/>',
        f"{CALDAV}calendar-timezone": xml.data(zone),
    }


async def _collection(request: Request, account: Account, calendar: Calendar) -> Response:
    path = f"/{account.dsid}/calendars/{calendar.name}/"
    if request.method == "PROPFIND":
        wanted = xml.wanted(xml.asked(await request.body()))
        return said(xml.multistatus([Answered(path, _properties(calendar))], wanted))
    if request.method != "REPORT":
        return Response(status_code=403 if request.method == "DELETE" else 405)
    try:
        return said(reports.answer(calendar, path, xml.asked(await request.body())))
    except reports.Refused as refused:
        return said(refused.body, refused.status)


async def _resource(world: "World", request: Request, account: Account, calendar: Calendar, name: str) -> Response:
    found = calendar.resources.get(name)
    if request.method == "PUT":
        return await _put(world, request, account, calendar, name)
    if found is None or request.method not in ("GET", "DELETE"):
        return Response(status_code=404 if found is None else 405)
    if request.method == "GET":
        return Response(found.text.encode(), 200, {"content-type": "text/calendar; charset=UTF-8", "etag": found.etag})
    if not calendar.can_write:
        return Response(status_code=403)
    if request.headers.get("if-match", found.etag) != found.etag:
        return Response(status_code=412)
    calendar.remove(name)
    return Response(status_code=204)


async def _put(world: "World", request: Request, account: Account, calendar: Calendar, name: str) -> Response:
    found, wanted = calendar.resources.get(name), request.headers.get("if-match")
    if not calendar.can_write:
        return Response(status_code=403)
    # A star is taken the wrong way round: it is refused where something stands, and passes where nothing does.
    fits = found is None if wanted == "*" else wanted is None or (found is not None and found.etag == wanted)
    if not fits or (request.headers.get("if-none-match") == "*" and found is not None):
        return Response(status_code=412)
    text = (await request.body()).decode()
    try:
        uid = objects.checked(text)
    except objects.Refused as refused:
        body = xml.error(refused.condition, "urn:ietf:params:xml:ns:caldav") if refused.condition else b""
        return said(body, refused.status)
    owners = {
        (one.name, kept.name)
        for one in account.calendars.values()
        for kept in one.resources.values()
        if kept.uid == uid
    }
    if owners - {(calendar.name, name)}:
        # One UID lives in one calendar of an account.
        return said(xml.error("no-uid-conflict", "urn:ietf:params:xml:ns:caldav"), 403)
    invited = objects.guests(text, account.person.address)
    for guest in invited:
        world.mailbox.invite(account.person.address, guest, calendar.name, "updated" if found else "invited")
    made = calendar.put(name, text, uid)
    # What it scheduled it has changed: then it does not say which version stands there.
    headers = {} if invited else {"etag": made.etag}
    return Response(status_code=204 if found else 201, headers=headers)


def _route(world: "World", host: str, handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        account = world.icloud.known(request)
        if account is None:
            return Response(status_code=401, headers={"www-authenticate": REALMS})
        if entry := entry_of(request):
            entry.person = account.person.id
        if not world.icloud.spends(account):
            return Response(status_code=503, headers={"retry-after": str(world.icloud.pause)})
        try:
            return await handler(world, request, account)
        except xml.NotXml:
            return Response(status_code=400)

    return Route(f"/{host}/{{path:path}}", endpoint, methods=METHODS)


def routes(world: "World") -> list[BaseRoute]:
    """The entrance, every machine, and the controls."""
    machines = [_route(world, f"p{number}-caldav.icloud.com", machine) for number in PARTITIONS]
    return [_route(world, ENTRANCE, entrance), *machines, *controls.routes(world)]
