"""/_sandbox/icloud/*: what the service does of its own accord, asked for by a test or a visitor."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

if TYPE_CHECKING:
    from sandbox.world import World


def routes(world: "World") -> list[BaseRoute]:
    """limits, forget, move and password."""

    async def limits(request: Request) -> Response:
        """POST {per_minute?, pause?}: how often an account may ask (null: no counting), and the Retry-After it then gets."""
        asked = await request.json()
        for name in ("per_minute", "pause"):
            setattr(world.icloud, name, asked.get(name, getattr(world.icloud, name)))
        return Response(status_code=204)

    async def forget(request: Request) -> Response:
        """POST {person}: all sync tokens are worth nothing from now on."""
        for calendar in world.icloud.accounts[(await request.json())["person"]].calendars.values():
            calendar.epoch += 1
        return Response(status_code=204)

    async def move(request: Request) -> Response:
        """POST {person, partition}: the account lives on another machine from now on."""
        asked = await request.json()
        world.icloud.accounts[asked["person"]].partition = int(asked["partition"])
        return Response(status_code=204)

    async def password(request: Request) -> Response:
        """POST {person}: a new app-specific password."""
        account = world.icloud.accounts[(await request.json())["person"]]
        made = account.new_app_password("Hetk")
        home = f"https://{account.host}/{account.dsid}/calendars/"
        return JSONResponse({"user": account.person.address, "password": made, "home": home})

    handlers = {"limits": limits, "forget": forget, "move": move, "password": password}
    return [Route(f"/_sandbox/icloud/{name}", handler, methods=["POST"]) for name, handler in handlers.items()]
