"""To come in the next commit."""

from starlette.routing import BaseRoute

from sandbox.world import World


def routes(world: World) -> list[BaseRoute]:
    """Nothing yet."""
    return []
