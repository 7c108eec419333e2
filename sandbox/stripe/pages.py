"""Stripe's own pages: Checkout, the Customer Portal, an invoice. They work as forms, and look like nobody's real ones."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.forms import fields_of
from sandbox.stripe import screens
from sandbox.stripe.back import DISPUTED
from sandbox.stripe.cloud import FAILS_LATER, GOOD, StripeCloud
from sandbox.stripe.errors import Wrong
from sandbox.stripe.objects import Object, new_id

if TYPE_CHECKING:
    from sandbox.world import World

Page = Callable[["World", Request], Awaitable[Response]]
KNOWN = {GOOD, FAILS_LATER, DISPUTED, "4000000000000002", "4000000000009995"}


async def pay(world: "World", request: Request) -> Response:
    """Checkout: what is bought, who buys, with which card."""
    stripe = world.stripe
    stripe.tick()
    session = stripe.get("checkout.session", request.path_params["id"])
    if session["status"] == "open" and stripe.now() > session["expires_at"]:
        session |= {"status": "expired", "url": None}
    if session["status"] != "open":
        return screens.over(session)
    price = stripe.get("price", session["_line_items"][0]["price"])
    product = stripe.get("product", price["product"])
    customer = stripe.get("customer", session["customer"])
    if request.method == "GET":
        return screens.checkout(session, price, product, customer)
    form = await fields_of(request)
    try:
        _company(customer, form)
        stripe.subscribe(session, _card(form))
    except Wrong as wrong:
        return screens.checkout(session, price, product, customer, form=form, problem=wrong.error["message"])
    back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return RedirectResponse(back, 303)


async def manage(world: "World", request: Request) -> Response:
    """The portal: plan, card, company, invoices, cancelling."""
    stripe = world.stripe
    stripe.tick()
    portal = stripe.get("billing_portal.session", request.path_params["id"])
    customer = stripe.get("customer", portal["customer"])
    problem = ""
    if request.method == "POST":
        try:
            _managed(stripe, customer, await fields_of(request))
        except Wrong as wrong:
            problem = wrong.error["message"]
        else:
            return RedirectResponse(request.url.path, 303)
    configuration = stripe.get("billing_portal.configuration", portal["configuration"])
    offered = [id for one in configuration["features"]["subscription_update"]["products"] for id in one["prices"]]
    prices = [stripe.get("price", id) for id in offered]
    names = {price["id"]: stripe.get("product", price["product"])["name"] for price in prices}
    bills = [one for one in stripe.all("invoice") if one["customer"] == customer["id"]]
    return screens.portal(portal, customer, stripe.of(customer["id"]), prices, names, bills, problem)


def _managed(stripe: StripeCloud, customer: Object, form: dict[str, str]) -> None:
    """One button of the portal."""
    do = form.get("do", "")
    if do == "card":
        customer["_card"] = _card(form)
    elif do == "company":
        _company(customer, form)
        stripe.events.tell("customer.updated", customer, stripe.now())
    elif do == "pay":
        bill = stripe.get("invoice", form.get("invoice", ""))
        if bill["customer"] == customer["id"] and bill["status"] == "open" and not stripe.charge(bill, stripe.now()):
            raise Wrong("Your card was declined.", status=402, type="card_error", code="card_declined")
    elif do in {"cancel", "keep", "change"}:
        subscription = stripe.get("subscription", form.get("subscription", ""))
        if subscription["customer"] != customer["id"]:
            raise Wrong("That is somebody else’s subscription.")
        if do == "change":
            stripe.change(subscription, stripe.get("price", form.get("price", "")))
        else:
            stripe.cancel_later(subscription, undo=do == "keep")


async def bill(world: "World", request: Request) -> Response:
    return screens.invoice(world.stripe.get("invoice", request.path_params["id"]))


def _card(form: dict[str, str]) -> str:
    number = "".join(form.get("card", "").split())
    if number not in KNOWN:
        raise Wrong(
            "Your card number is incorrect. The sandbox takes its own test cards only.",
            status=402,
            code="incorrect_number",
        )
    return number


def _company(customer: Object, form: dict[str, str]) -> None:
    """Name, country and VAT number, as they will stand on invoices."""
    if name := form.get("company", "").strip() or form.get("name", "").strip():
        customer["name"] = name
    if country := form.get("country", ""):
        customer["address"] = {
            "country": country,
            "line1": None,
            "line2": None,
            "city": None,
            "postal_code": None,
            "state": None,
        }
    number = form.get("vat", "").replace(" ", "").upper()
    if number:
        if not (number[:2].isalpha() and number[2:].isalnum() and 8 <= len(number) <= 14):
            raise Wrong("That is no valid VAT number.", code="tax_id_invalid")
        customer["_tax_ids"] = [{"type": "eu_vat", "value": number}]


def _route(world: "World", path: str, page: Page, *methods: str) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            return await page(world, request)
        except Wrong:
            return screens.nothing(new_id("req"))

    return Route(path, endpoint, methods=list(methods))


def routes(world: "World") -> list[BaseRoute]:
    return [
        _route(world, "/checkout.stripe.com/c/pay/{id}", pay, "GET", "POST"),
        _route(world, "/billing.stripe.com/p/session/{id}", manage, "GET", "POST"),
        _route(world, "/invoice.stripe.com/i/{id}", bill, "GET"),
    ]
