"""What every test stands on: an environment of its own, one sandbox per process, no way to the internet."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from pytest_django import Settings

from tests.collector import look_seldom
from tests.environment import LIVE_PORT, NOWHERE, ON_POSTGRES, VAR_DIR, WEBHOOK_URL
from tests.outside import Outside
from tests.postgres import instead

pytest_plugins = ["tests.nothing_skipped", "tests.order", "tests.canary_watch"]
# Not named like tests, these would otherwise say no more than "AssertionError"; several folders read them.
pytest.register_assert_rewrite("tests.providers.promises", "tests.providers.over_http")
# What a test proves does not depend on how busy the machine is.
hypothesis.settings.register_profile("hetk", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("hetk")


@pytest.fixture(scope="session")
def _outside() -> Iterator[Outside]:
    outside = Outside.start(hook=(WEBHOOK_URL, NOWHERE), log=VAR_DIR / "sandbox.log")
    yield outside
    outside.stop()


@pytest.fixture
def listening(transactional_db: None, _outside: Outside, live_server: Any) -> Iterator[str]:
    """The address of the website. What the clouds tell reaches it for the length of the test, although it runs to the end of the process."""
    _outside.lead(WEBHOOK_URL, f"http://127.0.0.1:{LIVE_PORT}")
    yield str(live_server.url)
    _outside.lead(WEBHOOK_URL, NOWHERE)


@pytest.fixture(autouse=True)
def _no_policies() -> Iterator[None]:
    """No domain publishes anything, unless the test has a sandbox with a DNS or says otherwise."""
    from policy import keeper
    from policy.record import Record
    from policy.standing import Answer

    keeper.use(lambda domain: [Answer(Record())])
    yield
    keeper.use(keeper.ask_resolvers)


@pytest.fixture
def sandbox(_outside: Outside, settings: Settings, _no_policies: None) -> Iterator[Outside]:
    """The outside world, freshly reset; for the length of the test every request of Hetk goes there."""
    from hetk import outbound
    from policy import keeper

    _outside.reset()
    settings.SANDBOX_URL = _outside.url
    settings.EMAIL_PORT = _outside.smtp_port
    keeper.use(keeper.ask_resolvers)
    settings.RESOLVERS = [f"127.0.0.1:{_outside.dns_port}"] * 2
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=_outside.url)
    yield _outside
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)
    _outside.reset()


@pytest.fixture
def postgres(request: pytest.FixtureRequest) -> Iterator[None]:
    """The database is PostgreSQL, whichever the run uses; what several threads do there is seen by all of them."""
    if ON_POSTGRES:
        # By this mark alone pytest-django sees that rows are to be kept, when it is asked in the middle of a test's beginning.
        request.applymarker(pytest.mark.django_db(transaction=True))
        request.getfixturevalue("transactional_db")
        yield
        return
    with request.getfixturevalue("django_db_blocker").unblock(), instead():
        yield


@pytest.fixture(autouse=True)
def _empty_cache(settings: Settings) -> None:
    """Limits on attempts start anew with each test, without a table to write to."""
    from django.core.cache import cache

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


def pytest_collection_finish() -> None:
    # By now all that the tests need is imported.
    look_seldom()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # Reading any setting loads them; pytest-django, which comes after, sets Django up only then. Named in pyproject.toml
    # they would be read before this file.
    from django.conf import settings

    assert settings.SANDBOX_URL == NOWHERE
    config.addinivalue_line("markers", "cyrus: runs against a private Cyrus; collected where one is installed")
    config.addinivalue_line(
        "markers", "dnssec: asks a signing server through a validating resolver, where they are installed"
    )
    config.addinivalue_line("markers", "browser: drives Chromium; `make test` installs it where it may")
