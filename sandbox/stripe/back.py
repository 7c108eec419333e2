"""Money that was paid, and money that goes back: refunds by the seller, disputes by a cardholder's bank. Neither ends a subscription."""

from typing import TYPE_CHECKING

from sandbox.stripe import objects
from sandbox.stripe.errors import Wrong
from sandbox.stripe.objects import Object

if TYPE_CHECKING:
    from sandbox.stripe.cloud import StripeCloud

# Pays, and is disputed as fraudulent right away. https://docs.stripe.com/testing#disputes
DISPUTED = "4000000000000259"


def charged(stripe: "StripeCloud", bill: Object, card: str, at: int) -> None:
    """A card paid a bill."""
    cents = bill["amount_due"]
    made = objects.base("ch", "charge", at, amount=cents, amount_captured=cents, amount_refunded=0, currency="usd")
    made |= {"customer": bill["customer"], "disputed": False, "paid": True, "refunded": False, "status": "succeeded"}
    made |= {"description": f"Payment for {bill['number']}", "metadata": {}, "payment_intent": None}
    stripe.put(made)
    if card == DISPUTED:
        dispute(stripe, made, at)


def refund(stripe: "StripeCloud", charge: Object, cents: int | None) -> Object:
    """All that is left of a charge, or so many cents of it."""
    left = charge["amount"] - charge["amount_refunded"]
    wanted = left if cents is None else cents
    if not 0 < wanted <= left:
        told = (
            f"Charge {charge['id']} has already been refunded."
            if not left
            else f"Refund amount ({wanted}) is more than {left}."
        )
        raise Wrong(told, code="charge_already_refunded" if not left else "amount_too_large", param="amount")
    charge["amount_refunded"] += wanted
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    made = objects.base("re", "refund", stripe.now(), amount=wanted, charge=charge["id"], currency="usd", reason=None)
    made |= {"metadata": {}, "payment_intent": None, "status": "succeeded"}
    del made["livemode"]
    stripe.events.tell("charge.refunded", charge, stripe.now())
    return stripe.put(made)


def dispute(stripe: "StripeCloud", charge: Object, at: int) -> Object:
    """A dispute names its charge; whose that is, the charge knows."""
    charge["disputed"] = True
    made = objects.base("dp", "dispute", at, amount=charge["amount"], charge=charge["id"], currency="usd", metadata={})
    made |= {"payment_intent": None, "reason": "fraudulent", "status": "needs_response", "is_charge_refundable": False}
    stripe.events.tell("charge.dispute.created", made, at)
    return stripe.put(made)


def give_in(stripe: "StripeCloud", found: Object) -> Object:
    """The seller does not answer: the dispute is lost."""
    if found["status"] == "lost":
        raise Wrong("This dispute is already closed.")
    found["status"] = "lost"
    stripe.events.tell("charge.dispute.closed", found, stripe.now())
    return found
