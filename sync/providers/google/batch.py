"""The multipart form in which Google takes and answers several requests at once."""

from collections.abc import Sequence
from email.parser import BytesParser
from email.policy import HTTP

import orjson

from sync.providers.wire import JSON, Ask, Reply, lowered, parsed

# JSON has no bare line ends, so no body can hold a line that starts like this.
BOUNDARY = "hetk-batch"
CONTENT_TYPE = {"Content-Type": f"multipart/mixed; boundary={BOUNDARY}"}


def encode(asks: Sequence[Ask], root: str) -> bytes:
    """The body of a batch. `root`: the path that the asks' paths follow, "/calendar/v3"."""
    parts = [_part(number, ask, root) for number, ask in enumerate(asks)]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _part(number: int, ask: Ask, root: str) -> bytes:
    headers = {**(JSON if ask.body is not None else {}), **ask.headers}
    lines = [
        f"--{BOUNDARY}",
        "Content-Type: application/http",
        f"Content-ID: <item{number}>",
        "",
        f"{ask.method} {root}{ask.path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
        "",
    ]
    body = orjson.dumps(ask.body) if ask.body is not None else b""
    return "\r\n".join(lines).encode() + body + b"\r\n"


def decode(content_type: str, body: bytes, asks: Sequence[Ask]) -> list[Reply | None]:
    """The answers in the order of the asks; None for one that has none."""
    whole = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    found: list[Reply | None] = [None] * len(asks)
    for part in whole.iter_parts() if whole.is_multipart() else ():
        number = str(part.get("Content-ID", "")).strip("<> ").rpartition("item")[2]
        if not number.isdecimal() or int(number) >= len(asks):
            continue
        payload = part.get_payload(decode=True)
        found[int(number)] = _reply(payload if isinstance(payload, bytes) else b"", writing=asks[int(number)].writing)
    return found


def _reply(payload: bytes, *, writing: bool) -> Reply | None:
    status_line, _, rest = payload.lstrip().partition(b"\n")
    words = status_line.split()
    if len(words) < 2 or not words[1].isdigit():
        return None
    message = BytesParser(policy=HTTP).parsebytes(rest)
    body = message.get_payload(decode=True)
    data = parsed(body) if isinstance(body, bytes) else None
    return Reply(status=int(words[1]), headers=lowered(dict(message.items())), data=data, writing=writing)
