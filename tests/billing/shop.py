"""A person who buys: Django's test client on Hetk's side, plain forms on Stripe's side, events brought over by hand."""

import json
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing import room, tasks
from billing.models import Account
from billing.standing import Standing
from sync.models import Pair
from tests.outside import Outside
from tests.web.household import Household

GOOD, DECLINED, FAILS_LATER = "4242424242424242", "4000000000000002", "4000000000000341"
HOST = "api.stripe.com"
DAY = 86400


class _Stay(HTTPRedirectHandler):
    """Where a page leads is looked at, not followed."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = build_opener(ProxyHandler({}), _Stay)


@dataclass
class Shop:
    alice: Household
    browser: Client
    outside: Outside

    @property
    def account(self) -> Account:
        return room.account_of(self.alice.user)

    @property
    def standing(self) -> Standing:
        return self.account.standing(timezone.now())

    def begin(self, price: str = "personal_m", intent: str = "") -> str:
        """Presses Buy; the address of the Checkout page it leads to."""
        fields = {"price": price, "intent": intent or str(uuid.uuid4())}
        answer = self.browser.post(reverse("billing_buy"), fields)
        assert answer.status_code == 302, answer.content.decode()
        return str(answer.headers["Location"])

    def pay(self, page: str, card: str = GOOD, **fields: str) -> str:
        """Fills in Checkout; the address that it leads back to, "" when the page stays and says why."""
        status, headers, _ = self.form(page, {"card": card, "country": "EE", **fields})
        return headers["location"] if status == 303 else ""

    def buy(self, price: str = "personal_m", card: str = GOOD, **fields: str) -> Any:
        """The whole way; Hetk's page after it."""
        back = self.pay(self.begin(price), card, **fields)
        assert back, "the card was not taken"
        return self.browser.get(self.here(back))

    def manage(self, **fields: str) -> str:
        """Presses a button of the portal; the page afterwards."""
        page = self.browser.post(reverse("billing_portal")).headers["Location"]
        if fields:
            self.form(page, fields)
        return self.form(page)[2]

    def change(self, price: str) -> None:
        id = self.price_ids()[price]
        self.manage(do="change", subscription=self.account.subscription, price=id)

    def price_ids(self) -> dict[str, str]:
        found = self.api("GET", "prices")
        return {price["lookup_key"]: price["id"] for price in found["data"]}

    def form(self, page: str, fields: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:
        data = urlencode(fields).encode() if fields is not None else None
        try:
            with _opener.open(Request(page, data)) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read().decode()

    def api(self, verb: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> Any:
        """A request of Stripe's API, past the product; the JSON, whatever the status."""
        data = urlencode(fields).encode() if fields is not None else None
        given = {"Authorization": "Bearer sk_test_x", **{name.replace("_", "-"): v for name, v in headers.items()}}
        try:
            with _opener.open(Request(f"{self.outside.url}/{HOST}/v1/{path}", data, given, method=verb)) as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            with error:
                return json.loads(error.read())

    def letters(self, kind: str = "") -> list[dict[str, Any]]:
        """What Stripe told so far, oldest first, as it would arrive now."""
        return [one for one in self.outside.call("GET", "stripe") if re.match(kind, one["type"])]

    def deliver(self, letters: list[dict[str, Any]], **changes: str) -> list[int]:
        """Brings letters to the webhook; the statuses it answers."""
        return [self._post(one, changes) for one in letters]

    def _post(self, letter: dict[str, Any], changes: dict[str, str]) -> int:
        signed = changes.get("signature", letter["headers"]["stripe-signature"])
        body = changes.get("body", letter["body"])
        answer = Client().post(
            reverse("hook_stripe"), body.encode(), "application/json", headers={"Stripe-Signature": signed}
        )
        return int(answer.status_code)

    def hear(self) -> None:
        """Everything that Stripe told arrives, and the queue looks into it."""
        self.deliver(self.letters())
        tasks.settle_events()

    def asked(self, verb: str = "", path: str = "") -> list[dict[str, Any]]:
        found = self.outside.requests(host=HOST, path=path)
        return [one for one in found if not verb or one["method"] == verb]

    def here(self, address: str) -> str:
        parts = urlsplit(address)
        return f"{parts.path}?{parts.query}"

    def pairs(self, number: int) -> list[Pair]:
        """So many pairs, the oldest first."""
        made = []
        for count in range(number):
            work = self.alice.calendar(self.alice.microsoft, f"Work {uuid.uuid4()}", primary=False)
            home = self.alice.calendar(self.alice.google, f"Home {count} {uuid.uuid4()}", primary=False)
            made.append(self.alice.pair(first=work, second=home, copies=1))
        return made

    def running(self) -> list[int]:
        return list(Pair.objects.filter(paused_at=None).order_by("pk").values_list("pk", flat=True))


def ends_trial(account: Account, at: datetime) -> None:
    Account.objects.filter(pk=account.pk).update(trial_ends_at=at, look_at=at)
