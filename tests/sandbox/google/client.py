"""A bare Calendar client and a bare notification endpoint: the sandbox is judged by nothing of ours."""

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

API = "https://www.googleapis.com/auth/"
SCOPES = [f"{API}calendar.events", f"{API}calendar.calendarlist.readonly"]
MINE = "/calendars/primary/events"
CLUB_SUMMARY, FAMILY_SUMMARY, HOLIDAYS_SUMMARY = "Sailing club", "Family", "Holidays in Estonia"
pool = urllib3.PoolManager(maxsize=10, retries=False)


@dataclass
class Reply:
    status: int
    headers: Any
    body: Any

    @property
    def reason(self) -> str:
        return str(self.body["error"]["errors"][0]["reason"])

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])

    @property
    def ids(self) -> list[str]:
        return [item["id"] for item in self.body["items"]]


@dataclass
class Google:
    """Speaks for one person. Paths begin after /calendar/v3."""

    url: str
    person: str
    token: str

    def call(self, method: str, path: str, body: Any = None, *, headers: Any = None, **query: Any) -> Reply:
        if query:
            path += "?" + urlencode(query, doseq=True)
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = None if body is None else json.dumps(body).encode()
        if data:
            sent["Content-Type"] = "application/json"
        address = f"{self.url}/www.googleapis.com/calendar/v3{path}"
        answer = pool.request(method, address, body=data, headers={**sent, **(headers or {})})
        return Reply(answer.status, answer.headers, json.loads(answer.data) if answer.data else None)

    def get(self, path: str = MINE, **query: Any) -> Reply:
        return self.call("GET", path, **query)

    def create(self, path: str = MINE, *, send: str = "none", **fields: Any) -> dict[str, Any]:
        reply = self.insert(path, send=send, **fields)
        assert reply.status == 200, reply.body
        made: dict[str, Any] = reply.body
        return made

    def insert(self, path: str = MINE, *, send: str = "none", **fields: Any) -> Reply:
        return self.call("POST", path, event(**fields), sendUpdates=send)

    def one(self, id: str) -> Reply:
        return self.get(f"{MINE}/{id}")

    def patch(self, id: str, *, headers: Any = None, send: str = "none", **fields: Any) -> Reply:
        return self.call("PATCH", f"{MINE}/{id}", fields, headers=headers, sendUpdates=send)

    def update(self, id: str, *, headers: Any = None, **fields: Any) -> Reply:
        return self.call("PUT", f"{MINE}/{id}", event(**fields), headers=headers)

    def delete(self, id: str, *, headers: Any = None, send: str = "none") -> Reply:
        return self.call("DELETE", f"{MINE}/{id}", headers=headers, sendUpdates=send)

    def calendar(self, summary: str) -> str:
        """The path of the events of a calendar, by its name."""
        listed = self.get("/users/me/calendarList").body["items"]
        id = next(one["id"] for one in listed if one["summary"] == summary)
        return f"/calendars/{quote(id, safe='')}/events"

    def round(self, path: str = MINE, **query: Any) -> tuple[list[dict[str, Any]], str]:
        """All items of a list read to its end, and its sync token."""
        items: list[dict[str, Any]] = []
        page: dict[str, Any] = {}
        while True:
            reply = self.get(path, **query, **page)
            assert reply.status == 200, reply.body
            items += reply.body["items"]
            if "nextPageToken" not in reply.body:
                return items, reply.body["nextSyncToken"]
            assert "nextSyncToken" not in reply.body
            page = {"pageToken": reply.body["nextPageToken"]}

    def batch(self, *parts: bytes, ids: bool = True) -> urllib3.BaseHTTPResponse:
        body = b"".join(
            b"--x\r\nContent-Type: application/http\r\nContent-ID: <item%d>\r\n\r\n%s\r\n" % (number, part)
            for number, part in enumerate(parts)
        )
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "multipart/mixed; boundary=x"}
        address = f"{self.url}/www.googleapis.com/batch/calendar/v3"
        return pool.request("POST", address, body=body + b"--x--\r\n", headers=headers)


def event(**fields: Any) -> dict[str, Any]:
    """An event on 1 December 2026 from nine to ten in Tallinn; None leaves a field out."""
    usual = {"summary": "Planning", "start": at("2026-12-01T09:00:00"), "end": at("2026-12-01T10:00:00")}
    return {name: value for name, value in {**usual, **fields}.items() if value is not None}


def at(moment: str, zone: str = "Europe/Tallinn") -> dict[str, str]:
    return {"dateTime": moment, "timeZone": zone}


def day(text: str) -> dict[str, str]:
    return {"date": text}


class Endpoint:
    """Where notifications arrive: (headers, body) each."""

    def __init__(self) -> None:
        self.posts: list[tuple[Any, bytes]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def heard(self, state: str, count: int = 1, seconds: float = 5) -> list[Any]:
        """The headers of what was posted in that state, once there are `count` of them or time is up."""
        deadline = monotonic() + seconds
        while True:
            found = [headers for headers, _ in self.posts if headers["X-Goog-Resource-State"] == state]
            if len(found) >= count or monotonic() > deadline:
                return found
            sleep(0.02)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                endpoint.posts.append((self.headers, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
