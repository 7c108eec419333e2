"""The providers' own published definitions, to check requests against."""

import json
import sys
from collections.abc import Iterable
from functools import lru_cache
from os import environ
from pathlib import Path
from typing import Any

from sandbox.published_google import GoogleDefinitions
from sandbox.published_graph import GraphDefinitions

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


class Published:
    """Both providers' definitions; without their folder nothing is checked."""

    def __init__(self, folder: Path | None) -> None:
        self.graph = GraphDefinitions(_load(folder, "microsoft/graph-v1.0-calendar-types.json"))
        self.google = GoogleDefinitions(_load(folder, "google/calendar.v3.json"))

    @classmethod
    @lru_cache(maxsize=1)
    def found(cls) -> "Published":
        """The definitions of HETK_PUBLISHED, or of the folder beside the project; says once when there are none."""
        folder = Path(environ.get("HETK_PUBLISHED") or _BESIDE)
        if not folder.is_dir():
            print(f"sandbox: no published definitions in {folder}; requests are not checked", file=sys.stderr)
            return cls(None)
        return cls(folder)

    def graph_error(self, type_name: str, value: object, required: Iterable[str] = ()) -> str | None:
        """What is wrong with `value` as a Graph type ("event", "subscription"), in words that name the property.

        `required` names properties that the operation wants. None when all is well.
        """
        return self.graph.error(type_name, value, required)

    def google_error(self, schema: str, value: object, method: str = "") -> str | None:
        """What is wrong with `value` as a schema of Google's discovery document ("Event", "Channel").

        `method` ("calendar.events.insert") adds the properties that it requires. None when all is well.
        """
        return self.google.error(schema, value, method)


def _load(folder: Path | None, name: str) -> dict[str, Any]:
    if folder is None or not (folder / name).is_file():
        return {}
    return dict(json.loads((folder / name).read_text(encoding="utf-8")))
