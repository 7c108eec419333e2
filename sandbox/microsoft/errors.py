"""Refusals of Graph: a status, a code, a message; rendered as the service prints them."""

from datetime import datetime
from typing import Any
from uuid import uuid4


class Refusal(Exception):
    """One refused call. `code` and `message` go into the body, `headers` beside it."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def body(self, now: datetime) -> dict[str, Any]:
        """The JSON of the refusal."""
        request_id = str(uuid4())
        inner = {"date": now.strftime("%Y-%m-%dT%H:%M:%S"), "request-id": request_id, "client-request-id": request_id}
        return {"error": {"code": self.code, "message": self.message, "innerError": inner}}


def not_found() -> Refusal:
    """404 for an id that names nothing (any longer)."""
    return Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed_id() -> Refusal:
    """400 for what is no id at all."""
    return Refusal(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def access_denied() -> Refusal:
    """403 where the caller may look, or may not even look."""
    return Refusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def unreadable() -> Refusal:
    """400 for a body that is no JSON, or does not say that it is."""
    return bad_body(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is valid."
    )


def bad_body(message: str) -> Refusal:
    """400 for a body that does not fit the type."""
    return Refusal(400, "RequestBodyRead", message)


def unknown_property(name: str, kind: str) -> Refusal:
    """400 for a property that the type has not."""
    return bad_body(
        f"The property '{name}' does not exist on type '{kind}'. Make sure to only use property names that are defined by the type."
    )


def invalid(code: str, message: str) -> Refusal:
    """400 with a code of its own."""
    return Refusal(400, code, message)


def too_many_at_once() -> Refusal:
    """429 of a crowded mailbox."""
    return Refusal(
        429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", {"Retry-After": "0.538"}
    )


def too_many(seconds: float) -> Refusal:
    """429 until the budget is full again, in `seconds`."""
    return Refusal(429, "TooManyRequests", "Please retry again later.", {"Retry-After": f"{seconds:.3f}"})


def no_mailbox() -> Refusal:
    """404 for an account without a mailbox in the cloud."""
    return Refusal(
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    )
