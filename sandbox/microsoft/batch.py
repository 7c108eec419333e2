"""$batch: up to twenty calls in one, four at a time, answered in no order."""

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from sandbox.faults import Fault
from sandbox.microsoft.calls import Answer, Call
from sandbox.microsoft.errors import Refusal, invalid

if TYPE_CHECKING:
    from sandbox.log import Entry

MOST = 20
AT_ONCE = 4
METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
HOST = "graph.microsoft.com"


def read(body: Any) -> list[dict[str, Any]]:
    """The items of a batch, checked as a whole. Raises Refusal."""
    items = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items:
        raise invalid("BadRequest", "Invalid batch payload format.")
    if len(items) > MOST:
        raise invalid("BadRequest", f"Number of batch request steps exceeds the maximum value of {MOST}.")
    seen: set[str] = set()
    for item in items:
        _check(item, seen)
        seen.add(item["id"])
    return items


def _check(item: Any, seen: set[str]) -> None:
    if not isinstance(item, dict) or not isinstance(item.get("id"), str) or not item["id"]:
        raise invalid("BadRequest", "Batch request step is missing its id, which must be a string.")
    # Ids are compared as they are written: capitals count.
    if item["id"] in seen:
        raise invalid("BadRequest", f"Batch request step id '{item['id']}' is not unique.")
    url = item.get("url")
    if not isinstance(url, str) or urlsplit(url).netloc or url.lstrip("/").startswith(("v1.0/", "$batch")):
        raise invalid("BadRequest", f"Batch request step '{item['id']}' needs a relative url.")
    if str(item.get("method", "")).upper() not in METHODS:
        raise invalid("BadRequest", f"Batch request step '{item['id']}' has no valid method.")
    # Naming only what came before also rules out circles.
    unknown = [other for other in item.get("dependsOn") or () if other not in seen]
    if unknown:
        raise invalid(
            "BadRequest", f"Batch request step '{item['id']}' depends on '{unknown[0]}', which is not before it."
        )


async def run(outer: Call, entry: "Entry | None") -> Answer:
    """Carry the items out and answer them, shuffled."""
    items = read(outer.json())
    if entry is not None:
        entry.operation_count = len(items)
    statuses: dict[str, asyncio.Future[int]] = {
        item["id"]: asyncio.get_running_loop().create_future() for item in items
    }
    # Graph sends Outlook four requests of a batch at a time, which is what one mailbox bears.
    seats = asyncio.Semaphore(AT_ONCE)

    async def one(item: dict[str, Any]) -> dict[str, Any]:
        # An item waits for those it depends on before it takes a seat, or four waiting ones would block the rest.
        before = [await statuses[other] for other in item.get("dependsOn") or ()]
        async with seats:
            answer = await _one(outer, item, before)
        statuses[item["id"]].set_result(answer.status)
        call = inside(outer, item)
        outer.cloud.world.log.inner(entry, call.method, f"/v1.0{call.path}", urlsplit(item["url"]).query, answer.status)
        # An item's own headers, among them Retry-After, stand beside its status; those of the batch say nothing of it.
        headers = {"Content-Type": "application/json", **answer.headers} if answer.body is not None else answer.headers
        return {"id": item["id"], "status": answer.status, "headers": headers, "body": answer.body}

    answers = list(await asyncio.gather(*(one(item) for item in items)))
    # The same batch is always answered in the same odd order.
    Random(orjson.dumps([item["id"] for item in items])).shuffle(answers)
    return Answer(200, {"responses": answers})


async def _one(outer: Call, item: dict[str, Any], before: list[int]) -> Answer:
    cloud = outer.cloud
    call = inside(outer, item)
    if any(status >= 400 for status in before):
        return refused(outer, Refusal(424, "FailedDependency", "A request that this one depends on has failed."))
    # Each item can go wrong alone: a batch that is answered 200 proves nothing about its items.
    fault = cloud.world.faults.take(HOST, call.method, f"/v1.0{call.path}")
    if latency := (fault.latency if fault else 0) or cloud.latency:
        await asyncio.sleep(latency)
    if fault and fault.status is not None:
        return _faulty(fault)
    if fault and fault.drop:
        return refused(outer, Refusal(504, "GatewayTimeout", "The service did not answer in time."))
    if item.get("body") is not None and "content-type" not in call.headers:
        message = "Write request does not contain the Content-Type header in the batch request step."
        return refused(outer, invalid("BadRequest", message))
    answer = await cloud.answer(call)
    if fault and fault.lost:
        return refused(outer, Refusal(504, "GatewayTimeout", "The service did not answer in time."))
    return answer


def refused(outer: Call, refusal: Refusal) -> Answer:
    """A refusal as the answer of one item."""
    return Answer(refusal.status, refusal.body(outer.cloud.world.clock.now()), dict(refusal.headers))


def _faulty(fault: Fault) -> Answer:
    throttled = {
        "error": {"code": "ApplicationThrottled", "message": "Application is over its MailboxConcurrency limit."}
    }
    return Answer(fault.status or 500, fault.body if fault.body is not None else throttled, dict(fault.headers))


def inside(outer: Call, item: dict[str, Any]) -> Call:
    """The call that one item stands for."""
    parts = urlsplit(item["url"])
    headers = {str(name).lower(): str(value) for name, value in (item.get("headers") or {}).items()}
    body = orjson.dumps(item["body"]) if item.get("body") is not None else None
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    path = "/" + unquote(parts.path).lstrip("/")
    return Call(outer.cloud, outer.grant, str(item["method"]).upper(), path, query, headers, body)
