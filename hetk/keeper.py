"""Keeps one group of processes running: starts it again when it ended, and when it lives but gives no sign of life.

Whether a process works cannot be read from outside: a group whose members all run may have hung for good (an idle worker of the
timetable that is killed takes a lock with it). So the group must do something that can be seen.
"""

import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

log = logging.getLogger("hetk.keeper")

SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
# A group that lived this long starts afresh at once when it ends.
SETTLED_AFTER = 60.0
LOOK = 1.0


def bound(command: Sequence[str]) -> list[str]:
    """`command`, asked to stop when the process that starts it is gone, however that came; as it is where that cannot be had."""
    binder = shutil.which("setpriv")
    return [binder, "--pdeathsig", "TERM", *command] if binder else list(command)


def kill_group(process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
    """End a process that leads a group, with everybody in it, also those that it left behind."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Keeper:
    """`silent_for`: seconds since the last sign of life; None when nobody can say, which is no reason to kill anybody.

    `late`: how long the group may be silent, also after its start. `grace`: how long it may take to stop when asked.
    """

    def __init__(
        self, command: Sequence[str], silent_for: Callable[[], float | None], *, late: float, grace: float
    ) -> None:
        self.starts = 0
        self._command = command
        self._silent_for = silent_for
        self._late = late
        self._grace = grace
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> int:
        """Keep it running until `stop` is called. 0: it stopped when it was asked to; 1: it had to be killed."""
        pause = SHORTEST_PAUSE
        while True:
            began = time.monotonic()
            process = self._start()
            why = self._watch(process, began)
            if self._stopping.is_set():
                return self._end(process)
            kill_group(process)
            pause = SHORTEST_PAUSE if time.monotonic() - began > SETTLED_AFTER else min(pause * 2, LONGEST_PAUSE)
            log.error("%s: starting it again in %.0f s", why, pause)
            if self._stopping.wait(pause):
                return 0

    def _start(self) -> "subprocess.Popen[bytes]":
        self.starts += 1
        # A group of its own: a signal to us reaches it once, through us.
        return subprocess.Popen(bound(self._command), start_new_session=True)

    def _watch(self, process: "subprocess.Popen[bytes]", began: float) -> str:
        """Why the group must be started again; "" when all is to be stopped."""
        while not self._stopping.wait(LOOK):
            if process.poll() is not None:
                return f"it ended (exit code {process.returncode})"
            silent = self._silent_for()
            if silent is not None and min(silent, time.monotonic() - began) > self._late:
                return f"it has been silent for {silent:.0f} s"
        return ""

    def _end(self, process: "subprocess.Popen[bytes]") -> int:
        """Its first process alone is asked: it knows best in which order the others end."""
        process.terminate()
        try:
            process.wait(self._grace)
        except subprocess.TimeoutExpired:
            kill_group(process)
            return 1
        kill_group(process)
        return 0
