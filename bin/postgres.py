"""A PostgreSQL server of our own: made in a folder, reached by a socket alone, stopped at the end. No other server is touched."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

USER = "hetk"
# Tried in this order when root starts the server, which PostgreSQL refuses to be.
LESSER_USERS = ("postgres", "nobody")
# What is thrown away afterwards need not survive a power cut.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SETTINGS = ("listen_addresses=", "unix_socket_permissions=0700", "max_connections=200", "shared_buffers=64MB")
PATIENCE = 30.0


class NotStarted(Exception):
    """There is no PostgreSQL here, or it does not start; `str()` says what to do."""


class Server:
    """One server with its data under `folder`. `careless`: the data may be lost with the machine, and everything is faster."""

    def __init__(self, folder: Path, *, careless: bool = False) -> None:
        self._programs = _programs()
        # Each release keeps its data in a form of its own.
        self._data = folder / f"postgres-{_release(self._programs)}"
        self._careless = careless
        self._process: subprocess.Popen[bytes] | None = None
        # Short, whatever the folder is called: the path of a socket holds 107 letters.
        self._sockets = Path(tempfile.mkdtemp(prefix="hetk-postgres-"))

    def start(self) -> None:
        """Make the data folder the first time, then start and wait until it answers. Raises NotStarted."""
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self._data, self._sockets):
            _give_away(folder)
        if not (self._data / "PG_VERSION").exists():
            self._make()
        settings = [*SETTINGS, f"unix_socket_directories={self._sockets}", *(CARELESS if self._careless else ())]
        options = [word for setting in settings for word in ("-c", setting)]
        with self._log.open("w") as log:
            self._process = self._run("postgres", *options, log=log.fileno())
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                words = self._last_words()
                self.stop()
                raise NotStarted(f"PostgreSQL did not start: {words}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Connections that are still open are cut."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of a database, as HETK_DATABASE_URL wants it."""
        return f"postgresql://{USER}@/{database}?host={self._sockets}"

    def create(self, database: str) -> None:
        """Make the database unless it is there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))

    def drop(self, database: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    @property
    def _log(self) -> Path:
        return self._sockets / "log"

    def _make(self) -> None:
        options = ("--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        with self._log.open("w") as log:
            process = self._run("initdb", *options, log=log.fileno())
        if process.wait(PATIENCE):
            raise NotStarted(f"PostgreSQL could not make {self._data}: {self._last_words()}")

    def _run(self, program: str, *options: str, log: int) -> subprocess.Popen[bytes]:
        command = [*_lowered(), str(self._programs / program), "-D", str(self._data), *options]
        return subprocess.Popen(
            command, cwd=self._sockets, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return " ".join(lines[-3:]) or "it said nothing"


def _programs() -> Path:
    """Where PostgreSQL's programs are: the newest release that Debian installed, or what the path leads to."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("postgres")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise NotStarted(
        "PostgreSQL is not installed here: `make packages` installs it, or sudo apt-get install postgresql"
    )


def _release(programs: Path) -> str:
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    # Such as: postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1).
    return said.split()[2].split(".")[0]


def _lesser_user() -> pwd.struct_passwd | None:
    """Who runs the server: None for whoever asks, somebody of less power when that is root."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return next(known[name] for name in LESSER_USERS if name in known)


def _give_away(folder: Path) -> None:
    if user := _lesser_user():
        os.chown(folder, user.pw_uid, user.pw_gid)


def _lowered() -> Sequence[str]:
    """Runs a program as the lesser user, and stops it when we are gone, however that came."""
    binder = shutil.which("setpriv")
    user = _lesser_user()
    if binder is None:
        if user:
            raise NotStarted("PostgreSQL does not run as root, and setpriv is missing: install util-linux.")
        return ()
    if user is None:
        return (binder, "--pdeathsig", "INT")
    # Root's own folders may be closed to others; the server must reach its data all the same.
    reach = ("--inh-caps", "+dac_override", "--ambient-caps", "+dac_override")
    return (
        *(binder, "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", *reach),
        *("--pdeathsig", "INT"),
    )
