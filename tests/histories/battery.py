"""A share of the histories, and how much of everything must happen in it.

`make histories` plays 2,000; every run of the tests plays as many of the same as its minutes allow.
"""

import os

from tests.engine import reached
from tests.engine.figures import Sum

SHARES = 4
WHOLE = 500
EACH = int(os.environ.get("HISTORIES", "160")) // SHARES
# In so many of the histories of a share each thing must happen.
LEAST = 1


def played(share: int) -> Sum:
    """The histories of this share, counted from nought: those of seeds share * EACH + 1 onwards."""
    from tests.engine.history import simulation

    total = Sum()
    with simulation() as stage:
        for seed in range(share * EACH + 1, (share + 1) * EACH + 1):
            total.add(stage.play(seed))
    print(f"histories: {total.played} calls: {total.calls} faults: {total.faults} violations: {len(total.violations)}")
    return total


def wanting(total: Sum) -> dict[str, int]:
    """What happened in too few of these histories, with how many it was; of a part of a share nothing is asked."""
    from tests.engine.bells import MANNERS
    from tests.engine.faults import TROUBLES
    from tests.engine.owners import SHAPES, Owners
    from tests.engine.people import People

    if total.played < WHOLE:
        return {}
    names = [*reached.arms(), *reached.reasons(), *(f"trouble: {trouble.name}" for trouble in TROUBLES)]
    names += [f"shape: {shape}" for shape in SHAPES] + [f"bells: {manner}" for manner in MANNERS]
    names += [f"act: {verb}" for verb in People.VERBS | Owners.VERBS]
    return reached.wanting(total.histories, names, LEAST)
