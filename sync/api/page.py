"""The OpenAPI document, and the same as a page to read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from accounts.tokens import SCOPES
from sync.api.door import CALLS

VERBS = ("get", "post", "patch", "put", "delete")


@dataclass(frozen=True)
class Value:
    """A parameter, or a field of a body: `kind` in words."""

    name: str
    kind: str
    needed: bool
    about: str


@dataclass(frozen=True)
class Answer:
    status: str
    about: str


@dataclass(frozen=True)
class Operation:
    """One verb of one address. The examples are JSON, "" where there is none."""

    id: str
    verb: str
    address: str
    summary: str
    about: str
    scope: str
    values: list[Value]
    fields: list[Value]
    asked: str
    answered: str
    status: str
    problems: list[Answer]


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1, from the addresses themselves."""
    # The addresses import this module, so they are named here by their dotted path.
    generator = SchemaGenerator(patterns=[path("api/v1/", include("sync.api.urls"))])
    found: dict[str, Any] = generator.get_schema(request=None, public=True)
    found["servers"] = [{"url": settings.SITE_URL}]
    # The generator takes verbs from a set; the document is to be the same in every process.
    found["paths"] = {
        at: {verb: verbs[verb] for verb in VERBS if verb in verbs} for at, verbs in found["paths"].items()
    }
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    answer = JsonResponse(document(), json_dumps_params={"indent": 1, "ensure_ascii": False})
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The document, for people."""
    sections = [(name, slugify(name), list(_operations(name))) for name in _tags()]
    context = {
        "sections": sections,
        "scopes": SCOPES.items(),
        "calls": CALLS.partition("/")[0],
        "site": settings.SITE_URL,
    }
    return render(request, "sync/api.html", context)


def _tags() -> list[str]:
    told = [tag for at in document()["paths"].values() for verb in at.values() for tag in verb["tags"]]
    return list(dict.fromkeys(told))


def _operations(tag: str) -> Iterator[Operation]:
    for address, at in document()["paths"].items():
        for verb in VERBS:
            if verb in at and tag in at[verb]["tags"]:
                yield _operation(verb, address, at[verb])


def _operation(verb: str, address: str, told: dict[str, Any]) -> Operation:
    status = next(code for code in told["responses"] if code.startswith("2"))
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    answer = told["responses"][status]["content"]["application/json"]
    others = [Answer(code, said["description"]) for code, said in told["responses"].items() if code != status]
    return Operation(
        id=told["operationId"],
        verb=verb.upper(),
        address=address.replace("{public_id}", "{id}"),
        summary=told["summary"],
        about=told["description"] if told["description"] != told["summary"] else "",
        scope=told["security"][0]["bearer"][0],
        values=[_value(one) for one in told.get("parameters", ()) if one["in"] == "query"],
        fields=_fields(body),
        asked=_example(body),
        answered=_example(answer),
        status=status,
        problems=[one for one in others if one.status not in {"401", "403", "429"}],
    )


def _example(body: dict[str, Any]) -> str:
    for one in body.get("examples", {}).values():
        return json.dumps(one["value"], indent=2, ensure_ascii=False)
    return ""


def _value(told: dict[str, Any]) -> Value:
    return Value(told["name"], _kind(told["schema"]), told.get("required", False), told.get("description", ""))


def _fields(body: dict[str, Any]) -> list[Value]:
    shape = _shape(body.get("schema", {}))
    needed = shape.get("required", ())
    found = shape.get("properties", {})
    return [Value(name, _kind(one), name in needed, one.get("description", "")) for name, one in found.items()]


def _shape(schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    for reference in (schema.get("$ref"), *(one.get("$ref") for one in schema.get("allOf", ()))):
        if reference:
            found: dict[str, Any] = document()["components"]["schemas"][reference.rpartition("/")[2]]
            return found
    return schema


def _kind(schema: dict[str, Any]) -> str:
    """A type in words: "one of: all, done", "UUID", "whole number"."""
    shape = _shape(schema)
    if "oneOf" in shape:
        return _kind(shape["oneOf"][0])
    if "enum" in shape:
        return "one of: " + ", ".join(str(one) for one in shape["enum"] if one not in ("", None))
    words = {"uuid": "UUID", "date": "date, 2026-11-26", "date-time": "time", "uri": "address"}
    if shape.get("format") in words:
        return words[shape["format"]]
    kinds = {
        "integer": "whole number",
        "string": "text",
        "boolean": "true or false",
        "array": "list",
        "object": "settings",
    }
    kind = shape.get("type", "object")
    return kinds[kind[0] if isinstance(kind, list) else kind]
