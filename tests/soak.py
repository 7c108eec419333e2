"""`make soak`: five minutes of real processes, of which one is killed every five seconds.

    python -m tests.soak --seconds 300 --seed 1

The last line is the figures; the exit code is 1 unless nothing was lost or doubled and the backlog drained.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.outside import ROOT


def main() -> int:
    asked = argparse.ArgumentParser(description="Kill workers while people go on working.")
    asked.add_argument("--seconds", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        surroundings = {"SOAK": str(options.seconds), "SEED": str(options.seed), "SOAK_FIGURES": str(figures)}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "tests/end_to_end/test_storm.py"],
            cwd=ROOT,
            env={**os.environ, **surroundings},
            check=False,
        )
        print(figures.read_text() if figures.exists() else "it did not come to its end", flush=True)
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
