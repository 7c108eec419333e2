"""A counting proxy before a CalDAV server: every request passes, kept-alive, and leaves a line "METHOD path" in a file.

`python -m bench.counter UPSTREAM_PORT FILE` tells its own port on its standard output. `http://proxy/<HOST>/path` is `/path` at the
server, which is how Hetk's requests come; other paths pass as they are.
"""

import asyncio
import sys
from pathlib import Path
from typing import TextIO, cast

import uvloop

HOST = "dav.example"
PREFIX = f"/{HOST}".encode()
END = b"\r\n\r\n"


class Inward(asyncio.Protocol):
    """One client's connection, with one of its own to the server behind it."""

    def __init__(self, upstream: int, log: TextIO) -> None:
        self.upstream, self.log = upstream, log
        self.buffer = bytearray()
        self.left = 0
        self.server: asyncio.Transport | None = None
        self.opening: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are no subclass of it.
        self.client = cast(asyncio.Transport, transport)
        self.opening = asyncio.ensure_future(self.open())

    async def open(self) -> None:
        made, _ = await asyncio.get_running_loop().create_connection(lambda: Outward(self), "127.0.0.1", self.upstream)
        self.server = made
        self.pass_on()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.server:
            self.pass_on()

    def pass_on(self) -> None:
        """Heads one by one, bodies as they come."""
        assert self.server
        while self.buffer:
            if self.left:
                part = bytes(self.buffer[: self.left])
                del self.buffer[: self.left]
                self.left -= len(part)
                self.server.write(part)
            elif (at := self.buffer.find(END)) >= 0:
                head = bytes(self.buffer[: at + len(END)])
                del self.buffer[: at + len(END)]
                self.server.write(self.counted(head))
            else:
                return

    def counted(self, head: bytes) -> bytes:
        first, _, rest = head.partition(b"\r\n")
        method, path, version = first.split(b" ")
        path = path.removeprefix(PREFIX)
        self.log.write(f"{method.decode()} {path.decode()}\n")
        self.log.flush()
        for line in rest.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                self.left = int(value)
            if name.lower() == b"transfer-encoding":
                raise ValueError("a body of unknown length")
        return b" ".join((method, path, version)) + b"\r\n" + rest

    def connection_lost(self, exc: Exception | None) -> None:
        if self.server:
            self.server.close()


class Outward(asyncio.Protocol):
    def __init__(self, inward: Inward) -> None:
        self.inward = inward

    def data_received(self, data: bytes) -> None:
        self.inward.client.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.inward.client.close()


async def serve(upstream: int, file: Path) -> None:
    with file.open("a") as log:
        server = await asyncio.get_running_loop().create_server(lambda: Inward(upstream, log), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
