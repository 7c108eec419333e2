"""Serving a world: in the foreground for the command, in a thread for tests."""

import asyncio
import socket
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any, Self

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox import mailbox, names
from sandbox.app import application
from sandbox.memory import Memory
from sandbox.world import World


class _Protocol(HttpToolsProtocol):
    """Hands the transport to the application, so that a fault can cut the connection for real."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"sandbox.transport": self.transport}  # type: ignore[dict-item]


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Signals are the command's business."""


class Running:
    """A sandbox that serves from a thread: `with Running() as sandbox: sandbox.url, sandbox.world`.

    `state`: the file that the world is remembered in, None to forget it at the end.
    Anything that touches `world` from another thread should go through `do`, or through the control addresses.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        smtp_port: int = 0,
        dns_port: int = 0,
        hooks: Mapping[str, str] | None = None,
        state: Path | None = None,
    ) -> None:
        self._http = _bound(port)
        self._smtp = _bound(smtp_port)
        self._dns = _bound_twice(dns_port)
        self.port = int(self._http.getsockname()[1])
        self.smtp_port = int(self._smtp.getsockname()[1])
        self.dns_port = int(self._dns[0].getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.world = World(hooks=hooks, base=self.url)
        self._memory = Memory(state, self.world) if state else None
        # Whether the world goes on from where an earlier one was stopped.
        self.remembers = self._memory.recall() if self._memory else False
        config = uvicorn.Config(
            application(self.world),
            http=_Protocol,
            loop="uvloop",
            lifespan="off",
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        self.server = _Server(config)
        self._thread = Thread(target=self._serve, name="sandbox", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Listens when it returns."""
        self._thread.start()
        while not self.server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            sleep(0.01)

    def stop(self) -> None:
        """Stops serving; connections are closed."""
        self.server.should_exit = True
        self._thread.join(5)

    def wait(self) -> None:
        """Blocks until the server has ended."""
        self._thread.join()

    def do(self, work: Any, *args: Any) -> Any:
        """Runs `work(*args)` on the server's own loop and returns its result, whatever thread asks."""

        async def run() -> Any:
            result = work(*args)
            return await result if asyncio.iscoroutine(result) else result

        if self._loop is None:
            raise RuntimeError("the sandbox is not running")
        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(30)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self) -> None:
        uvloop.run(self._both())

    async def _both(self) -> None:
        self._loop = asyncio.get_running_loop()
        post = await self._loop.create_server(lambda: mailbox.protocol(self.world.mailbox), sock=self._smtp)
        udp, _ = await self._loop.create_datagram_endpoint(
            lambda: names.Udp(lambda: self.world.names), sock=self._dns[1]
        )
        tcp = await asyncio.start_server(
            lambda *ends: names.over_tcp(lambda: self.world.names, *ends), sock=self._dns[0]
        )
        keeping = self._loop.create_task(self._memory.keep()) if self._memory else None
        try:
            await self.server.serve(sockets=[self._http])
        finally:
            if keeping and self._memory:
                keeping.cancel()
                # After the last request was answered, and before deliveries are forgotten.
                self._memory.save()
            self.world.hooks.reset()
            post.close()
            udp.close()
            tcp.close()


def _bound(port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    found = socket.socket(type=kind)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", port))
    return found


def _bound_twice(port: int, tries: int = 20) -> tuple[socket.socket, socket.socket]:
    """One number for TCP and for UDP, as DNS wants it; a number that is free for the one may be taken for the other."""
    stream = _bound(port)
    try:
        return stream, _bound(stream.getsockname()[1], socket.SOCK_DGRAM)
    except OSError:
        stream.close()
        if port or tries == 1:
            raise
        return _bound_twice(port, tries - 1)
