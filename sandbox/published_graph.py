"""Values checked against Graph's published types (CSDL, as JSON)."""

from collections.abc import Callable, Iterable
from re import fullmatch
from typing import Any

_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?"


def _text(value: object) -> bool:
    return isinstance(value, str)


def _shaped(pattern: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and fullmatch(pattern, value) is not None


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31


PRIMITIVES: dict[str, Callable[[object], bool]] = {
    "Edm.String": _text,
    "Edm.Binary": _text,
    "Edm.Duration": _text,
    "Edm.Boolean": lambda value: isinstance(value, bool),
    "Edm.Int32": _whole,
    "Edm.Int64": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Edm.Double": _number,
    "Edm.Guid": _shaped(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
    "Edm.Date": _shaped(_DATE),
    "Edm.TimeOfDay": _shaped(_TIME),
    "Edm.DateTimeOffset": _shaped(rf"{_DATE}T{_TIME}(Z|[+-]\d{{2}}:\d{{2}})"),
}


class GraphDefinitions:
    """Graph's types by short name ("event"). Empty definitions find nothing wrong."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.types: dict[str, Any] = document.get("types", {})
        self._properties: dict[str, dict[str, Any]] = {}

    def properties(self, name: str) -> dict[str, Any]:
        """All properties of a type, inherited ones included, by name."""
        if name not in self._properties:
            definition = self.types.get(name, {})
            base = definition.get("baseType", "").removeprefix("graph.")
            inherited = self.properties(base) if base else {}
            own = {one["name"]: one for one in definition.get("properties", [])}
            self._properties[name] = {**inherited, **own}
        return self._properties[name]

    def error(self, name: str, value: object, required: Iterable[str] = ()) -> str | None:
        """What is wrong with an object of that type, None when nothing is."""
        if name not in self.types:
            return None
        if not isinstance(value, dict):
            return f"An object of type 'microsoft.graph.{name}' was expected."
        for wanted in required:
            if value.get(wanted) is None:
                return f"The property '{wanted}' is required for type 'microsoft.graph.{name}'."
        return next(filter(None, (self._property(name, key, inner) for key, inner in value.items())), None)

    def _property(self, owner: str, key: str, value: object) -> str | None:
        # Annotations such as @odata.type are no properties; extensions may carry anything.
        if "@odata." in key or owner == "openTypeExtension":
            return None
        known = self.properties(owner).get(key)
        if known is None:
            return f"The property '{key}' does not exist on type 'microsoft.graph.{owner}'."
        if value is None:
            return f"The property '{key}' cannot be null." if known.get("nullable") is False else None
        return self._value(key, known["type"], value)

    def _value(self, key: str, kind: str, value: object) -> str | None:
        if kind.startswith("Collection("):
            if not isinstance(value, list):
                return f"The property '{key}' must be an array."
            inner = kind.removeprefix("Collection(").removesuffix(")")
            return next(filter(None, (self._value(key, inner, one) for one in value)), None)
        if kind in PRIMITIVES:
            return None if PRIMITIVES[kind](value) else f"Cannot convert the value of '{key}' to the type '{kind}'."
        name = kind.removeprefix("graph.")
        members = self.types.get(name, {}).get("members")
        if members is not None:
            right = isinstance(value, str) and value in members
            return None if right else f"Requested value '{value}' of '{key}' was not found in 'microsoft.graph.{name}'."
        wrong = self.error(name, value)
        return f"{wrong} (in '{key}')" if wrong else None
