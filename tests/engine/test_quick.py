"""What makes histories quick changes nothing that reaches the database."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.utils import load_backend

from hetk.settings import SQLITE
from sync.models import Activity, Brake, Calendar, Flow, Link, Pair, Receipt
from tests.engine import arena, quick

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ASKED: list[Callable[[], QuerySet[Any]]] = [
    lambda: Link.objects.filter(origin_id="o", flow=3).exclude(copy_prints=""),
    lambda: Link.objects.filter(flow_id__in=[3, 3, 4], due_at__lte=NOW).exclude(due_at__lt=NOW),
    lambda: Link.objects.exclude(due_at=NOW).exclude(lease_until=None).filter(written_at=None),
    lambda: Link.objects.exclude(due_at__isnull=False).exclude(churn_day__isnull=True).exclude(due_at__in=[NOW]),
    lambda: Link.objects.filter(~Q(due_at=NOW) | Q(~Q(lease_until__gt=NOW), flow=Flow(pk=2))),
    lambda: Link.objects.filter(flow=3).filter(flow__pair=4, flow__pair__user=5).exclude(flow__settled_at=None),
    lambda: Link.objects.filter(flow__pair=4).filter(flow=3).exclude(flow__source=F("flow__target")),
    lambda: Brake.objects.filter(decided_by=None).exclude(decided_by=3).exclude(decided_by__in=[3, 4]),
    lambda: Receipt.objects.exclude(source=2).filter(Q(target=3) | Q(target=None) | Q(target__isnull=False)),
    lambda: Receipt.objects.filter(Q(target__isnull=True) | Q(target__name="y")),
    lambda: Receipt.objects.exclude(Q(target__isnull=True) | Q(target__name="y")),
    lambda: Receipt.objects.filter(Q(target__isnull=False) | Q(target__name="y")),
    lambda: Receipt.objects.filter(Q(source=2) | Q(source__name="x")).filter(target__name="y", target=1),
    lambda: Pair.objects.filter(public_id="0" * 32, paused_by_plan=True).exclude(paused_by_plan=False, verify_at=NOW),
    lambda: Pair.objects.filter(Exists(Flow.objects.filter(pair=OuterRef("pk"), source=1)), user__email="a"),
    lambda: Pair.objects.exclude(flows__source=1).exclude(flows__links__origin_id="o").filter(pk__in=(1, 2)),
    lambda: Calendar.objects.filter(pk__in=Flow.objects.filter(pair=1).values("source"), failures__gte=2),
    lambda: Activity.objects.exclude(link=2).filter(pk__gt=2, all_day=False, act__in={"a"}).select_related("flow__pair"),
]  # fmt: skip


def statements() -> list[tuple[str, list[str]]]:
    """Of some histories, with the kinds of their values: keys and ids are new each time."""
    from tests.engine.history import simulation

    found = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((re.sub(r"s\d+_x\d+", "savepoint", sql), [type(value).__name__ for value in params or ()]))
        return execute(sql, params, many, context)

    with simulation() as played:
        played._arena.database.execute_wrappers.append(note)
        for seed in (1, 2):
            assert played.play(seed).violation == ""
    return found


def database() -> BaseDatabaseWrapper:
    facts = {**connections.settings["default"], **SQLITE, "NAME": ":memory:"}
    made: BaseDatabaseWrapper = load_backend(facts["ENGINE"]).DatabaseWrapper(facts, "default")
    return made


@pytest.mark.parametrize("ask", ASKED)
def test_a_question_is_put_as_django_puts_it_the_first_time_and_later(ask):
    usual = ask().query.get_compiler(connection=database()).as_sql()
    there = database()
    with quick.quickly(there):
        again = [ask().query.get_compiler(connection=there).as_sql() for _ in range(2)]
    assert again == [usual] * 2


def test_conditions_are_understood_and_compared_from_memory():
    there = database()
    with quick.quickly(there):
        for ask in ASKED:
            ask().query.get_compiler(connection=there).as_sql()
    remembered = [condition for condition in quick._conditions.values() if condition]
    assert {bool(condition.path) for condition in remembered} == {True, False}
    assert {condition.nullable for condition in remembered} == {True, False}
    assert {kind for kind, _, _ in quick._compared} >= quick.ONE_OF


def test_statements_of_histories_are_the_same_to_the_letter(django_db_blocker, monkeypatch):
    with django_db_blocker.unblock():
        ours = statements()
        monkeypatch.setattr(arena, "quickly", lambda database: nullcontext())
        theirs = statements()
    assert len(ours) > 500
    assert ours == theirs
