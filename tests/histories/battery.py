"""A share of the histories, and how much of everything must happen in all of them together.

Every run of the tests plays all of them. The shares are played by as many processes as there may be: each puts on file what it
reached, and the last one asks for the whole.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engine import reached
from tests.engine.figures import Sum

SHARES = 4
HISTORIES = 2000
# In so many histories each thing must happen at least.
LEAST = 2
# The same for all processes of one run, and another for every run.
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


def played(share: int) -> Sum:
    """The histories of this share, counted from nought: one after the other from the seed where the one before it ends."""
    from tests.engine.history import simulation

    first, end = (HISTORIES * number // SHARES + 1 for number in (share, share + 1))
    total = Sum()
    with simulation() as stage:
        for seed in range(first, end):
            total.add(stage.play(seed))
    print(f"histories: {total.played} calls: {total.calls} faults: {total.faults} violations: {len(total.violations)}")
    return total


def wanting(share: int, total: Sum) -> dict[str, int]:
    """What happened in too few of all histories, with how many it was; nothing before the last share is played."""
    with _file_of(RUN) as file:
        (file / f"{share}.json").write_text(json.dumps(total.histories))
        shares = [json.loads(path.read_text()) for path in sorted(file.glob("*.json"))]
        if len(shares) < SHARES:
            return {}
        shutil.rmtree(file)
    together: Counter[str] = Counter()
    for counts in shares:
        together.update(counts)
    return reached.wanting(together, names(), LEAST)


def names() -> list[str]:
    """All that must happen: every arm and reason of the planner, and whatever people, clouds, domains and troubles can do."""
    from tests.engine.bells import MANNERS
    from tests.engine.door import UNDER_POLICY
    from tests.engine.faults import TROUBLES
    from tests.engine.history import CLOUDS
    from tests.engine.owners import SHAPES, Owners
    from tests.engine.people import People

    asked = [*reached.arms(), *reached.reasons(), *(f"trouble: {t.name}" for t in TROUBLES if t.weight)]
    asked += [f"shape: {shape}" for shape in SHAPES] + [f"bells: {manner}" for manner in MANNERS]
    asked += [f"cloud: {cloud}" for cloud in CLOUDS.values()] + [UNDER_POLICY]
    return asked + [f"act: {verb}" for verb in People.VERBS | Owners.VERBS | Owners.WORDS]


@contextmanager
def _file_of(run: str) -> Iterator[Path]:
    """The folder of this run, nobody else's meanwhile."""
    file = Path(tempfile.gettempdir()) / f"hetk-histories-{run}"
    with Path(f"{file}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file.mkdir(exist_ok=True)
        yield file
        if not file.exists():
            Path(lock.name).unlink()
