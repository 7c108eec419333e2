"""Stripe's refusals. https://docs.stripe.com/error-codes"""

from typing import Any

from starlette.responses import JSONResponse


class Wrong(Exception):
    """A refusal with Stripe's own words for it."""

    def __init__(
        self, message: str, *, status: int = 400, type: str = "invalid_request_error", code: str = "", param: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": type, "message": message}
        self.error |= {"code": code} if code else {}
        self.error |= {"param": param} if param else {}


def missing(kind: str, id: str, status: int = 404) -> Wrong:
    return Wrong(
        f"No such {kind}: '{id}'", status=status, code="resource_missing", param="id" if status == 404 else kind
    )


def answered(wrong: Wrong, request_id: str) -> JSONResponse:
    body: dict[str, Any] = {
        "error": {**wrong.error, "request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}"}
    }
    return JSONResponse(body, wrong.status, {"request-id": request_id})
