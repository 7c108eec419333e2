"""Who is measured: Hetk with a worker that runs, and vdirsyncer, which is started for each sync. Both speak through the proxy."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.counter import HOST
from bench.dav_world import USERS, World
from tests import environment
from tests.outside import ROOT, Outside
from tests.providers.dav_servers import PASSWORD

PEER = ROOT / "var" / "peer" / "bin" / "vdirsyncer"
PATIENCE = 1800.0
LOOK = 0.01
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    wall: float
    cpu: float


class Hetk:
    name = "Hetk"

    def __init__(self, world: World, worker: "subprocess.Popen[bytes]", started: Spent) -> None:
        from accounts import connections
        from accounts.oauth import caldav
        from tests.factories import make_user

        self.worker, self.started = worker, started
        self.user = make_user("alice")
        self.connections = []
        for name in USERS:
            entry = caldav.server(f"https://{HOST}{world.principals.format(user=name)}", name, PASSWORD)
            connection = connections.keep(user=self.user, granted=caldav.enter(entry))
            assert connection is not None
            self.connections.append(connection)

    def join(self, here: str, there: str) -> None:
        """Both calendars are known; nothing is read yet."""
        from sync import calendars

        rows = [row for connection in self.connections for row in calendars.refresh(connection)]
        self.first, self.second = (next(row for row in rows if row.remote_id == path) for path in (here, there))

    def first_sync(self) -> Spent:
        """From the moment the person says so."""
        from sync import pairs
        from sync.models import FlowSettings

        open_to_all = FlowSettings(private=False)

        def begin() -> None:
            self.pair = pairs.create(
                user=self.user, first=self.first, second=self.second, out=open_to_all, back=open_to_all
            )

        return self._measured(begin)

    def sync(self) -> Spent:
        """As by "Sync now"."""
        from sync import pairs

        return self._measured(lambda: pairs.sync_now(pair=self.pair))

    def part(self) -> None:
        from sync import pairs

        pairs.pause(pair=self.pair)

    def _measured(self, begin: Callable[[], None]) -> Spent:
        used, started = cpu_of(self.worker.pid), time.perf_counter()
        begin()
        while not self._done():
            if time.perf_counter() - started > PATIENCE or self.worker.poll() is not None:
                raise RuntimeError("Hetk did not come to an end")
            time.sleep(LOOK)
        return Spent(time.perf_counter() - started, cpu_of(self.worker.pid) - used)

    def _done(self) -> bool:
        """No bell unheard, nobody at work, and nothing left to do."""
        from django.utils import timezone

        from sync.models import Calendar, Link

        both = Calendar.objects.filter(pk__in=[self.first.pk, self.second.pk])
        if both.filter(rung_at=None, lease_until=None, full_read_at__isnull=False).count() < 2:
            return False
        return not Link.objects.filter(flow__pair=self.pair, due_at__lte=timezone.now()).exists()


@contextmanager
def hetk(world: World, folder: Path) -> Iterator[Hetk]:
    """A database of its own and one worker process. Of the sandbox only the DNS is asked: nobody publishes a policy."""
    outside = Outside.start(
        hook=(environment.WEBHOOK_URL, f"http://127.0.0.1:{environment.LIVE_PORT}"), log=folder / "sandbox.log"
    )
    os.environ.update(
        HETK_VAR_DIR=str(folder),
        HETK_SQLITE=str(folder / "hetk.sqlite3"),
        HETK_SANDBOX_URL=f"http://127.0.0.1:{world.front}",
        HETK_RESOLVERS=f"127.0.0.1:{outside.dns_port} 127.0.0.1:{outside.dns_port}",
    )
    subprocess.run([sys.executable, "manage.py", "prepare", "--verbosity", "0"], cwd=ROOT, check=True)
    import django

    django.setup()
    command = [sys.executable, "manage.py", "worker", "--threads", "4"]
    began = time.perf_counter()
    worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _await_sign_of_life(worker)
        yield Hetk(world, worker, Spent(time.perf_counter() - began, cpu_of(worker.pid)))
    finally:
        worker.terminate()
        worker.wait(30)
        outside.stop()


def _await_sign_of_life(worker: "subprocess.Popen[bytes]") -> None:
    from sync.models import Heartbeat

    while not Heartbeat.objects.exists():
        if worker.poll() is not None:
            raise RuntimeError("the worker did not start")
        time.sleep(LOOK)


def cpu_of(pid: int) -> float:
    """Seconds of a process that runs, its own and the system's for it."""
    facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(facts[11]) + int(facts[12])) / TICKS


CONFIG = """[general]
status_path = "{folder}/status/"
[pair both]
a = "here"
b = "there"
collections = [["one", "{here}", "{there}"]]
conflict_resolution = "a wins"
"""
STORAGE = """[storage {name}]
type = "caldav"
url = "http://127.0.0.1:{front}{home}"
username = "{user}"
password = "{password}"
item_types = ["VEVENT"]
"""


class Vdirsyncer:
    name = "vdirsyncer 0.21"

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.started = run([str(PEER), "--version"])

    def join(self, here: str, there: str) -> None:
        """Configured, and both calendars discovered."""
        self.folder.mkdir(parents=True)
        ends = {"here": USERS[0], "there": USERS[1]}
        said = [
            STORAGE.format(name=n, front=self.world.front, home=self.world.home(u), user=u, password=PASSWORD)
            for n, u in ends.items()
        ]
        names = [path.rstrip("/").rpartition("/")[2] for path in (here, there)]
        (self.folder / "config").write_text(
            CONFIG.format(folder=self.folder, here=names[0], there=names[1]) + "".join(said)
        )
        run([str(PEER), "-c", str(self.folder / "config"), "discover"])

    def sync(self) -> Spent:
        return run([str(PEER), "-c", str(self.folder / "config"), "sync"])

    first_sync = sync

    def part(self) -> None:
        import shutil

        shutil.rmtree(self.folder)


def run(command: list[str]) -> Spent:
    """A process from its start to its end."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, input="y\n" * 10)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{command[-1]} failed: {done.stdout[-500:]} {done.stderr[-500:]}")
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
