"""What browsers and clients send: queries and forms as plain dictionaries, redirects with parameters."""

from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse


async def form_of(request: Request) -> list[tuple[str, str]]:
    """The fields of a URL-encoded body, in order, repeated names kept."""
    return parse_qsl((await request.body()).decode(), keep_blank_values=True)


async def fields_of(request: Request) -> dict[str, str]:
    """The same as a dictionary; the last of repeated names wins."""
    return dict(await form_of(request))


def basic_of(request: Request) -> tuple[str, str] | None:
    """Client id and secret of a Basic Authorization header."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    name, _, secret = b64decode(rest).decode().partition(":")
    return unquote(name), unquote(secret)


def send_back(address: str, parameters: Mapping[str, str | None]) -> RedirectResponse:
    """A redirect to `address` with the parameters that have a value added to its query."""
    given = {name: value for name, value in parameters.items() if value}
    joint = "&" if urlsplit(address).query else "?"
    return RedirectResponse(f"{address}{joint}{urlencode(given)}", 302, {"cache-control": "no-store"})
