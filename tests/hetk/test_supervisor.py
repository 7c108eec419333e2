"""What keeps the demo's processes running, with real and short-lived processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bin.run import DATABASE, begin_anew, busy_ports, environment, load_keys, new_keys
from bin.supervisor import Child, Supervisor
from hetk import checks
from tests.environment import free_port
from tests.hetk.listeners import web_server
from tests.outside import ROOT


class Stage:
    """A supervisor, what it said, and a way to wait."""

    def __init__(self, tmp_path: Path, patience: float = 3.0) -> None:
        self.said: list[str] = []
        self.supervisor = Supervisor(
            cwd=tmp_path, environment=dict(os.environ), say=self.said.append, patience=patience
        )

    def child(self, name: str, code: str, ready: str = "") -> Child:
        child = Child(name, [sys.executable, "-u", "-c", code], ready=ready)
        self.supervisor.start(child)
        return child

    def until(self, what: str, seconds: float = 5.0) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if any(what in line for line in list(self.said)):
                return True
            time.sleep(0.02)
        return False


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    stage.supervisor.patience = 0
    stage.supervisor.stop()


def test_a_childs_lines_come_with_its_name_in_front(stage):
    stage.child("worker", "print('hello'); print(); import sys; print('oops', file=sys.stderr)")
    assert stage.until("worker   | hello")
    assert stage.until("worker   | oops")
    assert not any(line.endswith("|") for line in stage.said)


def test_a_child_is_ready_when_it_says_so(stage):
    child = stage.child("sandbox", "import time; print('listening on 1'); time.sleep(60)", ready="listening on")
    assert stage.supervisor.wait_ready(child, 5)


def test_a_child_that_ends_before_it_is_ready_is_known_by_its_last_words(stage):
    child = stage.child("sandbox", "raise SystemExit('no such port')", ready="listening on")
    assert not stage.supervisor.wait_ready(child, 5)
    assert stage.until("no such port")
    assert child.last_words == "no such port"


def test_a_crashed_child_is_started_again_and_the_others_are_left_alone(stage, tmp_path):
    starts = tmp_path / "starts"
    starts.touch()
    steady = stage.child("steady", "import time; time.sleep(60)")
    first = steady.process.pid
    crashing = stage.child("crashing", "open('starts', 'a').write('x'); raise SystemExit(3)")
    crashing.pause = 0.05
    watching = threading.Thread(target=stage.supervisor.watch)
    watching.start()
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline and len(starts.read_text()) < 3:
        time.sleep(0.05)
    stage.supervisor.stop_soon()
    watching.join(5)
    assert len(starts.read_text()) >= 3
    assert any("crashing ended (exit code 3)" in line for line in stage.said)
    assert crashing.pause > 0.1, "the pause must grow"
    assert steady.process.pid == first


def test_all_children_stop_on_their_own_when_asked(stage):
    polite = (
        "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(print('bye'))); print('up'); time.sleep(60)"
    )
    child = stage.child("polite", polite, ready="up")
    assert stage.supervisor.wait_ready(child, 5)
    assert stage.supervisor.stop() == []
    assert child.process
    assert child.process.returncode == 0
    assert stage.until("bye")


def test_a_child_that_hangs_is_killed_with_its_own_children(tmp_path):
    stage = Stage(tmp_path, patience=0.5)
    deaf = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("child", child.pid)
print("up")
time.sleep(60)
"""
    child = stage.child("deaf", deaf, ready="up")
    assert stage.supervisor.wait_ready(child, 5)
    began = time.monotonic()
    assert stage.supervisor.stop() == ["deaf"]
    assert time.monotonic() - began < 3
    assert child.process
    assert child.process.returncode == -signal.SIGKILL
    grandchild = next(int(line.split()[-1]) for line in stage.said if "child" in line)
    assert not _lives(grandchild)


def _lives(pid: int) -> bool:
    """Whether the process runs; one that has ended but is not yet collected does not."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.02)
    return True


def test_a_second_request_to_stop_waits_for_nobody(tmp_path):
    stage = Stage(tmp_path, patience=30)
    child = stage.child(
        "deaf", "import signal, time; signal.signal(15, 1 and signal.SIG_IGN); print('up'); time.sleep(60)", "up"
    )
    assert stage.supervisor.wait_ready(child, 5)
    stage.supervisor.stop_soon()
    stage.supervisor.stop_soon()
    began = time.monotonic()
    assert stage.supervisor.stop() == ["deaf"]
    assert time.monotonic() - began < 2


def test_children_stop_when_the_supervisor_itself_is_killed(tmp_path):
    code = f"""
import os, sys
from pathlib import Path
from bin.supervisor import Child, Supervisor
supervisor = Supervisor(cwd=Path({str(tmp_path)!r}), environment=os.environ, say=lambda line: print(line, flush=True))
child = Child("child", [sys.executable, "-u", "-c", "import os, time; print(os.getpid()); time.sleep(60)"])
supervisor.start(child)
supervisor.watch()
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout
        child = int(supervisor.stdout.readline().split()[-1])
        assert _runs(child)
        supervisor.kill()
    assert not _lives(child)


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


# --- The demo's own ---------------------------------------------------------------------------------------------------


def test_keys_are_made_once_and_only_their_owner_may_read_them(tmp_path):
    path = tmp_path / "var" / "demo.env"
    keys = load_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_keys(path) == keys
    assert new_keys() != keys


def test_the_demos_keys_pass_the_checks(settings):
    keys = new_keys()
    settings.SECRET_KEY = keys["HETK_SECRET_KEY"]
    settings.VAULT_KEYS = [keys["HETK_VAULT_KEYS"]]
    settings.MARK_KEYS = [keys["HETK_MARK_KEYS"]]
    assert checks.check_keys(None) == []


def test_settings_of_a_real_installation_do_not_leak_into_the_demo():
    shell = {"HETK_SQLITE": "/srv/hetk", "HETK_SITE_URL": "https://hetk.io", "HETK_PUBLISHED": "/data", "PATH": "/bin"}
    seen = environment(new_keys(), shell)
    assert seen["HETK_SQLITE"] == str(DATABASE)
    assert seen["HETK_SITE_URL"] == "http://localhost:8000"
    assert (seen["HETK_PUBLISHED"], seen["PATH"]) == ("/data", "/bin")
    assert seen["HETK_GOOGLE_CLIENT_SECRET"] == seen["SANDBOX_GOOGLE_CLIENT_SECRET"]


def test_beginning_anew_forgets_the_database_and_keeps_the_keys(tmp_path):
    for name in ("demo.sqlite3", "demo.sqlite3-wal", "demo.sqlite3-shm", "demo.env", "hetk.sqlite3"):
        (tmp_path / name).touch()
    begin_anew(tmp_path / "demo.sqlite3")
    assert {path.name for path in tmp_path.iterdir()} == {"demo.env", "hetk.sqlite3"}


def test_a_busy_port_is_found_and_a_free_one_is_not():
    with web_server() as server:
        busy = int(server.url.rsplit(":", 1)[1])
        assert busy_ports([free_port(), busy]) == [busy]
