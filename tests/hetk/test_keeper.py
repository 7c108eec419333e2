"""What keeps a group of processes running when it ends, and when it hangs: real processes, and the real timetable, stopped dead."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django_q.tasks import async_task

from hetk.keeper import Keeper
from sync.models import Heartbeat
from sync.store import heartbeats
from tests.outside import ROOT
from tests.processes import database, wait_for

SLEEPS = "import time; time.sleep(60)"


def kept(tmp_path: Path, code: str, silent_for, *, late: float = 60.0, grace: float = 5.0) -> Keeper:
    """A keeper of a process that notes each of its starts, and leaves a child of its own behind."""
    program = (
        f"import os, subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]);"
        f"open({str(tmp_path / 'starts')!r}, 'a').write(f'{{os.getpid()}} {{child.pid}}\\n'); {code}"
    )
    return Keeper([sys.executable, "-c", program], silent_for, late=late, grace=grace)


def starts(tmp_path: Path) -> list[tuple[int, ...]]:
    path = tmp_path / "starts"
    lines = path.read_text().splitlines() if path.exists() else []
    return [tuple(int(number) for number in line.split()) for line in lines]


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def running() -> Iterator[list[Keeper]]:
    keepers: list[Keeper] = []
    yield keepers
    for keeper in keepers:
        keeper.stop()


def run(keeper: Keeper, running: list[Keeper]) -> threading.Thread:
    running.append(keeper)
    thread = threading.Thread(target=keeper.run)
    thread.start()
    return thread


def test_a_group_that_ends_is_started_again_and_leaves_nobody_behind(tmp_path, running):
    thread = run(kept(tmp_path, "raise SystemExit(0)", lambda: 0.0), running)
    assert wait_for(lambda: len(starts(tmp_path)) >= 2)
    running[0].stop()
    thread.join(10)
    assert not thread.is_alive()
    assert wait_for(lambda: not any(lives(pid) for pids in starts(tmp_path) for pid in pids))


def test_a_group_that_is_silent_is_killed_as_a_whole_and_started_again(tmp_path, running):
    run(kept(tmp_path, SLEEPS, lambda: 1000.0, late=1.5), running)
    assert wait_for(lambda: len(starts(tmp_path)) >= 2)
    assert wait_for(lambda: not any(lives(pid) for pid in starts(tmp_path)[0]))


@pytest.mark.parametrize("silent", [0.5, None], ids=["it beats", "nobody can say"])
def test_a_group_that_beats_or_of_which_nobody_can_say_is_left_alone(tmp_path, running, silent):
    run(kept(tmp_path, SLEEPS, lambda: silent, late=1.0), running)
    assert wait_for(lambda: starts(tmp_path))
    time.sleep(4)
    assert len(starts(tmp_path)) == 1


def test_a_group_that_does_not_stop_when_asked_is_killed(tmp_path, running):
    deaf = f"import signal; signal.signal(15, signal.SIG_IGN); {SLEEPS}"
    thread = run(kept(tmp_path, deaf, lambda: 0.0, grace=0.5), running)
    assert wait_for(lambda: starts(tmp_path))
    time.sleep(0.3)
    running[0].stop()
    thread.join(10)
    assert wait_for(lambda: not any(lives(pid) for pid in starts(tmp_path)[0]))


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(number) for number in path.read_text().split()] if path.exists() else []


@pytest.mark.django_db(transaction=True)
def test_a_timetable_that_hangs_is_started_again_and_goes_on():
    command = [sys.executable, "manage.py", "keep", "timetable", "--late", "8"]
    keeper = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **database()}, stderr=subprocess.PIPE, text=True)

    def beats(since) -> bool:
        # As the scheduler does once a minute; what a group that hangs has taken comes back later.
        async_task("sync.tasks.give_a_sign_of_life")
        time.sleep(0.5)
        return Heartbeat.objects.filter(name=heartbeats.TIMETABLE, at__gt=since).exists()

    try:
        assert wait_for(lambda: beats(timezone.now() - timedelta(hours=1)), 40)
        (cluster,) = children(keeper.pid)
        os.killpg(cluster, signal.SIGSTOP)
        stopped = timezone.now()
        assert wait_for(lambda: cluster not in children(keeper.pid), 30)
        assert wait_for(lambda: beats(stopped + timedelta(seconds=4)), 40)
        assert not lives(cluster)
    finally:
        keeper.terminate()
        said = keeper.communicate(timeout=60)[1]
    assert keeper.returncode == 0
    assert "silent for" in said
    assert not children(keeper.pid)
