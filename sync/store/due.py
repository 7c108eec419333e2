"""The queue: which calendars want a cycle. Bells set `due_at`, workers claim it with a lease, the database is the referee."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case, F, Min, Q, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from sync.models import Calendar
from sync.store import locks

LEASE = timedelta(minutes=5)


def ring(calendar_ids: Iterable[int], *, at: datetime | None = None) -> int:
    """Something changed there. Counted even while a worker is on it, so that no bell is lost; returns the rows it reached."""
    now = at or timezone.now()
    numbers = list(calendar_ids)
    if len(numbers) == 1:
        return _ring(numbers, now)
    with transaction.atomic():
        locks.calendars(numbers)
        return _ring(numbers, now)


def _ring(calendar_ids: Sequence[int], now: datetime) -> int:
    leased = Q(lease_until__gt=now)
    return Calendar.objects.filter(pk__in=calendar_ids, lost_at=None).update(
        due_seq=F("due_seq") + 1,
        rung_at=Coalesce("rung_at", Value(now)),
        # Nobody may be alive to give the lease back; without a time of its own the calendar would rest for ever.
        due_at=Case(
            When(leased, then=Coalesce("due_at", "lease_until")),
            default=Least(Coalesce("due_at", Value(now)), Value(now)),
        ),
    )


def claim(limit: int, now: datetime) -> list[Calendar]:
    """Up to `limit` calendars that are due longest, leased to the caller."""
    lease = now + LEASE
    with transaction.atomic():
        due = Calendar.objects.filter(due_at__lte=now).order_by("due_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, no_key=True)
        ids = list(due.values_list("pk", flat=True)[:limit])
        Calendar.objects.filter(pk__in=ids).update(due_at=lease, lease_until=lease)
        rows = Calendar.objects.filter(pk__in=ids).select_related("connection").order_by()
        return sorted(rows, key=lambda calendar: ids.index(calendar.pk))


def prolong(calendar: Calendar, now: datetime) -> None:
    """A long reading is still under way."""
    lease = now + LEASE
    if Calendar.objects.filter(pk=calendar.pk, lease_until=calendar.lease_until).update(
        due_at=lease, lease_until=lease
    ):
        calendar.due_at = calendar.lease_until = lease


def finish(calendar: Calendar, *, now: datetime, next_due: datetime | None, served: bool = True) -> bool:
    """Give the lease back; a bell that rang meanwhile makes the calendar due at once. False: the lease had run out.

    `served`: the bells heard so far were answered by a reading.
    """
    mine = Calendar.objects.filter(pk=calendar.pk, lease_until=calendar.lease_until)
    heard = {"rung_at": None} if served else {}
    if mine.filter(due_seq=calendar.due_seq).update(lease_until=None, due_at=next_due, **heard):
        return True
    return bool(mine.update(lease_until=None, due_at=now))


def quiet(calendar: Calendar, now: datetime) -> timedelta | None:
    """How long ago this calendar last told anything; None when it never did, as far as is remembered."""
    runs = calendar.runs.filter(read__gt=0).order_by("-started_at")
    last = runs.values_list("started_at", flat=True).first()
    return None if last is None else now - last


def soonest() -> datetime | None:
    """When the next calendar is due; None when none ever is."""
    at: datetime | None = Calendar.objects.filter(lease_until=None).aggregate(at=Min("due_at"))["at"]
    return at


@transaction.atomic
def read_again(calendar_ids: Collection[int], *, prove: bool) -> None:
    """These calendars want reading from the beginning, by a reading that begins after this. `prove`: nothing is known to be
    complete until then.
    """
    locks.calendars(calendar_ids)
    unknown = {"full_read_at": None} if prove else {}
    Calendar.objects.filter(pk__in=calendar_ids).update(cursor="", read_seq=F("read_seq") + 1, **unknown)


@transaction.atomic
def rest(calendar_ids: Sequence[int]) -> None:
    """Nobody uses these calendars any more, or nobody may: they are not due until somebody rings."""
    locks.calendars(calendar_ids)
    Calendar.objects.filter(pk__in=calendar_ids).update(due_at=None)


@transaction.atomic
def not_before(connection_id: int, at: datetime) -> None:
    """The mailbox asked for a pause: none of its calendars is due sooner."""
    sooner = Calendar.objects.filter(connection_id=connection_id, due_at__lt=at)
    locks.calendars(sooner.values_list("pk", flat=True))
    sooner.update(due_at=at)
