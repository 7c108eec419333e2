"""Speaking with Google Calendar v3: addresses, batches, what its errors mean. Every write passes the door here."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from sync.providers.base import Token
from sync.providers.errors import ComeBack, ProviderError, SignInAgain, Unknown
from sync.providers.google import batch
from sync.providers.wire import JSON, Ask, Outcome, Reply, Wire, in_batches, keep_quiet, trouble

HOST = "https://www.googleapis.com"
ROOT = "/calendar/v3"
BATCH = f"{HOST}/batch{ROOT}"
# Google's own guide has said 50 and 1000; 50 is what both allow.
BATCH_SIZE = 50
# "Calendar usage limits": the person's account is limited for hours or more, asking again soon makes it worse.
LONG_PAUSE = 3600.0
RATE = frozenset(("rateLimitExceeded", "userRateLimitExceeded"))
EXHAUSTED = frozenset(("quotaExceeded", "dailyLimitExceeded", "calendarUsageLimitsExceeded"))

_NAMES = "id summary description location start end transparency visibility reminders colorId extendedProperties"
WRITABLE = frozenset(_NAMES.split())
OFF = {"reminders": {"useDefault": False}}


def path(*parts: str, **query: Any) -> str:
    """A path of quoted parts, with its query."""
    address = "/" + "/".join(quote(part, safe="") for part in parts)
    return f"{address}?{urlencode(query)}" if query else address


class Client:
    def __init__(self, token: Token) -> None:
        self.wire = Wire(token)

    def read(self, path: str) -> dict[str, Any]:
        """A JSON object, or the error as it is."""
        outcome = self._one(Ask(method="GET", path=path))
        if isinstance(outcome, ProviderError):
            raise outcome
        return outcome.record()

    def post(self, path: str, body: dict[str, Any]) -> Reply:
        """A request that is about no event: channels."""
        outcome = self._one(Ask(method="POST", path=path, body=body))
        if isinstance(outcome, ProviderError):
            raise outcome
        return outcome

    def read_all(self, asks: Sequence[Ask]) -> Iterator[Outcome]:
        return in_batches(asks, BATCH_SIZE, one=self._one, many=self._many, renew=self._renew)

    def write_all(self, asks: Sequence[Ask]) -> Iterator[Outcome]:
        """Writes to events. One that is not quiet raises `Refused` before anything is sent."""
        for ask in asks:
            keep_quiet(ask.body, allowed=WRITABLE, off=OFF)
            if "sendUpdates=none" not in ask.path:
                raise AssertionError("every write to events says sendUpdates=none")
        return in_batches(asks, BATCH_SIZE, one=self._one, many=self._many, renew=self._renew)

    def _renew(self) -> str:
        return self.wire.token(renew=True)

    def _one(self, ask: Ask) -> Outcome:
        body = orjson.dumps(ask.body) if ask.body is not None else None
        headers = {**(JSON if body else {}), **ask.headers}
        return judged(
            self.wire.send(ask.method, HOST + ROOT + ask.path, headers=headers, body=body, writing=ask.writing)
        )

    def _many(self, asks: Sequence[Ask]) -> list[Outcome]:
        writing = any(ask.writing for ask in asks)
        answer = self.wire.send(
            "POST", BATCH, headers=batch.CONTENT_TYPE, body=batch.encode(asks, ROOT), writing=writing
        )
        outcome = judged(answer)
        if isinstance(outcome, ComeBack):
            raise outcome
        if isinstance(outcome, ProviderError):
            return [outcome for _ in asks]
        body = outcome.data if isinstance(outcome.data, bytes) else b""
        replies = batch.decode(outcome.headers.get("content-type", ""), body, asks)
        return [judged(reply) if reply else _missing(ask) for ask, reply in zip(asks, replies, strict=True)]


def _missing(ask: Ask) -> ComeBack:
    return (Unknown if ask.writing else ComeBack)("the batch has no answer for it")


def reason(reply: Reply) -> str:
    """Google's word for what is wrong; several things share one status."""
    error = reply.data.get("error") if isinstance(reply.data, dict) else None
    if not isinstance(error, dict):
        return ""
    listed = error.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else {}
    return str((first.get("reason") if isinstance(first, dict) else "") or error.get("status") or "")


def judged(reply: Reply) -> Outcome:
    if reply.ok:
        return reply
    why = reason(reply)
    if reply.status == 403 and why in EXHAUSTED:
        return trouble(reply, why, slow=True, pause=LONG_PAUSE)
    if reply.status == 403 and why == "insufficientPermissions":
        return SignInAgain("the grant lacks a permission", status=403, code=why)
    # Within one batch, two writes to the same calendar may get in each other's way.
    slow = (reply.status == 403 and why in RATE) or (reply.status == 409 and why == "conflict")
    return trouble(reply, why, slow=slow)
