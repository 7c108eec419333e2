"""Extended properties and their limits, kept silently where Google does (guide "extended-properties")."""

from typing import Any

from sandbox.google.errors import bad

KEY, VALUE, COUNT, BYTES = 44, 1024, 300, 32 * 1024


def limited(told: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Too long keys are dropped and too long values cut, without a word; too many or too much is refused."""
    found: dict[str, dict[str, str]] = {}
    for place in ("private", "shared"):
        kept = {name: value[:VALUE] for name, value in (told.get(place) or {}).items() if _fits(name, value)}
        if kept:
            found[place] = kept
    everything = [(name, value) for kept in found.values() for name, value in kept.items()]
    if len(everything) > COUNT or sum(len((name + value).encode()) for name, value in everything) > BYTES:
        raise bad("The extended properties of the event are too many or too large.")
    return found


def _fits(name: str, value: Any) -> bool:
    return value is not None and 0 < len(name) <= KEY


def matches(fields: dict[str, Any], place: str, wanted: list[str]) -> bool:
    """Whether an event carries one of the wanted `name=value` constraints."""
    kept = (fields.get("extendedProperties") or {}).get(place) or {}
    return any(kept.get(name) == value for name, _, value in (one.partition("=") for one in wanted))
