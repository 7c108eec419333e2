"""What makes histories quick changes nothing that reaches the database."""

import re
from contextlib import nullcontext
from typing import Any

from tests.engine import arena, quick


def statements() -> list[tuple[str, list[str]]]:
    """Of some histories, with the kinds of their values: keys and ids are new each time."""
    from tests.engine.history import simulation

    found = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((re.sub(r"s\d+_x\d+", "savepoint", sql), [type(value).__name__ for value in params or ()]))
        return execute(sql, params, many, context)

    with simulation() as played:
        played._arena.database.execute_wrappers.append(note)
        for seed in range(1, 4):
            assert played.play(seed).violation == ""
    return found


def test_statements_are_the_same_to_the_letter_as_djangos_own(django_db_blocker, monkeypatch):
    with django_db_blocker.unblock():
        ours = statements()
        assert quick._compared
        assert any(condition and condition.path for condition in quick._conditions.values())
        monkeypatch.setattr(arena, "quickly", lambda database: nullcontext())
        theirs = statements()
    assert len(ours) > 1000
    assert ours == theirs
