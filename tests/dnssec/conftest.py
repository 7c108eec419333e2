"""One signing server and one validating resolver for all tests here. Where they are not installed, none is collected."""

from collections.abc import Iterator

import pytest

from policy.lookup import Server
from tests.dnssec.servers import Knot, Zone, knot, there, unbound

collect_ignore_glob = [] if there() else ["test_*.py"]
PRIVATE, NONE = "v=hetk1; policy=private", "v=hetk1; policy=none"
ZONES = (
    Zone("private.example", (PRIVATE,)),
    Zone("none.example", (NONE,)),
    Zone("silent.example"),
    Zone("plain.example", (PRIVATE,), signed=False, anchored=False),
    # Signed by keys that nobody above vouches for.
    Zone("forged.example", (NONE,)),
    # Vouched for above, and without any signature.
    Zone("stripped.example", (NONE,), signed=False),
    # Its organization gives up signing while the test runs.
    Zone("leaving.example", (PRIVATE,)),
)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knot]:
    with knot(tmp_path_factory.mktemp("knot"), *ZONES) as server:
        yield server


@pytest.fixture(scope="session")
def anchors(authority: Knot) -> dict[str, str]:
    own = {zone.domain: authority.anchor(zone.domain) for zone in ZONES if zone.signed}
    strange = own["private.example"]
    for domain in ("forged.example", "stripped.example"):
        own[domain] = strange.replace("private.example.", f"{domain}.")
    return own


@pytest.fixture(scope="session")
def resolver(tmp_path_factory: pytest.TempPathFactory, authority: Knot, anchors: dict[str, str]) -> Iterator[Server]:
    """Validates, on loopback."""
    with unbound(tmp_path_factory.mktemp("unbound"), authority, anchors) as server:
        yield server


@pytest.fixture(scope="session")
def careless(tmp_path_factory: pytest.TempPathFactory, authority: Knot) -> Iterator[Server]:
    """Vouches for nothing, as most resolvers on the way do, or one whose owner took the keys away."""
    with unbound(tmp_path_factory.mktemp("careless"), authority, {}) as server:
        yield server
