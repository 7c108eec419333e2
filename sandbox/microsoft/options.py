"""The OData options that Graph's calendars understand: $filter, $expand, $select."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.microsoft.errors import invalid
from sandbox.microsoft.instances import Instance
from sandbox.microsoft.rules import property_key
from sandbox.microsoft.store import Box, Item

STRING = r"'((?:[^']|'')*)'"
ANY = re.compile(
    rf"singleValueExtendedProperties/Any\(\s*ep:\s*ep/id eq {STRING} and ep/value eq {STRING}\s*\)\Z", re.IGNORECASE
)
UID = re.compile(rf"iCalUId eq {STRING}\Z")
MODIFIED = re.compile(r"lastModifiedDateTime (g[te]) ([0-9T:.Z+-]+)\Z")
EXPAND = re.compile(r"singleValueExtendedProperties\(\s*\$filter\s*=\s*(.+)\)\Z", re.IGNORECASE)
WANTED = re.compile(rf"id eq {STRING}(?: or |\Z)", re.IGNORECASE)
NAVIGATIONS = frozenset({"singleValueExtendedProperties", "exceptionOccurrences"})


def unquoted(text: str) -> str:
    """The text inside an OData string."""
    return text.replace("''", "'")


def filtered(box: Box, text: str | None) -> list[Item]:
    """The singles and masters of a calendar that a $filter lets pass, newest first."""
    if text is None:
        return list(box.items.values())[::-1]
    if match := ANY.match(text.strip()):
        # By index: a copy is looked for by its mark in calendars of any size.
        key = (property_key(unquoted(match[1])), unquoted(match[2]))
        return list(box.by_property.get(key, {}).values())[::-1]
    if match := UID.match(text.strip()):
        uid = unquoted(match[1])
        return [item for item in box.items.values() if item.ical_uid == uid]
    if match := MODIFIED.match(text.strip()):
        return _modified(box, match[1], match[2])
    raise invalid("ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")


def _modified(box: Box, operator: str, text: str) -> list[Item]:
    try:
        limit = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("BadRequest", f"Invalid filter clause: '{text}' is not a date and time.") from None
    return [
        item for item in box.items.values() if item.modified > limit or (operator == "ge" and item.modified == limit)
    ]


def expanded(text: str | None) -> frozenset[str]:
    """The ids of the extended properties that an $expand asks for."""
    if text is None or text == "exceptionOccurrences":
        return frozenset()
    match = EXPAND.match(text.strip())
    ids = [unquoted(id) for id in WANTED.findall(match[1])] if match else []
    if not ids:
        message = f"The query specified in the URI is not valid. Could not expand '{text}': extended properties need a $filter on their id."
        raise invalid("ErrorInvalidUrlQuery", message)
    return frozenset(property_key(id) for id in ids)


def with_properties(made: dict[str, Any], one: Instance, wanted: frozenset[str]) -> dict[str, Any]:
    """The event with the wanted properties it has; none of them, then no word about it."""
    properties = {**one.item.properties, **one.piece.properties}
    found = [{"id": id, "value": properties[id]} for id in sorted(wanted & properties.keys())]
    return {**made, "singleValueExtendedProperties": found} if found else made


def selector(text: str | None, known: frozenset[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A function that leaves only what $select names, and what is always there."""
    if not text:
        return lambda made: made
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name.split("/")[0] not in known:
            message = f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.event'."
            raise invalid("BadRequest", message)
    # The version and the id come along whatever is selected.
    kept = {name.split("/")[0] for name in names} | {"@odata.etag", "id", *NAVIGATIONS}
    return lambda made: {name: value for name, value in made.items() if name in kept}
