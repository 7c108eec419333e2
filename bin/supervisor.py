"""Runs a handful of processes as one: their lines with a name in front, a crashed one started again, all stopped together."""

import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hetk.keeper import bound, kill_group

# After a crash: the pause before the next start doubles up to the longest; a child that lived this long starts afresh.
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
SETTLED_AFTER = 60.0

Say = Callable[[str], None]


@dataclass
class Child:
    """One process to keep running. `ready`: what its output holds once it works ("" when it need not be awaited)."""

    name: str
    command: Sequence[str]
    ready: str = ""
    process: subprocess.Popen[str] | None = None
    is_ready: threading.Event = field(default_factory=threading.Event)
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = SHORTEST_PAUSE
    last_words: str = ""

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """`patience`: seconds that children get to stop by themselves before they are killed."""

    def __init__(self, *, cwd: Path, environment: Mapping[str, str], say: Say, patience: float = 8.0) -> None:
        self.cwd = cwd
        self.environment = environment
        self.say = say
        self.patience = patience
        self.children: list[Child] = []
        self.stopping = threading.Event()

    def start(self, child: Child) -> None:
        """Start a child, now and again after each crash."""
        self.children.append(child)
        self._launch(child)

    def wait_ready(self, child: Child, seconds: float) -> bool:
        """Whether the child said that it works, within `seconds`; False also when it ended or all is being stopped."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and child.alive and not self.stopping.is_set():
            if child.is_ready.wait(0.05):
                return True
        return child.is_ready.is_set()

    def watch(self) -> None:
        """Keep the children running until `stop_soon` is called."""
        while not self.stopping.wait(0.2):
            for child in self.children:
                if not child.alive:
                    self._revive(child)

    def stop_soon(self) -> None:
        """End `watch`. Called a second time, it no longer waits for anybody."""
        if self.stopping.is_set():
            self.patience = 0.0
        self.stopping.set()

    def stop(self) -> list[str]:
        """End all children, the last started first. The names of those that had to be killed."""
        self.stopping.set()
        for child in reversed(self.children):
            # The child alone: it knows best in which order its own children end.
            if child.process and child.alive:
                child.process.terminate()
        began = time.monotonic()
        while any(child.alive for child in self.children) and time.monotonic() - began < self.patience:
            time.sleep(0.05)
        stubborn = [child.name for child in self.children if child.alive]
        for child in self.children:
            # The whole group: a child that ended may have left children of its own behind.
            _kill_group(child)
        return stubborn

    def _launch(self, child: Child) -> None:
        child.started_at = time.monotonic()
        child.start_at = 0.0
        child.process = subprocess.Popen(
            bound(child.command),
            cwd=self.cwd,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A group of its own: Ctrl-C reaches the supervisor alone, which then stops each child once.
            start_new_session=True,
        )
        threading.Thread(target=self._relay, args=(child, child.process), daemon=True).start()

    def _relay(self, child: Child, process: subprocess.Popen[str]) -> None:
        """Pass on what the child says, line by line, until it ends."""
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                child.last_words = line.rstrip() or child.last_words
                if child.ready and not child.is_ready.is_set() and re.search(child.ready, line):
                    child.is_ready.set()
                elif line.strip():
                    self.say(f"{child.name:<8} | {line.rstrip()}")

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if not child.start_at:
            if now - child.started_at > SETTLED_AFTER:
                child.pause = SHORTEST_PAUSE
            code = child.process.returncode if child.process else None
            self.say(f"{child.name} ended ({_reason(code)}); starting it again in {child.pause:.0f} s")
            child.start_at = now + child.pause
            child.pause = min(child.pause * 2, LONGEST_PAUSE)
        elif now >= child.start_at:
            self._launch(child)


def _kill_group(child: Child) -> None:
    if child.process is not None:
        kill_group(child.process)


def _reason(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
