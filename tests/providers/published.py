"""The providers' published examples, where the machine has them; tests that need them say so when it has not."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.outside import ROOT

FOLDER = Path(os.environ.get("HETK_PUBLISHED") or ROOT.parent / "shared" / "data")


def example(name: str) -> Any:
    """One example of `microsoft/examples` by its file's name."""
    return _load("microsoft", "examples", name)


def discovery() -> Any:
    """Google's discovery document of Calendar v3."""
    return _load("google", "calendar.v3.json")


def definitions() -> Any:
    """The types of Graph's calendars, from its metadata."""
    return _load("microsoft", "graph-v1.0-calendar-types.json")


def _load(*parts: str) -> Any:
    file = FOLDER.joinpath(*parts)
    if not file.exists():
        pytest.skip(f"the published definitions are not here: {'/'.join(parts)} (HETK_PUBLISHED names their folder)")
    return json.loads(file.read_text())
