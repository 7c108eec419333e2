"""A browser and a program for the sandbox's tests: real HTTP, real addresses mapped onto the loopback."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3

from sandbox.server import Running

VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
RETURN = "http://localhost:8000/connect/done/"
MICROSOFT_ID, MICROSOFT_SECRET = "8dd90edb-c881-459a-ac84-2a1fee8c5c94", "sandbox-microsoft-secret"
GOOGLE_ID, GOOGLE_SECRET = "hetk-sandbox.apps.googleusercontent.com", "sandbox-google-secret"
MICROSOFT_SCOPES = "Calendars.ReadWrite openid profile email offline_access"
API = "https://www.googleapis.com/auth/"
GOOGLE_SCOPES = f"openid email {API}calendar.events {API}calendar.calendarlist.readonly"


@dataclass
class Answer:
    """One response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        import json

        return json.loads(self.body)

    @property
    def returned(self) -> dict[str, str]:
        """The parameters that the browser is sent back with."""
        return dict(parse_qsl(urlsplit(self.headers["location"]).query))


class Client:
    """Speaks to the real addresses, which all lead to the sandbox."""

    def __init__(self, sandbox: Running) -> None:
        self.sandbox = sandbox
        self._pool = urllib3.PoolManager(retries=False)

    def __call__(self, method: str, url: str, *, form: Any = None, json: Any = None, **headers: str) -> Answer:
        target = self.sandbox.url + (url if url.startswith("/") else "/" + url.partition("://")[2])
        given: dict[str, Any] = {"headers": {name.replace("_", "-"): value for name, value in headers.items()}}
        if form is not None:
            given["body"] = urlencode(form, doseq=True)
            given["headers"]["content-type"] = "application/x-www-form-urlencoded"
        if json is not None:
            given["json"] = json
        answer = self._pool.request(method, target, redirect=False, timeout=10, **given)
        return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data)

    def close(self) -> None:
        self._pool.clear()


def microsoft_authorize(tenant: str = "common", **changes: str | None) -> str:
    """A faultless authorize address of Microsoft's, with changes; None leaves a parameter out."""
    given: dict[str, str | None] = {
        "client_id": MICROSOFT_ID,
        "response_type": "code",
        "redirect_uri": RETURN,
        "scope": MICROSOFT_SCOPES,
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize?{query}"


def google_authorize(**changes: str | None) -> str:
    """A faultless authorize address of Google's, with changes; None leaves a parameter out."""
    given: dict[str, str | None] = {
        "client_id": GOOGLE_ID,
        "response_type": "code",
        "redirect_uri": RETURN,
        "scope": GOOGLE_SCOPES,
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "access_type": "offline",
        **changes,
    }
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"https://accounts.google.com/o/oauth2/v2/auth?{query}"


def microsoft_exchange(client: Client, code: str, /, tenant: str = "common", **changes: str | None) -> Answer:
    """Redeems a code at Microsoft's token endpoint."""
    given: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": MICROSOFT_ID,
        "client_secret": MICROSOFT_SECRET,
        "redirect_uri": RETURN,
        "code": code,
        "code_verifier": VERIFIER,
        **changes,
    }
    form = {name: value for name, value in given.items() if value is not None}
    return client("POST", f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", form=form)


def google_exchange(client: Client, code: str, /, **changes: str | None) -> Answer:
    """Redeems a code at Google's token endpoint."""
    given: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": GOOGLE_ID,
        "client_secret": GOOGLE_SECRET,
        "redirect_uri": RETURN,
        "code": code,
        "code_verifier": VERIFIER,
        **changes,
    }
    form = {name: value for name, value in given.items() if value is not None}
    return client("POST", "https://oauth2.googleapis.com/token", form=form)


def agreed(client: Client, address: str, person: str, **more: Any) -> dict[str, str]:
    """Picks a person and accepts; what the browser is sent back with."""
    answer = client("POST", address, form={"person": person, "choice": "accept", **more})
    assert answer.status == 302, answer.text
    return answer.returned
