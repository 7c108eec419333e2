"""`risc.googleapis.com`: who asks to be sent security events, where and which. It refuses what Google refuses."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.google.security import KINDS, send

if TYPE_CHECKING:
    from sandbox.world import World

AUDIENCE = "https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService"
PUSH = "https://schemas.openid.net/secevent/risc/delivery-method/push"
PROJECT = "hetk-sandbox.iam.gserviceaccount.com"
# Only the first has the role RISC Configuration Admin.
ADMIN, PLAIN = f"events@{PROJECT}", f"reader@{PROJECT}"
KEY_ID = "0f5d1c2b3a4958677685940312abcdef01234567"
LONGEST = 3600
STATUSES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
_KEPT: list[RSAPrivateKey] = []


@dataclass
class Stream:
    """What is registered: `events` are full names."""

    url: str
    events: list[str]
    enabled: bool = True

    def takes(self, kind: str) -> bool:
        return self.enabled and (kind == "verification" or KINDS[kind] in self.events)


@dataclass
class No(Exception):
    status: int
    message: str

    def answer(self) -> Response:
        error = {"code": self.status, "message": self.message, "status": STATUSES[self.status]}
        return JSONResponse({"error": error}, self.status)


def key_file(email: str = ADMIN) -> dict[str, str]:
    """The JSON that Google's console gives for a service account."""
    pem = _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {"type": "service_account", "client_email": email, "private_key_id": KEY_ID, "private_key": pem}


def _key() -> RSAPrivateKey:
    if not _KEPT:
        _KEPT.append(generate_private_key(public_exponent=65537, key_size=2048))
    return _KEPT[0]


def routes(world: "World") -> list[BaseRoute]:
    """The calls of the service, and the key that a visitor or a test takes in the place of the console's."""

    async def download(request: Request) -> Response:
        return JSONResponse(key_file(PLAIN if request.query_params.get("role") == "none" else ADMIN))

    async def show(request: Request) -> Response:
        stream = _registered(world)
        delivery = {"delivery_method": PUSH, "url": stream.url}
        return JSONResponse({"delivery": delivery, "events_requested": stream.events})

    async def update(request: Request) -> Response:
        asked = await _body(request, {"delivery", "events_requested"})
        world.google.stream = _wanted(asked)
        return JSONResponse({})

    async def verify(request: Request) -> Response:
        asked = await _body(request, {"state"})
        _registered(world)
        send(world, "verification", None, state=str(asked.get("state", "")))
        return JSONResponse({})

    async def status(request: Request) -> Response:
        return JSONResponse({"status": "enabled" if _registered(world).enabled else "disabled"})

    async def switch(request: Request) -> Response:
        asked = await _body(request, {"status"})
        if asked.get("status") not in ("enabled", "disabled"):
            raise No(400, "Invalid status.")
        _registered(world).enabled = asked["status"] == "enabled"
        return JSONResponse({})

    top = "/risc.googleapis.com/v1beta/stream"
    return [
        Route("/_sandbox/google/service-account", download),
        Route(top, _guarded(show)),
        Route(f"{top}:update", _guarded(update), methods=["POST"]),
        Route(f"{top}:verify", _guarded(verify), methods=["POST"]),
        Route(f"{top}/status", _guarded(status)),
        Route(f"{top}/status:update", _guarded(switch), methods=["POST"]),
    ]


def _guarded(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        try:
            _judge(request.headers.get("authorization", ""))
            return await answer(request)
        except No as no:
            return no.answer()

    return guarded


def _judge(header: str) -> None:
    """A token that the service account signed itself, for this service and for an hour at most."""
    scheme, _, token = header.partition(" ")
    try:
        if scheme != "Bearer" or jwt.get_unverified_header(token).get("kid") != KEY_ID:
            raise No(401, "Request had invalid authentication credentials.")
        said = jwt.decode(
            token,
            _key().public_key(),
            algorithms=["RS256"],
            audience=AUDIENCE,
            options={"require": ["iat", "exp", "iss", "sub"]},
        )
    except jwt.PyJWTError:
        raise No(401, "Request had invalid authentication credentials.") from None
    if said["iss"] != said["sub"] or said["exp"] - said["iat"] > LONGEST or said["iat"] > time() + 60:
        raise No(401, "Request had invalid authentication credentials.")
    if said["iss"] != ADMIN:
        raise No(403, "The caller does not have permission")


async def _body(request: Request, known: set[str]) -> dict[str, Any]:
    try:
        asked = json.loads(await request.body())
    except ValueError:
        raise No(400, "Invalid JSON payload received.") from None
    if not isinstance(asked, dict):
        raise No(400, "Invalid JSON payload received.")
    if unknown := sorted(asked.keys() - known):
        raise No(400, f'Invalid JSON payload received. Unknown name "{unknown[0]}": Cannot find field.')
    return asked


def _wanted(asked: dict[str, Any]) -> Stream:
    delivery, events = asked.get("delivery"), asked.get("events_requested")
    if not isinstance(delivery, dict) or delivery.get("delivery_method") != PUSH:
        raise No(400, "Invalid delivery method.")
    parts = urlsplit(str(delivery.get("url", "")))
    if parts.scheme != "https" or not parts.hostname:
        raise No(400, "Invalid receiver URL: it must use HTTPS.")
    if not isinstance(events, list) or not events or not set(events) <= set(KINDS.values()):
        raise No(400, "Invalid events requested.")
    return Stream(parts.geturl(), list(events))


def _registered(world: "World") -> Stream:
    if world.google.stream is None:
        raise No(404, "Requested entity was not found.")
    return world.google.stream
