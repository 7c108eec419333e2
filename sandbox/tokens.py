"""Access and refresh tokens of both clouds: random, kept in memory under their hash, revocable."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from typing import Literal

from sandbox.cast import Person
from sandbox.clock import Clock

ACCESS_SECONDS = 3600
MICROSOFT_REFRESH_SECONDS = 90 * 86400

Audience = Literal["microsoft", "google"]


@dataclass(frozen=True)
class Grant:
    """What one token stands for: who said yes, to whom and to what."""

    person: Person
    scopes: frozenset[str]
    client_id: str


@dataclass
class _Entry:
    grant: Grant
    expires: float
    family: str
    revoked: bool = False


@dataclass(frozen=True)
class Issued:
    """A fresh pair of tokens, readable this once. `expires_in` in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    grant: Grant


@dataclass
class Tokens:
    """All tokens there are. Lookups go by hash, as a real service would keep them."""

    clock: Clock
    _access: dict[bytes, _Entry] = field(default_factory=dict)
    _refresh: dict[bytes, _Entry] = field(default_factory=dict)
    # People whose refreshes are refused until they sign in again, with the number of Entra's answer (a new policy in their tenant).
    challenged: dict[str, int] = field(default_factory=dict)
    # People whose access tokens Graph no longer takes, for the claims that a policy wants (continuous access evaluation).
    reevaluated: set[str] = field(default_factory=set)

    def grant(self, person: Person, client_id: str, scopes: frozenset[str] | set[str] | list[str]) -> Issued:
        """A new grant with an access token (one hour) and a refresh token."""
        self.challenged.pop(person.id, None)
        self.reevaluated.discard(person.id)
        grant = Grant(person, frozenset(scopes), client_id)
        refresh = token_urlsafe(48)
        family = token_urlsafe(8)
        # Google's refresh tokens do not age; Microsoft's live 90 days from each use.
        lasting = MICROSOFT_REFRESH_SECONDS if person.kind == "microsoft" else 10**9
        self._refresh[_key(refresh)] = _Entry(grant, self.clock.timestamp() + lasting, family)
        return Issued(self._access_for(grant, family), refresh, ACCESS_SECONDS, grant)

    def renew(self, refresh_token: str, scopes: frozenset[str] | None = None) -> Issued:
        """A new access token for a refresh token. Raises KeyError when that is unknown, expired or revoked.

        A Microsoft account gets a new refresh token too (the old one stays valid); Google's stays the same.
        """
        entry = self._alive(self._refresh, refresh_token)
        if entry is None:
            raise KeyError("this refresh token is dead")
        grant = entry.grant if scopes is None else Grant(entry.grant.person, scopes, entry.grant.client_id)
        fresh = refresh_token
        if grant.person.kind == "microsoft":
            fresh = token_urlsafe(48)
            expires = self.clock.timestamp() + MICROSOFT_REFRESH_SECONDS
            self._refresh[_key(fresh)] = _Entry(entry.grant, expires, entry.family)
        return Issued(self._access_for(grant, entry.family), fresh, ACCESS_SECONDS, grant)

    def check(self, authorization: str | None, audience: Audience) -> Grant | None:
        """The grant behind an Authorization header, None when missing, expired, revoked or of the other cloud."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        entry = self._alive(self._access, token.strip())
        if entry is None or entry.grant.person.kind != audience:
            return None
        return entry.grant

    def peek(self, refresh_token: str) -> Grant | None:
        """The grant behind a refresh token that still lives."""
        entry = self._alive(self._refresh, refresh_token)
        return entry.grant if entry else None

    def why_dead(self, refresh_token: str) -> Literal["alive", "unknown", "expired", "revoked"]:
        """What became of a refresh token."""
        entry = self._refresh.get(_key(refresh_token))
        if entry is None:
            return "unknown"
        if entry.revoked:
            return "revoked"
        return "expired" if entry.expires <= self.clock.timestamp() else "alive"

    def revoke_person(self, person: Person) -> int:
        """Everything this person ever granted stops working at once. Returns how many tokens that were."""
        return self._end(lambda entry: entry.grant.person.id == person.id)

    def revoke_token(self, token: str) -> bool:
        """Ends the grant that an access or refresh token belongs to. False when the token is unknown."""
        entry = self._alive(self._refresh, token) or self._alive(self._access, token)
        if entry is None:
            return False
        self._end(lambda other: other.family == entry.family)
        return True

    def expire_access(self, person: Person) -> None:
        """Access tokens of this person run out now; refresh tokens go on."""
        for entry in self._access.values():
            if entry.grant.person.id == person.id:
                entry.expires = 0.0

    def reset(self) -> None:
        """Forget everything."""
        self._access.clear()
        self._refresh.clear()
        self.challenged.clear()
        self.reevaluated.clear()

    def _access_for(self, grant: Grant, family: str) -> str:
        token = token_urlsafe(48)
        self._access[_key(token)] = _Entry(grant, self.clock.timestamp() + ACCESS_SECONDS, family)
        return token

    def _alive(self, table: dict[bytes, _Entry], token: str) -> _Entry | None:
        entry = table.get(_key(token))
        if entry is None or entry.revoked or entry.expires <= self.clock.timestamp():
            return None
        return entry

    def _end(self, wanted: Callable[[_Entry], bool]) -> int:
        found = [entry for table in (self._access, self._refresh) for entry in table.values() if wanted(entry)]
        for entry in found:
            entry.revoked = True
        return len(found)


def _key(token: str) -> bytes:
    return sha256(token.encode()).digest()
