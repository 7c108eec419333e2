"""The lookout of a worker: a thread beside the cycles that hears of new policies while nobody's calendar moves."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import close_old_connections

from policy import enforcement
from sync.engine.cycle import bare

log = logging.getLogger("hetk.worker")
# Seconds between two looks at which domains want asking; the DNS itself is asked once a minute for each.
EVERY = 5.0


def look_out(stopped: threading.Event, clock: Callable[[], datetime]) -> None:
    """Runs until `stopped` is set; whatever fails is tried again at the next look."""
    while not stopped.wait(EVERY):
        try:
            enforcement.sweep(clock)
        except Exception as error:
            log.exception("the lookout stumbled", exc_info=bare(error))
            close_old_connections()
