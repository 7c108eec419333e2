from collections.abc import Iterator

import pytest

from hetk import outbound
from tests.hetk.listeners import Heard, web_server

GRAPH = "https://graph.microsoft.com"


@pytest.fixture
def closed_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """A door that nobody has configured; the real one comes back after the test."""
    monkeypatch.setattr(outbound, "_door", None)


@pytest.fixture
def server(closed_door: None) -> Iterator[Heard]:
    """A web server in the sandbox's place."""
    with web_server() as heard:
        outbound.configure(hosts=["graph.microsoft.com", "www.googleapis.com"], sandbox_url=heard.url)
        yield heard
