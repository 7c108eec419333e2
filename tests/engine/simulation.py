"""Plays any number of histories.

    python -m tests.engine.simulation --histories 1000 --seed 7 --jobs 2

A violation names the seed that shows it: `--histories 1 --seed <that>` shows it again, whatever is played before or beside it.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from typing import Any

import tests.environment  # noqa: F401
from tests.collector import look_seldom
from tests.engine.figures import Sum, Told
from tests.engine.reached import lines

# So many seeds are handed to a process at a time.
SHARE = 10
_open: list[Any] = []


def begin() -> None:
    """In each process: Django, and one arena for all that it will play."""
    import django

    django.setup()
    from django.conf import settings

    from tests.engine.history import simulation

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    stack = ExitStack()
    _open[:] = [stack.enter_context(simulation()), stack]
    look_seldom()


def play(seed: int) -> Told:
    told: Told = _open[0].play(seed)
    return told


def tell(histories: int, seed: int, jobs: int) -> Iterator[Told]:
    """Every history, in the order of the seeds, however many processes play."""
    seeds = range(seed, seed + histories)
    if jobs < 2:
        begin()
        yield from map(play, seeds)
        _open.pop().close()
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=begin) as pool:
        yield from pool.map(play, seeds, chunksize=SHARE)


def main() -> int:
    """Prints every violation, what was reached, and last of all the figures; 1 when a rule was broken."""
    asked = argparse.ArgumentParser(description="Play seeded histories.")
    asked.add_argument("--histories", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--jobs", type=int, default=1)
    asked.add_argument("--traces", action="store_true", help="print the trace of each history")
    options = asked.parse_args()
    total, began = Sum(), time.perf_counter()
    for one in tell(options.histories, options.seed, options.jobs):
        total.add(one)
        if options.traces:
            print(one.seed, one.trace)
        if one.violation:
            print(f"seed {one.seed}: {one.violation}", flush=True)
    report(total, time.perf_counter() - began)
    return 1 if total.violations else 0


def report(total: Sum, seconds: float) -> None:
    print(*lines(total.reached, total.histories, total.played), sep="\n")
    played = max(total.played, 1)
    print(f"a history on average: {total.calls / played:.1f} calls, {total.faults / played:.1f} faults, ", end="")
    print(f"{total.writes / played:.1f} writes; {total.played / seconds:.1f} histories a second")
    figures = f"histories: {total.played} calls: {total.calls} faults: {total.faults}"
    print(f"{figures} violations: {len(total.violations)}")


if __name__ == "__main__":
    sys.exit(main())
