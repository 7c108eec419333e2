"""Authorization codes (one use, ten minutes) and what people and administrators have agreed to."""

from base64 import urlsafe_b64encode
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import compare_digest, token_urlsafe

from sandbox.cast import Person, Tenant
from sandbox.clock import Clock

LIFETIME_SECONDS = 600


@dataclass
class Code:
    """What was agreed to at the authorize screen, waiting to be redeemed."""

    person: Person
    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    challenge: str | None
    nonce: str | None
    authority: str = ""
    offline: bool = True
    expires: float = 0.0
    used: bool = False

    def proves(self, verifier: str | None) -> bool:
        """Whether a PKCE verifier belongs to the challenge (S256)."""
        if self.challenge is None:
            return verifier is None
        digest = urlsafe_b64encode(sha256((verifier or "").encode()).digest()).rstrip(b"=")
        return verifier is not None and compare_digest(digest, self.challenge.encode())


@dataclass
class Codes:
    """All codes given out, found by their hash."""

    clock: Clock
    _codes: dict[bytes, Code] = field(default_factory=dict)

    def give(self, code: Code) -> str:
        """Keeps it and returns the text that goes through the browser."""
        text = token_urlsafe(60)
        code.expires = self.clock.timestamp() + LIFETIME_SECONDS
        self._codes[sha256(text.encode()).digest()] = code
        return text

    def find(self, text: str) -> Code | None:
        """The code, used or expired or not; None when it was never given."""
        return self._codes.get(sha256(text.encode()).digest())

    def expired(self, code: Code) -> bool:
        """Whether its ten minutes are over."""
        return code.expires <= self.clock.timestamp()

    def clear(self) -> None:
        """Forget all."""
        self._codes.clear()


class Consents:
    """Who agreed to which scopes for which client: people for themselves, administrators for their tenant."""

    def __init__(self) -> None:
        self._people: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._tenants: dict[tuple[str, str], set[str]] = defaultdict(set)

    def agree(self, person: Person, client_id: str, scopes: set[str] | frozenset[str]) -> None:
        """A person agrees for themselves."""
        self._people[person.id, client_id] |= scopes

    def approve(self, tenant: Tenant, client_id: str, scopes: set[str] | frozenset[str]) -> None:
        """An administrator agrees for everybody in the tenant."""
        self._tenants[tenant.id, client_id] |= scopes

    def of(self, person: Person, client_id: str) -> set[str]:
        """Everything agreed for this person, by themselves or by their tenant."""
        tenant = person.tenant.id if person.tenant else ""
        return self._people.get((person.id, client_id), set()) | self.of_tenant(tenant, client_id)

    def of_tenant(self, tenant_id: str, client_id: str) -> set[str]:
        """What an administrator has agreed to for the tenant."""
        return set(self._tenants.get((tenant_id, client_id), set()))

    def clients(self, person: Person) -> list[str]:
        """The clients that this person agreed to by themselves."""
        return [client for (who, client), scopes in self._people.items() if who == person.id and scopes]

    def withdraw(self, person: Person, client_id: str | None = None) -> None:
        """The person's own agreement ends (for one client, or all)."""
        for key in [key for key in self._people if key[0] == person.id and client_id in (None, key[1])]:
            del self._people[key]

    def withdraw_tenant(self, tenant: Tenant) -> None:
        """The administrator's agreement ends."""
        for key in [key for key in self._tenants if key[0] == tenant.id]:
            del self._tenants[key]

    def clear(self) -> None:
        """Forget all."""
        self._people.clear()
        self._tenants.clear()
