"""dashboard.stripe.com: what was sold to whom, and what Stripe told about it; for visitors to look at."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.markup import Markup, Piece, tag
from sandbox.stripe.objects import Object
from sandbox.stripe.screens import a_price, day, money, screen

if TYPE_CHECKING:
    from sandbox.world import World

ADDRESS = "/dashboard.stripe.com/"
SHOWN = 30
LEAPS = (("1 week", 7), ("1 month", 32))


def page(world: "World") -> Response:
    stripe = world.stripe
    stripe.tick()
    sold = [_sold(one, stripe.kinds["customer"][one["customer"]]) for one in stripe.all("subscription")]
    bills = [
        (
            day(one["created"]),
            tag("a", one["number"], href=f"/invoice.stripe.com/i/{one['id']}"),
            money(one["total"]),
            one["status"],
        )
        for one in stripe.all("invoice")
    ]
    told = [(day(one["created"]), one["type"], one["id"]) for one in reversed(stripe.events.told)]
    leaps = [tag("button", f"Forward {words}", name="advance", value=str(days * 86400)) for words, days in LEAPS]
    return screen(
        "Dashboard",
        tag("h1", "What Hetk sells"),
        tag("form", *leaps, method="post", action="/_sandbox/do", class_="row"),
        _table("Subscriptions", ("Customer", "Price", "Status", "Until"), sold),
        _table("Invoices", ("Date", "Number", "Amount", "Status"), bills),
        _table("Events", ("Date", "Type", "Id"), told),
        wide=True,
    )


def _sold(one: Object, customer: Object) -> tuple[Piece, ...]:
    item = one["items"]["data"][0]
    return customer["email"] or customer["id"], a_price(item["price"]), one["status"], day(item["current_period_end"])


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[Piece, ...]]) -> Markup:
    if not rows:
        return tag("section", tag("h2", title), tag("p", "Nothing yet.", class_="small"), class_="panel")
    head = tag("thead", tag("tr", *(tag("th", word, scope="col") for word in heads)))
    body = tag("tbody", *(tag("tr", *(tag("td", cell) for cell in row)) for row in rows[:SHOWN]))
    table = tag("div", tag("table", head, body), class_="scroll", tabindex="0", role="group", aria_label=title)
    return tag("section", tag("h2", title), table, class_="panel")


def routes(world: "World") -> list[BaseRoute]:
    async def endpoint(request: Request) -> Response:
        return page(world)

    return [Route(ADDRESS, endpoint, methods=["GET"])]
