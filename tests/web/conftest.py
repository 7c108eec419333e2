"""Who uses the site in these tests. Models are imported late: this file is read before Django is set up."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tests.web.household import Household


def household(name: str, work: str, home: str) -> "Household":
    from tests.web.household import Household

    return Household(name, work, home)


def factories() -> Any:
    from tests import factories

    return factories


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Nobody types one here; a slow hash would only cost time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db: None) -> "Household":
    return household("alice", "alice-northwind", "alice-gmail")


@pytest.fixture
def charlie(db: None) -> "Household":
    """A stranger, who has calendars of his own."""
    return household("charlie", "charlie-northwind", "charlie-gmail")


@pytest.fixture
def browser_of() -> Callable[..., Client]:
    """A signed-in client, which insists on CSRF tokens as browsers have to."""

    def sign_in(who: "Household", *, strict: bool = False) -> Client:
        client = Client(enforce_csrf_checks=strict)
        factories().sign_in(client, who.user)
        return client

    return sign_in


@pytest.fixture
def browser(alice: "Household") -> Client:
    client = Client()
    factories().sign_in(client, alice.user)
    return client
