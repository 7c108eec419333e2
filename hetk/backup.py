"""Backups of the whole database, and putting one in its place.

SQLite's file is copied by SQLite itself: a plain copy of a file that is in use misses what stands in the journal beside it. A backup
is in the folder when it is complete, and not before.
"""

import os
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.db import connection

from sync.store import heartbeats

NAME = "hetk-{:%Y%m%dT%H%M%SZ}"
ENDINGS = {"sqlite": ".sqlite3", "postgresql": ".dump"}
MAGIC = {"sqlite": b"SQLite format 3\0", "postgresql": b"PGDMP"}


# Those of extensions belong to them.
OUR_FUNCTIONS = """
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


class Unusable(Exception):
    """The backup could not be made or read; `str()` says why, and nothing was changed."""


def take(folder: Path, now: datetime) -> Path:
    """A backup of everything as it is at one moment, beside the running site. `now`: UTC."""
    ending = ENDINGS[connection.vendor]
    made = folder / f"{NAME.format(now)}{ending}"
    partial = made.with_suffix(".partial")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # It holds addresses and sealed credentials: nobody else on the machine reads it.
    os.close(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    try:
        (_copy_file if connection.vendor == "sqlite" else _dump)(partial)
        partial.replace(made)
    finally:
        partial.unlink(missing_ok=True)
    heartbeats.beat(heartbeats.BACKUP, now)
    return made


def thin_out(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` backups of this kind; returns those that went."""
    kept = sorted(folder.glob(f"hetk-*Z{ENDINGS[connection.vendor]}"), reverse=True)
    for old in kept[keep:]:
        old.unlink()
    return kept[keep:]


def put_in_place(backup: Path) -> None:
    """The database becomes what the backup holds, and loses everything else. Raises Unusable, and then all is as it was."""
    try:
        with backup.open("rb") as file:
            head = file.read(len(MAGIC[connection.vendor]))
    except OSError as error:
        raise Unusable(f"{backup} cannot be read: {error.strerror}.") from None
    if head != MAGIC[connection.vendor]:
        raise Unusable(
            f"{backup} is no backup of a {connection.display_name} database, which is what Hetk runs on here."
        )
    (_load_file if connection.vendor == "sqlite" else _load_dump)(backup)


def alive(now: datetime) -> list[str]:
    """The processes that gave a sign of life lately, and had better be stopped before the database becomes another."""
    if "sync_heartbeat" not in connection.introspection.table_names():
        return []
    beats = {"a worker": heartbeats.last(heartbeats.WORKER), "the timetable": heartbeats.last(heartbeats.TIMETABLE)}
    return [name for name, at in beats.items() if at and now - at <= heartbeats.LATE]


def _copy_file(path: Path) -> None:
    if connection.in_atomic_block:
        # SQLite would wait for this very transaction, for ever.
        raise Unusable("A backup is made outside of transactions.")
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        # In one step: a writer in between would make it begin anew, again and again.
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        _sound(copy, path)


def _load_file(path: Path) -> None:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
        _sound(copy, path)
        connection.ensure_connection()
        # Through SQLite too: what stands in the journal of the old file would otherwise be played into the new one.
        copy.backup(connection.connection)
    connection.close()


def _sound(copy: sqlite3.Connection, path: Path) -> None:
    try:
        said = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise Unusable(f"{path} is damaged: {said}")


def _dump(path: Path) -> None:
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}", f"--dbname={_address()}")


def _load_dump(path: Path) -> None:
    """What is there goes and what is in the backup comes in one transaction, so that a failure leaves all as it was."""
    with tempfile.TemporaryDirectory(prefix="hetk-restore-") as folder:
        empty, fill = Path(folder, "empty.sql"), Path(folder, "fill.sql")
        empty.write_text("".join(f"{drop};\n" for drop in _drops()), encoding="utf-8")
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={fill}", str(path))
        connection.close()
        quietly = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
        _run("psql", *quietly, f"--dbname={_address()}", f"--file={empty}", f"--file={fill}")


def _drops() -> list[str]:
    """For all that is there, of a newer release too, which the backup knows nothing of."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(OUR_FUNCTIONS)
        functions = [row[0] for row in cursor.fetchall()]
    named = [connection.ops.quote_name(table) for table in tables]
    return [*(f"DROP TABLE {name} CASCADE" for name in named), *(f"DROP FUNCTION {name} CASCADE" for name in functions)]


def _address() -> str:
    """Where the database is, without the password, which anybody could read in a list of processes."""
    from psycopg.conninfo import make_conninfo

    facts = connection.settings_dict
    ours = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    # Limits on waiting are for requests; this may take its time.
    more = {word: value for word, value in facts["OPTIONS"].items() if word.startswith("ssl")}
    return make_conninfo(**{word: facts[name] for word, name in ours.items() if facts[name]}, **more)


def _run(*command: str) -> None:
    password = {"PGPASSWORD": connection.settings_dict["PASSWORD"]} if connection.settings_dict["PASSWORD"] else {}
    try:
        done = subprocess.run(command, env={**os.environ, **password}, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Unusable(
            f"{command[0]} is missing: install postgresql-client of the server's release or later."
        ) from None
    if done.returncode:
        raise Unusable(f"{command[0]} failed: {done.stderr.strip()}")
