"""`manage.py prepare`: what an installation needs before it serves, and again after each update. Safe to repeat."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from sync.admin import groups


class Command(BaseCommand):
    help = "Bring the database, the cache table, the groups of the support desk and the static files up to date."

    def handle(self, *_: Any, **options: Any) -> None:
        settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("timetable", verbosity=0)
        groups.keep()
        call_command("collectstatic", interactive=False, verbosity=0)
        if options["verbosity"]:
            self.stdout.write("The database and the pages are ready.")
