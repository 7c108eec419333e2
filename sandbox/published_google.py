"""Values checked against the schemas of Google's discovery document."""

from re import MULTILINE, findall, fullmatch
from typing import Any

_SHAPES = {
    "date": r"\d{4}-\d{2}-\d{2}",
    "date-time": r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?",
    "int64": r"-?\d+",
}
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


class GoogleDefinitions:
    """Schemas by name ("Event"). Empty definitions find nothing wrong."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas: dict[str, Any] = document.get("schemas", {})
        self._choices: dict[int, frozenset[str]] = {}

    def error(self, schema: str, value: object, method: str = "") -> str | None:
        """What is wrong with `value`, None when nothing is."""
        if schema not in self.schemas:
            return None
        return self._value(self.schemas[schema], value, schema, method)

    def _value(self, definition: dict[str, Any], value: object, path: str, method: str = "") -> str | None:
        if "$ref" in definition:
            definition = self.schemas[definition["$ref"]]
        kind = definition.get("type", "any")
        # null clears a field in a patch and is what an absent field looks like elsewhere.
        if kind == "any" or value is None:
            return None
        if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind != "boolean"):
            return f"Invalid value at '{path}': {kind} expected."
        if isinstance(value, dict):
            return self._object(definition, value, path, method)
        if isinstance(value, list):
            inner = definition.get("items", {})
            found = (self._value(inner, one, f"{path}[{place}]") for place, one in enumerate(value))
            return next(filter(None, found), None)
        return self._text(definition, value, path) if isinstance(value, str) else None

    def _object(self, definition: dict[str, Any], value: dict[str, Any], path: str, method: str) -> str | None:
        known: dict[str, Any] = definition.get("properties", {})
        for name, one in known.items():
            if method in one.get("annotations", {}).get("required", ()) and value.get(name) is None:
                return f"Required: '{path}.{name}' is missing."
        more = definition.get("additionalProperties")
        for name, inner in value.items():
            schema = known.get(name, more)
            if schema is None:
                return f"Unknown name '{name}' at '{path}': Cannot find field."
            if wrong := self._value(schema, inner, f"{path}.{name}"):
                return wrong
        return None

    def _text(self, definition: dict[str, Any], value: str, path: str) -> str | None:
        shape = _SHAPES.get(definition.get("format", ""))
        if shape and not fullmatch(shape, value):
            return f"Invalid value at '{path}': '{value}' is no {definition['format']}."
        choices = self._allowed(definition)
        if choices and value not in choices:
            return f"Invalid value at '{path}': '{value}' is none of {', '.join(sorted(choices))}."
        return None

    def _allowed(self, definition: dict[str, Any]) -> frozenset[str]:
        # The document names the values of a field in its description only.
        place = id(definition)
        if place not in self._choices:
            told = definition.get("description", "")
            named = findall(r'^- "([^"]+)"', told, MULTILINE) if "ossible values are" in told else []
            self._choices[place] = frozenset(definition.get("enum", named))
        return self._choices[place]
