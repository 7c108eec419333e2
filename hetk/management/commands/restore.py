"""`manage.py restore FILE --pause` or `--go-on`: a backup takes the place of the database, and every sync is told that it is older."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hetk import backup


class Command(BaseCommand):
    help = (
        "Put a backup in the place of the database: what is there now is lost. Brings it up to this release, and says what "
        "“manage.py restored” says. Stop everything first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--pause", action="store_true", help="each sync waits until its owner resumes it")
        how.add_argument("--go-on", action="store_true", help="nobody can have asked for more privacy since the backup")
        parser.add_argument("--stopped", action="store_true", help="everything is stopped, whatever signs of life say")

    def handle(self, *_: Any, **options: Any) -> None:
        if not options["stopped"] and (alive := backup.alive(timezone.now())):
            raise CommandError(
                f"Nothing was changed: {' and '.join(alive)} gave a sign of life within four minutes. Stop everything, "
                "then say --stopped."
            )
        try:
            backup.put_in_place(options["file"])
        except backup.Unusable as error:
            raise CommandError(f"Nothing was restored. {error}") from None
        call_command("prepare", verbosity=0)
        call_command("restored", "--pause" if options["pause"] else "--go-on", stdout=self.stdout)
