"""`manage.py explain PAIR`: what is known of each event of a pair, and why it is copied or not. Times and reasons, no content."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sync.core.operation import Reason
from sync.models import Link, Pair


class Command(BaseCommand):
    help = "Explain, for every event of a pair, whether it is copied and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pair", help="public id of the pair")
        parser.add_argument("--day", default="", help="only events that start on this UTC date (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        pair = Pair.objects.filter(public_id=options["pair"]).first()
        if pair is None:
            raise CommandError(f"There is no pair {options['pair']}.")
        links = Link.objects.filter(flow__pair=pair).select_related("flow__pair").order_by("starts_at")
        if options["day"]:
            links = links.filter(starts_at__date=options["day"])
        for link in links:
            self.stdout.write(sentence(link))


def sentence(link: Link) -> str:
    reason = Reason(link.reason).sentence if link.reason else "not looked at yet"
    direction = "first to second" if link.flow.source_id == link.flow.pair.first_id else "second to first"
    return f"{link.starts_at:%Y-%m-%d %H:%M} UTC  {direction}  {link.State(link.state).label}: {reason}"
