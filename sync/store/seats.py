"""Seats: how many requests may be under way to one mailbox at once, counted across threads, processes and machines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone

from sync.models import Seat

HOLD = timedelta(minutes=2)
STEP = 0.05


class Full(Exception):
    """Every seat stayed taken for as long as the caller would wait."""


@contextmanager
def seat(connection_id: int, seats: int, patience: float = 20.0) -> Iterator[None]:
    """Hold one of `seats` places at a mailbox; waits up to `patience` seconds for one. Raises `Full`."""
    number, until = _take(connection_id, seats, patience)
    try:
        yield
    finally:
        Seat.objects.filter(connection_id=connection_id, number=number, until=until).update(until=timezone.now())


def _take(connection_id: int, seats: int, patience: float) -> tuple[int, datetime]:
    """The number of the seat, and until when it is held."""
    deadline = time.monotonic() + patience
    while True:
        if found := _free(connection_id, seats):
            return found
        if time.monotonic() > deadline:
            raise Full(f"all {seats} seats are taken")
        time.sleep(STEP)


def _free(connection_id: int, seats: int) -> tuple[int, datetime] | None:
    now = timezone.now()
    until = now + HOLD
    # Mostly nobody else is there: the first seat is asked for without looking.
    if _sit(connection_id, 0, now, until):
        return 0, until
    rows = list(Seat.objects.filter(connection_id=connection_id, number__lt=seats))
    if len(rows) < seats:
        wanted = [Seat(connection_id=connection_id, number=number, until=now) for number in range(seats)]
        Seat.objects.bulk_create(wanted, ignore_conflicts=True)
        rows = list(Seat.objects.filter(connection_id=connection_id, number__lt=seats))
    found = (row.number for row in rows if row.until <= now and _sit(connection_id, row.number, now, until))
    return next(((number, until) for number in found), None)


def _sit(connection_id: int, number: int, now: datetime, until: datetime) -> bool:
    """One conditional UPDATE: whoever changes the row has the seat."""
    free = Seat.objects.filter(connection_id=connection_id, number=number, until__lte=now)
    return bool(free.update(until=until))
