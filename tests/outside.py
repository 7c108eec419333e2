"""The tests' hold on the sandbox: starts its process, and speaks to its control addresses (`sandbox/control.py`)."""

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from hetk.keeper import bound
from tests import canaries

ROOT = Path(__file__).resolve().parent.parent
READY = re.compile(r"sandbox ready on (http://127\.0\.0\.1:\d+) smtp (\d+) dns (\d+)")
CLIENTS = {"microsoft": "8dd90edb-c881-459a-ac84-2a1fee8c5c94", "google": "hetk-sandbox.apps.googleusercontent.com"}
SCOPES = {
    "microsoft": ["openid", "profile", "email", "offline_access", "https://graph.microsoft.com/Calendars.ReadWrite"],
    "google": [
        "openid",
        "email",
        "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
        "https://www.googleapis.com/auth/calendar.events",
    ],
}
# No proxy of the machine may stand between the tests and loopback.
_opener = build_opener(ProxyHandler({}))


class SandboxError(AssertionError):
    """The sandbox did not start, or refused a control request."""


@dataclass
class Outside:
    """One running sandbox. `url` has no slash at its end."""

    url: str
    smtp_port: int
    dns_port: int
    process: subprocess.Popen[str]

    @classmethod
    def start(cls, *, hook: tuple[str, str], log: Path) -> "Outside":
        """Start one on free ports; `hook`: (public address, local site) of notifications. Its log goes to `log`."""
        with log.open("w") as errors:
            process = subprocess.Popen(
                bound(
                    [
                        sys.executable,
                        "-m",
                        "sandbox",
                        "--port",
                        "0",
                        "--smtp-port",
                        "0",
                        *("--dns-port", "0"),
                        "--hook",
                        "=".join(hook),
                    ]
                ),
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        outside = cls(url="", smtp_port=0, dns_port=0, process=process)
        line = _first_match(process, seconds=30)
        if line is None:
            outside.stop()
            raise SandboxError(f"the sandbox did not start:\n{log.read_text()[-3000:]}")
        outside.url, outside.smtp_port, outside.dns_port = line[1], int(line[2]), int(line[3])
        return outside

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One control request; the JSON of the answer."""
        data = None if body is None else json.dumps(body, default=_plain).encode()
        request = Request(f"{self.url}/_sandbox/{path}", data, {"Content-Type": "application/json"}, method=method)
        try:
            with _opener.open(request, timeout=30) as answer:
                text = answer.read()
        except HTTPError as error:
            with error:
                raise SandboxError(f"{method} {path}: {error.code} {error.read().decode()[:500]}") from None
        return json.loads(text) if text else None

    def reset(self) -> None:
        """Everything forgotten, faults gone, the clock right again, the cast with empty calendars."""
        self.call("POST", "reset")

    def fill(self) -> None:
        """A believable world: 15 months of events."""
        self.call("POST", "fill")

    def advance(self, seconds: float) -> None:
        self.call("POST", "clock", {"advance": seconds})

    def requests(self, *, inner: bool = False, path: str = "", since: int = 0, **equal: Any) -> list[dict[str, Any]]:
        """Requests served, oldest first, whose values equal `equal` and whose path holds the pattern `path`.

        A batch counts as one; `inner=True` lists the requests inside batches instead.
        """
        found = _items(self.call("GET", f"requests?since={since}"), "requests")
        return [
            entry
            for entry in found
            if bool(entry.get("inner")) == inner
            and re.search(path, entry["path"])
            and all(entry.get(name) == value for name, value in equal.items())
        ]

    def forget_requests(self) -> None:
        self.call("DELETE", "requests")

    def faults(self, host: str, path: str = ".*", *, times: int = 1, **what: Any) -> None:
        """Misbehave on the next `times` requests to `host` and `path` (a pattern); `what`: see `sandbox/control.py`."""
        self.call("POST", "faults", {"host": host, "path": path, "times": times, **what})

    def clear_faults(self) -> None:
        self.call("DELETE", "faults")

    def grant(self, person: str, scopes: Sequence[str] | None = None, client_id: str = "") -> dict[str, Any]:
        """Tokens as if `person` (an id of the cast) had just consented; by default to all that Hetk asks for."""
        kind = _kind(person)
        body = {"person": person, "scopes": list(scopes or SCOPES[kind]), "client_id": client_id or CLIENTS[kind]}
        answer: dict[str, Any] = self.call("POST", "grant", body)
        return answer

    def revoke(self, person: str) -> None:
        """The person withdraws Hetk's access in the account's own settings."""
        self.call("POST", "revoke", {"person": person})

    def expire_access(self, person: str) -> None:
        """The access tokens of the person's grants run out; the grants stay good."""
        self.call("POST", "revoke", {"person": person, "only": "access"})

    def deliveries(self) -> list[dict[str, Any]]:
        """Notifications sent or on their way, oldest first: url, mailbox, state, statuses."""
        return _items(self.call("GET", "deliveries"), "deliveries")

    def lead(self, origin: str, to: str) -> None:
        """Where what the clouds send to that address arrives from now on; nothing is on its last steps elsewhere any more."""
        self.call("POST", "hooks", {origin: to})

    def hand(self, person: str, do: str, calendar_id: str | None = None, **fields: Any) -> Any:
        """What a person does by hand: do is create, edit, move, delete, list or calendars; dates may be date objects."""
        canaries.written(fields)
        return self.call("POST", "hand", {"person": person, "calendar_id": calendar_id, "do": do, **fields})

    def publish(self, name: str, *texts: str) -> None:
        """TXT records at a name of the sandbox's DNS; none takes the name away."""
        self.call("POST", "dns", {"name": name, "texts": texts})

    def dns(self, name: str, *, trouble: str = "", signed: bool = False) -> None:
        """How the DNS answers for a domain and all below it: a trouble of `sandbox/names.py`, or validated signatures."""
        self.call("POST", "dns", {"name": name, "trouble": trouble, "signed": signed})

    def questions(self) -> list[dict[str, Any]]:
        """What the DNS was asked, oldest first: name, kind, way, outcome."""
        return list(self.call("GET", "dns")["questions"])

    def mailbox(self) -> list[dict[str, Any]]:
        """Mails that arrived by SMTP, newest first."""
        return _items(self.call("GET", "mailbox"), "mails")

    def invitations(self) -> list[dict[str, Any]]:
        """What the clouds mailed to guests. Hetk must never be the cause of one."""
        return _items(self.call("GET", "invitations"), "invitations")


def _first_match(process: subprocess.Popen[str], seconds: float) -> re.Match[str] | None:
    """The line that says where the sandbox listens; None when it ends or stays silent."""
    deadline = time.monotonic() + seconds
    assert process.stdout
    while (left := deadline - time.monotonic()) > 0:
        if select.select([process.stdout], [], [], left)[0]:
            line = process.stdout.readline()
            if not line:
                return None
            if match := READY.search(line):
                return match
    return None


def _kind(person: str) -> str:
    from sandbox.cast import PEOPLE

    return str(PEOPLE[person].kind)


def _items(answer: Any, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer[name] if isinstance(answer, dict) else answer
    return found


def _plain(value: Any) -> Any:
    """Dates and instants as ISO 8601, sets as lists."""
    return value.isoformat() if hasattr(value, "isoformat") else list(value)
