"""The sandbox's memory on disk: a world that was stopped goes on where it was left, whatever it held."""

import os
import signal
import smtplib
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from sandbox import keys, memory
from sandbox.fill import fill
from sandbox.google import channels
from sandbox.microsoft import notices
from sandbox.server import Running
from tests.outside import READY, ROOT
from tests.sandbox.client import (
    GOOGLE_ID,
    GOOGLE_SCOPES,
    GOOGLE_SECRET,
    MICROSOFT_ID,
    MICROSOFT_SCOPES,
    MICROSOFT_SECRET,
    Client,
    google_authorize,
)
from tests.sandbox.test_frame_hooks import PUBLIC, Receiver, until

DAY = {"start": "2027-03-05T09:00:00", "end": "2027-03-05T10:00:00"}
VIEW = {"startDateTime": "2027-01-01T00:00:00Z", "endDateTime": "2027-12-31T00:00:00Z"}
GRAPH = "https://graph.microsoft.com/v1.0"
CALENDAR = f"https://www.googleapis.com/calendar/v3/calendars/{quote('alice.tamm@gmail.example')}"


@contextmanager
def life(file: Path, receiver: Receiver | None = None) -> Iterator[Client]:
    """The sandbox from one start to one stop, as a process that knows nothing but the file."""
    keys._KEPT.clear()
    keys.key_id.cache_clear()
    with Running(state=file, hooks={PUBLIC: receiver.url} if receiver else {}) as running:
        client = Client(running)
        yield client
        client.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "sandbox.state"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Changes are gathered for a minute, until undone."""
    monkeypatch.setattr(notices, "GATHER_SECONDS", 60)
    monkeypatch.setattr(channels, "GATHERED_SECONDS", 60)
    return monkeypatch


def by_hand(client: Client, person: str, do: str, **given: Any) -> Any:
    answer = client("POST", "/_sandbox/hand", json={"person": person, "do": do, **given})
    assert answer.status in (200, 204), answer.text
    return answer.json() if answer.body else None


def grant(client: Client, person: str) -> dict[str, Any]:
    kind = client.sandbox.world.people[person].kind
    asked = {"person": person, "scopes": (MICROSOFT_SCOPES if kind == "microsoft" else GOOGLE_SCOPES).split()}
    return dict(client("POST", "/_sandbox/grant", json=asked).json())


def bearer(granted: dict[str, Any]) -> dict[str, str]:
    return {"authorization": f"Bearer {granted['access_token']}"}


def titles(client: Client, person: str) -> list[str]:
    return [
        event["title"]
        for event in by_hand(client, person, "list", start="2027-01-01T00:00:00", end="2027-12-31T00:00:00")
    ]


@pytest.mark.parametrize("person", ["alice-northwind", "alice-gmail"])
def test_events_and_series_are_still_there(file: Path, person: str) -> None:
    with life(file) as client:
        by_hand(client, person, "create", title="Single", **DAY)
        weekly = {"start": "2027-04-01T09:00:00", "end": "2027-04-01T10:00:00", "rrule": "FREQ=WEEKLY;COUNT=3"}
        by_hand(client, person, "create", title="Series", **weekly)
        second = by_hand(client, person, "list", start="2027-04-08T00:00:00", end="2027-04-09T00:00:00")[0]
        by_hand(client, person, "delete", id=second["id"])
        before = titles(client, person)
    with life(file) as client:
        assert titles(client, person) == before == ["Single", "Series", "Series"]
        by_hand(client, person, "edit", id=by_hand(client, person, "list", **DAY)[0]["id"], title="Edited")
        assert titles(client, person)[0] == "Edited"


def test_change_tracking_goes_on_at_microsoft(file: Path) -> None:
    with life(file) as client:
        alice = grant(client, "alice-northwind")
        by_hand(client, "alice-northwind", "create", title="Before", **DAY)
        first = client("GET", f"{GRAPH}/me/calendarView/delta?{urlencode(VIEW)}", **bearer(alice)).json()
    with life(file) as client:
        quiet = client("GET", first["@odata.deltaLink"], **bearer(alice)).json()
        assert quiet["value"] == []
        by_hand(client, "alice-northwind", "create", title="After", **DAY)
        told = client("GET", quiet["@odata.deltaLink"], **bearer(alice)).json()["value"]
        assert [event["subject"] for event in told] == ["After"]


def test_sync_tokens_go_on_at_google(file: Path) -> None:
    with life(file) as client:
        alice = grant(client, "alice-gmail")
        token = client("GET", f"{CALENDAR}/events", **bearer(alice)).json()["nextSyncToken"]
    with life(file) as client:
        by_hand(client, "alice-gmail", "create", title="After", **DAY)
        told = client("GET", f"{CALENDAR}/events?syncToken={quote(token)}", **bearer(alice))
        assert told.status == 200
        assert [event["summary"] for event in told.json()["items"]] == ["After"]


def test_refresh_tokens_work_and_revoked_ones_stay_dead(file: Path) -> None:
    with life(file) as client:
        alice, bob = grant(client, "alice-northwind"), grant(client, "bob-northwind")
        gmail = grant(client, "alice-gmail")
        client("POST", "/_sandbox/revoke", json={"person": "bob-northwind"})
    with life(file) as client:
        host = "https://login.microsoftonline.com/common/oauth2/v2.0/token"
        form = {"grant_type": "refresh_token", "client_id": MICROSOFT_ID, "client_secret": MICROSOFT_SECRET}
        assert client("POST", host, form={**form, "refresh_token": alice["refresh_token"]}).status == 200
        assert client("POST", host, form={**form, "refresh_token": bob["refresh_token"]}).status == 400
        form |= {"client_id": GOOGLE_ID, "client_secret": GOOGLE_SECRET, "refresh_token": gmail["refresh_token"]}
        assert client("POST", "https://oauth2.googleapis.com/token", form=form).status == 200


def test_who_agreed_once_is_not_asked_again(file: Path) -> None:
    address = google_authorize(login_hint="alice.tamm@gmail.example")
    with life(file) as client:
        assert client("POST", address, form={"person": "alice-gmail", "choice": "accept"}).status == 302
        before = client.sandbox.world.consents.of(client.sandbox.world.people["alice-gmail"], GOOGLE_ID)
    with life(file) as client:
        assert (
            client.sandbox.world.consents.of(client.sandbox.world.people["alice-gmail"], GOOGLE_ID) == before != set()
        )


def test_id_tokens_are_signed_with_the_same_key(file: Path) -> None:
    with life(file) as client:
        before = client("GET", "https://www.googleapis.com/oauth2/v3/certs").json()
    with life(file) as client:
        assert client("GET", "https://www.googleapis.com/oauth2/v3/certs").json() == before


def test_a_subscription_at_microsoft_still_notifies(file: Path, receiver: Receiver, slow: pytest.MonkeyPatch) -> None:
    with life(file, receiver) as client:
        alice = grant(client, "alice-northwind")
        # The handshake wants its token back, which this receiver does not give: subscribed without it.
        client.sandbox.do(_subscribe, client)
        # Stopped in the moment in which changes are gathered.
        by_hand(client, "alice-northwind", "create", title="Old", **DAY)
    came = len(receiver.came)
    slow.undo()
    with life(file, receiver) as client:
        by_hand(client, "alice-northwind", "create", title="News", **DAY)
        until(lambda: len(receiver.came) > came)
        assert receiver.came[-1][0] == "/hooks/microsoft/1/"
        assert len(client("GET", f"{GRAPH}/subscriptions", **bearer(alice)).json()["value"]) == 1


def _subscribe(client: Client) -> None:
    from sandbox.microsoft.notices import Subscription

    graph, person = client.sandbox.world.graph, client.sandbox.world.people["alice-northwind"]
    box = graph.mailbox(person).default.box
    expires = client.sandbox.world.clock.now().replace(year=2040)
    kinds = frozenset({"created", "updated", "deleted"})
    url = f"{PUBLIC}/hooks/microsoft/1/"
    graph.notices.add(Subscription("s1", person, MICROSOFT_ID, box, "me/events", kinds, url, expires))


def test_a_channel_at_google_still_notifies(file: Path, receiver: Receiver, slow: pytest.MonkeyPatch) -> None:
    with life(file, receiver) as client:
        alice = grant(client, "alice-gmail")
        body = {"id": "channel-1", "type": "web_hook", "address": f"{PUBLIC}/hooks/google/1/"}
        assert client("POST", f"{CALENDAR}/events/watch", json=body, **bearer(alice)).status == 200
        until(lambda: len(receiver.came) == 1)
        # Stopped in the moment in which changes are gathered.
        by_hand(client, "alice-gmail", "create", title="Old", **DAY)
    came = len(receiver.came)
    slow.undo()
    with life(file, receiver) as client:
        by_hand(client, "alice-gmail", "create", title="News", **DAY)
        until(lambda: len(receiver.came) > came)
        assert receiver.came[-1][1]["x-goog-channel-id"] == "channel-1"


def test_a_notification_on_its_way_arrives_after_the_restart(file: Path, receiver: Receiver) -> None:
    with life(file) as client:

        def send() -> None:
            client.sandbox.world.hooks.later(f"{PUBLIC}/late/", headers={}, body=b"{}", mailbox_key="m")

        client.sandbox.do(send)
    assert receiver.came == []
    with life(file, receiver):
        until(lambda: bool(receiver.came))
        assert receiver.came[0][0] == "/late/"


def test_mail_and_clock_are_kept_and_faults_are_not(file: Path) -> None:
    with life(file) as client:
        with smtplib.SMTP("127.0.0.1", client.sandbox.smtp_port) as post:
            post.sendmail("site@hetk.example", ["you@example.com"], "Subject: Your code\r\n\r\n123456")
        client("POST", "/_sandbox/clock", json={"advance": 7200})
        client("POST", "/_sandbox/faults", json={"host": "graph.microsoft.com", "status": 503})
    with life(file) as client:
        assert [mail["subject"] for mail in client("GET", "/_sandbox/mailbox").json()] == ["Your code"]
        assert client("GET", "/_sandbox/clock").json()["offset"] == 7200
        assert client("GET", "/_sandbox/faults").json() == []


def test_a_filled_world_is_saved_in_a_moment_and_for_this_user_alone(file: Path) -> None:
    with life(file) as client:
        client.sandbox.do(fill, client.sandbox.world)
        started = time.perf_counter()
        assert client.sandbox._memory
        client.sandbox.do(client.sandbox._memory.save)
        assert time.perf_counter() - started < 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_what_happened_is_saved_soon_and_looking_is_no_reason_to(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "EVERY_SECONDS", 0.05)
    with life(file) as client:
        until(file.exists)
        first = file.stat().st_mtime_ns
        client("GET", "/_sandbox/side-by-side")
        time.sleep(0.3)
        assert file.stat().st_mtime_ns == first
        by_hand(client, "alice-gmail", "create", title="News", **DAY)
        until(lambda: file.stat().st_mtime_ns > first)


def _cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def _older(raw: bytes) -> bytes:
    return raw.replace(b"sandbox state %d " % memory.VERSION, b"sandbox state 0 ", 1)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (_cut, "it is damaged"),
        (_older, f"version 0, not {memory.VERSION}"),
        (lambda raw: b"", "it is no state of a sandbox"),
    ],
)
def test_a_file_that_cannot_be_read_begins_a_new_world_with_a_clear_word(
    file: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[bytes], bytes], word: str
) -> None:
    with life(file) as client:
        by_hand(client, "alice-gmail", "create", title="Old", **DAY)
    file.write_bytes(spoil(file.read_bytes()))
    with life(file) as client:
        assert not client.sandbox.remembers
        assert titles(client, "alice-gmail") == []
    assert (
        f"sandbox starts anew: what it remembered in sandbox.state cannot be read ({word})" in capsys.readouterr().out
    )
    with life(file) as client:
        assert client.sandbox.remembers


def test_the_command_saves_when_it_is_told_to_stop_and_fills_only_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0", "--dns-port", "0", "--fill"]
    command += ["--state", str(tmp_path / "state")]
    said = []
    for _ in range(2):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
            assert process.stdout
            line = process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        assert READY.search(line), line
        said.append((line.strip().endswith("as it was left"), (tmp_path / "state").stat().st_size))
    assert [kept for kept, _ in said] == [False, True]
    # Filled twice, it would have grown by as much again.
    assert said[1][1] < said[0][1] * 1.2
