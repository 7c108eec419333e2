"""Seats: how many requests may be under way to one mailbox at once, counted across threads, processes and machines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from sync.models import Seat

HOLD = timedelta(minutes=2)
STEP = 0.05


class Full(Exception):
    """Every seat stayed taken for as long as the caller would wait."""


@contextmanager
def seat(connection_id: int, seats: int, patience: float = 20.0) -> Iterator[None]:
    """Hold one of `seats` places at a mailbox; waits up to `patience` seconds for one. Raises `Full`."""
    taken = _take(connection_id, seats, patience)
    try:
        yield
    finally:
        Seat.objects.filter(pk=taken.pk, until=taken.until).update(until=timezone.now())


def _take(connection_id: int, seats: int, patience: float) -> Seat:
    deadline = time.monotonic() + patience
    while True:
        if found := _free(connection_id, seats):
            return found
        if time.monotonic() > deadline:
            raise Full(f"all {seats} seats are taken")
        time.sleep(STEP)


def _free(connection_id: int, seats: int) -> Seat | None:
    now = timezone.now()
    rows = list(Seat.objects.filter(connection_id=connection_id, number__lt=seats))
    if len(rows) < seats:
        wanted = [Seat(connection_id=connection_id, number=number, until=now) for number in range(seats)]
        Seat.objects.bulk_create(wanted, ignore_conflicts=True)
        rows = list(Seat.objects.filter(connection_id=connection_id, number__lt=seats))
    for row in rows:
        # One conditional UPDATE: whoever changes the row has the seat.
        if row.until <= now and Seat.objects.filter(Q(until__lte=now), pk=row.pk).update(until=now + HOLD):
            row.until = now + HOLD
            return row
    return None
