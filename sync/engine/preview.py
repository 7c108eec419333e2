"""The dry run: what a pair would do, from the same planner, without writing anything."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from sync.core.event import Event
from sync.core.mark import Marks
from sync.core.operation import Create, Reason, Skip
from sync.core.plan import Copy, Known, Planner, Rules, Sight
from sync.core.window import first_day, starts_at, window_at
from sync.engine.clients import Clients
from sync.models import Calendar
from sync.pairs import FlowSettings
from sync.providers.base import Span
from sync.store import meetings
from sync.store.keys import fingerprints, marks
from sync.store.rules import looks


@dataclass(slots=True)
class FlowPreview:
    """One direction: how many copies, how many events get none and why, and how many copies fall on each day."""

    source: Calendar
    target: Calendar
    creates: int = 0
    skips: Counter[Reason] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)


@dataclass(slots=True)
class Preview:
    flows: list[FlowPreview]


def dry_run(*, first: Calendar, second: Calendar, out: FlowSettings, back: FlowSettings | None) -> Preview:
    """Reads the sources completely, live; raises what providers raise. Copies that exist already are not counted again."""
    directions = [(first, second, out), *([(second, first, back)] if back else [])]
    clients = Clients(timezone.now())
    read = {calendar.pk: events_of(calendar, clients) for calendar in (first, second)}
    return Preview(
        [_preview(source, target, settings, back is not None, read) for source, target, settings in directions]
    )


def example(calendar: Calendar) -> Event | None:
    """One of the person's own next events, to show what a copy would say; None when there is none."""
    now = timezone.now()
    events = [e for e in events_of(calendar, Clients(now)) if not e.mark and starts_at(e.content.when) > now]
    telling = [e for e in events if e.content.title and e.content.location] or events
    return min(telling, key=lambda event: starts_at(event.content.when), default=None)


def events_of(calendar: Calendar, clients: Clients) -> list[Event]:
    """Everything in the window, as a first reading would bring it."""
    window = window_at(timezone.now())
    provider = clients.of(calendar.connection)
    pages = provider.read(calendar.remote_id, "", Span(window.start, window.end))
    return [event for page in pages for event in page.events]


def _preview(
    source: Calendar, target: Calendar, settings: FlowSettings, two_way: bool, read: dict[int, list[Event]]
) -> FlowPreview:
    now, keys = timezone.now(), marks()
    rules = Rules(
        looks=looks(
            private=settings.private,
            show_as=settings.show_as,
            swap=(source.connection.address, target.connection.address) if settings.transform_identity else None,
        ),
        two_way=two_way,
        target_address=target.connection.address,
    )
    target_ref = keys.calendar_ref(target.identity)
    existing = {mark.origin for e in read[target.pk] if (mark := keys.read(e.mark)) and mark.target == target_ref}
    met = {meetings.ref_of(event) for event in read[target.pk] if _no_origin(event, keys) is None} - {""}
    planner, window, preview = Planner(fingerprints()), window_at(now), FlowPreview(source, target)
    for event in read[source.pk]:
        if reason := _no_origin(event, keys):
            preview.skips[reason] += 1
            continue
        ref = keys.origin_ref(source.identity, event.id)
        sight = Sight(origin=event, copy=Copy.NEVER, known=Known(salt=ref), met=meetings.ref_of(event) in met)
        operations = planner.plan(sight, rules, window, now)
        for operation in operations:
            if isinstance(operation, Create) and ref not in existing:
                preview.creates += 1
                preview.days[first_day(event.content.when)] += 1
            elif isinstance(operation, Skip):
                preview.skips[operation.reason] += 1
    return preview


def _no_origin(event: Event, keys: Marks) -> Reason | None:
    """Copies are never origins, whoever made them."""
    if keys.read(event.mark) or keys.owns_key(event.key):
        return Reason.IS_COPY
    return Reason.FOREIGN_COPY if event.mark else None
