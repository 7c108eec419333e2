"""Microsoft Graph's calendars."""

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

if TYPE_CHECKING:
    from sandbox.hand import Hand
    from sandbox.world import World


class GraphCloud:
    """All mailboxes at Microsoft."""

    hand: "Hand"

    def __init__(self, world: "World") -> None:
        self.world = world


def routes(world: "World") -> list[BaseRoute]:
    """What graph.microsoft.com answers to."""
    return []
