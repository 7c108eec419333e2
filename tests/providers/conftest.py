"""A sandbox of these tests' own, whose notifications reach a listener of theirs."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from hetk import outbound
from tests.environment import NOWHERE, VAR_DIR, WEBHOOK_URL
from tests.outside import Outside
from tests.providers.clouds import Listener, listening
from tests.providers.wrongs import Answering, answering


@pytest.fixture(scope="session")
def _clouds() -> Iterator[tuple[Outside, Listener]]:
    with listening() as listener:
        outside = Outside.start(hook=(WEBHOOK_URL, listener.url), log=VAR_DIR / "provider-sandbox.log")
        yield outside, listener
        outside.stop()


@pytest.fixture
def clouds(_clouds: tuple[Outside, Listener]) -> Iterator[tuple[Outside, Listener]]:
    """A fresh outside world and the listener; for the length of the test every request goes there."""
    outside, listener = _clouds
    outside.reset()
    listener.secrets.clear()
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=outside.url)
    yield outside, listener
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)


@pytest.fixture(scope="module")
def _answering() -> Iterator[tuple[Answering, str]]:
    with answering() as served:
        yield served


@pytest.fixture
def answers(_answering: tuple[Answering, str]) -> Iterator[Answering]:
    """A cloud that says whatever a test has it say, to everything it is asked."""
    said, url = _answering
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=url)
    yield said
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)
