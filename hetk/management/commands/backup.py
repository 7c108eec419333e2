"""`manage.py backup FOLDER`: the whole database as one file, beside the running site."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hetk import backup


class Command(BaseCommand):
    help = "Write the whole database into FOLDER as one file named by the time (UTC). Keys are not in it; keep them elsewhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keep", type=int, default=0, help="remove all but so many of the newest (default: none)")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            made = backup.take(options["folder"], timezone.now())
        except (backup.Unusable, OSError) as error:
            raise CommandError(f"There is no new backup. {error}") from None
        gone = backup.thin_out(options["folder"], options["keep"]) if options["keep"] > 0 else []
        self.stdout.write(f"{made} ({made.stat().st_size:,} bytes){f', {len(gone)} older removed' if gone else ''}")
