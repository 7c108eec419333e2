"""`manage.py explain PAIR`: what is known of each event of a pair, and why it is copied or not. Times and reasons, no content."""

from argparse import ArgumentParser
from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from sync.core.operation import Reason
from sync.models import Link, Pair


class Command(BaseCommand):
    help = "Explain, for every event of a pair, whether it is copied and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pair", help="public id of the pair")
        parser.add_argument("--day", default="", help="only events that start on this UTC date (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        links = links_of(options["pair"])
        for link in links.filter(starts_at__date=_day(options["day"])) if options["day"] else links:
            self.stdout.write(sentence(link))


def links_of(public_id: str) -> QuerySet[Link]:
    """Every link of the pair, by time. Raises CommandError when there is none of that id."""
    try:
        pair = Pair.objects.get(public_id=UUID(public_id))
    except (ValueError, Pair.DoesNotExist):
        raise CommandError(f"There is no pair {public_id}.") from None
    return Link.objects.filter(flow__pair=pair).select_related("flow__pair").order_by("starts_at")


def sentence(link: Link) -> str:
    reason = Reason(link.reason).sentence if link.reason else "not looked at yet"
    direction = "first to second" if link.flow.source_id == link.flow.pair.first_id else "second to first"
    return f"{link.starts_at:%Y-%m-%d %H:%M} UTC  {direction}  {link.State(link.state).label}: {reason}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no day. Write it as YYYY-MM-DD.") from None
