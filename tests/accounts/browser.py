"""A person with a browser: Django's test client for Hetk's pages, plain HTTP for the sandbox's screens."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3
from django.test import Client

from tests import canaries

HOST = "localhost:8000"
_pool = urllib3.PoolManager(retries=False)


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address, each once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


class Browser(Client):
    """One browser with its own session, on http://localhost:8000."""

    def __init__(self, user: Any = None) -> None:
        super().__init__(HTTP_HOST=HOST)
        if user is not None:
            self.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def signed_in_as(self) -> str | None:
        """The user's primary key as the session holds it."""
        return self.session.get("_auth_user_id")

    def start(self, path: str, **fields: str) -> str:
        """Presses the button that leaves for a provider; the address of its screen."""
        response = self.post(path, fields)
        assert response.status_code == 302, (response.status_code, response.content[:2000])
        return str(response["Location"])

    def come_back(self, address: str) -> Any:
        """Follows the provider's redirect to Hetk."""
        parts = urlsplit(address)
        assert parts.netloc == HOST
        return self.get(f"{parts.path}?{parts.query}")

    def through(self, path: str, person: str, choice: str = "accept", **fields: str) -> Any:
        """From the button through the provider's screen and back; the page or redirect at the end."""
        return self.come_back(answer(self.start(path, **fields), person, choice))


def answer(screen: str, person: str, choice: str = "accept", scopes: list[str] | None = None, **more: str) -> str:
    """Picks an account on the provider's screen and answers; the address that it sends the browser back to.

    `scopes`: the ticks left on Google's screen, all of them when None. `more`: further fields of the screen's form.
    """
    fields = [("person", person), ("choice", choice), *more.items()]
    if scopes is not None:
        fields += [("offered", "yes"), *(("scope", scope) for scope in scopes)]
    response = _pool.request(
        "POST",
        screen,
        body=urlencode(fields),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        redirect=False,
    )
    assert response.status == 302, (response.status, response.data[:2000])
    back: str = response.headers["Location"]
    canaries.secret(*parse_qs(urlsplit(back).query).get("code", []))
    return back
