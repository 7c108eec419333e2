"""Small servers on loopback, each with one manner: real sockets, so that what is tested is what happens."""

import gzip
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Heard:
    """What a server was asked, and from how many connections."""

    url: str
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave at once: in two pieces the second waits for the first to be acknowledged.
    wbufsize = -1
    heard: Heard

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.heard.requests.append((self.command, self.path, dict(self.headers), body))
        self.heard.ports.append(self.client_address[1])
        self.answer()

    do_POST = do_PATCH = do_DELETE = do_GET

    def answer(self) -> None:
        name = self.path.partition("?")[0].rsplit("/", 1)[-1]
        if name == "away":
            return self.say(302, b"", Location="http://127.0.0.1:1/stolen")
        if name == "large":
            return self.say(200, b"x" * 300_000)
        if name == "bomb":
            return self.say(200, gzip.compress(b"x" * 5_000_000), **{"Content-Encoding": "gzip"})
        return self.say(200, b'{"path": "%s"}' % self.path.encode(), **{"Content-Type": "application/json"})

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for header in headers.items():
            self.send_header(*header)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that leaves early is part of the tests."""


@contextmanager
def web_server() -> Iterator[Heard]:
    heard = Heard("")
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"heard": heard}))
    heard.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield heard
    server.shutdown()
    server.server_close()
    thread.join(5)


Manner = Callable[[socket.socket], None]


@contextmanager
def odd_server(manner: Manner) -> Iterator[Heard]:
    """A server that treats each connection as `manner` does, then closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard = Heard(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def serve() -> None:
        while True:
            try:
                connection, address = listener.accept()
            except OSError:
                return
            heard.ports.append(address[1])
            # The client leaves when it has seen enough; that is what most of these tests are about.
            with connection, suppress(OSError):
                manner(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield heard
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def hang_up(connection: socket.socket) -> None:
    """Reads the request, answers nothing."""
    connection.recv(65536)


def stay_silent(connection: socket.socket) -> None:
    """Reads the request and keeps the connection open until the client gives up."""
    connection.recv(65536)
    connection.recv(65536)


def stop_half_way(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def drip_headers(connection: socket.socket) -> None:
    """Headers without an end, a byte now and then."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def drip(connection: socket.socket) -> None:
    """A byte now and then, each well within any time-out for one read."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)
