"""Signing in happens in nearly every test here; a slow hash would only cost time."""

from typing import Any

import pytest

from tests.accounts.browser import Browser


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db: None) -> Any:
    # Rows can be named only once Django is set up, which is after this file was read.
    from tests.factories import make_user

    return make_user("alice")


@pytest.fixture
def browser(alice: Any) -> Browser:
    """Hers, signed in without having shown anything."""
    return Browser(alice)
