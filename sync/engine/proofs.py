"""Proofs by reading back: that no copy shows what became hidden, and that none of a flow's copies is left."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from sync.core.audit import shows_more
from sync.core.event import Event
from sync.engine.carry import Carrier
from sync.engine.clients import Clients
from sync.engine.listing import Hand, ever_span, listed
from sync.models import Flow, Link, Receipt
from sync.store import due, receipts
from sync.store.rules import looks_of
from sync.store.seats import seat

Clock = Callable[[], datetime]


def strip(flow: Flow, carrier: Carrier, clients: Clients, contents: Mapping[str, Event], clock: Clock) -> bool:
    """Take out of the flow's copies what it hides, and read them back. True: proved, none shows more."""
    if not carrier.strip(flow, contents):
        return False
    copies = copies_in(flow, clients, clock)
    bare = looks_of(flow)
    showing = {event.id: event for event in copies if shows_more(event.content, bare)}
    if showing:
        # Older ones than the reading reaches; they are read back by the next cycle.
        written = carrier.tally.written
        if carrier.strip(flow, showing) and carrier.tally.written > written:
            due.ring([flow.target_id], at=clock())
        return False
    with transaction.atomic():
        Flow.objects.filter(pk=flow.pk).update(strip_due=False)
        receipts.finish(Receipt.Kind.STRIPPED, flow, clock(), copies=len(copies))
    return True


def copies_in(flow: Flow, clients: Clients, clock: Clock) -> list[Event]:
    """The flow's copies as its target shows them now: by mark, and those that a link knows."""
    hand, provider = Hand(flow), clients.of(flow.target.connection)
    known = set(Link.objects.filter(flow=flow).exclude(copy_id="").values_list("copy_id", flat=True))
    with clients.blame(flow.target), seat(flow.target.connection_id, provider.traits.seats):
        shown = listed(provider, flow.target, ever_span(flow.pair, clock()), lambda: due.prolong(flow.target, clock()))
        return [event for event in shown if event.id in known or hand.ref(event)]


def alive(flow: Flow, clients: Clients, events: Sequence[Event]) -> list[Event]:
    """Those that are really there: a listing may lag behind the removals that were answered a moment ago."""
    if not events:
        return []
    provider = clients.of(flow.target.connection)
    with clients.blame(flow.target), seat(flow.target.connection_id, provider.traits.seats):
        answers = provider.get(flow.target.remote_id, [event.id for event in events])
    return [event for event in answers.values() if event is not None]
