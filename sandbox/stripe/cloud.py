"""Everything that this Stripe knows, and what time does to it: trials end, periods renew, cards are charged again."""

from calendar import monthrange
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.stripe import back, objects
from sandbox.stripe.errors import Wrong, missing
from sandbox.stripe.events import Events
from sandbox.stripe.objects import Object

if TYPE_CHECKING:
    from sandbox.world import World

DAY = 86400
# Cards by what becomes of them. https://docs.stripe.com/testing
GOOD = "4242424242424242"
DECLINED = {"4000000000000002": "generic_decline", "4000000000009995": "insufficient_funds"}
# Taken and kept; each charge of it fails.
FAILS_LATER = "4000000000000341"
# Days after the first try on which an unpaid invoice is tried again; then the subscription ends.
TRIES = (3, 5, 7, 14)


class StripeCloud:
    """Objects by kind and id, as they stand on the wire; names that begin with an underscore never leave."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.kinds: dict[str, dict[str, Object]] = {}
        self.idempotent: dict[str, tuple[str, int, Object]] = {}
        self.numbers = 0
        self.events = Events(world)

    def now(self) -> int:
        return int(self._world.clock.timestamp())

    # --- Keeping -------------------------------------------------------------------------------------------------------

    def put(self, what: Object) -> Object:
        self.kinds.setdefault(what["object"], {})[what["id"]] = what
        return what

    def all(self, kind: str) -> list[Object]:
        """Newest first, as lists are."""
        return list(reversed(self.kinds.get(kind, {}).values()))

    def get(self, kind: str, id: str, *, status: int = 404) -> Object:
        """Raises `Wrong`; 400 for an id that was a parameter."""
        found = self.kinds.get(kind, {}).get(id)
        if found is None or found.get("_gone"):
            raise missing(kind, id, status)
        return found

    # --- Buying --------------------------------------------------------------------------------------------------------

    def subscribe(self, session: Object, card: str) -> Object:
        """What a paid Checkout page leaves behind. Raises `Wrong` when the card is declined: nothing was bought."""
        customer = self.get("customer", session["customer"])
        data = session.get("_subscription_data") or {}
        price = self.get("price", session["_line_items"][0]["price"])
        trial_end = data.get("trial_end")
        charged = card in DECLINED or (card == FAILS_LATER and not trial_end)
        if charged:
            raise Wrong("Your card was declined.", status=402, type="card_error", code="card_declined")
        now = self.now()
        start, end = now, trial_end or after(now, price["recurring"]["interval"])
        fields: Object = {"metadata": data.get("metadata", {}), "status": "trialing" if trial_end else "active"}
        fields |= {"trial_start": now, "trial_end": trial_end} if trial_end else {}
        made = objects.subscription(now, customer=customer["id"], price=price, start=start, end=end, **fields)
        made["automatic_tax"] = {**made["automatic_tax"], "enabled": session["automatic_tax"]["enabled"]}
        customer["_card"] = card
        self.put(made)
        bill = self.bill(made, 0 if trial_end else price["unit_amount"], "subscription_create", price, now)
        session |= {"status": "complete", "subscription": made["id"], "invoice": bill["id"], "url": None}
        session |= {"payment_status": "no_payment_required" if trial_end else "paid", "amount_total": bill["total"]}
        self.events.tell("customer.subscription.created", made, now)
        self.events.tell("checkout.session.completed", session, now)
        return made

    def change(self, subscription: Object, price: Object) -> None:
        """Another price from now on; what is left of the old one counts towards the new one, and what that costs more is charged at once.

        Between a month and a year a new period begins; otherwise it stays. https://docs.stripe.com/billing/subscriptions/prorations
        """
        now, item = self.now(), subscription["items"]["data"][0]
        before = item["price"]
        if before["id"] == price["id"]:
            return
        item["price"] = price
        if subscription["status"] != "trialing":
            length = max(1, item["current_period_end"] - item["current_period_start"])
            left = max(0, item["current_period_end"] - now) / length
            share = left if before["recurring"]["interval"] == price["recurring"]["interval"] else 1.0
            if share == 1.0:
                item["current_period_start"] = now
                item["current_period_end"] = after(now, price["recurring"]["interval"])
            due = max(0, round(price["unit_amount"] * share) - round(before["unit_amount"] * left))
            self.bill(subscription, due, "subscription_update", price, now)
        self.events.tell("customer.subscription.updated", subscription, now)

    def cancel(self, subscription: Object, *, now: int | None = None, reason: str = "cancellation_requested") -> None:
        """It ends now."""
        at = self.now() if now is None else now
        if subscription["status"] == "canceled":
            raise missing("subscription", subscription["id"])
        subscription |= {"status": "canceled", "ended_at": at, "canceled_at": at}
        subscription["cancellation_details"]["reason"] = reason
        self.events.tell("customer.subscription.deleted", subscription, at)

    def cancel_later(self, subscription: Object, *, undo: bool = False) -> None:
        """At the end of what was paid; or not after all."""
        end = subscription["items"]["data"][0]["current_period_end"]
        subscription["cancel_at_period_end"] = not undo
        subscription["cancel_at"] = None if undo else end
        subscription["canceled_at"] = None if undo else self.now()
        self.events.tell("customer.subscription.updated", subscription, self.now())

    def forget(self, customer: Object) -> None:
        """The customer is deleted: subscriptions end, invoices stay."""
        for subscription in self.of(customer["id"]):
            if subscription["status"] not in {"canceled", "incomplete_expired"}:
                self.cancel(subscription)
            subscription["_gone"] = True
        customer["_gone"] = True
        self.events.tell("customer.deleted", customer, self.now())

    def of(self, customer: str) -> list[Object]:
        """The subscriptions of a customer, newest first."""
        return [one for one in self.all("subscription") if one["customer"] == customer and not one.get("_gone")]

    # --- Money ---------------------------------------------------------------------------------------------------------

    def bill(self, subscription: Object, cents: int, reason: str, price: Object, at: int) -> Object:
        """An invoice, and the first try to have it paid."""
        customer = self.kinds["customer"][subscription["customer"]]
        name = self.get("product", price["product"])["name"]
        label = f"{name}, a {price['recurring']['interval']}"
        made = objects.invoice(
            at, subscription=subscription, customer=customer, cents=cents, reason=reason, label=label
        )
        self.numbers += 1
        made["number"] = f"HETK-{self.numbers:04}"
        subscription["latest_invoice"] = made["id"]
        self.put(made)
        self.charge(made, at)
        return made

    def charge(self, bill: Object, at: int) -> bool:
        """Whether the customer's card paid."""
        subscription = self.kinds["subscription"][bill["parent"]["subscription_details"]["subscription"]]
        card = self.kinds["customer"][bill["customer"]].get("_card", GOOD)
        bill["attempted"], bill["attempt_count"] = True, bill["attempt_count"] + 1
        paid = not bill["amount_due"] or not (card == FAILS_LATER or card in DECLINED)
        if paid:
            bill |= {
                "status": "paid",
                "amount_paid": bill["amount_due"],
                "amount_remaining": 0,
                "next_payment_attempt": None,
            }
            if bill["amount_due"]:
                back.charged(self, bill, card, at)
            self.events.tell("invoice.paid", bill, at)
            if subscription["status"] in {"past_due", "unpaid"}:
                subscription["status"] = "active"
                self.events.tell("customer.subscription.updated", subscription, at)
            return True
        days = TRIES[bill["attempt_count"] - 1] if bill["attempt_count"] <= len(TRIES) else None
        bill["next_payment_attempt"] = None if days is None else bill["created"] + days * DAY
        self.events.tell("invoice.payment_failed", bill, at)
        if subscription["status"] != "past_due":
            subscription["status"] = "past_due"
            self.events.tell("customer.subscription.updated", subscription, at)
        return False

    def open_bills(self, customer: str) -> list[Object]:
        return [one for one in self.all("invoice") if one["customer"] == customer and one["status"] == "open"]

    # --- Time ----------------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Everything that should have happened by now, each at its own time."""
        now = self.now()
        while due := min(((at, id) for at, id in map(self._next, self.all("subscription")) if at <= now), default=None):
            self._happens(self.kinds["subscription"][due[1]], due[0])

    def _next(self, subscription: Object) -> tuple[float, str]:
        """When the subscription has its next turn."""
        id, status = subscription["id"], subscription["status"]
        if status in {"trialing", "active"}:
            return subscription["items"]["data"][0]["current_period_end"], id
        bill = self.kinds["invoice"].get(subscription["latest_invoice"] or "", {})
        at = bill.get("next_payment_attempt") if status == "past_due" else None
        return (at or float("inf")), id

    def _happens(self, subscription: Object, at: float) -> None:
        at, item = int(at), subscription["items"]["data"][0]
        if subscription["status"] == "past_due":
            bill = self.kinds["invoice"][subscription["latest_invoice"]]
            if not self.charge(bill, at) and bill["next_payment_attempt"] is None:
                self.cancel(subscription, now=at, reason="payment_failed")
            return
        if subscription["cancel_at_period_end"]:
            self.cancel(subscription, now=at)
            return
        subscription["status"] = "active"
        item["current_period_start"] = at
        item["current_period_end"] = after(at, item["price"]["recurring"]["interval"])
        self.bill(subscription, item["price"]["unit_amount"], "subscription_cycle", item["price"], at)
        self.events.tell("customer.subscription.updated", subscription, at)


def after(start: int, interval: str) -> int:
    """A month or a year later, on the same day, or on the month's last."""
    moment = datetime.fromtimestamp(start, UTC)
    months = moment.month + (12 if interval == "year" else 1)
    year, month = moment.year + (months - 1) // 12, (months - 1) % 12 + 1
    day = min(moment.day, monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())


def expire(session: Object) -> None:
    if session["status"] != "open":
        raise Wrong("This Session is not in an expireable state.", code="resource_already_exists")
    session |= {"status": "expired", "url": None}


def lookup(prices: list[Object], keys: list[str]) -> list[Object]:
    return [price for price in prices if not keys or price["lookup_key"] in keys]


def plain(value: Any) -> Any:
    return objects.shown(value) if isinstance(value, dict) else value
