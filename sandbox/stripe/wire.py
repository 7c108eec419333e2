"""Parameters as Stripe takes them: a[b][0][c]=value, form-encoded."""

import re
from collections.abc import Iterable
from typing import Any

from sandbox.stripe.errors import Wrong

PART = re.compile(r"\[([^\[\]]*)\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nested by their brackets; lists are mappings with numbers as keys, `a[]` takes the next one. Raises `Wrong`."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        head, _, _ = key.partition("[")
        _put(found, [head, *PART.findall(key[len(head) :])], value)
    return found


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        into = into.setdefault(part or str(len(into)), {})
        if not isinstance(into, dict):
            raise Wrong(f"Invalid parameter {path[0]}", code="parameter_invalid", param=path[0])
    into[path[-1] or str(len(into))] = value
