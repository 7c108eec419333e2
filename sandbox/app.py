"""The ASGI application: every real host as the first segment of the path, with log and faults around it."""

import asyncio
import json
from collections import defaultdict
from time import perf_counter
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox import control, pages
from sandbox.faults import Fault
from sandbox.feeds import published as feeds
from sandbox.google import calendar
from sandbox.google import identity as google_identity
from sandbox.google import security_stream as google_security
from sandbox.icloud import dav as icloud
from sandbox.icloud import identity as icloud_identity
from sandbox.log import Entry
from sandbox.microsoft import graph
from sandbox.microsoft import identity as microsoft_identity
from sandbox.stripe import api as stripe
from sandbox.world import World

# Pages and controls are the sandbox's own: neither logged nor disturbed by faults.
OWN = {"", "_sandbox"}
# Hosts that spend the latency of a fault themselves.
CROWDED = {graph.HOST}


class Sandbox:
    """Finds the host in the path, writes the log, lets faults happen, then answers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._hosts = _by_host(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        host, _, _ = scope["path"][1:].partition("/")
        served = self._hosts.get(host) or PlainTextResponse(f"The sandbox knows no host {host!r}.", 404)
        if host not in OWN or scope["method"] != "GET":
            self.world.touched += 1
        if host in OWN:
            await served(scope, receive, send)
        else:
            await self._outside(host, served, scope, receive, send)

    async def _outside(self, host: str, served: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"][len(host) + 1 :] or "/"
        entry = self.world.log.open(host, scope["method"], path, scope["query_string"].decode("latin-1"))
        scope["sandbox.entry"] = entry
        started = perf_counter()
        fault = self.world.faults.take(host, scope["method"], path)
        if fault is not None:
            await _with_fault(fault, entry, served, scope, receive, send)
        else:
            await served(scope, receive, _noting(entry, send))
        entry.milliseconds = (perf_counter() - started) * 1000


def _by_host(world: World) -> dict[str, Router]:
    found: dict[str, list[BaseRoute]] = defaultdict(list)
    clouds = (microsoft_identity, graph, google_identity, google_security, calendar, icloud_identity, icloud, stripe)
    # What is published stands at the clouds' own hosts: the narrower way comes first.
    for module in (feeds, *clouds, control, pages):
        for route in module.routes(world):
            if not isinstance(route, (Route, Mount)):
                raise TypeError(f"{route!r} has no path")
            found[route.path[1:].partition("/")[0]].append(route)
    return {host: Router(routes, redirect_slashes=False) for host, routes in found.items()}


def _noting(entry: Entry, send: Send) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry.status = message["status"]
        await send(message)

    return noting


async def _with_fault(fault: Fault, entry: Entry, served: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    only_slow = fault.status is None and not fault.drop
    if only_slow and entry.host in CROWDED:
        # Spent where the mailbox counts who is inside: slow requests are what crowds it.
        scope["sandbox.latency"] = fault.latency
    elif fault.latency:
        await asyncio.sleep(fault.latency)
    if fault.drop:
        await _cut(scope)
    elif fault.lost:
        # Carried out to the end, but the answer never leaves.
        await served(scope, receive, _noting(entry, _nowhere))
        await _cut(scope)
    elif fault.status is not None:
        entry.status = fault.status
        await _response(fault)(scope, receive, send)
    else:
        await served(scope, receive, _noting(entry, send))


async def _nowhere(message: Message) -> None:
    pass


async def _cut(scope: Scope) -> None:
    transport: Any = scope.get("extensions", {}).get("sandbox.transport")
    if transport is not None:
        transport.abort()
        # The server hears of the loss in the loop's next rounds; before that it would complain of a missing answer.
        await asyncio.sleep(0.01)


def _response(fault: Fault) -> Response:
    headers = {"content-type": "application/json", **{name.lower(): value for name, value in fault.headers.items()}}
    if isinstance(fault.body, str):
        body = fault.body.encode()
    else:
        body = b"" if fault.body is None else json.dumps(fault.body).encode()
    return Response(body, fault.status or 500, headers)


def application(world: World) -> Sandbox:
    """The sandbox's ASGI application for a world."""
    return Sandbox(world)
