"""What is measured of the whole installation, and what that costs the database."""

import threading
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone
from django_q.models import OrmQ, Schedule, Task

from accounts.models import Connection
from sync import measurements
from sync.measured import Kindred, Measurements, Queue, Spread
from sync.models import Calendar, Flow, Pair, Run, Watch
from sync.store import heartbeats
from tests.factories import make_user
from tests.web.household import Household, audited

# They grow with events or with time.
GROWING = ("sync_link", "sync_meeting", "sync_stray", "sync_activity", "accounts_chainentry", "django_session")
BY_INDEX_ALONE = ("sync_run", "sync_verification", "sync_calendar", "sync_watch", "sync_flow")


def ran(calendar: Calendar, *, ago: timedelta = timedelta(minutes=5), **fields: Any) -> Run:
    began = timezone.now() - ago
    values = {"finished_at": began + timedelta(seconds=2), "delay_ms": 4000, "read": 1, "written": 1, **fields}
    return Run.objects.create(calendar=calendar, started_at=began, **values)


def settled_long_ago() -> None:
    Flow.objects.update(settled_at=timezone.now() - timedelta(days=9))


def measured() -> Measurements:
    return measurements.measure(timezone.now())


def asked(run: Any) -> list[tuple[str, Any]]:
    """Every statement with its parameters, as the database got them."""
    found = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        run()
    return found


def plan(sql: str, params: Any) -> list[str]:
    """One line for each table that is walked through from end to end."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            return [row[3] for row in cursor.fetchall() if row[3].startswith("SCAN") and " USING " not in row[3]]
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        return [row[0] for row in cursor.fetchall() if "Seq Scan" in row[0]]


def test_an_empty_installation_is_measured(db):
    found = measured()
    assert (found.kinds, found.last_day, found.worker_at, found.oldest_due) == ({}, {}, None, None)
    assert (found.running, found.unverified, found.queue) == (0, 0, Queue())


def test_no_table_that_grows_is_asked_and_the_others_by_an_index(alice):
    alice.pair()
    ran(alice.work)
    statements = asked(measured)
    for sql, params in statements:
        assert not any(table in sql for table in GROWING), sql
        assert not [line for line in plan(sql, params) if any(table in line for table in BY_INDEX_ALONE)], sql
    assert any("sync_run" in sql for sql, _ in statements)


def test_a_table_that_is_walked_through_would_be_noticed(db):
    assert plan("SELECT COUNT(*) FROM sync_run WHERE written > %s", [3])


def test_the_number_of_questions_is_fixed_and_of_cycles_only_the_newest_are_looked_at(alice, charlie, monkeypatch):
    alice.pair()
    ran(alice.work)
    once = len(asked(measured))
    settled_long_ago()
    monkeypatch.setattr(measurements, "NEWEST", 7)
    told = {"delay_ms": 1, "written": 1}
    for house in (alice, charlie):
        house.pair(first=house.calendar(house.microsoft, "Team"), second=house.calendar(house.google, "Family"))
        Run.objects.bulk_create(
            Run(calendar=house.work, started_at=timezone.now(), finished_at=timezone.now(), trouble="x", **told)
            for _ in range(20)
        )
    assert len(asked(measured)) == once < 20
    assert measured().kinds["microsoft"].cycles == 7


def test_accounts_and_calendars_are_counted_by_what_is_the_matter(alice, charlie):
    now = timezone.now()
    Connection.objects.filter(pk=charlie.google.pk).update(halted_at=now)
    Connection.objects.filter(pk=alice.google.pk).update(throttled_until=now + timedelta(minutes=5))
    Calendar.objects.filter(pk=alice.work.pk).update(failures=3, trouble="503", due_at=now - timedelta(minutes=4))
    lease = now + timedelta(minutes=4)
    Calendar.objects.filter(pk=charlie.work.pk).update(failures=2, trouble="503", due_at=lease, lease_until=lease)
    Calendar.objects.filter(pk=alice.home.pk).update(due_at=now + timedelta(minutes=4))
    found = measured()
    assert found.kinds == {
        "google": Kindred(open=1, halted=1, throttled=1),
        "microsoft": Kindred(open=2, failing=1, due=1, claimed=1),
    }
    assert timedelta(minutes=4) <= found.waits < timedelta(minutes=5)


def test_watches_count_that_nobody_renewed_though_their_calendar_is_in_use(alice):
    now = timezone.now()
    late = {"created_at": now, "expires_at": now, "renew_at": now - timedelta(hours=2)}
    Watch.objects.create(calendar=alice.work, remote_id="late", **late)
    Watch.objects.create(calendar=alice.work, remote_id="", **late)
    Watch.objects.create(calendar=alice.work, remote_id="in time", **late | {"renew_at": now})
    assert measured().kinds["microsoft"].late_watches == 0
    Calendar.objects.filter(pk=alice.work.pk).update(due_at=now)
    assert measured().kinds["microsoft"].late_watches == 1


def test_delays_are_of_changes_that_a_bell_told_of_and_that_were_written(alice):
    alice.pair()
    ran(alice.work, delay_ms=3000)
    # A first sync.
    assert measured().last_day == {}
    settled_long_ago()
    ran(alice.work, delay_ms=9000, ago=timedelta(hours=3))
    ran(alice.home, delay_ms=5000, trouble="it answers 503")
    ran(alice.home, delay_ms=99_000, written=0)
    ran(alice.home, delay_ms=None)
    ran(alice.work, delay_ms=99_000, ago=timedelta(days=2))
    found, there, back = measured(), ("microsoft", "google"), ("google", "microsoft")
    assert found.last_hour == {there: Spread(1, 3.0, 3.0, 3.0), back: Spread(1, 5.0, 5.0, 5.0)}
    assert found.last_day[there] == Spread(2, 3.0, 9.0, 9.0)
    assert (found.kinds["google"].cycles, found.kinds["google"].troubled) == (3, 1)


def test_pairs_without_a_complete_audit_for_a_day_are_counted(alice):
    old, verified, paused = (
        alice.pair(second=alice.calendar(alice.google, name), copies=0) for name in ("Old", "Verified", "Paused")
    )
    alice.pair()
    long_ago = timezone.now() - timedelta(days=9)
    Pair.objects.filter(pk__in=[old.pk, verified.pk, paused.pk]).update(created_at=long_ago)
    Pair.objects.filter(pk=paused.pk).update(paused_at=long_ago)
    audited(verified)
    found = measured()
    assert (found.running, found.unverified) == (3, 1)


def test_signs_of_life_and_the_queue_are_read(db):
    now = timezone.now()
    heartbeats.beat(f"{heartbeats.WORKER}here 1", now)
    heartbeats.beat(f"{heartbeats.WORKER}here 2", now - timedelta(hours=1))
    heartbeats.beat(heartbeats.TIMETABLE, now - timedelta(minutes=1))
    OrmQ.objects.create(key="hetk", payload="", lock=now)
    Task.objects.create(id="1", name="a", func="f", started=now, stopped=now, success=False)
    Task.objects.create(id="2", name="b", func="f", started=now, stopped=now - timedelta(hours=2), success=False)
    Schedule.objects.create(name="late", func="f", next_run=now - timedelta(minutes=6))
    Schedule.objects.create(name="soon", func="f", next_run=now)
    found = measured()
    assert (found.workers, found.worker_at, found.timetable_at) == (1, now, now - timedelta(minutes=1))
    assert found.queue == Queue(waiting=1, failed=1, late=1)


def test_however_many_ask_one_measures_and_the_others_take_what_there_is():
    began, go_on = threading.Event(), threading.Event()
    made: list[Measurements] = []

    def slowly(now: Any) -> Measurements:
        if made:
            began.set()
            go_on.wait(10)
        made.append(Measurements(at=now, kinds={}, last_hour={}, last_day={}))
        return made[-1]

    kept = measurements.Kept(slowly)
    first = kept.last()
    assert [kept.last() for _ in range(50)] == [first] * 50
    # Old by now.
    kept._next = 0
    slow = threading.Thread(target=kept.last)
    slow.start()
    assert began.wait(10)
    assert [kept.last() for _ in range(50)] == [first] * 50
    go_on.set()
    slow.join()
    assert (len(made), kept.last()) == (2, made[1])


def test_while_the_database_does_not_answer_the_last_figures_stand_and_nobody_asks_at_every_call():
    calls: list[Any] = []

    def broken(now: Any) -> Measurements:
        calls.append(now)
        if len(calls) > 1:
            raise DatabaseError
        return Measurements(at=now, kinds={}, last_hour={}, last_day={})

    kept = measurements.Kept(broken)
    first = kept.last()
    kept._next = 0
    assert [kept.last() for _ in range(9)] == [first] * 9
    assert len(calls) == 2


def test_at_the_very_beginning_there_may_be_nothing_to_tell():
    def broken(_: Any) -> Measurements:
        raise DatabaseError

    assert measurements.Kept(broken).last() is None


def test_nobody_is_named(alice: Household):
    alice.pair()
    settled_long_ago()
    ran(alice.work, trouble="alice@northwind.example")
    make_user("bob")
    assert "alice" not in repr(measured())
