"""What one reading of somebody else's calendar may cost: so many events, so much of the processor."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# The largest calendars that people keep hold a tenth of this in the window; a worker's memory holds it.
MOST_EVENTS = 50_000
# Of the processor: ten thousand events take one or two, a calendar made to hurt takes hours.
SECONDS = 60.0


class Exhausted(Exception):
    """More than a calendar may cost."""


class Effort:
    """`clock`: seconds of the processor that this thread has had."""

    def __init__(
        self, most: int = MOST_EVENTS, seconds: float = SECONDS, clock: Callable[[], float] = time.thread_time
    ) -> None:
        self._events, self._seconds, self._clock = most, seconds, clock

    @contextmanager
    def measured(self) -> Iterator[None]:
        """What is done inside counts, whatever comes of it. Raises `Exhausted`."""
        began = self._clock()
        try:
            yield
        finally:
            self._seconds -= self._clock() - began
        self._check()

    def told(self, events: int) -> None:
        """So many events came of it. Raises `Exhausted`."""
        self._events -= events
        self._check()

    def _check(self) -> None:
        if self._events < 0 or self._seconds < 0:
            raise Exhausted
