"""One PostgreSQL server per run of the tests, for whoever asks: started by the first, thrown away at the end."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from bin.postgres import Server

# Handed down to the processes between which a run is divided.
HANDED_DOWN = "TESTS_POSTGRES"


@cache
def server() -> Server:
    """A server of this process."""
    folder = Path(tempfile.mkdtemp(prefix="hetk-tests-"))
    made = Server(folder, careless=True)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(made.stop)
    made.start()
    return made


def database_url() -> str:
    """The address of the database that all processes of a run with DB=postgres start from."""
    if HANDED_DOWN not in os.environ:
        server().create("hetk")
        os.environ[HANDED_DOWN] = server().url("hetk")
    return os.environ[HANDED_DOWN]


@contextmanager
def instead() -> Iterator[None]:
    """PostgreSQL in the place of the usual database, for every thread of this process; its tables are empty."""
    from django.core.management import call_command
    from django.db import connections

    from hetk import databases

    usual, wrapper = connections.settings["default"], connections["default"]
    server().create("beside")
    connections.settings["default"] = {**usual, **databases.postgres(server().url("beside"))}
    del connections["default"]
    try:
        _migrated()
        yield
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    finally:
        connections["default"].close()
        connections.settings["default"], connections["default"] = usual, wrapper


@cache
def _migrated() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
