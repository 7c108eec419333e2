"""The worker: claims due calendars, runs a cycle for each in a thread, stops cleanly on a signal.

Many threads, many processes, many machines: the database is the referee. What a killed worker held comes back when its lease ends.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from sync.engine.cycle import Cycle, bare
from sync.engine.lookout import look_out
from sync.models import Calendar
from sync.store import due, heartbeats

log = logging.getLogger("hetk.worker")
TICK = 0.2
MOMENT = timedelta(seconds=0.5)


class Pool:
    """Runs cycles until `stop` is called; what is in hand is finished. `name`: under which it gives signs of life, "" for none."""

    def __init__(
        self,
        threads: int,
        *,
        name: str = "",
        clock: Callable[[], datetime] = timezone.now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._name = name
        self._beat_at = datetime.min.replace(tzinfo=UTC)
        self._threads = threads
        self._clock = clock
        self._chance = chance
        self._stopped = threading.Event()
        self._busy: set[Future[None]] = set()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        lookout = threading.Thread(target=self._look_out, name="lookout", daemon=True)
        lookout.start()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="cycle") as executor:
            while not self._stopped.is_set():
                self._beat()
                if not self._fill(executor):
                    self._stopped.wait(TICK)
            everybody = threading.Barrier(self._threads)
            for _ in range(self._threads):
                executor.submit(_leave, everybody)
        if self._name:
            heartbeats.stopped(self._name)
        connection.close()

    def _beat(self) -> None:
        """Written by the loop that claims: a worker that no longer claims falls silent."""
        now = self._clock()
        if not self._name or now - self._beat_at < heartbeats.OFTEN:
            return
        self._beat_at = now
        try:
            heartbeats.beat(self._name, now)
        except DatabaseError as error:
            log.exception("no sign of life could be given", exc_info=bare(error))
            close_old_connections()

    def _look_out(self) -> None:
        look_out(self._stopped, self._clock)
        connection.close()

    def _fill(self, executor: ThreadPoolExecutor) -> bool:
        """Claim as many calendars as there are free threads. True: some were due, so look again at once."""
        self._busy = {future for future in self._busy if not future.done()}
        free = self._threads - len(self._busy)
        if free <= 0:
            return False
        try:
            claimed = due.claim(free, self._clock())
        except Exception as error:
            # The database is away: nothing is lost, what is due stays due.
            log.exception("could not claim", exc_info=bare(error))
            close_old_connections()
            return False
        self._busy.update(executor.submit(self._cycle, calendar) for calendar in claimed)
        return bool(claimed)

    def _cycle(self, calendar: Calendar) -> None:
        try:
            Cycle(calendar, self._clock, self._chance).run()
        except Exception as error:
            # Recording itself failed: the lease runs out and the calendar comes back.
            log.exception("a cycle was abandoned", exc_info=bare(error))
            connection.close()


def _leave(everybody: threading.Barrier) -> None:
    """Each thread has a connection of its own to the database, and gives it back when all have finished."""
    everybody.wait()
    connection.close()


def drain(
    *,
    clock: Callable[[], datetime] = timezone.now,
    sleep: Callable[[float], None] = time.sleep,
    most: int = 200,
) -> int:
    """Run cycles in this thread until nothing is due, nor will be in a moment; returns how many ran.

    For `worker --once`, tests and repairs.
    """
    ran = 0
    while ran < most:
        if claimed := due.claim(1, clock()):
            Cycle(claimed[0], clock, lambda: 0.5).run()
            ran += 1
        elif (soon := due.soonest()) and soon - clock() < MOMENT:
            sleep(max(0.0, (soon - clock()).total_seconds()))
        else:
            break
    return ran
