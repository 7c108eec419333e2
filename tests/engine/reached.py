"""What histories reach: counted, printed as a table, and asked for, so that nobody can claim coverage which does not happen."""

import ast
import inspect
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from types import CodeType
from typing import Any
from unittest.mock import patch

from sync.core import plan
from sync.core.operation import Reason
from sync.core.plan import Planner

# Nothing is planned for these: only `explain` and the preview say so of an event that is a copy itself.
NEVER_PLANNED = {Reason.IS_COPY, Reason.FOREIGN_COPY}
# Never in a history: no account takes the place of a feed there, and its clouds can read whatever they hold. Both are played in
# `tests/end_to_end/test_feed.py`.
ELSEWHERE = {Reason.TAKEN_OVER, Reason.UNREADABLE}
WIDTH = 78


def table_of(planner: Callable[..., Any]) -> tuple[ast.Module, list[ast.match_case]] | None:
    """The source of a plan and the arms of its table; None for a planner that has none."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(planner)))
    table = next((node for node in ast.walk(tree) if isinstance(node, ast.Match)), None)
    return (tree, table.cases) if table else None


def named(arm: ast.match_case) -> str:
    guard = f" if {ast.unparse(arm.guard)}" if arm.guard else ""
    return f"arm: {ast.unparse(arm.pattern)}{guard}"


def arms() -> list[str]:
    """Every arm of the planner's table, as its source says it."""
    found = table_of(Planner.plan)
    return [named(arm) for arm in found[1]] if found else []


@cache
def telling(planner: Callable[..., Any]) -> CodeType | None:
    """A function `around` of what is to be told; it answers the plan with its arms telling. None: it has no table."""
    found = table_of(planner)
    if found is None:
        return None
    tree, cases = found
    for arm in cases:
        tell = ast.Call(ast.Name("reached", ast.Load()), [ast.Constant(named(arm))], [])
        arm.body.insert(0, ast.Expr(tell))
    # Around the method, so that its other names stay those of its module, whatever a test put there.
    around = ast.parse("def around(reached):\n    return plan")
    around.body[0].body.insert(0, tree.body[0])  # type: ignore[attr-defined]
    return compile(ast.fix_missing_locations(around), plan.__file__, "exec")


@contextmanager
def counting(reached: Callable[[str], None]) -> Iterator[None]:
    """The planner tells which arm it went through and with which reasons; what it answers is the same."""
    told_of = telling(Planner.plan)
    if told_of is None:
        yield
        return
    made: dict[str, Any] = {}
    exec(told_of, vars(plan), made)
    table = made["around"](reached)

    def told(self: Planner, *about: Any) -> Any:
        operations = table(self, *about)
        for operation in operations:
            reached(f"reason: {operation.reason}")
        return operations

    with patch.object(Planner, "plan", told):
        yield


def reasons() -> list[str]:
    return [f"reason: {reason}" for reason in Reason if reason not in NEVER_PLANNED | ELSEWHERE]


def lines(times: Counter[str], histories: Counter[str], played: int) -> Iterator[str]:
    """The table: what, in which share of the histories, and how often altogether."""
    for name in sorted(histories, key=lambda name: (name.split(":")[0], -histories[name])):
        text = name if len(name) <= WIDTH else name[: WIDTH - 1] + "…"
        yield f"{text:{WIDTH}} {histories[name] / max(played, 1):7.1%} {times[name]:9}"


def wanting(histories: Counter[str], wanted: Iterable[str], least: int) -> dict[str, int]:
    """What fewer than `least` histories reached, with how many did."""
    return {name: histories[name] for name in wanted if histories[name] < least}
