"""`manage.py restored --pause` or `--go-on`: to be said once after a backup was restored, before any worker starts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sync import restored


class Command(BaseCommand):
    help = (
        "Say that the database is an older one: every sync reads both its calendars completely, finds its copies by their marks, and "
        "lets originals decide. Stop all workers first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--pause", action="store_true", help="each sync waits until its owner resumes it")
        how.add_argument(
            "--go-on",
            action="store_true",
            help="nobody can have made a sync more private, or ended one, since the backup",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found, paused = restored.begin_anew(timezone.now(), pause=options["pause"])
        self.stdout.write(f"{found} copies are looked for by their marks; {paused} syncs wait for their owners.")
