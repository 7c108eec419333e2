"""Who writes links takes turns by flow; who writes several calendars goes by number.

SQLite lets one writer in at a time. On PostgreSQL the two cycles of a pair would overwrite what the other has just seen, or wait
for each other for ever. So every transaction that writes links holds the rows of their flows first, and everybody goes the
same way round: users, accounts (`billing/room.py`), pairs, flows, links, calendars. A row is held against other writers alone; who reads it or refers to it goes on.

Each function is for the inside of a transaction, and holds until it ends.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import User
from sync.models import Calendar, Flow, Pair


def user(number: int) -> None:
    _hold(User.objects.filter(pk=number))


def pair(number: int) -> None:
    """A pair with all its flows."""
    _hold(Pair.objects.filter(pk=number))
    _hold(Flow.objects.filter(pair=number))


def pairs(numbers: Iterable[int]) -> None:
    """The same for several."""
    held = set(numbers)
    _hold(Pair.objects.filter(pk__in=held))
    _hold(Flow.objects.filter(pair__in=held))


def flows(numbers: Iterable[int]) -> None:
    _hold(Flow.objects.filter(pk__in=set(numbers)))


def flows_touching(numbers: Iterable[int]) -> None:
    """Every flow that starts or ends in one of these calendars: whoever observes in several holds them all at once."""
    sides = set(numbers)
    _hold(Flow.objects.filter(Q(source__in=sides) | Q(target__in=sides)))


def calendars(numbers: Iterable[int]) -> None:
    _hold(Calendar.objects.filter(pk__in=set(numbers)))


def _hold(rows: QuerySet[Any]) -> None:
    # Elsewhere an immediate transaction has the whole database to itself.
    if connection.features.has_select_for_update:
        list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
