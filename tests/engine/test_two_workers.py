"""Two workers at one pair while a person changes things: real rows, real locks, every order of statements that a seed brings about.

`INTERLEAVED=200 make test TESTS=tests/engine/test_two_workers.py` plays more of them.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from tests.engine.two_workers import play
from tests.engine.world import World

SEEDS = range(int(os.environ.get("INTERLEAVED", "8")))


@pytest.fixture
def world(postgres: None) -> Iterator[World]:
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False) as traveller:
        yield World(traveller)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_workers_and_a_person_lose_double_and_leak_nothing_and_never_lock_each_other_out(world, seed):
    assert play(world, seed) == []
