import pytest
from django.db import OperationalError, connection


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
