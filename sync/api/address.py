"""An address of the API: a function, the verbs it knows, and the scope that each of them asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from accounts.models import ApiToken

Answering = Callable[..., Response]
Address = Callable[..., Any]


def opens(**scopes: str) -> Callable[[Answering], Address]:
    """Verb -> scope; `sync/api/door.py` asks for it. What is done stands in the audit with the token that it came through."""

    def decorate(view: Answering) -> Address:
        @wraps(view)
        def wrapped(request: Request, *args: Any, **kwargs: Any) -> Response:
            with audit.through(cast("ApiToken", request.auth)):
                answer = view(request, *args, **kwargs)
            answer.headers["Cache-Control"] = "no-store"
            return answer

        verbs = [*scopes, "HEAD"] if "GET" in scopes else [*scopes]
        made: Any = api_view(verbs)(wrapped)
        made.cls.scopes = scopes
        return cast("Address", made)

    return decorate
