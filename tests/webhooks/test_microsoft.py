"""Graph's notifications and lifecycle events: who is believed, what they make due, and what it costs."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sync.models import Calendar, Run, Watch
from sync.store.keys import watch_secret

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_cycle")]
PLACES = pytest.mark.parametrize("tail", ["", "lifecycle/"], ids=["notification", "lifecycle"])


@pytest.fixture
def watch(hang: Any) -> Watch:
    return hang("microsoft")


def item(watch: Watch, **more: object) -> dict[str, object]:
    return {"subscriptionId": "s", "clientState": watch_secret(str(watch.public_id)), "changeType": "updated", **more}


def send(client: Client, watch: Watch, *items: object, tail: str = "", body: object = None) -> Any:
    said = json.dumps({"value": items}) if body is None else body
    return client.post(f"/hooks/microsoft/{watch.public_id}/{tail}", said, content_type="application/json")


def due(watch: Watch) -> tuple[bool, int]:
    calendar = Calendar.objects.get(pk=watch.calendar_id)
    return calendar.due_at is not None, calendar.due_seq


@PLACES
def test_the_handshake_is_answered_as_plain_text_before_any_query(client, tail, django_assert_num_queries):
    # The row may not even exist yet: our own request to subscribe is still open.
    with django_assert_num_queries(0):
        answer = client.post(f"/hooks/microsoft/{uuid.uuid4()}/{tail}?validationToken=Validation%3A+is+it%3F")
    assert answer.status_code == 200
    assert answer.content == b"Validation: is it?"
    assert answer.headers["Content-Type"].startswith("text/plain")


@PLACES
def test_the_handshake_gives_no_markup_back(client, tail):
    answer = client.post(f"/hooks/microsoft/{uuid.uuid4()}/{tail}?validationToken=<script>alert('x')</script>")
    assert answer.content == b"&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"


@PLACES
def test_a_handshake_makes_nothing_due(client, watch, tail):
    client.post(f"/hooks/microsoft/{watch.public_id}/{tail}?validationToken=hello")
    assert due(watch) == (False, 0)


def test_a_genuine_notification_makes_its_calendar_due(client, watch, django_assert_num_queries):
    with django_assert_num_queries(3):
        answer = send(client, watch, item(watch))
    assert answer.status_code == 202
    assert answer.content == b""
    assert due(watch) == (True, 1)
    assert Watch.objects.get().rung_at is not None


def test_many_changes_in_one_message_are_one_bell(client, watch):
    send(client, watch, *[item(watch)] * 30)
    assert due(watch) == (True, 1)


def test_ten_doubles_are_one_due_calendar_and_no_cycle(client, watch):
    send(client, watch, item(watch))
    first = Calendar.objects.get().due_at
    for _ in range(9):
        assert send(client, watch, item(watch)).status_code == 202
    assert Calendar.objects.get().due_at == first
    assert Calendar.objects.filter(due_at__isnull=False).count() == 1
    assert not Run.objects.exists()


def test_a_bell_rings_its_own_calendar_alone(client, watch, hang):
    other = hang("microsoft")
    send(client, watch, item(watch))
    assert due(other) == (False, 0)


BODIES = [
    "",
    "no json",
    "[]",
    "{}",
    "null",
    "7",
    '{"value": null}',
    '{"value": {}}',
    '{"value": []}',
    '{"value": [1, "x", null]}',
    '{"value": [{}]}',
    '{"value": [{"clientState": null}]}',
    '{"value": [{"clientState": "wrong"}]}',
    '{"value": [{"clientState": "\u00fc"}]}',
    b"\xff\xfe",
    "[" * 100_000,
]


@PLACES
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_what_does_not_carry_the_secret_rings_nothing(client, watch, body, tail):
    assert send(client, watch, body=body, tail=tail).status_code == 404
    assert due(watch) == (False, 0)
    assert Watch.objects.get().rung_at is None


@PLACES
def test_one_forged_item_among_genuine_ones_makes_the_whole_message_forged(client, watch, tail):
    forged = item(watch, clientState="0" * 64, lifecycleEvent="subscriptionRemoved")
    assert send(client, watch, item(watch), forged, item(watch), tail=tail).status_code == 404
    assert due(watch) == (False, 0)
    assert Watch.objects.filter(pk=watch.pk).exists()


@PLACES
def test_the_secret_of_one_watch_opens_no_other(client, watch, hang, tail):
    other = hang("microsoft")
    assert send(client, other, item(watch), tail=tail).status_code == 404
    assert due(other) == (False, 0)


@PLACES
def test_an_unknown_watch_is_not_found(client, watch, tail):
    answer = client.post(
        f"/hooks/microsoft/{uuid.uuid4()}/{tail}", json.dumps({"value": [item(watch)]}), content_type="application/json"
    )
    assert answer.status_code == 404
    assert due(watch) == (False, 0)


@PLACES
@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_nothing_but_a_post_is_answered(client, watch, method, tail):
    assert getattr(client, method)(f"/hooks/microsoft/{watch.public_id}/{tail}").status_code == 405
    assert due(watch) == (False, 0)


def test_a_provider_has_no_token_of_our_forms(watch):
    strict = Client(enforce_csrf_checks=True)
    assert send(strict, watch, item(watch)).status_code == 202


def test_missed_notifications_are_followed_by_a_reading(client, watch):
    assert send(client, watch, item(watch, lifecycleEvent="missed"), tail="lifecycle/").status_code == 202
    assert due(watch) == (True, 1)
    assert Watch.objects.get().renew_at == watch.renew_at


def test_a_removed_subscription_is_forgotten_so_that_the_cycle_makes_a_new_one(client, watch):
    send(client, watch, item(watch, lifecycleEvent="subscriptionRemoved"), tail="lifecycle/")
    assert not Watch.objects.exists()
    assert due(watch) == (True, 1)


def test_a_demand_to_authorize_again_makes_the_watch_want_renewing_at_once(
    client: Client, watch: Watch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(3):
        send(client, watch, item(watch, lifecycleEvent="reauthorizationRequired"), tail="lifecycle/")
    kept = Watch.objects.get()
    assert kept.renew_at <= kept.created_at
    assert due(watch) == (True, 1)
