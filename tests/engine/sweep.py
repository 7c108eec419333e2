"""The crash sweep: each scenario once undisturbed, then again for every call it made and every trouble that may strike there.

    python -m tests.engine.sweep --jobs 2
    python -m tests.engine.sweep --only "made private"

Afterwards the calendars are equal to those of the undisturbed run, and nothing is left to write.
"""

import argparse
import multiprocessing
import random
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING

import django

import tests.environment  # noqa: F401
from tests.collector import look_seldom

if TYPE_CHECKING:
    from tests.engine.arena import Arena


# Ends with the process.
_open = ExitStack()


@dataclass
class Found:
    """What came of the cases of one setting."""

    setting: str
    cases: int = 0
    seconds: float = 0.0
    wrong: dict[str, list[str]] = field(default_factory=dict)


def sweep(numbers: Iterable[int], sample: int = 0, seed: int = 0) -> Iterator[Found]:
    """The settings with these numbers, one after another. `sample`: so many cases of each, chosen by `seed`; 0: all of them."""
    # Models can be imported only when Django is set up.
    from tests.engine.arena import arena

    with arena() as place:
        for number in numbers:
            yield _play(place, number, sample, seed)


def _play(place: "Arena", number: int, sample: int, seed: int) -> Found:
    from tests.engine.cases import SETTINGS, Sweep

    began = time.process_time()
    played = Sweep(place, SETTINGS[number])
    found, cases = Found(str(SETTINGS[number])), list(played.cases())
    if sample:
        cases = random.Random(f"{seed} {number}").sample(cases, min(sample, len(cases)))
    for case in cases:
        if wrong := played.run(case):
            found.wrong[str(case)] = wrong
    found.cases, found.seconds = len(cases), time.process_time() - began
    return found


def _prepare() -> None:
    django.setup()
    from django.conf import settings

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    look_seldom()


def _one(number: int, sample: int, seed: int) -> Found:
    return _play(_place(), number, sample, seed)


@cache
def _place() -> "Arena":
    """This process's own, for as long as it lives: to make one takes longer than many cases."""
    from tests.engine.arena import arena

    return _open.enter_context(arena())


def numbers(only: str = "") -> list[int]:
    """The settings whose name holds `only`."""
    from tests.engine.cases import SETTINGS

    return [number for number, setting in enumerate(SETTINGS) if only in str(setting)]


def main() -> int:
    """1 when anything was wrong."""
    asked = argparse.ArgumentParser(description="Strike every call and every commit with every trouble.")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--only", default="", help="the settings whose name holds this")
    asked.add_argument("--sample", type=int, default=0, help="so many cases of each setting; 0: all of them")
    asked.add_argument("--seed", type=int, default=7)
    options = asked.parse_args()
    _prepare()
    cases = wrong = 0
    began = time.perf_counter()
    one = partial(_one, sample=options.sample, seed=options.seed)
    # Not a plain pool: that one would wait for ever for a process that died.
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn"), _prepare) as pool:
        for done in as_completed([pool.submit(one, number) for number in numbers(options.only)]):
            found = done.result()
            cases, wrong = cases + found.cases, wrong + len(found.wrong)
            print(
                f"{found.setting}: {found.cases} cases in {found.seconds:.0f} s, {len(found.wrong)} wrong", flush=True
            )
            for case, what in found.wrong.items():
                print(f"  {case}: {'; '.join(what)}", flush=True)
    print(f"{cases / (time.perf_counter() - began):.1f} cases a second")
    print(f"cases: {cases} wrong: {wrong}")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
