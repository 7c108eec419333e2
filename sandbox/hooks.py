"""Calls out of the sandbox: validation handshakes at once, notifications in the background with the providers' retries."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import uniform
from typing import Any
from urllib.parse import urlsplit

import h11

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.seals import SIGNATURE, signature

FIRST_TRY_SECONDS = 3.0
RETRY_SECONDS = 10.0
# Graph gives up four hours after the change; Google's longest is not published, the same is taken.
GIVE_UP_SECONDS = 4 * 3600.0
BACKOFF_SECONDS = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 2400.0, 3600.0, 3600.0)
USUAL_DELAY = (0.05, 0.3)

Answer = tuple[int, dict[str, str], bytes]


class Unmapped(ConnectionError):
    """The address is not reachable from the sandbox: no --hook maps its origin."""


@dataclass
class Delivery:
    """One notification on its way. `state`: waiting, delivered, lost or given up."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    mailbox_key: str
    # The secret that each try is signed with anew, as Stripe does; "" for those who sign nothing.
    sign: str = ""
    statuses: list[int | None] = field(default_factory=list)
    state: str = "waiting"


class Hooks:
    """The way from the clouds to the addresses that subscribers registered."""

    def __init__(self, clock: Clock, faults: Faults, mapping: Mapping[str, str] | None = None) -> None:
        self._clock = clock
        self._faults = faults
        self.mapping = dict(mapping or {})
        self.deliveries: list[Delivery] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._trying = 0

    async def call(self, url: str, *, headers: Mapping[str, str], body: bytes, within: float = RETRY_SECONDS) -> Answer:
        """POSTs at once and returns (status, headers in lower case, body).

        Raises Unmapped, ConnectionError, TimeoutError, or h11.RemoteProtocolError for an answer that is not HTTP.
        """
        return await asyncio.wait_for(_post(self._inside(url), urlsplit(url).netloc, headers, body), within)

    def later(self, url: str, *, headers: Mapping[str, str], body: bytes, mailbox_key: str, sign: str = "") -> None:
        """Delivers in the background, soon and at least once, unless a fault says otherwise. Needs a running loop."""
        parts = urlsplit(url)
        fault = self._faults.take_notification({parts.netloc, _source(headers)}, parts.path)
        manner = fault.notifications if fault else None
        delivery = Delivery(url, dict(headers), body, mailbox_key, sign)
        self.deliveries.append(delivery)
        del self.deliveries[:-1000]
        if manner == "lost":
            delivery.state = "lost"
            return
        wait = fault.seconds if fault and manner == "late" else uniform(*USUAL_DELAY)
        for _ in range(2 if manner == "doubled" else 1):
            task = asyncio.get_running_loop().create_task(self._deliver(delivery, wait))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def lead(self, origin: str, to: str) -> None:
        """From now on an address leads there; returns when nothing is being handed over at the place where it led before."""
        self.mapping[origin] = to
        while self._trying:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    @property
    def busy(self) -> int:
        """How many deliveries are still on their way."""
        return len(self._tasks)

    def reset(self) -> None:
        """Forget deliveries, also those on their way."""
        for task in self._tasks:
            task.cancel()
        self.deliveries.clear()

    async def _deliver(self, delivery: Delivery, wait: float) -> None:
        started = self._clock.timestamp()
        await self._sleep_until(started + wait)
        for attempt, pause in enumerate(BACKOFF_SECONDS):
            if await self._try(delivery, FIRST_TRY_SECONDS if attempt == 0 else RETRY_SECONDS):
                delivery.state = "delivered"
                return
            due = self._clock.timestamp() + pause
            if due > started + wait + GIVE_UP_SECONDS:
                break
            await self._sleep_until(due)
        delivery.state = "given up"

    async def _try(self, delivery: Delivery, within: float) -> bool:
        headers = dict(delivery.headers)
        if delivery.sign:
            headers[SIGNATURE] = signature(delivery.body, delivery.sign, int(self._clock.timestamp()))
        self._trying += 1
        try:
            status, _, _ = await self.call(delivery.url, headers=headers, body=delivery.body, within=within)
        except (OSError, TimeoutError, h11.RemoteProtocolError):
            delivery.statuses.append(None)
            return False
        finally:
            self._trying -= 1
        delivery.statuses.append(status)
        # Google repeats only after 5xx; Graph after anything but 2xx.
        return status < 500 if "x-goog-channel-id" in _lower(delivery.headers) else 200 <= status < 300

    async def _sleep_until(self, due: float) -> None:
        # In short naps, so that a push of the clock takes effect at once.
        while (left := due - self._clock.timestamp()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, 0.1))

    def _inside(self, url: str) -> str:
        parts = urlsplit(url)
        base = self.mapping.get(f"{parts.scheme}://{parts.netloc}")
        if parts.scheme != "https" or base is None:
            raise Unmapped(f"{parts.scheme}://{parts.netloc} is not mapped; start the sandbox with --hook")
        rest = parts.path + (f"?{parts.query}" if parts.query else "")
        return base.rstrip("/") + rest


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _source(headers: Mapping[str, str]) -> str:
    if SIGNATURE in _lower(headers):
        return "api.stripe.com"
    return "www.googleapis.com" if "x-goog-channel-id" in _lower(headers) else "graph.microsoft.com"


async def _post(url: str, host: str, headers: Mapping[str, str], body: bytes) -> Answer:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        connection = h11.Connection(our_role=h11.CLIENT)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {"host": host, "content-length": str(len(body)), "connection": "close", **_lower(headers)}
        request = h11.Request(method="POST", target=target or "/", headers=list(sent.items()))
        for event in (request, h11.Data(data=body), h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        return await _read(connection, reader)
    finally:
        writer.close()


async def _read(connection: h11.Connection, reader: asyncio.StreamReader) -> Answer:
    status, headers, body = 0, {}, b""
    while True:
        event: Any = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode().lower(): value.decode() for name, value in event.headers}
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
            return status, headers, body
