"""CalDAV keeps the contract against Cyrus, too."""

from collections.abc import Iterator

import pytest

from tests.providers.dav_servers import Front
from tests.providers.test_caldav import DavContract, placed

pytestmark = pytest.mark.cyrus


class TestCyrus(DavContract):
    @pytest.fixture(autouse=True)
    def _outside(self, cyrus_front: Front) -> Iterator[None]:
        for self.outside in placed(cyrus_front, "alice", "/dav/calendars/user/alice/"):
            yield
