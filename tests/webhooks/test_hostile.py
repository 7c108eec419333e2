"""Notifications by somebody who means harm: any bytes, any size, any number; never an error of ours, never a storm of queries."""

import json
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sync.models import Calendar, Run, Watch
from sync.store.keys import watch_secret

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_cycle")]
PLACES = pytest.mark.parametrize("tail", ["", "lifecycle/"], ids=["notification", "lifecycle"])
# A bell costs a lookup, the note on the watch and the mark on the calendar.
MOST_QUERIES = 4


@pytest.fixture
def watch(hang: Any) -> Watch:
    return hang("microsoft")


def bodies(secret: str) -> dict[str, bytes]:
    """Everything but a well-formed notification."""
    good = {"clientState": secret, "changeType": "updated"}
    nested = {f"nested {depth} {kind}": _deep(depth, kind) for depth in (50, 400, 900, 980, 5000) for kind in "[{"}
    return nested | {
        "nothing": b"",
        "one byte": b"\xff",
        "not json": b"<xml/>",
        "null": b"null",
        "a list": b"[]",
        "a number": b"1e999",
        "a long number": b'{"value": ' + b"9" * 10_000 + b"}",
        "an empty value": b'{"value": []}',
        "a value of strings": b'{"value": ["a", "b"]}',
        "a value that is an object": b'{"value": {"clientState": "x"}}',
        "no secret": json.dumps({"value": [{"changeType": "updated"}]}).encode(),
        "a secret that is a list": json.dumps({"value": [{"clientState": [secret]}]}).encode(),
        "a secret that is null": b'{"value": [{"clientState": null}]}',
        "a lone surrogate": b'{"value": [{"clientState": "\\ud800"}]}',
        "another encoding": json.dumps({"value": [good]}).encode("latin-1")[:-1] + b"\xe4",
        "cut off": json.dumps({"value": [good]}).encode()[:-3],
        "one forged among the genuine": json.dumps({"value": [good, good, {**good, "clientState": "x"}]}).encode(),
        "thousands forged": json.dumps({"value": [{"clientState": "x" * 40}] * 20_000}).encode(),
        "over a megabyte": json.dumps({"value": [{**good, "clientState": "x"}], "more": "x" * 1_500_000}).encode(),
        "over what is taken": json.dumps({"value": [good], "more": "x" * 5_000_000}).encode(),
    }


def _deep(depth: int, kind: str) -> bytes:
    """Arrays or objects within each other, in the place of the secret."""
    opening, closing = ("[", "]") if kind == "[" else ('{"a":', "}")
    return f'{{"value": [{{"clientState": {opening * depth}1{closing * depth}}}]}}'.encode()


def state() -> list[tuple[Any, ...]]:
    return [
        *Calendar.objects.values_list("pk", "due_at", "due_seq"),
        *Watch.objects.values_list("pk", "renew_at", "rung_at"),
    ]


@PLACES
def test_no_bytes_make_an_error_of_ours_or_ring_a_bell(watch, tail):
    client = Client(raise_request_exception=False)
    before = state()
    for name, body in bodies(watch_secret(str(watch.public_id))).items():
        for kind in (
            "application/json",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
        ):
            with CaptureQueriesContext(connection) as queries:
                answer = client.post(f"/hooks/microsoft/{watch.public_id}/{tail}", body, content_type=kind)
            assert answer.status_code in {400, 404, 413}, (name, kind)
            assert len(queries) <= 2, (name, kind)
    assert state() == before


@PLACES
def test_thousands_of_genuine_items_are_one_bell(watch, client, tail):
    item = {"clientState": watch_secret(str(watch.public_id)), "lifecycleEvent": "missed", "resource": "x" * 40}
    body = json.dumps({"value": [item] * 5000})
    started = time.monotonic()
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(f"/hooks/microsoft/{watch.public_id}/{tail}", body, content_type="application/json")
    assert answer.status_code == 202
    assert len(queries) <= MOST_QUERIES
    assert time.monotonic() - started < 2
    assert Calendar.objects.get(pk=watch.calendar_id).due_seq == 1


@pytest.mark.parametrize("kind", ["microsoft", "google"])
def test_ten_replays_leave_one_calendar_due_and_nothing_else(hang, client, kind):
    watch = hang(kind)
    secret = watch_secret(str(watch.public_id))
    first = None
    for _ in range(10):
        with CaptureQueriesContext(connection) as queries:
            answer = _genuine(client, watch, kind, secret)
        assert answer.status_code == 202
        assert len(queries) <= MOST_QUERIES
        row = Calendar.objects.get(pk=watch.calendar_id)
        first = first or row.due_at
        assert row.due_at == first
    assert not Run.objects.exists()


def _genuine(client: Client, watch: Watch, kind: str, secret: str) -> Any:
    address = f"/hooks/{kind}/{watch.public_id}/"
    if kind == "google":
        headers = {"X-Goog-Channel-Token": secret, "X-Goog-Resource-State": "exists", "X-Goog-Message-Number": "7"}
        return client.post(address, headers=headers)
    return client.post(address, json.dumps({"value": [{"clientState": secret}]}), content_type="application/json")


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "\xff", "é", "0", "null"])
def test_a_forged_channel_token_rings_nothing(hang, token):
    watch = hang("google")
    before, client = state(), Client(raise_request_exception=False)
    answer = client.post(
        f"/hooks/google/{watch.public_id}/", b"x" * 3_000_000, content_type="x", headers={"X-Goog-Channel-Token": token}
    )
    assert answer.status_code == 404
    assert state() == before


@PLACES
@pytest.mark.parametrize(
    "token", ["x" * 50_000, "\x00", "%00", "a\r\nSet-Cookie: a=b", "\ud7ff", "<svg onload=alert(1)>"]
)
def test_a_handshake_gives_back_text_and_nothing_else(client, watch, token, tail):
    answer = client.post(f"/hooks/microsoft/{watch.public_id}/{tail}", query_params={"validationToken": token})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"<" not in answer.content
    assert "Set-Cookie" not in answer.headers
