"""What is stored, as `docs/data.md` says it field by field; the tests keep that paper equal to the tables."""

import re
from dataclasses import dataclass
from functools import cache

from django.conf import settings

ROW = re.compile(r"^\| (`.+`) \| ([^|]+) \|$", re.MULTILINE)
CATEGORY = re.compile(r"^\| ([a-z ]+) \| ([^|`]+) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fields:
    """Some columns of one table, and their category with what it says about them."""

    names: tuple[str, ...]
    category: str


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    fields: tuple[Fields, ...]


@cache
def categories() -> dict[str, str]:
    """Category -> what it means."""
    told = CATEGORY.findall(_paper().partition("\n### ")[0])
    return {name: means for name, means in told if name != "category"}


@cache
def tables() -> tuple[Table, ...]:
    """Every table of ours, in the order of the paper."""
    sections = re.split(r"^### ", _paper().partition("## Elsewhere")[0], flags=re.MULTILINE)[1:]
    return tuple(_table(section) for section in sections)


def _table(section: str) -> Table:
    rows = tuple(Fields(tuple(re.findall(r"`(\w+)`", names)), means) for names, means in ROW.findall(section))
    return Table(section.split("\n", 1)[0].strip(), rows)


def _paper() -> str:
    return (settings.BASE_DIR / "docs" / "data.md").read_text(encoding="utf-8")
