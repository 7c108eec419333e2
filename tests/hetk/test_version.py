"""One version, wherever it is told."""

import tomllib

from hetk import VERSION
from tests.house.source import ROOT


def test_the_version_that_papers_tell_is_the_projects_own():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
