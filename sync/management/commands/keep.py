"""`manage.py keep timetable`, `manage.py keep worker`: what a service manager starts, so that a group that hangs is started again."""

import os
import signal
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.utils import timezone

from hetk.keeper import Keeper
from sync.store import heartbeats

# As long as the longest task may take, or a cycle that is in hand.
GRACE = 60.0


class Command(BaseCommand):
    help = "Run the timetable or a worker, and start it again when it ends or hangs, until told to stop (SIGTERM)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["timetable", "worker"])
        parser.add_argument("--threads", type=int, default=16, help="of a worker: cycles at a time (default: 16)")
        parser.add_argument(
            "--late",
            type=float,
            default=heartbeats.LATE.total_seconds(),
            help="seconds without a sign of life after which it is started again (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        manage = [sys.executable, sys.argv[0]]
        name = heartbeats.TIMETABLE
        command = [*manage, "qcluster"]
        if options["what"] == "worker":
            name = f"{heartbeats.WORKER}{socket.gethostname()[:60]} {os.getpid()}"
            command = [*manage, "worker", "--threads", str(options["threads"]), "--name", name]
        keeper = Keeper(command, lambda: silent_for(name), late=options["late"], grace=GRACE)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: keeper.stop())
        sys.exit(keeper.run())


def silent_for(name: str) -> float | None:
    """Seconds since the last sign of life; as long as can be when there never was one, None while the database is away."""
    try:
        at = heartbeats.last(name)
    except DatabaseError:
        connection.close()
        return None
    return (timezone.now() - at).total_seconds() if at else float("inf")
