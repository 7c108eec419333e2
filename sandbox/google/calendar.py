"""Google Calendar."""

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

if TYPE_CHECKING:
    from sandbox.hand import Hand
    from sandbox.world import World


class GoogleCloud:
    """All calendars at Google."""

    hand: "Hand"

    def __init__(self, world: "World") -> None:
        self.world = world


def routes(world: "World") -> list[BaseRoute]:
    """What www.googleapis.com answers to."""
    return []
