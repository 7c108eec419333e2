"""How an address is told in the OpenAPI document: its name, what it asks for, what it answers, an example of both."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from sync.api.listing import PageQuery
from sync.api.problems import TYPE
from sync.api.shapes import ProblemShape, Shape

ID = OpenApiParameter("public_id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="Its `id`.")
PROBLEMS = {
    400: "A value cannot be taken; `errors` says which.",
    401: "No token, or one that is unknown, revoked or expired.",
    403: "The token's scopes do not reach this far.",
    404: "There is no such thing of yours.",
    405: "Not by this verb.",
    406: "Only JSON is given here.",
    409: "Not as things stand; `detail` says why.",
    415: "Only JSON is taken here.",
    429: "Too often; `Retry-After` says when again, in seconds.",
}
ALWAYS = (401, 403, 429)
Known = Callable[[Any], Any]


def operation(
    verb: str,
    id: str,
    summary: str,
    answers: type[Shape],
    *,
    scope: str,
    tag: str,
    description: str = "",
    status: int = 200,
    asks: type[Shape] | None = None,
    query: Sequence[type[Shape] | OpenApiParameter] = (),
    problems: Sequence[int] = (),
    example: Mapping[str, Any] | None = None,
    asked: Mapping[str, Any] | None = None,
) -> Known:
    """One verb of an address. `example`: an answer; `asked`: the body of a request that leads to it."""
    told: dict[Any, Any] = {status: OpenApiResponse(answers, description=summary)}
    for code in (*ALWAYS, *problems):
        told[code, TYPE] = OpenApiResponse(ProblemShape, description=PROBLEMS[code])
    examples = (
        [OpenApiExample("Answer", value=example, response_only=True, status_codes=[str(status)])] if example else []
    )
    if asked:
        examples.append(OpenApiExample("Request", value=asked, request_only=True))
    return extend_schema(
        methods=[verb],
        operation_id=id,
        summary=summary,
        description=description or summary,
        tags=[tag],
        auth=[{"bearer": [scope]}],  # type: ignore[list-item]
        request=asks,
        responses=told,
        parameters=list(query),
        examples=examples,
        filters=False,
    )


def listed(
    id: str, summary: str, answers: type[Shape], *, tag: str, scope: str, example: Mapping[str, Any], **more: Any
) -> Known:
    """A list in pages."""
    problems = [400, *more.pop("problems", ())]
    query = [PageQuery, *more.pop("query", ())]
    return operation(
        "GET", id, summary, answers, tag=tag, scope=scope, query=query, problems=problems, example=example, **more
    )
