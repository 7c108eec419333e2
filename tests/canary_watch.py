"""Has pytest look for canaries at the end of each test (`tests/canaries.py`): a test that left one behind fails."""

import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest

from tests.canaries import everywhere, found, held, secret


class _Log(logging.Handler):
    """The log in the words of production's own formatter."""

    def __init__(self) -> None:
        from django.conf import settings

        super().__init__()
        # A copy: making the formatter takes its class out of the settings.
        line = {**settings.LOGGING["formatters"]["line"]}
        self.setFormatter(logging.config.DictConfigurator(settings.LOGGING).configure_formatter(line))

    def emit(self, record: logging.LogRecord) -> None:
        held.log.append(self.format(record))


def _sealing(seal: Callable[..., str]) -> Callable[..., str]:
    from accounts.adapter import MFA_BINDING

    @wraps(seal)
    def noting(plain: str, *, bound_to: str) -> str:
        if bound_to.startswith("connection:"):
            secret(*_credentials(plain))
        elif bound_to.startswith("chain:") or bound_to == MFA_BINDING:
            secret(plain, shown=bound_to == MFA_BINDING)
        return seal(plain, bound_to=bound_to)

    return noting


def _credentials(plain: str) -> list[str]:
    """A token as it is; of a password with its address, or of the address of a feed, what must not be known."""
    if not plain.startswith("{"):
        return [plain]
    said = json.loads(plain)
    return [str(said.get("password") or said.get("url"))]


def _asking(request: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(request)
    def noting(self: Any, **asked: Any) -> Any:
        answer = request(self, **asked)
        if not answer.streaming:
            body = answer.content + answer.headers.get("Location", "").encode()
            held.pages.append((str(asked.get("PATH_INFO", "")), answer.status_code, body))
        return answer

    return noting


_log: list[_Log] = []


def pytest_sessionstart() -> None:
    from django.test import Client

    from accounts import vault

    vault.seal = _sealing(vault.seal)
    Client.request = _asking(Client.request)  # type: ignore[method-assign]
    _log.append(_Log())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    held.forget()
    root = logging.getLogger()
    # Tests that set logging up anew take handlers away. Production says as much as this.
    if _log[0] not in root.handlers:
        root.addHandler(_log[0])
    root.setLevel(logging.INFO)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Before anything that the test stood on is taken down."""
    funcargs = getattr(item, "funcargs", {})
    told = found(everywhere(funcargs.get("sandbox"))) if held.secrets | held.shown | held.content else []
    held.forget()
    yield
    if told:
        pytest.fail("\n".join(told[:10]), pytrace=False)
