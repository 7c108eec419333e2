"""Speaking with Microsoft Graph: addresses, headers, batches, what its errors mean. Every write passes the door here."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson

from sync.providers.base import Token
from sync.providers.errors import ComeBack, CursorLost, ProviderError, Unknown
from sync.providers.wire import JSON, Ask, Outcome, Reply, Wire, in_batches, keep_quiet, lowered, trouble, understood

ROOT = "https://graph.microsoft.com/v1.0"
BATCH_SIZE = 20
# Ids that stay when an event is moved between folders, and bodies as text; said with every request, in batches too.
PREFER = 'IdType="ImmutableId", outlook.body-content-type="text"'
UNVALIDATED = "ValidationError"
CURSOR_LOST = frozenset(("syncstatenotfound", "syncstateinvalid", "resyncrequired", "invaliddeltatoken"))

_NAMES = "subject body location start end isAllDay showAs sensitivity isReminderOn transactionId categories singleValueExtendedProperties"
WRITABLE = frozenset(_NAMES.split())
OFF = {"isReminderOn": False}


def path(*parts: str, **query: str) -> str:
    """A path of quoted parts, with its query; a name that starts with "_" is an OData option ("_expand" is $expand)."""
    address = "/" + "/".join(quote(part, safe="") for part in parts)
    named = {("$" + name[1:] if name.startswith("_") else name): value for name, value in query.items()}
    options = "&".join(f"{name}={quote(value, safe='')}" for name, value in named.items())
    return f"{address}?{options}" if options else address


class Client:
    def __init__(self, token: Token) -> None:
        self.wire = Wire(token)

    def read(self, path: str, *, prefer: str = "") -> dict[str, Any]:
        """A JSON object. `path`: relative, or a link that Graph gave, which is used as it is."""
        outcome = self._one(Ask(method="GET", path=path, headers={"Prefer": f"{PREFER}, {prefer}"} if prefer else {}))
        return _object(outcome)

    def pages(self, path: str, *, prefer: str = "") -> Iterator[dict[str, Any]]:
        """All pages of a list or of a round of changes."""
        while path:
            page = self.read(path, prefer=prefer)
            if not isinstance(page.get("value"), list):
                raise ComeBack("a page without a list")
            yield page
            path = str(page.get("@odata.nextLink") or "")

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        """A request that is about no event: subscriptions."""
        outcome = self._one(Ask(method=method, path=path, body=body))
        if isinstance(outcome, ProviderError):
            raise outcome
        return outcome

    def read_all(self, asks: Sequence[Ask]) -> Iterator[Outcome]:
        return in_batches(asks, BATCH_SIZE, one=self._one, many=self._many, renew=self._renew)

    def write_all(self, asks: Sequence[Ask]) -> Iterator[Outcome]:
        """Writes to events. One that is not quiet raises `Refused` before anything is sent."""
        for ask in asks:
            keep_quiet(ask.body, allowed=WRITABLE, off=OFF)
        return in_batches(asks, BATCH_SIZE, one=self._one, many=self._many, renew=self._renew)

    def _renew(self) -> str:
        return self.wire.token(renew=True)

    def _one(self, ask: Ask) -> Outcome:
        return judged(self._send(ask))

    def _send(self, ask: Ask) -> Reply:
        if "://" in ask.path and not ask.path.startswith(f"{ROOT}/"):
            # The token goes nowhere else, whatever a stored link says.
            raise CursorLost("a link that is not Graph's")
        url = ask.path if "://" in ask.path else ROOT + ask.path
        body = orjson.dumps(ask.body) if ask.body is not None else None
        headers = {"Prefer": PREFER, **(JSON if body else {}), **ask.headers}
        return self.wire.send(ask.method, url, headers=headers, body=body, writing=ask.writing)

    def _many(self, asks: Sequence[Ask]) -> list[Outcome]:
        body = orjson.dumps({"requests": [_item(number, ask) for number, ask in enumerate(asks)]})
        writing = any(ask.writing for ask in asks)
        outcome = judged(self.wire.send("POST", f"{ROOT}/$batch", headers=JSON, body=body, writing=writing))
        if isinstance(outcome, ComeBack):
            raise outcome
        if isinstance(outcome, ProviderError):
            return [outcome for _ in asks]
        with understood(writing=writing):
            answers = {answer.get("id"): answer for answer in outcome.record().get("responses") or ()}
            return [_answered(ask, answers.get(str(number))) for number, ask in enumerate(asks)]


def _item(number: int, ask: Ask) -> dict[str, Any]:
    headers = {"Prefer": PREFER, **(JSON if ask.body is not None else {}), **ask.headers}
    item: dict[str, Any] = {"id": str(number), "method": ask.method, "url": ask.path, "headers": headers}
    return item if ask.body is None else item | {"body": ask.body}


def _answered(ask: Ask, answer: Mapping[str, Any] | None) -> Outcome:
    if answer is None or not isinstance(answer.get("status"), int):
        return (Unknown if ask.writing else ComeBack)("the batch has no answer for it")
    headers = lowered(answer.get("headers") or {})
    return judged(Reply(status=answer["status"], headers=headers, data=answer.get("body"), writing=ask.writing))


def _object(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, ProviderError):
        raise outcome
    return outcome.record()


def code(reply: Reply) -> str:
    error = reply.data.get("error") if isinstance(reply.data, dict) else None
    if not isinstance(error, dict):
        return ""
    # A handshake that failed has had several codes; its words are the same in all of them.
    unanswered = "validation request" in str(error.get("message") or "").casefold()
    return UNVALIDATED if unanswered else str(error.get("code") or "")


def judged(reply: Reply) -> Outcome:
    if reply.ok:
        return reply
    said = code(reply)
    if not reply.writing and (reply.status == 410 or said.casefold() in CURSOR_LOST):
        return CursorLost("the delta link is too old", status=reply.status, code=said, request_id=reply.request_id)
    return trouble(reply, said)
