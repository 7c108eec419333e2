"""The households of the web tests, and programs that hold a token of theirs."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.web.conftest import alice, browser, browser_of, charlie, quick_passwords  # noqa: F401

if TYPE_CHECKING:
    from tests.web.household import Household

SECRET = "hetk_" + "a" * 43


def token_of(who: "Household", scopes: str = "read write explain", secret: str = SECRET, **fields: Any) -> Any:
    """A token of this person, good for a month, whose secret is the one given."""
    from datetime import timedelta

    from accounts import tokens

    ends = tokens.today() + timedelta(days=30)
    fields = {"name": f"{scopes} {secret[-3:]}", "expires_on": ends, **fields}
    return who.user.api_tokens.create(digest=tokens.digest_of(secret), scopes=scopes, **fields)


@pytest.fixture
def program(alice: "Household") -> Client:  # noqa: F811
    """Holds a token of Alice's that may do everything, and nothing else: no cookie."""
    token_of(alice)
    return Client(headers={"Authorization": f"Bearer {SECRET}"})


@pytest.fixture
def program_of() -> Callable[..., Client]:
    """Of anybody, with these scopes."""

    def made(who: "Household", scopes: str = "read write explain", **fields: Any) -> Client:
        secret = f"hetk_{who.user.pk}-{scopes}".ljust(48, "b")
        token_of(who, scopes, secret, **fields)
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return made
