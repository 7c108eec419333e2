"""Plays any number of histories.

    python -m tests.engine.simulation --histories 1000 --seed 7

A violation names the seed that shows it: `--histories 1 --seed <that>` shows it again.
"""

import argparse
import sys
import time

import django

import tests.environment  # noqa: F401


def play(histories: int, seed: int) -> int:
    """Prints every violation, and last of all the figures; how many violations there were."""
    # Models can be imported only when Django is set up.
    from tests.engine.history import simulation

    calls = faults = violations = 0
    with simulation() as played:
        began = time.perf_counter()
        for number in range(seed, seed + histories):
            told = played.play(number)
            calls, faults = calls + told.calls, faults + told.faults
            if told.violation:
                violations += 1
                print(f"seed {number}: {told.violation}", flush=True)
        seconds = time.perf_counter() - began
    print(f"{histories / seconds:.1f} histories a second")
    print(f"histories: {histories} calls: {calls} faults: {faults} violations: {violations}")
    return violations


def main() -> int:
    """1 when a rule was broken."""
    asked = argparse.ArgumentParser(description="Play seeded histories.")
    asked.add_argument("--histories", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    django.setup()
    from django.conf import settings

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return 1 if play(options.histories, options.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
