"""Where Google sends its security events, and which: set by whoever runs Hetk, with a service account of the same project.

https://developers.google.com/identity/protocols/risc
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from accounts.oauth.errors import OAuthError, TryLater
from accounts.oauth.risc import What
from hetk import outbound

API = "https://risc.googleapis.com/v1beta"
AUDIENCE = "https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService"
PUSH = "https://schemas.openid.net/secevent/risc/delivery-method/push"
# Google's longest.
GOOD_FOR = timedelta(hours=1)
# A verification comes when it is asked for, and is not subscribed to.
WANTED = tuple(sorted(what for what in What if what != What.VERIFICATION))


class Refused(OAuthError):
    """Google said no; `str()` is its own sentence, which names no secret."""


class UnusableKey(ValueError):
    """The file is none that Google gave for a service account; `str()` says what is missing."""


@dataclass(frozen=True)
class Account:
    """A service account: who it is, and the key that it signs with."""

    email: str
    key_id: str
    key: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "Account":
        """From the JSON file that Google made for it. Raises UnusableKey."""
        try:
            said = json.loads(text)
            return cls(said["client_email"], said["private_key_id"], said["private_key"])
        except (ValueError, TypeError):
            raise UnusableKey("The file is not the JSON of a service account's key.") from None
        except KeyError as missing:
            raise UnusableKey(f"The file has no {missing.args[0]}: is it the key of a service account?") from None

    def token(self, now: datetime) -> str:
        """What it shows to Google. Raises UnusableKey."""
        about = {"iss": self.email, "sub": self.email, "aud": AUDIENCE, "iat": now, "exp": now + GOOD_FOR}
        try:
            return jwt.encode(about, self.key, algorithm="RS256", headers={"kid": self.key_id})
        except (ValueError, TypeError, jwt.PyJWTError):
            raise UnusableKey("The private key in the file does not sign.") from None


@dataclass(frozen=True)
class Stream:
    """What Google has on record; `url` "" when nothing is registered."""

    url: str = ""
    events: tuple[str, ...] = ()
    enabled: bool = False


def register(account: Account, url: str, now: datetime) -> None:
    """Events go to `url` (https) from now on, all that Hetk knows. Raises Refused, TryLater, UnusableKey."""
    wanted = {"delivery": {"delivery_method": PUSH, "url": url}, "events_requested": list(WANTED)}
    _ask(account, now, "POST", "stream:update", wanted)


def found(account: Account, now: datetime) -> Stream:
    """Raises Refused, TryLater, UnusableKey."""
    said = _ask(account, now, "GET", "stream", missing={})
    if not said:
        return Stream()
    status = _ask(account, now, "GET", "stream/status")
    return Stream(
        url=str(said.get("delivery", {}).get("url", "")),
        events=tuple(sorted(map(str, said.get("events_requested", ())))),
        enabled=status.get("status") == "enabled",
    )


def switch(account: Account, now: datetime, *, on: bool) -> None:
    """Google holds events back while it is off. Raises Refused, TryLater, UnusableKey."""
    _ask(account, now, "POST", "stream/status:update", {"status": "enabled" if on else "disabled"})


def verify(account: Account, state: str, now: datetime) -> None:
    """Have Google send a verification, which only shows that the way is open. Raises Refused, TryLater, UnusableKey."""
    _ask(account, now, "POST", "stream:verify", {"state": state})


def _ask(
    account: Account,
    now: datetime,
    method: str,
    what: str,
    body: dict[str, Any] | None = None,
    *,
    missing: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The JSON of the answer; `missing` in the place of a 404."""
    headers = {"Authorization": f"Bearer {account.token(now)}", "Content-Type": "application/json"}
    sent = None if body is None else json.dumps(body).encode()
    try:
        answer = outbound.request(method, f"{API}/{what}", headers=headers, body=sent)
        said = answer.json() if answer.body.strip() else {}
    except (outbound.Unreachable, outbound.Lost, ValueError) as error:
        raise TryLater("Google's service of security events gives no answer.") from error
    if answer.status == 404 and missing is not None:
        return missing
    if answer.status == 429 or answer.status >= 500:
        raise TryLater("Google's service of security events is busy.")
    if answer.status != 200 or not isinstance(said, dict):
        why = said.get("error", {}) if isinstance(said, dict) else {}
        raise Refused(str(why.get("message", "") or f"HTTP {answer.status}"))
    return said
