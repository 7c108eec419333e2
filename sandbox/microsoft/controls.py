"""/_sandbox/graph/*: what the service does of its own accord, asked for by a test or a visitor."""

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.microsoft.notices import LIFECYCLE

if TYPE_CHECKING:
    from sandbox.world import World


def routes(world: "World") -> list[BaseRoute]:
    """lifecycle, limits and forget."""

    async def lifecycle(request: Request) -> Response:
        """POST {event, person?, subscription_id?}: sends a lifecycle event to all subscriptions, or to those named."""
        asked = await request.json()
        if asked.get("event") not in LIFECYCLE:
            return JSONResponse({"error": f"event must be one of {', '.join(LIFECYCLE)}"}, 400)
        chosen = [one for one in world.graph.notices.living() if _chosen(one.person.id, one.id, asked)]
        for one in chosen:
            world.graph.notices.lifecycle(one, asked["event"])
        return JSONResponse({"sent": len(chosen)})

    async def limits(request: Request) -> Response:
        """POST {latency?, seats?, budget?, delta_tokens?, closed?}: seconds inside; at once; per ten minutes; kept; people without a mailbox."""
        asked = await request.json()
        cloud = world.graph
        cloud.latency = float(asked.get("latency", cloud.latency))
        cloud.seats = int(asked.get("seats", cloud.seats))
        cloud.budget = int(asked.get("budget", cloud.budget))
        cloud.closed = set(asked.get("closed", cloud.closed))
        cloud.keep_tokens(int(asked.get("delta_tokens", cloud.kept_tokens)))
        return Response(status_code=204)

    async def forget(request: Request) -> Response:
        """POST {person?}: change tracking forgets its tokens; the next round is answered 410."""
        asked = await request.json() if await request.body() else {}
        world.graph.forget_tokens(asked.get("person"))
        return Response(status_code=204)

    handlers = {"lifecycle": lifecycle, "limits": limits, "forget": forget}
    return [Route(f"/_sandbox/graph/{name}", handler, methods=["POST"]) for name, handler in handlers.items()]


def _chosen(person: str, id: str, asked: dict[str, Any]) -> bool:
    return asked.get("person") in (None, person) and asked.get("subscription_id") in (None, id)
