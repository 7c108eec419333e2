"""/_sandbox/google/*: what the service does of its own accord, asked for by a test or a visitor."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.google import security

if TYPE_CHECKING:
    from sandbox.world import World


def routes(world: "World") -> list[BaseRoute]:
    """limits, forget, share and security."""

    async def limits(request: Request) -> Response:
        """POST {per_minute?, page_size?, revival?}: the quota (null: none), the largest page, deleted events revived or not."""
        asked = await request.json()
        cloud = world.google
        for name in ("per_minute", "page_size", "revival"):
            setattr(cloud, name, asked.get(name, getattr(cloud, name)))
        return Response(status_code=204)

    async def forget(request: Request) -> Response:
        """POST: all sync tokens are worth nothing from now on."""
        world.google.epoch += 1
        return Response(status_code=204)

    async def share(request: Request) -> Response:
        """POST {calendar_id, person, role}: gives a role, an empty one takes the calendar away."""
        asked = await request.json()
        cloud = world.google
        if asked.get("calendar_id") not in cloud.calendars or asked.get("person") not in cloud.sights:
            return JSONResponse({"error": "no such calendar or person"}, 400)
        cloud.share(cloud.calendars[asked["calendar_id"]], world.people[asked["person"]], asked.get("role", ""))
        return Response(status_code=204)

    async def event(request: Request) -> Response:
        """POST {kind, person?, ...details}: a security event is signed and sent; the answer holds it, to be delivered again."""
        asked = await request.json()
        kind, person = asked.pop("kind"), world.people.get(asked.pop("person", ""))
        if kind not in security.KINDS:
            return JSONResponse({"error": f"kind must be one of {', '.join(security.KINDS)}"}, 400)
        if asked.pop("only_made", False):
            return JSONResponse({"token": security.token(kind, person, **asked)})
        return JSONResponse({"sent": security.send(world, kind, person, **asked)})

    handlers = {"limits": limits, "forget": forget, "share": share, "security": event}
    return [Route(f"/_sandbox/google/{name}", handler, methods=["POST"]) for name, handler in handlers.items()]
