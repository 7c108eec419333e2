"""The applications registered at the sandbox's clouds. Identifiers and secrets can be set by the environment."""

from dataclasses import dataclass
from os import environ
from re import fullmatch

# Any loopback port is registered: the demo uses 8000, live test servers whatever is free.
_LOOPBACK = r"http://(localhost|127\.0\.0\.1)(:\d{1,5})?/[^?#]*"


@dataclass(frozen=True)
class Client:
    """One registered application. `redirects` are regular expressions that a redirect address must match wholly."""

    id: str
    secret: str
    name: str
    redirects: tuple[str, ...] = (_LOOPBACK,)

    def may_return_to(self, address: str) -> bool:
        """Whether `address` is a registered redirect address."""
        return any(fullmatch(pattern, address) for pattern in self.redirects)


MICROSOFT = Client(
    environ.get("SANDBOX_MICROSOFT_CLIENT_ID", "8dd90edb-c881-459a-ac84-2a1fee8c5c94"),
    environ.get("SANDBOX_MICROSOFT_CLIENT_SECRET", "sandbox-microsoft-secret"),
    "Hetk Calendar Sync",
)
GOOGLE = Client(
    environ.get("SANDBOX_GOOGLE_CLIENT_ID", "hetk-sandbox.apps.googleusercontent.com"),
    environ.get("SANDBOX_GOOGLE_CLIENT_SECRET", "sandbox-google-secret"),
    "Hetk Calendar Sync",
)
