"""What goes wrong, in one shape everywhere (RFC 9457): what happened, and which values cannot be taken."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException, Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

TYPE = "application/problem+json"


class Conflict(APIException):
    """It cannot be done as things stand; the text is a sentence for people."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Crowded(Throttled):
    """Too often; `wait` in seconds."""

    default_detail = "Too many requests. Nothing was changed."
    extra_detail_singular = extra_detail_plural = "Try again in {wait} s."


def told(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an exception; None for a defect of ours, which is answered and logged as anywhere else."""
    answer = exception_handler(error, dict(context))
    if answer is None:
        return None
    code, said = answer.status_code, answer.data
    problem: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(code).phrase, "status": code}
    if isinstance(error, ValidationError):
        problem["detail"] = "Some values cannot be taken. Nothing was changed."
        problem["errors"] = dict(_flat(said))
    else:
        problem["detail"] = str(said["detail"])
    kept = {
        name: value for name, value in answer.headers.items() if name in {"Retry-After", "WWW-Authenticate", "Allow"}
    }
    return Response(problem, status=code, headers={**kept, "Cache-Control": "no-store"}, content_type=TYPE)


def _flat(said: Any, place: str = "") -> Iterator[tuple[str, list[str]]]:
    """Errors by the path of the value: `out.word`."""
    if isinstance(said, Mapping):
        for name, inner in said.items():
            yield from _flat(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(said, list | tuple) and all(isinstance(one, str) for one in said):
        yield place or "all", [str(one) for one in said]
    elif isinstance(said, list | tuple):
        for number, inner in enumerate(said):
            yield from _flat(inner, f"{place}.{number}")
    else:
        yield place or "all", [str(said)]
