"""Typed readers for the environment. A value that cannot be read fails with the variable's name and what it wants.

`NAME_FILE` may hold the path of a file with the value instead, as secret stores prefer.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The value of `name`, or the content of the file that `name`_FILE names; without a default it must be there."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. `make run` makes one for the demo; see docs/running.md.")
    return value


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value not in {"yes", "no"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be yes or no.")
    return value == "yes"


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from None


def words(name: str, default: str = "") -> list[str]:
    """Values separated by commas or spaces."""
    return text(name, default).replace(",", " ").split()
