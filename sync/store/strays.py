"""Copies of ours whose link and origin are both gone: claimed by the flow that made them, they go like any other."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from sync.core.event import Event
from sync.core.mark import Mark
from sync.core.window import last_moment, midnight, starts_at
from sync.models import Calendar, Flow, Link, Stray
from sync.store import locks
from sync.store.keys import marks


@transaction.atomic
def claim(flow: Flow, now: datetime) -> int:
    """Give this flow's strays links without an origin, so that planning, brake and undo see them; returns how many.

    A running flow claims only what its source would have shown by now: both sides read completely, inside the span that was
    read. A flow that ends claims all it ever made.
    """
    locks.flows([flow.pk])
    strays = Stray.objects.filter(calendar_id=flow.target_id, source_ref=marks().calendar_ref(flow.source.identity))
    if flow.ending_at is None and flow.pair.ending_at is None:
        if flow.source.read_start is None or flow.source.read_end is None:
            return 0
        span = (midnight(flow.source.read_start), midnight(flow.source.read_end))
        strays = strays.filter(starts_at__gte=span[0], starts_at__lt=span[1])
    found = list(strays)
    Link.objects.bulk_create([_link(flow, stray, now) for stray in found], ignore_conflicts=True)
    Stray.objects.filter(pk__in=[stray.pk for stray in found]).delete()
    return len(found)


def note(calendar: Calendar, events: Sequence[Event]) -> None:
    """Copies of ours that stand beside the one their link knows: they go as if their origin were gone."""
    read = [(event, marks().read(event.mark)) for event in events]
    Stray.objects.bulk_create([of(calendar, event, mark) for event, mark in read if mark], ignore_conflicts=True)


def of(calendar: Calendar, event: Event, mark: Mark) -> Stray:
    return Stray(
        calendar=calendar,
        copy_id=event.id,
        version=event.version,
        source_ref=mark.source,
        origin_ref=mark.origin,
        generation=mark.generation,
        starts_at=starts_at(event.content.when),
        ends_at=last_moment(event.content.when),
    )


def _link(flow: Flow, stray: Stray, now: datetime) -> Link:
    return Link(
        flow=flow,
        # No provider's id: the origin is known by its mark alone.
        origin_id=f"gone:{stray.origin_ref}",
        origin_ref=stray.origin_ref,
        origin_seen=Link.GONE,
        copy_id=stray.copy_id,
        copy_seen=stray.version,
        copy_agreed=stray.version,
        generation=stray.generation,
        state=Link.State.LIVE,
        starts_at=stray.starts_at,
        ends_at=stray.ends_at,
        due_at=now,
    )
