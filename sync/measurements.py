"""Measures the whole installation: the one source of the desk's page, of the public status page and of what is scraped.

No table that grows with events or with time is counted or walked through: signs of life, accounts and watches are few, calendars
are found by what makes them remarkable (an index each), and of the cycles only the newest are looked at.
"""

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import DatabaseError
from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from django_q.models import OrmQ, Schedule, Task

from accounts.models import Connection
from sync import history, verify
from sync.measured import Arrival, Day, Kindred, Measurements, Queue, spreads
from sync.models import Calendar, Flow, Heartbeat, PartDay, Run, Watch
from sync.standing import WORTH_SAYING
from sync.store import due, heartbeats

log = logging.getLogger("hetk.measurements")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The newest cycles of a day at most: what they tell does not get truer by reading more.
NEWEST = 5_000
# The timetable renews watches well ahead of their end; what is late by so much did not.
LATE_RENEWAL = timedelta(hours=1)
# An entry of the timetable is called half a minute late at worst.
LATE_ENTRY = timedelta(minutes=5)
# What everybody may ask for is measured at most so often, in seconds, by each process; after a failure sooner.
EVERY, AGAIN = 30.0, 5.0


class Cycle(NamedTuple):
    """The columns of a run that are looked at."""

    calendar: int
    kind: str
    began: datetime
    ended: datetime
    delay_ms: int | None
    written: int
    trouble: str


def measure(now: datetime) -> Measurements:
    """In a fixed number of queries."""
    cycles = _cycles(now)
    arrivals = list(_arrivals(cycles))
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    workers = [at for name, at in beats.items() if name.startswith(heartbeats.WORKER)]
    waiting = Calendar.objects.filter(due_at__lte=now)
    return Measurements(
        at=now,
        kinds=_kinds(now, cycles, _by_kind(waiting)),
        last_hour=spreads(arrivals, now - HOUR),
        last_day=spreads(arrivals, now - DAY),
        workers=sum(now - at <= heartbeats.LATE for at in workers),
        worker_at=max(workers, default=None),
        timetable_at=beats.get(heartbeats.TIMETABLE),
        backup_at=beats.get(heartbeats.BACKUP),
        oldest_due=waiting.aggregate(at=Min("due_at"))["at"],
        running=verify.running().count(),
        unverified=verify.unverified(now).count(),
        queue=_queue(now),
        history=_history(now),
    )


def late_watches(now: datetime) -> QuerySet[Watch]:
    """Watches of calendars in use that nobody renewed; a paused sync's may run out."""
    rows = Watch.objects.filter(renew_at__lt=now - LATE_RENEWAL, calendar__due_at__isnull=False)
    return rows.exclude(remote_id="")


def failing() -> QuerySet[Calendar]:
    """Calendars in use that fail again and again."""
    return Calendar.objects.filter(failures__gte=WORTH_SAYING, lost_at=None, due_at__isnull=False).exclude(trouble="")


def _kinds(now: datetime, cycles: Iterable[Cycle], due_now: dict[str, int]) -> dict[str, Kindred]:
    """Of every kind that is connected."""
    accounts = Connection.objects.order_by().values_list("kind")
    standing = accounts.annotate(shut=Count("halted_at"), all=Count("pk"))
    throttled = dict(accounts.filter(halted_at=None, throttled_until__gt=now).annotate(Count("pk")))
    claimed = _by_kind(Calendar.objects.filter(due_at__gt=now, due_at__lte=now + due.LEASE, lease_until__gt=now))
    failures = _by_kind(failing(), Count("connection", distinct=True))
    late = dict(late_watches(now).order_by().values_list("calendar__connection__kind").annotate(Count("pk")))
    recent = [cycle for cycle in cycles if cycle.ended >= now - HOUR]
    ran = Counter(cycle.kind for cycle in recent)
    troubled = Counter(cycle.kind for cycle in recent if cycle.trouble)
    return {
        kind: Kindred(
            open=every - shut, halted=shut, throttled=throttled.get(kind, 0), due=due_now.get(kind, 0), claimed=claimed.get(kind, 0),
            failing=failures.get(kind, 0), late_watches=late.get(kind, 0), cycles=ran[kind], troubled=troubled[kind],
        )
        for kind, shut, every in standing
    }  # fmt: skip


def _by_kind(calendars: QuerySet[Calendar], figure: Count | None = None) -> dict[str, int]:
    return dict(calendars.order_by().values_list("connection__kind").annotate(figure or Count("pk")))


def _cycles(now: datetime) -> list[Cycle]:
    newest = Run.objects.filter(started_at__gt=now - DAY).order_by("-started_at")
    fields = ("calendar", "calendar__connection__kind", "started_at", "finished_at", "delay_ms", "written", "trouble")
    return [Cycle(*row) for row in newest.values_list(*fields)[:NEWEST]]


def _arrivals(cycles: Iterable[Cycle]) -> Iterable[Arrival]:
    """Cycles that wrote what a bell had told of, by where it went. What a first sync takes says nothing about a change."""
    told = [cycle for cycle in cycles if cycle.written and cycle.delay_ms is not None]
    ways: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    flows = Flow.objects.filter(source__in={cycle.calendar for cycle in told})
    for source, kind, settled in flows.values_list("source", "target__connection__kind", "settled_at"):
        if settled:
            ways[source].append((kind, settled))
    for cycle in told:
        delay = timedelta(milliseconds=cycle.delay_ms or 0)
        for kind in sorted({kind for kind, settled in ways[cycle.calendar] if settled < cycle.began}):
            yield Arrival((cycle.kind, kind), cycle.ended, delay)


def _history(now: datetime) -> dict[str, dict[date, Day]]:
    """Some hundred rows at most: days that are over are forgotten."""
    found: dict[str, dict[date, Day]] = defaultdict(dict)
    for part, day, *numbers in PartDay.objects.filter(day__gte=history.first(now)).values_list(
        "part", "day", "ok", "warn", "stop"
    ):
        found[part][day] = Day(*numbers)
    return dict(found)


def _queue(now: datetime) -> Queue:
    """django-q2 keeps no row of a task that went well."""
    return Queue(
        waiting=OrmQ.objects.count(),
        failed=Task.objects.filter(success=False, stopped__gt=now - HOUR).count(),
        late=Schedule.objects.filter(next_run__lt=now - LATE_ENTRY).count(),
    )


class Kept:
    """The last measurements, for everybody who asks: however many do, one of them measures, and that at most every `EVERY` seconds."""

    def __init__(self, make: Callable[[datetime], Measurements]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._last: Measurements | None = None
        self._next = 0.0

    def last(self) -> Measurements | None:
        """None when nothing could be measured yet; otherwise perhaps old ones, where the database does not answer."""
        # Whoever comes while somebody measures takes what there is; only at the very beginning there is nothing to take.
        if time.monotonic() >= self._next and self._lock.acquire(blocking=self._last is None):
            try:
                self._renew()
            finally:
                self._lock.release()
        return self._last

    def _renew(self) -> None:
        if time.monotonic() < self._next:
            return
        try:
            self._last = self._make(timezone.now())
            self._next = time.monotonic() + EVERY
        except DatabaseError as error:
            log.warning("nothing could be measured: %s", type(error).__name__)
            self._next = time.monotonic() + AGAIN


kept = Kept(measure)
