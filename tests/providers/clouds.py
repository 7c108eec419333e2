"""The sandbox's clouds as the contract's `Outside`, and a listener for their notifications."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sync.core.event import Timed, When
from sync.providers.google.provider import GoogleProvider
from sync.providers.microsoft.provider import MicrosoftProvider
from tests.outside import Outside as Sandbox

PEOPLE = {"microsoft": "alice-northwind", "google": "alice-gmail"}
ADDRESSES = {"microsoft": "alice@northwind.example", "google": "alice.tamm@gmail.example"}


class Listener:
    """Answers validation handshakes and keeps the secrets of the notifications that came."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server
        self.secrets: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def hear(self, query: str, headers: Any, body: bytes) -> bytes:
        """What to answer. Google's first message of a channel only says that it is open."""
        if token := parse_qs(query).get("validationToken"):
            return token[0].encode()
        if headers.get("X-Goog-Channel-Token"):
            if headers["X-Goog-Resource-State"] != "sync":
                self.secrets.append(headers["X-Goog-Channel-Token"])
        else:
            self.secrets += [item["clientState"] for item in json.loads(body)["value"]]
        return b""


@contextmanager
def listening() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = listener.hear(urlsplit(self.path).query, self.headers, body)
            self.send_response(200 if answer else 202)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(server)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class CloudOutside:
    """What is the same at both clouds: a person's hand, faults, the log of requests."""

    kind: str
    host: str
    # Where events are written to, and what a full reading and a later one both ask first.
    events_path: str
    reading_path: str
    # What a full reading takes its events from.
    list_path: str
    # Requests that a reading takes, by what happened since.
    costs: Mapping[str, int]
    marks_in_delta: bool
    series_rebuilt: bool
    zones_kept: bool
    found_by_key: bool
    keys_stay_taken: bool
    exact_pauses = True
    ids_return = False

    def __init__(self, sandbox: Sandbox, listener: Listener) -> None:
        self.sandbox = sandbox
        self.listener = listener
        self.person, self.address = PEOPLE[self.kind], ADDRESSES[self.kind]
        self.calendar: str = self.sandbox.hand(self.person, "calendars")[0]["id"]
        self.granted = self.issued = self.sandbox.grant(self.person)["access_token"]
        self.renewals = 0

    def token(self, *, renew: bool = False) -> str:
        if renew:
            self.renewals += 1
            self.issued = self.granted
        return str(self.issued)

    @property
    def provider(self) -> Any:
        raise NotImplementedError

    def small_pages(self) -> None:
        raise NotImplementedError

    def lose_cursor(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def expire_token(self) -> None:
        """The next token handed out is refused; the one after a renewal is good."""
        self.issued = "worn-out"

    def create(self, title: str, when: When, **fields: Any) -> str:
        made = self.sandbox.hand(self.person, "create", self.calendar, title=title, **_times(when), **fields)
        return str(made["id"])

    def occurrences(self, master: str) -> list[str]:
        return [event["id"] for event in self._listed() if event["series_id"] == master]

    def ids(self) -> list[str]:
        return [event["id"] for event in self._listed()]

    def get_title(self, id: str) -> str:
        """The title of an event that is there, else ""."""
        return next((event["title"] for event in self._listed() if event["id"] == id), "")

    def _listed(self) -> list[dict[str, Any]]:
        start = datetime.now(UTC) - timedelta(days=400)
        end = start + timedelta(days=1500)
        listed: list[dict[str, Any]] = self.sandbox.hand(self.person, "list", self.calendar, start=start, end=end)
        return listed

    def edit(self, id: str, **changes: Any) -> None:
        self.sandbox.hand(self.person, "edit", self.calendar, id=id, **changes)

    def move(self, id: str, when: When) -> None:
        times = _times(when)
        self.sandbox.hand(self.person, "move", self.calendar, id=id, start=times["start"], end=times["end"])

    def delete(self, id: str) -> None:
        self.sandbox.hand(self.person, "delete", self.calendar, id=id)

    def sign_out(self) -> None:
        self.sandbox.revoke(self.person)

    def throttle(self, after: float) -> None:
        self.sandbox.faults(self.host, status=429, headers={"Retry-After": str(after)})

    def throttle_second_item(self, after: float) -> None:
        # The first of the two does no harm: it only lets the first item pass.
        self.sandbox.faults(self.host, self.events_path, method="POST", latency=0.01)
        self.sandbox.faults(self.host, self.events_path, method="POST", status=429, headers={"Retry-After": str(after)})

    def lose_answer(self) -> None:
        self.sandbox.faults(self.host, f"batch|{self.events_path}", method="POST", lost=True)

    def invitations(self) -> Sequence[object]:
        return self.sandbox.invitations()

    def bells(self, secret: str) -> int:
        # Changes that come close together are gathered before they are sent.
        time.sleep(0.05)
        deadline = time.monotonic() + 5
        while self._on_their_way() and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.listener.secrets.count(secret)

    def _on_their_way(self) -> bool:
        return any(one["state"] == "waiting" for one in self.sandbox.call("GET", "deliveries"))

    def requests(self) -> int:
        return len(self.sandbox.requests(host=self.host))


class MicrosoftOutside(CloudOutside):
    kind = "microsoft"
    host = "graph.microsoft.com"
    events_path = "/events$"
    reading_path = "/calendarView/delta$"
    list_path = "/calendarView$"
    costs = {"full": 2, "nothing": 1, "one change": 1, "one series": 2}
    marks_in_delta = False
    series_rebuilt = True
    zones_kept = False
    found_by_key = False
    keys_stay_taken = False

    def __init__(self, sandbox: Sandbox, listener: Listener) -> None:
        super().__init__(sandbox, listener)
        self.speaker = MicrosoftProvider(self.token, self.address)

    @property
    def provider(self) -> MicrosoftProvider:
        return self.speaker

    def small_pages(self) -> None:
        self.provider.page_size = 10

    def lose_cursor(self) -> None:
        self.sandbox.call("POST", "graph/forget", {"person": self.person})

    def close(self) -> None:
        body = {"error": {"code": "ErrorItemNotFound", "message": "The specified object was not found in the store."}}
        self.sandbox.faults(self.host, "calendarView", status=404, body=body, times=9)


class GoogleOutside(CloudOutside):
    kind = "google"
    host = "www.googleapis.com"
    events_path = "/events$"
    reading_path = list_path = "/events$"
    costs = {"full": 1, "nothing": 1, "one change": 1, "one series": 1}
    marks_in_delta = True
    series_rebuilt = False
    zones_kept = True
    found_by_key = True
    keys_stay_taken = True

    def __init__(self, sandbox: Sandbox, listener: Listener) -> None:
        super().__init__(sandbox, listener)
        self.speaker = GoogleProvider(self.token, self.address)

    @property
    def provider(self) -> GoogleProvider:
        return self.speaker

    def small_pages(self) -> None:
        self.provider.page_size = 10

    def lose_cursor(self) -> None:
        self.sandbox.faults(self.host, "/events$", method="GET", status=410, body=google_error(410, "fullSyncRequired"))

    def close(self) -> None:
        self.sandbox.faults(self.host, "/events$", status=404, body=google_error(404, "notFound"), times=9)


def google_error(status: int, reason: str) -> dict[str, Any]:
    errors = [{"domain": "global", "reason": reason, "message": reason}]
    return {"error": {"code": status, "message": reason, "errors": errors}}


def _times(when: When) -> dict[str, Any]:
    times: dict[str, Any] = {"start": when.start, "end": when.end}
    return times if not isinstance(when, Timed) else times | {"zone": when.zone}
