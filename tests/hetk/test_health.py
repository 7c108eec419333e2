from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from sync import tasks
from sync.models import Heartbeat
from sync.store import heartbeats


@pytest.mark.django_db
def test_health_says_that_the_database_answers(client):
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok"})


@pytest.mark.django_db
def test_health_says_503_and_no_more_when_the_database_does_not_answer(client, monkeypatch):
    def closed():
        raise OperationalError("secret detail")

    monkeypatch.setattr(connection, "cursor", closed)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (503, {"database": "no answer"})


def test_health_is_never_cached_and_only_read(client, db):
    assert "no-store" in client.get("/health/").headers["Cache-Control"]
    assert client.post("/health/").status_code == 405


@pytest.mark.django_db
def test_who_works_in_the_background_is_told_apart_from_who_does_not(client):
    answer = client.get("/health/work/")
    assert (answer.status_code, answer.json()) == (503, {"worker": "never seen", "timetable": "never seen"})
    heartbeats.beat(f"{heartbeats.WORKER}here 1", timezone.now())
    heartbeats.beat(f"{heartbeats.WORKER}here 2", timezone.now() - timedelta(hours=1))
    tasks.give_a_sign_of_life()
    answer = client.get("/health/work/")
    assert (answer.status_code, answer.json()) == (200, {"worker": "ok", "timetable": "ok"})
    Heartbeat.objects.filter(name=heartbeats.TIMETABLE).update(at=timezone.now() - heartbeats.LATE * 2)
    answer = client.get("/health/work/")
    assert (answer.status_code, answer.json()) == (503, {"worker": "ok", "timetable": "silent"})
    # The site itself does its work: nobody is sent elsewhere.
    assert client.get("/health/").status_code == 200


@pytest.mark.django_db
def test_what_fell_silent_long_ago_is_forgotten():
    heartbeats.beat("worker gone", timezone.now() - timedelta(days=2))
    heartbeats.beat("worker here", timezone.now())
    tasks.forget_old_rows()
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["worker here"]
