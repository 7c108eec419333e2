"""Real CalDAV servers on loopback, started privately, and a front before them that counts, loses answers and misbehaves on request."""

import base64
import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from hetk.keeper import bound

HOST = "dav.example"
PASSWORD = "correct-horse"
USERS = [f"person{n}" for n in range(1, 200)]
# Of a connection, not of a message.
HOP_BY_HOP = frozenset(("connection", "transfer-encoding", "content-length", "keep-alive"))


@dataclass
class Fault:
    """What happens to the next requests that fit. `skip`: so many of them pass first.

    `lost`: carried out, not answered; `lose`: carried out, and the answer lacks this header.
    """

    method: str = ".*"
    path: str = ".*"
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    lost: bool = False
    lose: str = ""
    skip: int = 0
    times: int = 1


@dataclass
class Served:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Front(ThreadingHTTPServer):
    """`http://front/dav.example/path` is `path` at the server. `password`: asked for here, where the server asks for none."""

    daemon_threads = True

    def __init__(self, port: int, password: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port, self.password = port, password
        self.served: list[Served] = []
        self.faults: list[Fault] = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        # Lines that begin so are not kept, and a PUT is answered without an ETag.
        self.drops = b""

    def struck(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if re.fullmatch(fault.method, method) and re.search(fault.path, path):
                if fault.skip:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return fault
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave at once: in two pieces the second waits for the first to be acknowledged.
    wbufsize = -1
    server: Front

    def handle_one_request(self) -> None:
        # A client that closed what it no longer needs is no error.
        with suppress(ConnectionError):
            super().handle_one_request()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.pass_on
        raise AttributeError(name)

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.removeprefix(f"/{HOST}")
        self.server.served.append(Served(self.command, path, dict(self.headers.items()), body))
        fault = self.server.struck(self.command, path)
        if fault and fault.status:
            self.answer(fault.status, fault.headers, fault.body)
            return
        if self.server.password and not self.known():
            self.answer(401, {"WWW-Authenticate": "Basic"}, b"")
            return
        if self.command == "PUT" and self.server.drops:
            body = re.sub(rb"(?m)^" + self.server.drops + rb".*\r\n(?:[ ].*\r\n)*", b"", body)
        inner = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        kept = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP | {"host"}}
        inner.request(self.command, path, body=body, headers={**kept, "Host": f"127.0.0.1:{self.server.port}"})
        answer = inner.getresponse()
        said = answer.read()
        inner.close()
        if fault and fault.lost:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        unsaid = HOP_BY_HOP | {fault.lose.lower() if fault else "", "etag" if self.server.drops else ""}
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in unsaid}
        self.answer(answer.status, headers, said)

    def known(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        return base64.b64decode(given).decode().partition(":")[2] == self.server.password

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def radicale(folder: Path) -> Iterator[Front]:
    """Asks for passwords itself; every person has a collection of their own."""
    users = folder / "users"
    users.write_text("".join(f"{user}:{PASSWORD}\n" for user in USERS))
    port = _free_port()
    options = {
        "server-hosts": f"127.0.0.1:{port}",
        "auth-type": "htpasswd",
        "auth-htpasswd-filename": str(users),
        "auth-htpasswd-encryption": "plain",
        "auth-delay": "0",
        "storage-filesystem-folder": str(folder / "data"),
        "logging-level": "error",
    }
    said = [f"--{name}={value}" for name, value in options.items()]
    with _running([sys.executable, "-m", "radicale", "--config", "", *said], port, folder), before(port, "") as front:
        yield front


@contextmanager
def xandikos(folder: Path) -> Iterator[Front]:
    """Has one person and no passwords over plain HTTP: the front asks for them."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "xandikos",
        "serve",
        "-d",
        str(folder / "data"),
        "-l",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    command += ["--defaults", "--current-user-principal", "/alice/", "--no-detect-systemd"]
    with _running(command, port, folder), before(port, PASSWORD) as front:
        yield front


@contextmanager
def _running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(bound(command), stdout=log, stderr=log)
        try:
            _wait_for(port, process, folder / "log")
            yield
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def before(port: int, password: str = "") -> Iterator[Front]:
    """A front before the server on that port. `password`: see `Front`."""
    front = Front(port, password)
    thread = Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield front
    finally:
        front.shutdown()
        front.server_close()
        thread.join()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-2000:]}")
