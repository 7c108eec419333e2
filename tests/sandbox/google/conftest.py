"""A sandbox of its own for these tests, and people who speak to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.server import Running
from tests.providers.published import discovery
from tests.sandbox.google.client import SCOPES, Endpoint, Google, pool

HOOK = "https://hooks.test.example"


class World:
    """The running sandbox and its controls."""

    def __init__(self, running: Running, endpoint: Endpoint) -> None:
        self.running, self.url, self.endpoint = running, running.url, endpoint

    def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        answer = pool.request(method, f"{self.url}/_sandbox/{path}", json=body)
        assert answer.status < 300, answer.data
        return answer.json() if answer.data else None

    def person(self, name: str, scopes: list[str] | None = None) -> Google:
        granted = self.control("grant", {"person": name, "scopes": SCOPES if scopes is None else scopes})
        return Google(self.url, name, granted["access_token"])

    def hand(self, person: str, do: str, **fields: Any) -> Any:
        return self.control("hand", {"person": person, "do": do, **fields})

    def invitations(self) -> list[tuple[str, str]]:
        return [(one["attendee"], one["what"]) for one in self.control("invitations", method="GET")]


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
    found = World(running, endpoint)
    found.control("reset")
    endpoint.posts.clear()
    return found


@pytest.fixture
def defined() -> None:
    """For what the sandbox refuses by Google's own definition, which it has only where the machine has it."""
    discovery()


@pytest.fixture
def alice(world: World) -> Google:
    return world.person("alice-gmail")


@pytest.fixture
def bob(world: World) -> Google:
    return world.person("bob-gmail")
