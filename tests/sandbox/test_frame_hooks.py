"""Notifications out of the sandbox: delivered, repeated, lost, doubled, late, and never to an address nobody mapped."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from sandbox.hooks import Unmapped
from sandbox.server import Running
from tests.sandbox.client import Client

PUBLIC = "https://hooks.hetk.example"
GOOGLE = {"X-Goog-Channel-ID": "c", "X-Goog-Resource-State": "exists"}


class Receiver:
    """A subscriber: answers with `statuses` one after another, then 202; remembers what came."""

    def __init__(self) -> None:
        self.came: list[tuple[str, dict[str, str], bytes, float]] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.came.append((self.path, headers, body, time.monotonic()))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 202)
                self.send_header("content-type", "text/plain")
                self.end_headers()
                self.wfile.write(self.path.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver(client: Client) -> Iterator[Receiver]:
    receiver = Receiver()
    client.sandbox.world.hooks.mapping[PUBLIC] = receiver.url
    yield receiver
    client.sandbox.do(client.sandbox.world.hooks.reset)
    receiver.stop()


def later(client: Client, path: str = "/hooks/microsoft/1/", headers: dict[str, str] | None = None) -> None:
    def send() -> None:
        client.sandbox.world.hooks.later(PUBLIC + path, headers=headers or {}, body=b"{}", mailbox_key="m")

    client.sandbox.do(send)


def until(done: Callable[[], bool], seconds: float = 3.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def idle(running: Running) -> Callable[[], bool]:
    return lambda: running.world.hooks.busy == 0


def deliveries(client: Client) -> list[dict[str, Any]]:
    return list(client("GET", "/_sandbox/deliveries").json())


def test_a_handshake_is_answered_at_once(client: Client, receiver: Receiver) -> None:
    async def shake() -> Any:
        hooks = client.sandbox.world.hooks
        return await hooks.call(
            f"{PUBLIC}/hooks?validationToken=a%20b", headers={"Content-Type": "text/plain"}, body=b""
        )

    receiver.statuses = [200]
    status, headers, body = client.sandbox.do(shake)
    assert (status, headers["content-type"], body) == (200, "text/plain", b"/hooks?validationToken=a%20b")
    assert receiver.came[0][1]["host"] == "hooks.hetk.example"


@pytest.mark.parametrize("address", ["https://elsewhere.example/h", "http://hooks.hetk.example/h"])
def test_an_unmapped_or_plain_address_is_never_called(client: Client, receiver: Receiver, address: str) -> None:
    async def call() -> Any:
        return await client.sandbox.world.hooks.call(address, headers={}, body=b"")

    with pytest.raises(Unmapped):
        client.sandbox.do(call)
    assert receiver.came == []


def test_a_notification_goes_out_a_moment_after_the_change(client: Client, receiver: Receiver) -> None:
    started = time.monotonic()
    later(client)
    until(idle(client.sandbox))
    path, _, body, at = receiver.came[0]
    assert (path, body, len(receiver.came)) == ("/hooks/microsoft/1/", b"{}", 1)
    assert 0.04 < at - started < 1.0
    assert deliveries(client)[0]["state"] == "delivered"


def test_a_lost_notification_never_arrives(client: Client, receiver: Receiver) -> None:
    client("POST", "/_sandbox/faults", json={"host": "graph.microsoft.com", "notifications": "lost"})
    later(client)
    time.sleep(0.5)
    assert receiver.came == []
    assert deliveries(client)[0]["state"] == "lost"
    later(client)
    until(idle(client.sandbox))
    assert len(receiver.came) == 1


def test_a_doubled_notification_arrives_twice(client: Client, receiver: Receiver) -> None:
    client("POST", "/_sandbox/faults", json={"path": "/hooks/", "notifications": "doubled"})
    later(client)
    until(idle(client.sandbox))
    assert [came[0] for came in receiver.came] == ["/hooks/microsoft/1/"] * 2


def test_a_late_notification_waits_for_the_sandboxs_clock(client: Client, receiver: Receiver) -> None:
    client("POST", "/_sandbox/faults", json={"notifications": "late", "seconds": 600})
    later(client)
    time.sleep(0.5)
    assert receiver.came == []
    client("POST", "/_sandbox/clock", json={"advance": 601})
    until(idle(client.sandbox))
    assert len(receiver.came) == 1


def test_a_fault_for_requests_is_not_used_up_by_notifications(client: Client, receiver: Receiver) -> None:
    client("POST", "/_sandbox/faults", json={"status": 500})
    later(client)
    until(idle(client.sandbox))
    assert len(client("GET", "/_sandbox/faults").json()) == 1


@pytest.mark.parametrize(
    ("headers", "status", "repeated"),
    [({}, 500, True), ({}, 404, True), (GOOGLE, 503, True), (GOOGLE, 404, False)],
)
def test_each_provider_repeats_what_it_repeats(
    client: Client, receiver: Receiver, headers: dict[str, str], status: int, repeated: bool
) -> None:
    receiver.statuses = [status]
    later(client, headers=headers)
    until(lambda: deliveries(client)[0]["statuses"] == [status])
    client("POST", "/_sandbox/clock", json={"advance": 11})
    until(idle(client.sandbox))
    assert len(receiver.came) == (2 if repeated else 1)


def _tried(client: Client, times: int) -> bool:
    return len(deliveries(client)[0]["statuses"]) >= times or client.sandbox.world.hooks.busy == 0


def test_after_four_hours_a_notification_is_given_up(client: Client, receiver: Receiver) -> None:
    receiver.statuses = [500] * 50
    later(client)
    for hours in range(6):
        until(partial(_tried, client, hours + 1))
        client("POST", "/_sandbox/clock", json={"advance": 3601})
    until(idle(client.sandbox))
    assert deliveries(client)[0]["state"] == "given up"
    assert len(receiver.came) == 5


def test_a_subscriber_that_is_away_is_tried_again(client: Client, receiver: Receiver) -> None:
    hooks = client.sandbox.world.hooks
    hooks.mapping[PUBLIC] = "http://127.0.0.1:1"
    later(client)
    until(lambda: deliveries(client)[0]["statuses"] == [None])
    hooks.mapping[PUBLIC] = receiver.url
    client("POST", "/_sandbox/clock", json={"advance": 11})
    until(idle(client.sandbox))
    assert len(receiver.came) == 1


def test_an_address_that_leads_elsewhere_from_now_on_brings_nothing_to_the_old_place_not_even_what_is_on_its_way(
    client: Client, receiver: Receiver
) -> None:
    later(client)
    until(lambda: len(receiver.came) == 1)
    receiver.statuses = [500]
    later(client)
    until(lambda: len(receiver.came) == 2)
    assert client("POST", "/_sandbox/hooks", json={PUBLIC: "http://127.0.0.1:9"}).json()[PUBLIC] == "http://127.0.0.1:9"
    later(client)
    client.sandbox.world.advance(15)
    until(lambda: deliveries(client)[2]["statuses"] == [None] and len(deliveries(client)[1]["statuses"]) == 2)
    assert len(receiver.came) == 2
