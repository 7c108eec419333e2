"""`manage.py explain ID`: of each event of a pair or a calendar, whether it is copied, why, and when it was last looked at.

Times and reasons, no content. With `--plan` both sides are read now, and each line ends with what the next cycle would do.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q, QuerySet
from django.utils import timezone

from sync.core.operation import Operation, Side
from sync.engine.clients import Clients, Resting, Trouble
from sync.engine.foresee import Prospect, foresee, look_at
from sync.explaining import known, waits
from sync.models import Calendar, Flow, Link, Pair

OTHER = "the other calendar"


class Command(BaseCommand):
    help = (
        "Explain, for every event of a pair or out of a calendar, whether it is copied, why, and when it was looked at."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", help="public id of a pair or of a calendar")
        parser.add_argument("--day", default="", help="only events that start on this UTC date (YYYY-MM-DD)")
        parser.add_argument(
            "--plan", action="store_true", help="read both sides now and tell what would be done; writes nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        flows = flows_of(options["id"])
        day = _day(options["day"]) if options["day"] else None
        for flow in flows:
            self.stdout.write(heading(flow))
            lines = planned(flow, day) if options["plan"] else remembered(flow, day)
            for line in lines:
                self.stdout.write(line)


def flows_of(public_id: str) -> list[Flow]:
    """Every flow of the pair, or out of the calendar, of that id. Raises CommandError when there is none."""
    try:
        id = UUID(public_id)
    except ValueError:
        raise CommandError(f"{public_id!r} is no id of a pair or a calendar.") from None
    flows = Flow.objects.filter(Q(pair__public_id=id) | Q(source__public_id=id)).order_by("pk")
    if not flows and not (Pair.objects.filter(public_id=id).exists() or Calendar.objects.filter(public_id=id).exists()):
        raise CommandError(f"There is no pair or calendar {public_id}.")
    return list(flows.select_related("pair", "source__connection", "target__connection"))


def heading(flow: Flow) -> str:
    """Which direction the lines below are about, when it was read, and what stands in its way."""
    source = flow.source
    read = f"{source.checked_at:%Y-%m-%d %H:%M:%S} UTC" if source.checked_at else "never"
    blocked = waits(flow, timezone.now(), name=str)
    return f"{source} to {flow.target}, read {read}{f'. {blocked}' if blocked else ''}"


def remembered(flow: Flow, day: date | None) -> Iterator[str]:
    links: QuerySet[Link] = Link.objects.filter(flow=flow).order_by("starts_at")
    for link in links.filter(starts_at__date=day) if day else links:
        yield sentence(link)


def planned(flow: Flow, day: date | None) -> Iterator[str]:
    """The same, from a reading of this moment, with what a cycle would do. Both directions are planned, as in a cycle."""
    now = timezone.now()
    clients = Clients(now)
    flows = list(flow.pair.flows.select_related("pair", "source__connection", "target__connection"))
    oldest = Link.objects.filter(flow__in=flows).order_by("starts_at")[:1]
    try:
        looks = look_at([flow.pair.first, flow.pair.second], oldest, clients, now)
        found = foresee(flows, looks, clients, now)
    except (Trouble, Resting) as error:
        raise CommandError(f"It cannot be planned now: {error}") from None
    for prospect in found:
        link = prospect.link
        if prospect.task.flow.pk == flow.pk and (day is None or link.starts_at.astimezone(UTC).date() == day):
            yield f"{sentence(link)}; next: {intention(prospect)}"


def sentence(link: Link) -> str:
    told = known(link, OTHER)
    parts = [f"{link.starts_at:%Y-%m-%d %H:%M} UTC  {told.what}{f': {told.why}' if told.why else ''}"]
    if not link.agreed:
        parts.append("versions seen are not agreed yet")
    if link.attempts:
        parts.append(f"attempts: {link.attempts}")
    if link.due_at:
        parts.append(f"due {_told(link.due_at)}")
    if link.written_at:
        parts.append(f"written {_told(link.written_at)}")
    return "; ".join(parts)


def intention(prospect: Prospect) -> str:
    """What would be done, without a word of content."""
    if prospect.held:
        return "the deletion waits for a word"
    return ", ".join(_step(operation) for operation in prospect.operations) or "nothing"


def _step(operation: Operation) -> str:
    side = getattr(operation, "side", Side.COPY).value
    fields = sorted(field.value for field in getattr(operation, "fields", ()))
    where = f" {side}" if hasattr(operation, "side") else ""
    return f"{type(operation).__name__.lower()}{where}{f' ({chr(44).join(fields)})' if fields else ''}: {operation.reason.sentence}"


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no day. Write it as YYYY-MM-DD.") from None
