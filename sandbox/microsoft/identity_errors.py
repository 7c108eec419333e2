"""Entra's errors: at the token endpoint as JSON, at the redirect as parameters, otherwise as a page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.responses import JSONResponse, Response

from sandbox.forms import send_back
from sandbox.markup import document, tag


@dataclass(eq=False)
class Refusal(Exception):
    """A request that Entra refuses. `number` is the AADSTS code; `more` goes into JSON bodies as it is."""

    error: str
    number: int
    text: str
    status: int = 400
    more: dict[str, Any] | None = None

    @property
    def description(self) -> str:
        """The description as Entra words it, with its trailing ids."""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        return f"AADSTS{self.number}: {self.text} Trace ID: {uuid4()} Correlation ID: {uuid4()} Timestamp: {now}"

    def as_json(self) -> Response:
        """The token endpoint's and discovery's answer."""
        body = {
            "error": self.error,
            "error_description": self.description,
            "error_codes": [self.number],
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ"),
            "trace_id": str(uuid4()),
            "correlation_id": str(uuid4()),
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
            **(self.more or {}),
        }
        return JSONResponse(body, self.status, {"cache-control": "no-store"})

    def as_redirect(self, address: str, state: str | None, **more: str) -> Response:
        """Back to the application with the error."""
        told = {"error": self.error, "error_description": self.description, **more, "state": state}
        told["error_uri"] = f"https://login.microsoftonline.com/error?code={self.number}"
        return send_back(address, told)

    def as_page(self) -> Response:
        """Entra's own page, where sending the browser back would not be safe."""
        return document(
            "Sorry, but we're having trouble signing you in",
            tag("header", tag("p", "Sandbox: a stand-in for Microsoft's sign-in"), class_="ribbon"),
            tag(
                "main",
                tag("h1", "Sorry, but we’re having trouble signing you in."),
                tag("p", self.description, class_="code"),
                class_="card",
            ),
            theme="microsoft",
            status=self.status,
        )
