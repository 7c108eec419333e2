"""Makes each fault in a copy of the source and sees what notices it.

    python -m tests.mutants --jobs 2
    python -m tests.mutants --only brake

The tests that are meant to notice run first; should they not, histories and a sample of the crash sweep follow.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import tests.environment  # noqa: F401
from tests.mutants.mutant import Mutant
from tests.mutants.table import MUTANTS

HERE = Path(__file__).parents[2]
NOT_COPIED = shutil.ignore_patterns(".*", "var", "artifacts", "__pycache__", "docs")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", "--tb=no", "-rfE")
HISTORIES = (sys.executable, "-m", "tests.engine.simulation", "--histories", "60", "--seed", "1")
SWEEP = (sys.executable, "-m", "tests.engine.sweep", "--jobs", "1", "--sample", "2")
NOTICED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
# A fault may make something wait for ever. Single tests have a limit of their own, and fail at it.
LONGEST = 900


class Broken(Exception):
    """The run says nothing: the copy itself does not work."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`caught_by`: a test, or which part of the battery; "" when the mutant survived."""

    mutant: Mutant
    caught_by: str
    seconds: float


class Copy:
    """A copy of the source in a folder of its own, in which one file at a time is at fault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "hetk"
        shutil.copytree(HERE, self.folder, ignore=NOT_COPIED)
        shutil.copy(HERE / "pyproject.toml", self.folder)

    @contextmanager
    def at_fault(self, mutant: Mutant) -> Iterator[None]:
        file = self.folder / mutant.file
        source = file.read_text()
        self._put(file, mutant.applied(source))
        try:
            yield
        finally:
            self._put(file, source)

    def _put(self, file: Path, source: str) -> None:
        file.write_text(source)
        # Compiled files are told apart by whole seconds and length, which is not enough here.
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
            compiled.unlink()

    def test(self, nodes: Sequence[str]) -> str:
        """The first of these tests that failed, or ""."""
        code, told = self._run([*PYTEST, *nodes])
        if code == 0:
            return ""
        noticed = NOTICED.search(told)
        if code != 1 or noticed is None:
            raise Broken(told[-2000:])
        return noticed[1]

    def battery(self) -> str:
        """What the random part of the battery says; "" when all is well."""
        for name, command in (("histories", HISTORIES), ("crash sweep", SWEEP)):
            code, told = self._run(command)
            if code:
                return f"{name}: {told.strip().splitlines()[0][:100] if told.strip() else 'ended'}"
        return ""

    def _run(self, command: Sequence[str]) -> tuple[int, str]:
        try:
            ran = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=LONGEST, check=False)
        except subprocess.TimeoutExpired:
            raise Broken(f"no end within {LONGEST} s: {' '.join(command)}") from None
        return ran.returncode, ran.stdout + ran.stderr


def judge(mutant: Mutant, copies: "SimpleQueue[Copy]") -> Verdict:
    copy = copies.get()
    began = time.perf_counter()
    try:
        with copy.at_fault(mutant):
            return Verdict(mutant, copy.test(mutant.nodes) or copy.battery(), time.perf_counter() - began)
    finally:
        copies.put(copy)


def judge_all(mutants: Sequence[Mutant], jobs: int) -> Iterator[Verdict]:
    """A verdict for each, in their order. Raises `Broken` when the tests fail without any fault."""
    with tempfile.TemporaryDirectory(prefix="hetk-mutants-") as folder, ThreadPoolExecutor(jobs) as threads:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(jobs):
            copies.put(Copy(Path(folder) / str(number)))
        copy = copies.get()
        if failed := copy.test(sorted({node for mutant in mutants for node in mutant.nodes})):
            raise Broken(f"{failed} fails without any fault")
        copies.put(copy)
        yield from threads.map(lambda mutant: judge(mutant, copies), mutants)


def main() -> int:
    """1 when a mutant survived."""
    asked = argparse.ArgumentParser(description="Make faults and see them caught.")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--only", default="", help="the mutants whose name holds this")
    options = asked.parse_args()
    mutants = [mutant for mutant in MUTANTS if options.only in mutant.name]
    survived = 0
    for verdict in judge_all(mutants, options.jobs):
        survived += not verdict.caught_by
        rules = ", ".join(map(str, verdict.mutant.rules))
        fate = f"caught by {verdict.caught_by}" if verdict.caught_by else "SURVIVED"
        print(f"{verdict.mutant.name} (rule {rules}): {fate} ({verdict.seconds:.0f} s)", flush=True)
    print(f"mutants: {len(mutants)} survived: {survived}")
    return 1 if survived or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
