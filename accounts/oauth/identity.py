"""Who an account is, proved by an id token: values, and the check of Microsoft's signature.

An identity is (issuer, subject). The address is for people: it may change, and Microsoft's is never verified.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import jwt

from accounts.oauth.errors import Problem, SignInFailed, TryLater
from hetk import outbound

KEYS_URL = "https://login.microsoftonline.com/common/discovery/v2.0/keys"
KEYS_KEPT = 24 * 3600.0
# An unknown key id makes us ask again, but a flood of forged tokens does not make us flood Microsoft.
KEYS_ASKED_AGAIN = 60.0
LEEWAY = 120


@dataclass(frozen=True)
class Identity:
    """One account at a provider. `tenant` is Microsoft's directory id, "" elsewhere.

    `aliases`: other addresses or domains that the provider names for the account; their policies count as much as its own.
    """

    kind: str
    issuer: str
    subject: str
    address: str
    address_verified: bool = False
    tenant: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Permission:
    """One scope that is asked for: what it lets Hetk do, and why it is wanted, in words that follow "to"."""

    scope: str
    lets: str
    why: str


@dataclass(frozen=True)
class Granted:
    """What a finished flow brought: an identity and, unless the provider saw no need, a refresh token.

    `expires_in`: seconds of the access token; `scopes`: as granted, not as asked. Tokens stay out of `repr`.
    """

    identity: Identity
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int = 3600
    scopes: frozenset[str] = frozenset()


class KeySet:
    """A provider's signing keys, fetched through the one door and kept for a day."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked_at = float("-inf")

    def key(self, key_id: str) -> jwt.PyJWK | None:
        with self._lock:
            age = time.monotonic() - self._asked_at
            if age > KEYS_KEPT or (key_id not in self._keys and age > KEYS_ASKED_AGAIN):
                self._keys = {key.key_id: key for key in self._fetch() if key.key_id}
                self._asked_at = time.monotonic()
            return self._keys.get(key_id)

    def forget(self) -> None:
        self._asked_at = float("-inf")

    def _fetch(self) -> list[jwt.PyJWK]:
        try:
            response = outbound.request("GET", self._url)
        except (outbound.Unreachable, outbound.Lost) as error:
            raise TryLater("The provider's signing keys are out of reach.") from error
        if response.status != 200:
            raise TryLater(f"The provider's signing keys answered {response.status}.")
        return jwt.PyJWKSet.from_dict(response.json()).keys


microsoft_keys = KeySet(KEYS_URL)


def verify_microsoft(id_token: str, *, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of a Microsoft id token: signature, audience, issuer of its own tenant, nonce and times checked.

    Raises SignInFailed(REFUSED), TryLater when the keys are out of reach.
    """
    try:
        key = microsoft_keys.key(jwt.get_unverified_header(id_token).get("kid", ""))
        if key is None:
            raise jwt.InvalidKeyError("The key is unknown.")
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key.key,
            algorithms=["RS256"],
            audience=client_id,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "nonce", "tid", "oid"]},
        )
    except jwt.PyJWTError as error:
        raise SignInFailed(Problem.REFUSED, code=type(error).__name__) from error
    # The keys of `common` sign for every tenant: only this line ties the issuer to the tenant named in the token.
    if claims["iss"] != f"https://login.microsoftonline.com/{claims['tid']}/v2.0":
        raise SignInFailed(Problem.REFUSED, code="issuer")
    if claims["nonce"] != nonce:
        raise SignInFailed(Problem.REFUSED, code="nonce")
    return claims
