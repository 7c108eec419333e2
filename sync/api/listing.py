"""Long lists in pages, newest first: a page says how to get the next one, and a cursor is good for whoever was given it."""

from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

SALT = "sync.api.listing"
MOST, USUAL = 100, 50
M = TypeVar("M", bound=Model)


class PageQuery(serializers.Serializer[Any]):
    limit = serializers.IntegerField(
        min_value=1, max_value=MOST, default=USUAL, help_text="How many to give, 100 at most."
    )
    cursor = serializers.CharField(
        required=False, max_length=200, help_text="From `next` of the page before; left out for the first page."
    )


def page(request: Request, rows: "QuerySet[M]") -> tuple[list[M], str | None]:
    """One page, and the address of the next one, None after the last."""
    query = PageQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    limit, cursor = query.validated_data["limit"], query.validated_data.get("cursor")
    if cursor:
        rows = rows.filter(pk__lt=_opened(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    following = request.query_params.copy()
    following["cursor"] = signing.dumps(found[limit - 1].pk, salt=SALT)
    return found[:limit], request.build_absolute_uri(f"{request.path}?{following.urlencode()}")


def _opened(cursor: str) -> int:
    try:
        return int(signing.loads(cursor, salt=SALT))
    except signing.BadSignature:
        raise ValidationError({"cursor": ["This is no cursor of Hetk's. Take `next` of a page as it is."]}) from None
