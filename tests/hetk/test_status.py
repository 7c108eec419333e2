"""The public status page and what Prometheus reads: the same for everybody, about nobody, and answering while the database does not."""

import re
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from hetk.checks import check_metrics
from sync.measurements import kept
from sync.models import Calendar, Flow, Run
from sync.store import heartbeats
from tests.factories import sign_in
from tests.web.household import Household

TOKEN = "only-for-tests-" + "t" * 32
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture(autouse=True)
def _nothing_kept():
    kept.forget()
    yield
    kept.forget()


@pytest.fixture
def running(db, settings) -> Household:
    """A worker and a timetable that live, two accounts, changes that travelled."""
    # Nobody types a password here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    home, now = Household("alice", "alice-northwind", "alice-gmail"), timezone.now()
    home.pair()
    Flow.objects.update(settled_at=now - timedelta(days=9))
    began = now - timedelta(minutes=3)
    row = {"calendar": home.work, "started_at": began, "finished_at": began, "delay_ms": 4200, "written": 1}
    Run.objects.bulk_create(Run(**row) for _ in range(20))
    heartbeats.beat(f"{heartbeats.WORKER}here 1", now)
    heartbeats.beat(heartbeats.TIMETABLE, now)
    return home


@pytest.fixture
def silence(db):
    """Calling it, the database answers nobody any more."""

    def closed(*_):
        raise DatabaseError

    with ExitStack() as until:
        yield lambda: until.enter_context(connection.execute_wrapper(closed))


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def scrape(client, token=TOKEN, accept=OPENMETRICS):
    return client.get("/metrics", headers={"Authorization": f"Bearer {token}", "Accept": accept})


def figures(answer) -> dict[str, dict[tuple[str, ...], float]]:
    families = read_openmetrics(answer.content.decode())
    return {family.name: {tuple(s.labels.values()): s.value for s in family.samples} for family in families}


def test_where_nothing_has_run_yet_the_page_says_so(client, db):
    answer = client.get("/status/")
    assert answer.status_code == 200
    assert "Nothing has run yet." in words(answer)
    assert "Too few changes" in words(answer)


def test_the_page_says_that_it_works_by_provider_and_how_long_changes_took(client, running):
    said = words(client.get("/status/"))
    assert "Hetk is working." in said
    assert "Microsoft 365 Accounts there answer as they should. Working" in said
    assert "iCloud No account of this kind is connected here. Not in use" in said
    assert "Microsoft 365 Google 4.2 s 4.2 s" in said


def test_trouble_is_told_in_words_and_no_customer_is(client, running):
    Calendar.objects.update(due_at=timezone.now() - timedelta(hours=1), trouble="alice@northwind.example", failures=9)
    answer = client.get("/status/")
    assert "Copying" in words(answer)
    assert "Far behind" in words(answer)
    for secret in ("alice", "northwind", "Work", str(running.work.public_id)):
        assert secret not in words(answer).replace("Working", ""), secret


def test_however_many_ask_the_database_is_asked_once_and_anybody_may_keep_the_answer(
    client, running, django_assert_num_queries
):
    first = client.get("/status/")
    with django_assert_num_queries(0):
        for _ in range(5):
            assert client.get("/status/").status_code == 200
    assert first.headers["Cache-Control"] == "public, max-age=30"


def test_who_is_signed_in_sees_the_same_page_and_no_session_is_looked_up(running, django_assert_num_queries):
    client = Client()
    sign_in(client, running.user)
    anonymous = Client().get("/status/").content
    with django_assert_num_queries(0):
        answer = client.get("/status/")
    assert answer.content.replace(b"1 s ago", b"just now") == anonymous
    assert b"alice" not in answer.content


@pytest.mark.parametrize("signed_in", [False, True])
def test_while_the_database_does_not_answer_the_last_figures_stand_and_the_page_says_how_old_they_are(
    running, silence, signed_in, monkeypatch
):
    client = Client()
    if signed_in:
        sign_in(client, running.user)
    assert "the database does not answer" not in words(client.get("/status/"))
    silence()
    monkeypatch.setattr(kept, "_next", 0)
    monkeypatch.setattr("hetk.status.EVERY", 0)
    answer = client.get("/status/")
    assert answer.status_code == 200
    assert "Since then nothing could be measured, for the database does not answer." in words(answer)


@pytest.mark.parametrize("signed_in", [False, True])
def test_with_no_figures_at_all_the_page_says_that_it_cannot_say_and_that_calendars_are_safe(
    running, silence, signed_in
):
    client = Client()
    if signed_in:
        sign_in(client, running.user)
    silence()
    answer = client.get("/status/")
    assert answer.status_code == 503
    assert "Calendars are safe" in words(answer)
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_a_token_of_its_own_an_installation_shows_no_measurements(client, db):
    assert site.METRICS_TOKEN == ""
    assert scrape(client, "").status_code == 404
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN, "Bearer é"])
def test_only_who_brings_the_token_reads_them(client, running, settings, said, django_assert_num_queries):
    settings.METRICS_TOKEN = TOKEN
    with django_assert_num_queries(0):
        answer = client.get("/metrics", headers={"Authorization": said})
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_figures_are_those_of_the_database(client, running, settings):
    settings.METRICS_TOKEN = TOKEN
    Calendar.objects.filter(pk=running.work.pk).update(due_at=timezone.now() - timedelta(minutes=2))
    answer = scrape(client)
    found = figures(answer)
    assert found["hetk_workers"] == {(): 1}
    assert set(found["hetk_heartbeat_timestamp_seconds"]) == {("worker",), ("timetable",)}
    assert found["hetk_backup_timestamp_seconds"] == {}
    assert found["hetk_calendars_due"] == {("google",): 0, ("microsoft",): 1}
    assert found["hetk_due_oldest_seconds"][()] == pytest.approx(120, abs=5)
    assert found["hetk_delay_seconds"][("0.95", "microsoft", "google")] == 4.2
    assert found["hetk_delay_cycles"] == {("microsoft", "google"): 20}
    assert found["hetk_cycles_last_hour"] == {("google",): 0, ("microsoft",): 20}
    assert found["hetk_pairs_running"] == {(): 1}
    assert "alice" not in answer.content.decode()


def test_each_reader_gets_the_form_it_asks_for(client, running, settings):
    settings.METRICS_TOKEN = TOKEN
    new, old = scrape(client), scrape(client, accept="text/plain; version=0.0.4")
    assert new.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert new.content.endswith(b"# EOF\n")
    assert old.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert {family.name for family in read_text(old.content.decode())} == set(figures(new))
    assert "no-store" in new.headers["Cache-Control"]


def test_a_process_that_gives_no_sign_of_life_has_no_figure(client, db, settings):
    settings.METRICS_TOKEN = TOKEN
    assert figures(scrape(client))["hetk_heartbeat_timestamp_seconds"] == {}


def test_measurements_are_unavailable_while_the_database_is(client, db, settings, silence):
    settings.METRICS_TOKEN = TOKEN
    silence()
    assert scrape(client).status_code == 503


@pytest.mark.parametrize("address", ["/status/", "/metrics"])
def test_they_are_only_read(client, db, address):
    assert client.post(address).status_code == 405


def test_a_token_that_could_be_guessed_stops_the_start(settings):
    settings.METRICS_TOKEN = "short"
    assert [found.id for found in check_metrics(None)] == ["hetk.E024"]
    settings.METRICS_TOKEN = TOKEN
    assert check_metrics(None) == []
