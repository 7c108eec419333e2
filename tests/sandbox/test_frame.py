"""The sandbox's frame: faults that really happen, a log that really counts, a clock, a mailbox, and its command."""

import os
import signal
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage

import pytest
import urllib3

from sandbox.cast import PEOPLE
from sandbox.clock import Clock
from sandbox.log import RequestLog
from sandbox.tokens import Tokens
from tests.sandbox.client import MICROSOFT_ID, Client

HOST = "www.googleapis.com"
CERTIFICATES = f"https://{HOST}/oauth2/v1/certs"
TOKEN = "https://oauth2.googleapis.com/token"


def fault(client: Client, **fields: object) -> None:
    assert client("POST", "/_sandbox/faults", json=fields).status == 200


def requests(client: Client, since: int = 0) -> list[dict[str, object]]:
    return list(client("GET", f"/_sandbox/requests?since={since}").json())


def test_a_status_fault_answers_instead_so_many_times(client: Client) -> None:
    fault(client, host=HOST, path="/oauth2", times=2, status=429, headers={"Retry-After": "1.5"}, body={"no": "more"})
    for _ in range(2):
        answer = client("GET", CERTIFICATES)
        assert (answer.status, answer.headers["retry-after"], answer.json()) == (429, "1.5", {"no": "more"})
    assert client("GET", CERTIFICATES).status == 200


def test_a_fault_hits_only_its_host_method_and_path(client: Client) -> None:
    fault(client, host="graph.microsoft.com", path=".*", status=500)
    fault(client, host=HOST, path="^/calendar/", status=500)
    fault(client, host=HOST, path="certs", method="DELETE", status=500)
    assert client("GET", CERTIFICATES).status == 200
    assert len(client("GET", "/_sandbox/faults").json()) == 3
    client("DELETE", "/_sandbox/faults")
    assert client("GET", "/_sandbox/faults").json() == []


def test_a_dropped_connection_is_cut_before_anything_was_done(client: Client) -> None:
    world = client.sandbox.world
    issued = world.tokens.grant(PEOPLE["alice-gmail"], "c", ["openid"])
    fault(client, host="oauth2.googleapis.com", path="/revoke", drop=True)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        client("POST", "https://oauth2.googleapis.com/revoke", form={"token": issued.refresh_token})
    assert world.tokens.peek(issued.refresh_token) is not None
    assert requests(client)[-1]["status"] == 0


def test_a_lost_answer_was_carried_out_all_the_same(client: Client) -> None:
    world = client.sandbox.world
    issued = world.tokens.grant(PEOPLE["alice-gmail"], "c", ["openid"])
    fault(client, host="oauth2.googleapis.com", path="/revoke", lost=True)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        client("POST", "https://oauth2.googleapis.com/revoke", form={"token": issued.refresh_token})
    assert world.tokens.peek(issued.refresh_token) is None
    assert requests(client)[-1]["status"] == 200


def test_latency_holds_up_one_request_and_nobody_else(client: Client) -> None:
    fault(client, host=HOST, path="v1/certs", latency=0.3)
    pool = urllib3.PoolManager(retries=False)
    started = time.monotonic()
    assert client("GET", "https://www.googleapis.com/oauth2/v3/certs").status == 200
    assert time.monotonic() - started < 0.25
    assert pool.request("GET", f"{client.sandbox.url}/{HOST}/oauth2/v1/certs").status == 200
    assert time.monotonic() - started >= 0.3


def test_a_fault_with_an_unknown_field_is_refused(client: Client) -> None:
    answer = client("POST", "/_sandbox/faults", json={"hots": "x"})
    assert (answer.status, "hots" in answer.json()["error"]) == (400, True)


def test_the_log_says_who_asked_for_what_and_what_came_of_it(client: Client) -> None:
    client("GET", CERTIFICATES + "?a=b")
    client("GET", "https://unknown.example/thing")
    first, second = requests(client)
    assert (first["host"], first["method"], first["path"], first["query"]) == (HOST, "GET", "/oauth2/v1/certs", "a=b")
    assert (first["status"], first["operation_count"], first["inner"]) == (200, 1, False)
    assert (second["host"], second["status"]) == ("unknown.example", 404)
    assert [entry["seq"] for entry in requests(client, since=first["seq"])] == [second["seq"]]  # type: ignore[arg-type]
    client("DELETE", "/_sandbox/requests")
    assert requests(client) == []


def test_the_sandboxs_own_pages_are_not_logged(client: Client) -> None:
    client("GET", "/")
    client("GET", "/_sandbox/log")
    assert requests(client) == []


def test_the_log_is_bounded_and_found_without_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.log.KEPT", 5)
    log = RequestLog(Clock())
    for number in range(9):
        log.open("h", "GET", f"/{number}")
    assert [entry.path for entry in log.since(0)] == ["/4", "/5", "/6", "/7", "/8"]
    assert [entry.path for entry in log.since(7)] == ["/7", "/8"]
    assert log.since(9) == []
    assert [entry.path for entry in log.newest(2)] == ["/8", "/7"]


def test_the_operations_of_a_batch_stand_beside_it(client: Client) -> None:
    log = RequestLog(Clock())
    outer = log.open("graph.microsoft.com", "POST", "/v1.0/$batch")
    outer.person = "alice-northwind"
    inner = log.inner(outer, "PATCH", "/v1.0/me/events/1", "", 200)
    assert (inner.inner, inner.host, inner.person, inner.status) == (True, outer.host, outer.person, 200)


def test_the_clock_moves_forward_only_and_tokens_age_with_it(client: Client) -> None:
    granted = client("POST", "/_sandbox/grant", json={"person": "alice-northwind", "scopes": "Calendars.ReadWrite"})
    header = f"Bearer {granted.json()['access_token']}"
    tokens = client.sandbox.world.tokens
    assert tokens.check(header, "microsoft") is not None
    assert client("POST", "/_sandbox/clock", json={"advance": 3600}).json()["offset"] == 3600
    assert tokens.check(header, "microsoft") is None
    assert client("POST", "/_sandbox/clock", json={"advance": -1}).status == 400


def test_a_token_opens_its_own_cloud_only(client: Client) -> None:
    tokens = Tokens(Clock())
    issued = tokens.grant(PEOPLE["alice-northwind"], MICROSOFT_ID, ["Calendars.Read"])
    assert tokens.check(f"Bearer {issued.access_token}", "google") is None
    assert tokens.check(f"Basic {issued.access_token}", "microsoft") is None
    assert tokens.check(f"Bearer {issued.refresh_token}", "microsoft") is None
    assert tokens.check(None, "microsoft") is None
    found = tokens.check(f"Bearer {issued.access_token}", "microsoft")
    assert found is not None
    assert (found.person.id, found.client_id, found.scopes) == (
        "alice-northwind",
        MICROSOFT_ID,
        frozenset({"Calendars.Read"}),
    )


def test_requests_within_one_mailbox_are_counted(client: Client) -> None:
    world = client.sandbox.world
    with world.inside("a") as first, world.inside("a") as second, world.inside("b") as other:
        assert (first, second, other) == (1, 2, 1)
    with world.inside("a") as again:
        assert again == 1


def test_access_can_run_out_while_the_grant_lives(client: Client) -> None:
    issued = client("POST", "/_sandbox/grant", json={"person": "alice-gmail", "scopes": "openid"}).json()
    client("POST", "/_sandbox/revoke", json={"person": "alice-gmail", "only": "access"})
    tokens = client.sandbox.world.tokens
    assert tokens.check(f"Bearer {issued['access_token']}", "google") is None
    assert tokens.peek(issued["refresh_token"]) is not None


def send(client: Client, text: str, html: str = "") -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Sinu kood on käes", "Hetk <hello@hetk.example>", "alice@tamm.example"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", client.sandbox.smtp_port, timeout=5) as server:
        server.send_message(mail)


def test_mail_sent_over_smtp_arrives_in_the_mailbox(client: Client) -> None:
    send(client, "first")
    send(client, "second: täht", "<p>second</p>")
    second, first = client("GET", "/_sandbox/mailbox").json()
    assert (second["subject"], second["sender"]) == ("Sinu kood on käes", "hello@hetk.example")
    assert second["recipients"] == ["alice@tamm.example"]
    assert second["text"].strip() == "second: täht"
    assert second["html"].strip() == "<p>second</p>"
    assert first["html"] == ""
    client("DELETE", "/_sandbox/mailbox")
    assert client("GET", "/_sandbox/mailbox").json() == []


def test_a_reset_forgets_everything(client: Client) -> None:
    world = client.sandbox.world
    issued = client("POST", "/_sandbox/grant", json={"person": "alice-gmail", "scopes": "openid"}).json()
    fault(client, host=HOST, path="x", status=500)
    client("POST", "/_sandbox/clock", json={"advance": 60})
    send(client, "mail")
    client("GET", CERTIFICATES)
    made = {"person": "alice-northwind", "do": "create", "title": "x", "start": "2030-01-01", "end": "2030-01-02"}
    client("POST", "/_sandbox/hand", json={**made, "all_day": True})
    assert client("POST", "/_sandbox/reset").status == 204
    assert world.tokens.peek(issued["refresh_token"]) is None
    assert (len(world.log), len(world.mailbox.mails), world.faults.waiting, world.clock.offset) == (0, 0, [], 0)
    listed = {"person": "alice-northwind", "do": "list", "start": "2029-12-01T00:00:00Z", "end": "2030-02-01T00:00:00Z"}
    assert client("POST", "/_sandbox/hand", json=listed).json() == []


def test_the_command_says_when_it_is_ready_and_ends_at_once() -> None:
    command = [
        sys.executable,
        "-m",
        "sandbox",
        "--port",
        "0",
        "--smtp-port",
        "0",
        "--dns-port",
        "0",
        "--hook",
        "https://h.example=http://127.0.0.1:1",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    words = process.stdout.readline().split()
    try:
        assert words[:3] == ["sandbox", "ready", "on"]
        assert urllib3.PoolManager().request("GET", words[3] + "/_sandbox/clock", retries=False).status == 200
    finally:
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
        process.stdout.close()
    assert time.monotonic() - started < 2
