"""Google's channel messages: headers alone, believed only with the channel's token."""

import uuid
from typing import Any

import pytest
from django.test import Client

from sync.models import Calendar, Run, Watch
from sync.store.keys import watch_secret

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_cycle")]


@pytest.fixture
def watch(hang: Any) -> Watch:
    return hang("google")


def send(client: Client, watch: Watch, state: str = "exists", *, token: str | None = None) -> Any:
    headers = {"X-Goog-Resource-State": state, "X-Goog-Channel-ID": "c", "X-Goog-Message-Number": "1"}
    headers["X-Goog-Channel-Token"] = watch_secret(str(watch.public_id)) if token is None else token
    return client.post(f"/hooks/google/{watch.public_id}/", headers=headers)


def due(watch: Watch) -> tuple[bool, int]:
    calendar = Calendar.objects.get(pk=watch.calendar_id)
    return calendar.due_at is not None, calendar.due_seq


def test_a_genuine_message_makes_its_calendar_due(client, watch, django_assert_num_queries):
    with django_assert_num_queries(3):
        answer = send(client, watch)
    assert answer.status_code == 202
    assert due(watch) == (True, 1)
    assert Watch.objects.get().rung_at is not None


def test_the_first_message_of_a_channel_rings_nothing(client, watch):
    assert send(client, watch, "sync").status_code == 202
    assert due(watch) == (False, 0)
    assert Watch.objects.get().rung_at is None


def test_a_state_nobody_heard_of_rings_rather_than_being_missed(client, watch):
    send(client, watch, "not_exists")
    assert due(watch) == (True, 1)


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64, "\xfc"])
def test_a_wrong_token_rings_nothing(client, watch, token):
    assert send(client, watch, token=token).status_code == 404
    assert due(watch) == (False, 0)


def test_a_message_without_a_token_rings_nothing(client, watch):
    assert client.post(f"/hooks/google/{watch.public_id}/").status_code == 404
    assert due(watch) == (False, 0)


def test_the_token_of_one_channel_opens_no_other(client, watch, hang):
    other = hang("google")
    assert send(client, other, token=watch_secret(str(watch.public_id))).status_code == 404
    assert due(other) == (False, 0)


def test_an_unknown_channel_is_not_found(client, watch):
    watch.public_id = uuid.uuid4()
    assert send(client, watch).status_code == 404
    assert due(watch) == (False, 0)


def test_an_address_that_is_no_channel_at_all_is_not_found(client):
    assert client.post("/hooks/google/not-a-channel/").status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_nothing_but_a_post_is_answered(client, watch, method):
    assert getattr(client, method)(f"/hooks/google/{watch.public_id}/").status_code == 405


def test_a_provider_has_no_token_of_our_forms(watch):
    assert send(Client(enforce_csrf_checks=True), watch).status_code == 202


def test_ten_doubles_are_one_due_calendar_and_no_cycle(client, watch):
    send(client, watch)
    first = Calendar.objects.get().due_at
    for _ in range(9):
        send(client, watch)
    assert Calendar.objects.get().due_at == first
    assert not Run.objects.exists()
