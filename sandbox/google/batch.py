"""The batch endpoint: up to fifty calls as parts of one multipart body, answered in no order."""

from asyncio import sleep
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.faults import Fault
from sandbox.google.calls import Answer, Call, answered
from sandbox.google.errors import bad, not_found, unauthorized

if TYPE_CHECKING:
    from sandbox.log import Entry

MOST = 50
ROOT = "/calendar/v3"
HOST = "www.googleapis.com"
BOUNDARY = "batch_sandbox"


async def run(outer: Call, entry: "Entry | None") -> Answer:
    """Carries the parts out one by one. Raises Refusal for a body that is no batch, or too long a one."""
    parts = _parts(outer)
    if entry is not None:
        entry.operation_count = len(parts)
    calls = [_inside(outer, part) for part in parts]
    told: list[bytes] = []
    for part, call in zip(parts, calls, strict=True):
        answer = await _one(call)
        status = answer.status if answer else 0
        outer.cloud.world.log.inner(entry, call.method, ROOT + call.path, part.query, status)
        if answer is not None:
            told.append(_told(part.id, answer))
    # The same batch is always answered in the same odd order.
    Random(outer.body).shuffle(told)
    body = b"".join(told) + f"--{BOUNDARY}--\r\n".encode()
    return Answer(200, body, {"Content-Type": f"multipart/mixed; boundary={BOUNDARY}"})


class Part:
    """One inner request as it was written."""

    def __init__(self, message: Message) -> None:
        if message.get_content_type() != "application/http":
            raise bad("Every part of a batch must be application/http.", "badRequest")
        self.id = str(message.get("Content-ID", "")).strip()
        payload = message.get_payload(decode=True)
        raw = payload.lstrip() if isinstance(payload, bytes) else b""
        line, _, rest = raw.partition(b"\n")
        self.line = line.decode("latin-1").strip()
        self.query = self.line.partition("?")[2].split(" ")[0]
        self.message = BytesParser(policy=HTTP).parsebytes(rest)
        body = self.message.get_payload(decode=True)
        self.body = body.strip() if isinstance(body, bytes) else b""


def _parts(outer: Call) -> list[Part]:
    kind = outer.headers.get("content-type", "")
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + outer.body)
    if message.get_content_type() != "multipart/mixed" or not message.is_multipart():
        raise bad("Failed to parse batch request, error: no multipart/mixed body.", "badRequest")
    found = [Part(part) for part in message.iter_parts()]
    if len(found) > MOST:
        raise bad(f"The batch request has {len(found)} calls; {MOST} are allowed.", "badRequest")
    return found


def _inside(outer: Call, part: Part) -> Call:
    """The call that one part stands for."""
    words = part.line.split()
    if len(words) < 2:
        raise bad("Failed to parse batch request, error: a part has no request line.", "badRequest")
    parts = urlsplit(words[1])
    headers = {name.lower(): str(value) for name, value in part.message.items()}
    path = unquote(parts.path)
    # Only paths of this API may stand inside; another one is not found.
    inner = path.removeprefix(ROOT) if path.startswith(ROOT + "/") and not parts.netloc else "/elsewhere"
    return Call(
        outer.cloud,
        outer.grant,
        words[0].upper(),
        inner,
        parse_qs(parts.query, keep_blank_values=True),
        headers,
        part.body,
    )


async def _one(call: Call) -> Answer | None:
    """None when a fault takes the answer away. A part may carry a token of its own."""
    if "authorization" in call.headers:
        grant = call.cloud.world.tokens.check(call.headers["authorization"], "google")
        if grant is None:
            refusal = unauthorized(sent=True)
            return Answer(refusal.status, refusal.body(), refusal.headers)
        call.grant = grant
    fault = call.cloud.world.faults.take(HOST, call.method, ROOT + call.path)
    if fault and fault.latency:
        await sleep(fault.latency)
    if fault and fault.drop:
        return None
    if fault and fault.status is not None:
        return _faulty(fault)
    answer = answered(call)
    return None if fault and fault.lost else answer


def _faulty(fault: Fault) -> Answer:
    body = fault.body if fault.body is not None else not_found().body() if fault.status == 404 else None
    return Answer(fault.status or 500, body, dict(fault.headers))


def _told(id: str, answer: Answer) -> bytes:
    content = answer.content() if not isinstance(answer.body, str) else answer.body.encode()
    phrase = HTTPStatus(answer.status).phrase
    headers = {**({"Content-Type": "application/json; charset=UTF-8"} if content else {}), **answer.headers}
    lines = [f"--{BOUNDARY}", "Content-Type: application/http"]
    if id:
        lines.append(f"Content-ID: <response-{id.strip('<>')}>")
    lines += ["", f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode() + content + b"\r\n"
