"""Two connections to the database, the second of which acts in the middle of what the first does."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

# How long the second may take before it is taken to wait for a lock of the first.
MOMENT = 0.5
PATIENCE = 15.0


class Second:
    """Acts on a connection of its own once; `answer` or `error` say what came of it, `waited` whether it had to."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.answer: Any = None
        self.error: Exception | None = None
        self.waited = False
        self._act = act
        self._thread = threading.Thread(target=self._run)

    def begin(self) -> None:
        self._thread.start()

    def start(self) -> None:
        """And wait until it is done, or stands at a lock."""
        self.begin()
        self._thread.join(MOMENT)
        self.waited = self._thread.is_alive()

    def end(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the second is stuck"

    def _run(self) -> None:
        try:
            self.answer = self._act()
        except Exception as error:
            self.error = error
        finally:
            connection.close()


def meanwhile(first: Callable[[], Any], words: str, second: Callable[[], Any], nth: int = 1) -> Second:
    """Runs `first`; right after its `nth` statement with `words` in it, `second` starts on another connection."""
    other = Second(second)
    begun: list[str] = []

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if words in sql:
            begun.append(sql)
            if len(begun) == nth:
                other.start()
        return answer

    try:
        with connection.execute_wrapper(statement):
            first()
    finally:
        assert len(begun) >= nth, f"no statement with {words}"
        other.end()
    return other
