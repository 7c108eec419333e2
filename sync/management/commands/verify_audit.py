"""`manage.py verify_audit`: whether the chains hold, and where the first break is. Exit status 1 when one does not."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import audit
from accounts.models import Chain, ChainEntry
from sync.store import written
from sync.tasks import ACTIVITY_KEPT

# What is about to be forgotten may go while it is read.
MARGIN = timedelta(days=1)


class Command(BaseCommand):
    help = "Check the audit chains of all accounts, or of one, with the activity that they vouch for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", help="the e-mail address of one account, or the id of a chain")
        parser.add_argument("--keep", type=Path, help="write where each chain ends to this file, to be kept elsewhere")
        parser.add_argument("--against", type=Path, help="check that what was kept in this file earlier still stands")

    def handle(self, *_: Any, **options: Any) -> None:
        chains = self._chains(options["account"])
        since = timezone.now() - ACTIVITY_KEPT + MARGIN
        broken = 0
        for chain in chains:
            if found := audit.verify(chain) or written.verify(chain, since):
                broken += 1
                where = f"entry {found.number}" if found.number else "the chain"
                self.stdout.write(f"{chain.public_id}: broken at {where}: {found.what}")
        if options["against"]:
            broken += self._compare(json.loads(options["against"].read_text()))
        if options["keep"]:
            ends = {str(c.public_id): {"count": c.count, "head": c.head} for c in chains}
            options["keep"].write_text(json.dumps(ends, indent=1) + "\n")
        if broken:
            raise CommandError(f"{broken} of {len(chains)} chains do not hold.")
        self.stdout.write(f"{len(chains)} chains hold.")

    def _chains(self, account: str | None) -> list[Chain]:
        rows = Chain.objects.order_by("pk")
        if account is None:
            return list(rows)
        found = rows.filter(user__email__iexact=account) if "@" in account else rows.filter(public_id=account)
        if not found:
            raise CommandError("There is no such chain.")
        return list(found)

    def _compare(self, kept: dict[str, dict[str, Any]]) -> int:
        """How many chains no longer hold what they held then. Old entries may have been forgotten since."""
        broken = 0
        for public_id, end in kept.items():
            chain = Chain.objects.filter(public_id=public_id).first()
            entry = ChainEntry.objects.filter(chain=chain, number=end["count"]).first() if chain else None
            forgotten = chain is not None and chain.forgotten >= end["count"]
            if not forgotten and (entry is None or entry.hash != end["head"]):
                broken += 1
                self.stdout.write(f"{public_id}: what stood at entry {end['count']} then is gone or another one")
        return broken
