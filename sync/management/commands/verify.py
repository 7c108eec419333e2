"""`manage.py verify PAIR …`: ask for full audits, and tell how the last ones ended. Alone: which pairs had none for a day."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sync import verify
from sync.models import Pair, Verification
from sync.wording import verification_words

SHOWN = 5


class Command(BaseCommand):
    help = (
        "Ask for a full audit of pairs; the workers carry it out. Without a pair: tell which have had none for a day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pairs", nargs="*", metavar="PAIR", help="public ids of pairs")
        parser.add_argument("--look", action="store_true", help="ask for nothing, only tell how the last audits ended")

    def handle(self, *args: Any, **options: Any) -> None:
        for public_id in options["pairs"]:
            self._one(pair_of(public_id), ask=not options["look"])
        if not options["pairs"]:
            overdue = verify.unverified(timezone.now())
            for pair in overdue:
                self.stdout.write(f"{pair.public_id}  {last_words(pair)}")
            self.stdout.write(f"{len(overdue)} pairs without a complete audit for a day")

    def _one(self, pair: Pair, *, ask: bool) -> None:
        if ask:
            try:
                verify.ask(pair=pair, by=None)
            except verify.NotNow as error:
                raise CommandError(str(error)) from None
            self.stdout.write(f"{pair.public_id}  asked for; the workers carry it out")
        for row in ended(pair)[:SHOWN]:
            self.stdout.write(f"{pair.public_id}  {row.finished_at:%Y-%m-%d %H:%M} UTC  {verification_words(row)}")


def pair_of(public_id: str) -> Pair:
    """Raises CommandError when there is none of that id."""
    try:
        return Pair.objects.get(public_id=UUID(public_id))
    except (ValueError, Pair.DoesNotExist):
        raise CommandError(f"There is no pair {public_id}.") from None


def ended(pair: Pair) -> list[Verification]:
    return list(Verification.objects.filter(pair=pair).exclude(finished_at=None).order_by("-finished_at"))


def last_words(pair: Pair) -> str:
    rows = ended(pair)
    return f"{rows[0].finished_at:%Y-%m-%d %H:%M} UTC  {verification_words(rows[0])}" if rows else "never verified"
