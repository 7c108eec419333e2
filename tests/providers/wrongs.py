"""A server that answers every request alike, for what no cloud would ever say on purpose."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

BATCH_ITEM = re.compile(rb"Content-ID: <item(\d+)>")


@dataclass
class Answering:
    """What is answered from now on: to requests, and to each item where they come in a batch."""

    status: int = 200
    body: bytes = b""
    # The whole of a batch is answered so, not each of its items.
    whole: bool = False
    requests: int = 0

    def answer(self, path: str, asked: bytes) -> tuple[int, str, bytes]:
        """Status, content type, body."""
        self.requests += 1
        if self.whole or not ("$batch" in path or "/batch/" in path):
            return self.status, "application/json", self.body
        if "$batch" in path:
            return 200, "application/json", self._graph(json.loads(asked)["requests"])
        return 200, "multipart/mixed; boundary=answers", self._google(BATCH_ITEM.findall(asked))

    def _graph(self, items: list[dict[str, Any]]) -> bytes:
        try:
            body = json.loads(self.body)
        except ValueError:
            body = self.body.decode(errors="replace")
        return json.dumps({"responses": [{"id": i["id"], "status": self.status, "body": body} for i in items]}).encode()

    def _google(self, numbers: list[bytes]) -> bytes:
        parts = [
            b"--answers\r\nContent-Type: application/http\r\nContent-ID: <response-item%s>\r\n\r\n"
            b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\n\r\n%s\r\n" % (number, self.status, self.body)
            for number in numbers
        ]
        return b"".join(parts) + b"--answers--\r\n"


@contextmanager
def answering() -> Iterator[tuple[Answering, str]]:
    """The server and its address."""
    said = Answering()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave at once: in two pieces the second waits for the first to be acknowledged.
        wbufsize = -1

        def _answer(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, kind, body = said.answer(self.path, asked)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = _answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield said, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
