"""How Stripe's pages look here: plain cards under a ribbon that says what they are."""

from collections.abc import Iterable
from datetime import UTC, datetime

from starlette.responses import Response

from sandbox.markup import Markup, Piece, document, tag
from sandbox.stripe.back import DISPUTED
from sandbox.stripe.cloud import FAILS_LATER, GOOD
from sandbox.stripe.objects import COUNTRIES, Object

CARDS = (
    (GOOD, "pays"),
    ("4000000000000002", "is declined"),
    (FAILS_LATER, "is kept, but later charges fail"),
    (DISPUTED, "pays, and the bank disputes it"),
)
NAMES = {
    "EE": "Estonia",
    "FI": "Finland",
    "DE": "Germany",
    "FR": "France",
    "SE": "Sweden",
    "US": "United States",
    "GB": "United Kingdom",
}


def screen(title: str, *body: Piece, status: int = 200, wide: bool = False) -> Response:
    """A card under the ribbon that says what this is."""
    ribbon = tag("header", tag("p", "Sandbox: a stand-in for Stripe. No real card, no real money."), class_="ribbon")
    mark = tag("p", tag("span", class_="stripes", aria_hidden="true"), "Stripe (sandbox)", class_="brand")
    kind = "wide" if wide else "card"
    return document(title, ribbon, tag("main", mark, *body, class_=kind), theme="stripe", status=status)


def money(cents: int) -> str:
    return f"${cents / 100:.2f}"


def day(seconds: int | None) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%-d %B %Y}" if seconds else "–"


def a_price(price: Object) -> str:
    return f"{money(price['unit_amount'])} a {price['recurring']['interval']}"


def nothing(request_id: str) -> Response:
    return screen(
        "Not here",
        tag("h1", "Something went wrong"),
        tag("p", "This page is not available."),
        tag("p", request_id, class_="code"),
        status=404,
    )


def over(session: Object) -> Response:
    words = (
        "You’re all done here."
        if session["status"] == "complete"
        else "This Checkout page has expired. Nothing was charged."
    )
    back = session["cancel_url"] or session["success_url"].partition("?")[0]
    return screen("Checkout", tag("h1", words), tag("p", tag("a", "Back to Hetk", href=back, class_="button")))


def checkout(
    session: Object,
    price: Object,
    product: Object,
    customer: Object,
    *,
    form: dict[str, str] | None = None,
    problem: str = "",
) -> Response:
    trial = (session.get("_subscription_data") or {}).get("trial_end")
    due = f"Free until {day(trial)}, then {a_price(price)}" if trial else f"{a_price(price)}, due today"
    given = form or {}
    return screen(
        "Checkout",
        tag("h1", f"Subscribe to {product['name']}"),
        tag("p", due, class_="lead"),
        tag("p", problem, class_="notice", role="alert") if problem else None,
        tag(
            "form",
            tag("label", "Email", tag("input", name="email", value=customer["email"] or "", readonly=True)),
            *card_fields(given),
            *company_fields(customer, given, business=True),
            tag("button", "Start trial" if trial else "Subscribe", type="submit", class_="primary"),
            method="post",
        ),
        tag("p", tag("a", "Back", href=session["cancel_url"])) if session["cancel_url"] else None,
        cards(),
    )


def card_fields(given: dict[str, str]) -> Iterable[Markup]:
    number = given.get("card", "4242 4242 4242 4242")
    yield tag("label", "Card number", tag("input", name="card", value=number, inputmode="numeric", autocomplete="off"))
    yield tag(
        "div",
        tag("label", "Expires", tag("input", name="expires", value="12 / 34", autocomplete="off")),
        tag("label", "CVC", tag("input", name="cvc", value="123", autocomplete="off")),
        class_="fields",
    )


def company_fields(customer: Object, given: dict[str, str], *, business: bool) -> Iterable[Markup]:
    """Name and country; company and VAT number for those who buy as a business."""
    address, numbers = customer["address"] or {}, customer.get("_tax_ids") or [{"value": ""}]
    chosen = given.get("country", address.get("country") or "EE")
    options = [tag("option", NAMES[code], value=code, selected=code == chosen) for code in COUNTRIES]
    yield tag("label", "Country or region", tag("select", *options, name="country"))
    company = given.get("company", customer["name"] or "")
    fields = (
        tag("label", "Business name", tag("input", name="company", value=company, autocomplete="off")),
        tag(
            "label",
            "VAT number",
            tag("input", name="vat", value=given.get("vat", numbers[0]["value"]), autocomplete="off"),
        ),
    )
    yield (
        tag("details", tag("summary", "I’m purchasing as a business"), *fields, open=bool(company))
        if business
        else tag("div", *fields, class_="fields")
    )


def cards() -> Markup:
    rows = [
        tag("li", tag("code", " ".join(number[n : n + 4] for n in range(0, 16, 4))), f" {words}")
        for number, words in CARDS
    ]
    return tag("details", tag("summary", "Test cards"), tag("ul", *rows, class_="plain small"))


def portal(
    session: Object,
    customer: Object,
    subscriptions: list[Object],
    prices: list[Object],
    names: dict[str, str],
    bills: list[Object],
    problem: str,
) -> Response:
    alive = [one for one in subscriptions if one["status"] != "canceled"]
    return screen(
        "Billing",
        tag(
            "div",
            tag("h1", "Your billing at Hetk"),
            tag("a", "Return to Hetk", href=session["return_url"], class_="button"),
            class_="row between",
        ),
        tag("p", problem, class_="notice", role="alert") if problem else None,
        *(_subscription(one, prices, names) for one in alive),
        tag("section", tag("h2", "No current plan"), class_="panel") if not alive else None,
        _form("Payment method", "card", "Save card", *_card_on_file(customer), *card_fields({}), cards()),
        _form("Billing information", "company", "Save", *company_fields(customer, {}, business=False)),
        _bills(bills),
        wide=True,
    )


def _card_on_file(customer: Object) -> Iterable[Markup]:
    if card := customer.get("_card"):
        yield tag("p", f"Card ending in {card[-4:]}")


def _form(title: str, do: str, label: str, *fields: Piece) -> Markup:
    inner = tag(
        "form", *fields, tag("p", tag("button", label, name="do", value=do)), method="post", class_="panel-form"
    )
    return tag("section", tag("h2", title), inner, class_="panel", aria_label=title)


def _subscription(one: Object, prices: list[Object], names: dict[str, str]) -> Markup:
    item = one["items"]["data"][0]
    own = item["price"]
    hidden = tag("input", type="hidden", name="subscription", value=one["id"])
    ends = one["cancel_at_period_end"]
    told = f"Ends on {day(one['cancel_at'])}" if ends else f"Renews on {day(item['current_period_end'])}"
    ways = [
        tag("option", f"{names[price['id']]}, {a_price(price)}", value=price["id"], selected=price["id"] == own["id"])
        for price in prices
    ]
    return tag(
        "section",
        tag("h2", "Current plan"),
        tag(
            "p",
            tag("strong", f"{names.get(own['id'], 'Plan')}, {a_price(own)}"),
            f" · {one['status'].replace('_', ' ')}",
        ),
        tag("p", told),
        tag(
            "form",
            hidden,
            tag("label", "Plan", tag("select", *ways, name="price")),
            tag("button", "Update plan", name="do", value="change"),
            method="post",
            class_="row",
        ),
        tag(
            "form",
            hidden,
            tag(
                "button",
                "Don’t cancel plan" if ends else "Cancel plan",
                name="do",
                value="keep" if ends else "cancel",
                class_="" if ends else "danger",
            ),
            method="post",
        ),
        class_="panel",
        aria_label="Current plan",
    )


def _bills(bills: list[Object]) -> Markup:
    rows = [
        tag(
            "tr",
            tag("td", day(one["created"])),
            tag("td", tag("a", one["number"], href=f"/invoice.stripe.com/i/{one['id']}")),
            tag("td", money(one["total"])),
            tag("td", one["status"]),
            tag("td", _pay(one) if one["status"] == "open" else None),
        )
        for one in bills
    ]
    heads = [tag("th", word, scope="col") for word in ("Date", "Invoice", "Amount", "Status", "")]
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows))
    return tag(
        "section",
        tag("h2", "Invoice history"),
        tag("div", table, class_="scroll"),
        class_="panel",
        aria_label="Invoice history",
    )


def _pay(one: Object) -> Markup:
    return tag(
        "form",
        tag("input", type="hidden", name="invoice", value=one["id"]),
        tag("button", "Pay now", name="do", value="pay", class_="primary"),
        method="post",
    )


def invoice(one: Object) -> Response:
    """Who sells, who buys with which VAT number, what, and the tax."""
    numbers = ", ".join(known["value"] for known in one["customer_tax_ids"])
    country = NAMES.get((one["customer_address"] or {}).get("country") or "", "")
    lines = [
        tag("tr", tag("td", line["description"]), tag("td", money(line["amount"]))) for line in one["lines"]["data"]
    ]
    taxes = [tag("tr", tag("td", "VAT"), tag("td", money(tax["amount"]))) for tax in one["total_taxes"]]
    total = tag("tr", tag("th", "Total", scope="row"), tag("td", money(one["total"])))
    return screen(
        f"Invoice {one['number']}",
        tag("h1", f"Invoice {one['number']}"),
        tag("p", f"{day(one['created'])} · {one['status']}"),
        tag("p", "From: ", tag("strong", one["account_name"]), ", Estonia, registry code 17181483"),
        tag(
            "p",
            "To: ",
            tag("strong", one["customer_name"] or one["customer_email"] or ""),
            f", {country}" if country else "",
            f", VAT {numbers}" if numbers else "",
        ),
        tag("table", tag("tbody", *lines, *taxes, total)),
        tag("p", one["footer"], class_="small") if one["footer"] else None,
    )
