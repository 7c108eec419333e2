"""Every name of an account counts for policies, not only the one it signs in with."""

import pytest

from accounts.models import Connection

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "person", "aliases"),
    [
        ("microsoft", "charlie-northwind", "charlie@traders.example"),
        ("microsoft", "alice-northwind", ""),
        ("google", "alice-contoso", "contoso.example"),
        ("google", "alice-gmail", ""),
    ],
)
def test_every_address_that_speaks_for_an_account_is_remembered(sandbox, alice, browser, kind, person, aliases):
    browser.through(f"/connect/{kind}/", person, next="/connections/")
    assert Connection.objects.get(user=alice).aliases == aliases
