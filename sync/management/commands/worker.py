"""`manage.py worker`: the process that keeps calendars in step."""

import os
import signal
import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sync.engine.pool import Pool, drain
from sync.store import heartbeats


class Command(BaseCommand):
    help = "Run cycles for calendars that are due, until it is told to stop (SIGTERM or Ctrl-C)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=16, help="cycles at a time (default: 16)")
        parser.add_argument(
            "--name", default="", help="under which it gives signs of life (default: its machine and number)"
        )
        parser.add_argument("--once", action="store_true", help="work off what is due now, then leave")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(f"{drain()} cycles")
            return
        pool = Pool(
            options["threads"], name=options["name"] or f"{heartbeats.WORKER}{socket.gethostname()[:60]} {os.getpid()}"
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: pool.stop())
        self.stdout.write(f"worker ready, {options['threads']} threads")
        pool.run()
        self.stdout.write("worker stopped")
