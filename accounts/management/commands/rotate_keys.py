"""`manage.py rotate_keys`: seal everything with the first key of HETK_VAULT_KEYS. Safe to stop, to repeat, and to run beside the site."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import keys, vault

# Longer than a refresh may hold its lease.
PASSES, PAUSE = 30, 2.0


class Command(BaseCommand):
    help = "Seal all credentials with the first vault key; afterwards the other keys can be taken away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only tell how much is sealed by which key")

    def handle(self, *_: Any, **options: Any) -> None:
        broken = 0
        if not options["check"]:
            broken = self._rotate()
        first = vault.first_key()
        for name, number in sorted(keys.by_key().items()):
            self.stdout.write(f"{number} sealed by {name}{'' if name == first else ', which is not the first key'}")
        if broken:
            raise CommandError(
                f"{broken} texts do not open with any key that is here; keep the old keys and look at them."
            )

    def _rotate(self) -> int:
        for _ in range(PASSES):
            tally = keys.rotate(self.stderr.write)
            self.stdout.write(f"{tally.sealed} sealed anew.")
            if not tally.busy:
                return tally.broken
            self.stdout.write(f"{tally.busy} are being refreshed just now; once more in a moment.")
            time.sleep(PAUSE)
        raise CommandError("Some connections are always being refreshed. Run it again.")
