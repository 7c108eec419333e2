"""Plans apply in these tests; a shop is a Stripe of the sandbox with Hetk's prices in it."""

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.outside import Outside

if TYPE_CHECKING:
    from tests.billing.shop import Shop
    from tests.web.household import Household


@pytest.fixture(autouse=True)
def _plans(settings: Any) -> None:
    settings.BILLING = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db: None) -> "Household":
    from tests.web.household import Household

    return Household("alice", "alice-northwind", "alice-gmail")


@pytest.fixture
def shop(alice: "Household", sandbox: Outside) -> "Shop":
    """Alice's browser, in front of a Stripe that knows the plans."""
    from billing import catalogue
    from tests.billing.shop import Shop

    catalogue.prepare()
    sandbox.forget_requests()
    client = Client()
    client.force_login(alice.user)
    return Shop(alice, client, sandbox)
