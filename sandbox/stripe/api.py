"""api.stripe.com: form-encoded in, JSON out, idempotent where a key is given."""

import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.stripe import calls, desk, pages
from sandbox.stripe.errors import Wrong, answered
from sandbox.stripe.events import VERSION
from sandbox.stripe.objects import Object, new_id
from sandbox.stripe.published import checked
from sandbox.stripe.wire import nested

if TYPE_CHECKING:
    from sandbox.world import World

HOST = "api.stripe.com"
Call = Callable[..., Object]
Endpoint = Callable[[Request], Awaitable[Response]]


def _endpoint(world: "World", what: str, call: Call) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        request_id = new_id("req")
        raw = (await request.body()).decode()
        try:
            _known(request)
            world.stripe.tick()
            pairs = parse_qsl(raw if request.method == "POST" else str(request.query_params), keep_blank_values=True)
            if request.method == "DELETE":
                pairs += parse_qsl(raw, keep_blank_values=True)
            status, body, again = _once(
                world, request, raw, lambda: call(world.stripe, request.path_params, checked(what, nested(pairs)))
            )
        except Wrong as wrong:
            return answered(wrong, request_id)
        headers = {"request-id": request_id, "stripe-version": VERSION}
        key = request.headers.get("idempotency-key")
        headers |= {"idempotency-key": key} if key else {}
        headers |= {"idempotent-replayed": "true"} if again else {}
        return JSONResponse(body, status, headers)

    return endpoint


def _known(request: Request) -> None:
    """A test key, and the one version that is spoken here."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key.startswith(("sk_test_", "rk_test_")):
        told = "Invalid API Key provided" if key else "You did not provide an API key."
        raise Wrong(told, status=401)
    version = request.headers.get("stripe-version", VERSION)
    if version != VERSION:
        raise Wrong(f"Invalid Stripe API version: {version}")


def _once(world: "World", request: Request, raw: str, act: Callable[[], Object]) -> tuple[int, Object, bool]:
    """The same key brings the same answer, and never another deed. (status, body, whether it was said before)"""
    key = request.headers.get("idempotency-key")
    if request.method != "POST" or not key:
        return 200, act(), False
    asked = sha256(f"{request.url.path}\n{raw}".encode()).hexdigest()
    if key in world.stripe.idempotent:
        before, status, body = world.stripe.idempotent[key]
        if before != asked:
            told = f"Keys for idempotent requests can only be used with the same parameters they were first used with ({key})."
            raise Wrong(told, type="idempotency_error")
        return status, body, True
    body = json.loads(json.dumps(act()))
    world.stripe.idempotent[key] = (asked, 200, body)
    return 200, body, False


def routes(world: "World") -> list[BaseRoute]:
    """The API, and the pages it sends people to."""
    table: list[tuple[str, str, str, Any]] = [
        ("POST", "customers", "customers", calls.make_customer),
        ("GET", "customers/{id}", "customers", calls.get("customer")),
        ("POST", "customers/{id}", "customers/", calls.change_customer),
        ("DELETE", "customers/{id}", "customers/", calls.delete_customer),
        ("POST", "products", "products", calls.make_product),
        ("GET", "products/{id}", "products/", calls.get("product")),
        ("GET", "prices", "prices", calls.prices),
        ("POST", "prices", "prices", calls.make_price),
        ("POST", "checkout/sessions", "checkout/sessions", calls.make_session),
        ("GET", "checkout/sessions/{id}", "checkout/sessions/", calls.get("checkout.session")),
        ("POST", "checkout/sessions/{id}/expire", "checkout/sessions/expire", calls.expire_session),
        ("GET", "subscriptions", "subscriptions", calls.subscriptions),
        ("GET", "subscriptions/{id}", "subscriptions/", calls.get("subscription")),
        ("POST", "subscriptions/{id}", "subscriptions/", calls.change_subscription),
        ("DELETE", "subscriptions/{id}", "subscriptions/", calls.cancel_subscription),
        ("GET", "invoices", "invoices", calls.invoices),
        ("GET", "invoices/{id}", "invoices/", calls.get("invoice")),
        ("GET", "billing_portal/configurations", "billing_portal/configurations", calls.configurations),
        ("POST", "billing_portal/configurations", "billing_portal/configurations", calls.make_configuration),
        ("POST", "billing_portal/configurations/{id}", "billing_portal/configurations/", calls.change_configuration),
        ("POST", "billing_portal/sessions", "billing_portal/sessions", calls.make_portal),
        ("POST", "refunds", "refunds", calls.make_refund),
        ("GET", "charges", "charges", calls.charges),
        ("GET", "charges/{id}", "charges/", calls.get("charge")),
        ("GET", "disputes", "disputes", calls.disputes),
        ("POST", "disputes/{id}/close", "disputes/close", calls.close_dispute),
        ("GET", "events", "events", calls.events),
        ("GET", "events/{id}", "events/", calls.event),
    ]
    made: list[BaseRoute] = [
        Route(f"/{HOST}/v1/{path}", _endpoint(world, f"{verb} {what}", call), methods=[verb])
        for verb, path, what, call in table
    ]
    return made + pages.routes(world) + desk.routes(world)
