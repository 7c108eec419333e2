"""The brake: where its limits lie."""

import pytest

from sync.core.brake import holds

LIMITS = [
    (0, 0, False),
    (0, 5, False),
    # All of a flow with one or two copies may go; all of three may not.
    (1, 1, False),
    (2, 2, False),
    (3, 3, True),
    (2, 3, False),
    # Ten pass, eleven wait, until ten per cent is more than ten.
    (9, 10, False),
    (10, 10, True),
    (10, 11, False),
    (10, 20, False),
    (11, 20, True),
    (11, 110, False),
    (11, 109, True),
    (100, 1000, False),
    (101, 1000, True),
    (1000, 1000, True),
]


@pytest.mark.parametrize(("deletions", "copies", "held"), LIMITS)
def test_deletions_wait_from_the_limit_on(deletions, copies, held):
    assert holds(deletions, copies) is held


def test_more_deletions_never_pass_where_fewer_wait():
    for copies in range(1, 200):
        held = [holds(deletions, copies) for deletions in range(copies)]
        assert held == sorted(held)
