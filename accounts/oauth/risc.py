"""Google's Cross-Account Protection: signed security events (RFC 8417), verified, and read into what they mean for us.

https://developers.google.com/identity/protocols/risc
"""

import hashlib
import threading
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import jwt

from accounts.oauth.errors import TryLater
from accounts.oauth.identity import KeySet
from hetk import outbound

CONFIGURATION = "https://accounts.google.com/.well-known/risc-configuration"
# What Google's own document says today, and what its events have always said.
ISSUERS = frozenset(("https://accounts.google.com/", "https://accounts.google.com", "accounts.google.com"))
KEPT = 24 * 3600.0
FUTURE = 300
PREFIX = 16
_RISC = "https://schemas.openid.net/secevent/risc/event-type/"
_OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"


class Refused(Exception):
    """The token is none of Google's for us; `str()` is a word for the log, never a part of the token."""


class What(StrEnum):
    SESSIONS_REVOKED = _RISC + "sessions-revoked"
    TOKENS_REVOKED = _OAUTH + "tokens-revoked"
    TOKEN_REVOKED = _OAUTH + "token-revoked"
    ACCOUNT_DISABLED = _RISC + "account-disabled"
    ACCOUNT_ENABLED = _RISC + "account-enabled"
    ACCOUNT_PURGED = _RISC + "account-purged"
    CREDENTIAL_CHANGE = _RISC + "account-credential-change-required"
    VERIFICATION = _RISC + "verification"


@dataclass(frozen=True)
class Event:
    """One event. `subject` is the id of a Google account, "" when a single token is meant, which then `token` tells by `way`."""

    what: What
    id: str
    at: datetime
    subject: str = ""
    reason: str = ""
    way: str = ""
    token: str = ""

    def means(self, refresh_token: str) -> bool:
        """Whether this refresh token is the one that the event is about."""
        if not self.token:
            return False
        if self.way == "prefix":
            return refresh_token[:PREFIX] == self.token
        if self.way == "hash_base64_sha512_sha512":
            digest = hashlib.sha512(hashlib.sha512(refresh_token.encode()).digest()).digest()
            said = self.token.rstrip("=")
            return said in (b64encode(digest).decode().rstrip("="), urlsafe_b64encode(digest).decode().rstrip("="))
        return False


class _Issuer:
    """Google's configuration of the service and its keys, asked for once a day through the one door."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._issuer, self._keys, self._asked_at = "", KeySet(""), float("-inf")

    def known(self) -> tuple[str, KeySet]:
        with self._lock:
            if time.monotonic() - self._asked_at > KEPT:
                self._issuer, address = self._asked()
                self._keys, self._asked_at = KeySet(address), time.monotonic()
            return self._issuer, self._keys

    @staticmethod
    def _asked() -> tuple[str, str]:
        try:
            response = outbound.request("GET", CONFIGURATION)
            document = response.json() if response.status == 200 else {}
            issuer, address = document["issuer"], document["jwks_uri"]
        except (outbound.Unreachable, outbound.Lost, ValueError, KeyError, TypeError) as error:
            raise TryLater("Google's configuration of security events is out of reach.") from error
        if issuer not in ISSUERS:
            raise TryLater("Google's configuration of security events names another issuer.")
        return issuer, address


google = _Issuer()


def read(token: str, *, client_id: str, now: datetime) -> list[Event]:
    """The events of a security event token, those that we know; usually one.

    Signature, audience, issuer and id are checked; a token never expires, as it tells history. Raises Refused, TryLater.
    """
    issuer, keys = google.known()
    try:
        header = jwt.get_unverified_header(token)
        key = keys.key(str(header.get("kid", "")))
        if key is None:
            raise Refused("unknown key")
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=["RS256"],
            audience=client_id,
            issuer=issuer,
            options={"require": ["iss", "aud", "iat", "jti"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError as error:
        raise Refused(type(error).__name__) from error
    # An id token of the same issuer for the same client must never pass for one.
    if not isinstance(claims.get("events"), dict) or not isinstance(claims["iat"], int | float):
        raise Refused("no events")
    if claims["iat"] > now.timestamp() + FUTURE:
        raise Refused("from the future")
    at = datetime.fromtimestamp(claims["iat"], UTC)
    return [
        _event(What(name), f"{claims['jti']} {name.rpartition('/')[2]}", at, body if isinstance(body, dict) else {})
        for name, body in claims["events"].items()
        if name in set(What)
    ]


def _event(what: What, id: str, at: datetime, body: Mapping[str, Any]) -> Event:
    subject = body.get("subject")
    subject = subject if isinstance(subject, dict) else {}
    ours = subject.get("iss", "") in ISSUERS
    return Event(
        what=what,
        id=id,
        at=at,
        subject=str(subject.get("sub", "")) if ours else "",
        reason=str(body.get("reason", "")),
        way=str(subject.get("token_identifier_alg", "")),
        token=str(subject.get("token", "")),
    )
