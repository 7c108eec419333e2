"""One Cyrus for all tests of a process. Where it is not installed they are not collected, so that none counts as skipped."""

from collections.abc import Iterator

import pytest

from tests.cyrus.server import USERS, cyrus, there
from tests.providers.dav_servers import PASSWORD, Front, before

collect_ignore_glob = [] if there() else ["test_*.py"]


@pytest.fixture(scope="session")
def cyrus_front() -> Iterator[Front]:
    with cyrus(PASSWORD, USERS) as port, before(port) as front:
        yield front
