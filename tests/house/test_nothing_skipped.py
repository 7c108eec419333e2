import os
import subprocess
import sys

import pytest

from tests.house.source import ROOT

FILE = """
import pytest

def test_runs(): pass

def test_is_left_out(): pytest.skip("no reason")
"""


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
@pytest.mark.parametrize("options", [["-p", "no:xdist"], ["-n", "1"]], ids=["alone", "in parallel"])
def test_a_skipped_test_fails_the_run_in_ci_and_nowhere_else(tmp_path, ci, code, options):
    (tmp_path / "test_one.py").write_text(FILE)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.nothing_skipped",
            "-p",
            "no:django",
            *options,
            str(tmp_path),
        ],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_XDIST_WORKER": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert ("which CI does not allow" in done.stdout) is bool(code)
