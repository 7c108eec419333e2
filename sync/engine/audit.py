"""The audit of a pair: both calendars read completely, beside their cursors, and compared with its links in memory.

It asks what ordinary cycles miss, so it waits until they have done what they know of. It writes nothing but what a leak demands: a copy
that shows more than it may is stripped at once. For the rest it makes links due, and cycles repair. Another look reads that back.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sync.engine.backoff import verify_again
from sync.engine.carry import Carrier
from sync.engine.clients import Clients, Resting, Trouble
from sync.engine.compare import Comparison, Listing
from sync.engine.listing import listed, window_span
from sync.models import Calendar, Flow, Verification
from sync.store import due, verifications
from sync.store.seats import Full, seat
from sync.store.verifications import Found

SHORTLY = timedelta(minutes=1)
Clock = Callable[[], datetime]


def verify(
    open: Sequence[Verification],
    flows: Sequence[Flow],
    clients: Clients,
    carrier: Carrier,
    calendar: Calendar,
    clock: Clock,
    chance: float,
) -> None:
    """Take the next look at every pair of these flows of which an open audit waits for one. `calendar`: whose cycle this is.

    Raises `Trouble` when a calendar could not be read to its end: that audit has failed, and another is planned.
    """
    for verification, share in verifications.waiting(open, flows, clock()):
        if not verifications.claim(verification, clock()):
            continue
        look = Look(verification, share, clients, calendar, clock)
        try:
            look.run()
        except (Full, Resting):
            verifications.release(verification, clock() + SHORTLY)
            continue
        except Exception as error:
            trouble = error.error.message if isinstance(error, Trouble) else f"internal error ({type(error).__name__})"
            verifications.fail(verification, trouble, clock(), clock() + verify_again(verification.attempt, chance))
            raise
        if verifications.looked(verification, share, look.found, clock()):
            for flow in share:
                if leaks := look.leaks.get(flow.pk):
                    carrier.strip(flow, leaks)


class Look:
    """One look at one pair. Afterwards `found` says what there is to repair, and `leaks` which copies show too much, by flow."""

    def __init__(
        self,
        verification: Verification,
        flows: Sequence[Flow],
        clients: Clients,
        calendar: Calendar,
        clock: Clock,
    ) -> None:
        self.found = Found()
        self.leaks: dict[int, Listing] = {}
        self._verification = verification
        self._flows = flows
        self._clients = clients
        self._calendar = calendar
        self._clock = clock

    def run(self) -> None:
        started = self._clock()
        calendars = {c.pk: c for flow in self._flows for c in (flow.source, flow.target)}
        read = {pk: self._read(calendar, started) for pk, calendar in calendars.items()}
        self.found.read = {pk: len(events) for pk, events in read.items()}
        for flow in self._flows:
            comparison = Comparison(
                flow,
                read[flow.source_id],
                read[flow.target_id],
                started,
                two_way=len(self._flows) > 1,
                ask=self._ask,
                turn=self._turn,
            )
            comparison.run(self.found)
            self.leaks[flow.pk] = comparison.leaks

    def _read(self, calendar: Calendar, started: datetime) -> Listing:
        provider = self._clients.of(calendar.connection)
        with self._at(calendar):
            return {event.id: event for event in listed(provider, calendar, window_span(started), self._turn)}

    def _ask(self, calendar: Calendar, ids: Sequence[str]) -> Listing:
        """Absence from a listing is proved by asking for the event itself. Only those that are there come back."""
        self._turn()
        with self._at(calendar):
            answers = self._clients.of(calendar.connection).get(calendar.remote_id, ids)
        return {event_id: event for event_id, event in answers.items() if event is not None}

    @contextmanager
    def _at(self, calendar: Calendar) -> Iterator[None]:
        seats = self._clients.of(calendar.connection).traits.seats
        with self._clients.blame(calendar), seat(calendar.connection_id, seats):
            yield

    def _turn(self) -> None:
        """A long look is still under way: neither lease runs out."""
        due.prolong(self._calendar, self._clock())
        verifications.prolong(self._verification, self._clock())
