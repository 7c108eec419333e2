"""`manage.py timetable`: store what the timetable process is to call, and how often."""

from typing import Any

from django.core.management.base import BaseCommand

from sync.schedule import TIMETABLE, install


class Command(BaseCommand):
    help = "Store the timetable (sync/schedule.py) for the qcluster process; safe to run at every start."

    def handle(self, *args: Any, **options: Any) -> None:
        install()
        for entry in TIMETABLE if options["verbosity"] else ():
            self.stdout.write(f"every {entry.minutes} min: {entry.name} ({entry.why})")
