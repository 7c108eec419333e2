"""One sandbox in a thread for these tests, freshly reset for each."""

from collections.abc import Iterator

import pytest

from sandbox.server import Running
from tests.sandbox.client import Client


@pytest.fixture(scope="session")
def _running() -> Iterator[Running]:
    with Running() as running:
        yield running


@pytest.fixture
def client(_running: Running) -> Iterator[Client]:
    """Speaks to a sandbox whose world is on its first day."""
    _running.do(_running.world.reset)
    _running.world.hooks.mapping.clear()
    client = Client(_running)
    yield client
    client.close()
