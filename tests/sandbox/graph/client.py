"""A bare Graph client and a bare notification endpoint: the sandbox is judged by nothing of ours."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3

ROOT = "https://graph.microsoft.com/v1.0"
SCOPES = ["openid", "offline_access", "https://graph.microsoft.com/Calendars.ReadWrite"]
MARK = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Mark"
WINDOW = {"startDateTime": "2026-11-01T00:00:00Z", "endDateTime": "2027-11-01T00:00:00Z"}
START = f"/me/calendarView/delta?{urlencode(WINDOW)}"
pool = urllib3.PoolManager(maxsize=40, retries=False)


@dataclass
class Reply:
    status: int
    headers: Any
    body: Any

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def value(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["value"]
        return found


@dataclass
class Graph:
    """Speaks for one person. Paths begin after /v1.0; whole links of the service are taken as well."""

    url: str
    person: str
    token: str

    def call(self, method: str, path: str, body: Any = None, *, prefer: str = "", **query: Any) -> Reply:
        path = path.removeprefix(ROOT)
        if query:
            path += "?" + urlencode({name.replace("_", "$", 1): value for name, value in query.items()})
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if prefer:
            headers["Prefer"] = prefer
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body).encode()
        answer = pool.request(method, f"{self.url}/graph.microsoft.com/v1.0{path}", body=data, headers=headers)
        return Reply(answer.status, answer.headers, json.loads(answer.data) if answer.data else None)

    def get(self, path: str, *, prefer: str = "", **query: Any) -> Reply:
        return self.call("GET", path, prefer=prefer, **query)

    def post(self, path: str, body: Any, *, prefer: str = "") -> Reply:
        return self.call("POST", path, body, prefer=prefer)

    def patch(self, path: str, body: Any, *, prefer: str = "") -> Reply:
        return self.call("PATCH", path, body, prefer=prefer)

    def delete(self, path: str) -> Reply:
        return self.call("DELETE", path)

    def create(self, calendar: str = "", *, prefer: str = "", **fields: Any) -> dict[str, Any]:
        """An event on 1 December 2026 at nine, unless the fields say otherwise."""
        path = f"/me/calendars/{calendar}/events" if calendar else "/me/events"
        reply = self.post(path, event(**fields), prefer=prefer)
        assert reply.status == 201, reply.body
        made: dict[str, Any] = reply.body
        return made

    def calendar(self, name: str) -> str:
        return str(next(one["id"] for one in self.get("/me/calendars").value if one["name"] == name))

    def pages(self, start: str, *, prefer: str = "") -> Iterator[Reply]:
        """The pages of one round of change tracking, from a link or from its first address."""
        link = start
        while link:
            reply = self.get(link, prefer=prefer)
            assert reply.status == 200, reply.body
            yield reply
            link = reply.body.get("@odata.nextLink", "")

    def round(self, start: str = "", *, prefer: str = "", calendar: str = "") -> tuple[list[dict[str, Any]], str]:
        """All rows of a round, and its deltaLink."""
        within = f"/me/calendars/{calendar}" if calendar else "/me"
        pages = list(self.pages(start or f"{within}{START.removeprefix('/me')}", prefer=prefer))
        return [row for page in pages for row in page.value], pages[-1].body["@odata.deltaLink"]


def event(**fields: Any) -> dict[str, Any]:
    return {"subject": "Planning", "start": at("2026-12-01T09:00:00"), "end": at("2026-12-01T10:00:00"), **fields}


def at(moment: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": moment, "timeZone": zone}


# Times that lie in no window of these tests.
OUTSIDE: dict[str, Any] = {"start": at("2028-01-01T09:00:00"), "end": at("2028-01-01T10:00:00")}


def ids(rows: list[dict[str, Any]]) -> set[str]:
    """Ids of the rows that are events."""
    return {row["id"] for row in rows if "@removed" not in row}


def removed(rows: list[dict[str, Any]]) -> set[str]:
    """Ids of the rows that say something is gone."""
    return {row["id"] for row in rows if "@removed" in row}


def weekly(first: str = "2026-12-01", *days: str, count: int = 4, **more: Any) -> dict[str, Any]:
    """A weekly recurrence from `first`, Tuesdays unless told otherwise."""
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": list(days or ("tuesday",)), "firstDayOfWeek": "monday"}
    return {"pattern": pattern, "range": {"type": "numbered", "startDate": first, "numberOfOccurrences": count, **more}}


class Endpoint:
    """Where notifications arrive. `manner` says how the handshake is answered."""

    def __init__(self) -> None:
        self.manner = "right"
        self.tokens: list[str] = []
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def notices(self, count: int, seconds: float = 5) -> list[dict[str, Any]]:
        """What was posted, once there are `count` of them or time is up."""
        deadline = monotonic() + seconds
        while monotonic() < deadline and len(self.all()) < count:
            sleep(0.02)
        return self.all()

    def all(self) -> list[dict[str, Any]]:
        return [notice for _, post in self.posts for notice in post["value"]]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                token = parse_qs(parts.query).get("validationToken", [""])[0]
                if token:
                    endpoint.tokens.append(token)
                    self._answer(*endpoint.handshake(token, parts.query))
                else:
                    endpoint.posts.append((self.path, json.loads(body)))
                    self._answer(202, "text/plain", "")

            def _answer(self, status: int, kind: str, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def handshake(self, token: str, query: str) -> tuple[int, str, str]:
        encoded = query.partition("validationToken=")[2]
        return {
            "right": (200, "text/plain", escape(token)),
            "encoded": (200, "text/plain", encoded),
            "json": (200, "application/json", token),
            "refused": (403, "text/plain", token),
        }[self.manner]
