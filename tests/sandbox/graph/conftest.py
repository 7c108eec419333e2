"""A sandbox of its own for these tests, and people who speak to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.server import Running
from tests.sandbox.graph.client import SCOPES, Endpoint, Graph, pool

HOOK = "https://hooks.test.example"


class World:
    """The running sandbox and its controls."""

    def __init__(self, running: Running, endpoint: Endpoint) -> None:
        self.running = running
        self.url = running.url
        self.endpoint = endpoint

    def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        answer = pool.request(method, f"{self.url}/_sandbox/{path}", json=body)
        assert answer.status < 300, answer.data
        return answer.json() if answer.data else None

    def person(self, name: str, scopes: list[str] | None = None) -> Graph:
        granted = self.control("grant", {"person": name, "scopes": SCOPES if scopes is None else scopes})
        return Graph(self.url, name, granted["access_token"])

    def hand(self, person: str, do: str, **fields: Any) -> Any:
        return self.control("hand", {"person": person, "do": do, **fields})

    def invitations(self) -> list[tuple[str, str]]:
        found = self.control("invitations", method="GET")
        return [(one["attendee"], one["what"]) for one in found]


@pytest.fixture(scope="session")
def _running() -> Iterator[tuple[Running, Endpoint]]:
    endpoint = Endpoint()
    with Running(hooks={HOOK: endpoint.url}) as running:
        yield running, endpoint
    endpoint.close()


@pytest.fixture
def world(_running: tuple[Running, Endpoint]) -> World:
    """A sandbox on its first day."""
    running, endpoint = _running
    world = World(running, endpoint)
    world.control("reset")
    endpoint.manner = "right"
    endpoint.tokens.clear()
    endpoint.posts.clear()
    return world


@pytest.fixture
def alice(world: World) -> Graph:
    return world.person("alice-northwind")


@pytest.fixture
def bob(world: World) -> Graph:
    return world.person("bob-northwind")


@pytest.fixture
def personal(world: World) -> Graph:
    return world.person("alice-outlook")
