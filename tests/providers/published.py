"""The providers' published examples, where the machine has them; tests that need them say so when it has not."""

import csv
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


def clouds() -> Any:
    """What each of Microsoft's clouds says of a tenant."""
    return _load("microsoft", "tenant-cloud-discovery.json")["clouds"]


def codes() -> list[dict[str, str]]:
    """Microsoft's error codes, with the class of each."""
    return list(csv.DictReader(_text("microsoft", "aadsts-codes.tsv").splitlines(), delimiter="\t"))


def _load(*parts: str) -> Any:
    return json.loads(_text(*parts))


def _text(*parts: str) -> str:
    file = FOLDER.joinpath(*parts)
    if not file.exists():
        # Some modules make a test of each row, and so ask before any test runs.
        pytest.skip(
            f"the published definitions are not here: {'/'.join(parts)} (HETK_PUBLISHED names their folder)",
            allow_module_level=True,
        )
    return file.read_text()
