"""The worker: what is in hand is finished, what is due stays due, one defect stops nobody else."""

import threading
import time

import pytest

from sync.engine.cycle import Cycle
from sync.engine.pool import Pool, drain
from sync.models import Calendar, Heartbeat
from sync.store import due
from tests.factories import make_connection, make_user
from tests.processes import wait_for


@pytest.fixture
def calendars(db: None) -> list[Calendar]:
    connection = make_connection(make_user("alice"), "alice-gmail")
    return [Calendar.objects.create(connection=connection, remote_id=f"cal-{n}", name="x") for n in range(3)]


def finish(cycle: Cycle) -> None:
    due.finish(cycle.calendar, now=cycle.clock(), next_due=None)


def test_draining_runs_what_is_due_and_says_how_many(calendars, monkeypatch):
    monkeypatch.setattr(Cycle, "run", finish)
    due.ring([c.pk for c in calendars])
    assert drain() == 3
    assert drain() == 0


def test_draining_ends_even_if_something_is_due_for_ever(calendars, monkeypatch):
    def never_content(cycle: Cycle) -> None:
        due.finish(cycle.calendar, now=cycle.clock(), next_due=cycle.clock())

    monkeypatch.setattr(Cycle, "run", never_content)
    due.ring([calendars[0].pk])
    assert drain(most=7) == 7


@pytest.mark.django_db(transaction=True)
def test_a_stopped_pool_finishes_what_is_in_hand_and_claims_no_more(calendars, monkeypatch):
    begun, go_on, done = threading.Event(), threading.Event(), []

    def slow(cycle: Cycle) -> None:
        begun.set()
        go_on.wait(10)
        finish(cycle)
        done.append(cycle.calendar.pk)

    monkeypatch.setattr(Cycle, "run", slow)
    due.ring([calendars[0].pk])
    pool = Pool(1)
    worker = threading.Thread(target=pool.run)
    worker.start()
    assert begun.wait(10)
    due.ring([calendars[1].pk])
    pool.stop()
    time.sleep(0.1)
    assert worker.is_alive()
    go_on.set()
    worker.join(10)
    assert not worker.is_alive()
    assert done == [calendars[0].pk]
    assert Calendar.objects.get(pk=calendars[0].pk).lease_until is None
    waiting = Calendar.objects.get(pk=calendars[1].pk)
    assert waiting.due_at is not None
    assert waiting.lease_until is None


@pytest.mark.django_db(transaction=True)
def test_a_cycle_that_breaks_stops_no_other(calendars, monkeypatch):
    done = threading.Event()

    def breaks_once(cycle: Cycle) -> None:
        if cycle.calendar.pk == calendars[0].pk:
            raise ZeroDivisionError("with a title in it")
        finish(cycle)
        done.set()

    monkeypatch.setattr(Cycle, "run", breaks_once)
    due.ring([calendars[0].pk])
    due.ring([calendars[1].pk])
    pool = Pool(1)
    worker = threading.Thread(target=pool.run)
    worker.start()
    assert done.wait(10)
    pool.stop()
    worker.join(10)
    # Its lease runs out and it comes back by itself.
    assert Calendar.objects.get(pk=calendars[0].pk).lease_until is not None


@pytest.mark.django_db(transaction=True)
def test_a_worker_gives_signs_of_life_while_it_claims_and_takes_its_name_along():
    pool = Pool(2, name="worker here 7")
    worker = threading.Thread(target=pool.run)
    worker.start()
    assert wait_for(lambda: Heartbeat.objects.filter(name="worker here 7").exists())
    pool.stop()
    worker.join(10)
    assert not worker.is_alive()
    assert not Heartbeat.objects.exists()
