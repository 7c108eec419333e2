"""What Stripe tells its endpoints: events, kept for lists, and delivered signed. https://docs.stripe.com/webhooks"""

import asyncio
import copy
import json
import os
from typing import TYPE_CHECKING

from sandbox.seals import SIGNATURE, signature
from sandbox.stripe import objects
from sandbox.stripe.objects import Object

if TYPE_CHECKING:
    from sandbox.world import World

VERSION = "2026-10-28.endive"
# Where an endpoint of ours listens, below every address that leads out of the sandbox.
PATH = "/hooks/stripe/"
SECRET = os.environ.get("SANDBOX_STRIPE_WEBHOOK_SECRET", "whsec_sandbox")


class Events:
    """Every event, oldest first."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.told: list[Object] = []

    def tell(self, type: str, thing: Object, at: int) -> None:
        """Keeps an event with the object as it is now, and sends it to whoever listens."""
        event = objects.base("evt", "event", at, api_version=VERSION, type=type, pending_webhooks=1)
        event |= {
            "data": {"object": copy.deepcopy(objects.shown(thing))},
            "request": {"id": None, "idempotency_key": None},
        }
        self.told.append(event)
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            # The world is being prepared, before anybody listens.
            return
        for origin in self._world.hooks.mapping:
            body, headers = self.letter(event)
            self._world.hooks.later(f"{origin}{PATH}", headers=headers, body=body, mailbox_key="stripe", sign=SECRET)

    def letter(self, event: Object) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a delivery that is sent now."""
        body = json.dumps(event, indent=2).encode()
        kind = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        return body, {**kind, SIGNATURE: signature(body, SECRET, int(self._world.clock.timestamp()))}
