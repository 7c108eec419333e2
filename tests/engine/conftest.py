from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

if TYPE_CHECKING:
    from tests.engine.world import World


@pytest.fixture
def world(db: None) -> "Iterator[World]":
    # Imported here: conftest files are read before Django is set up.
    from tests.engine.world import World

    with time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as traveller:
        yield World(traveller)
