"""Reading one calendar: pages into observations, and the cursor only with the last of them (rules 1 and 10)."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from sync.core.event import Event
from sync.core.window import starts_at, window_at
from sync.models import Calendar, Flow
from sync.providers.base import Page, Provider, Span, Sparing
from sync.providers.errors import ComeBack, CursorLost
from sync.store import due
from sync.store.fits import event_fits, page_that_fits
from sync.store.observe import Observer

log = logging.getLogger("hetk.cycle")

# A full reading looks this far beyond the window, so that the window can roll for a while on the same cursor.
AHEAD = timedelta(days=14)
ROLL = timedelta(days=7)


def full_span(now: datetime) -> Span:
    """What a complete reading begun now lists."""
    window = window_at(now)
    return Span(window.start, window.end + AHEAD)


class Reading:
    """One reading. Afterwards `contents` holds what was read, by event id; `count` how many events that were.

    `full`: it listed the whole span.
    """

    def __init__(
        self, calendar: Calendar, flows: Sequence[Flow], provider: Provider, clock: Callable[[], datetime]
    ) -> None:
        self.contents: dict[str, Event] = {}
        self.count = 0
        self.full = False
        self._calendar = calendar
        self._provider = provider
        self._clock = clock
        self._now = clock()
        self._observer = Observer(calendar, flows, self._now)
        # The cursor of a complete reading, until it is kept.
        self._complete = ""
        self._present: set[str] = set()
        self._removed: set[str] = set()
        self._series: dict[str, frozenset[str]] = {}

    def run(self) -> None:
        """Read what changed, or everything when there is no cursor, it was lost, or the window has rolled far enough."""
        if self._rolled():
            self._calendar.cursor = ""
        try:
            self._read()
        except CursorLost:
            self._calendar.cursor = ""
            # What a broken round told is told again, completely, by the reading that takes its place.
            self._present.clear()
            self._removed.clear()
            self._series.clear()
            self._read()

    @property
    def silent(self) -> bool:
        """Nothing at all had changed since the cursor."""
        return not (self.full or self.count or self._removed or self._series)

    def _rolled(self) -> bool:
        full_at = self._calendar.full_read_at
        return full_at is None or self._now - full_at > ROLL

    def _span(self) -> Span:
        calendar = self._calendar
        if calendar.cursor and calendar.read_start and calendar.read_end:
            return Span(calendar.read_start, calendar.read_end)
        return full_span(self._now)

    def _read(self) -> None:
        span = self._span()
        if isinstance(self._provider, Sparing):
            self._provider.spare(self._calendar.remote_id, self._observer.settled)
        last: Page | None = None
        for page in self._provider.read(self._calendar.remote_id, self._calendar.cursor, span):
            if last is not None:
                due.prolong(self._calendar, self._clock())
                self._observe(self._known(last))
            last, unfit = page_that_fits(page)
            if unfit:
                log.warning("%d events cannot be remembered", unfit, extra={"calendar": str(self._calendar.public_id)})
            self._note(last)
        if last is None or not last.cursor:
            raise ComeBack("the reading ended without a cursor")
        self._finish(last, span)

    def _note(self, page: Page) -> None:
        """Of an event that a reading tells twice, the later page counts."""
        ids = {event.id for event in page.events}
        removed = set(page.removed) - ids
        self.count += len(page.events)
        self._present |= ids
        self._present -= removed
        self._removed -= ids
        self._removed |= removed
        self._series.update(page.series)

    def _known(self, page: Page) -> list[Event]:
        """The page's events, each certain to be a copy or not: where the reading could not tell, they are fetched by id."""
        unknown = self._observer.unknown(page.events)
        fetched = self._provider.get(self._calendar.remote_id, unknown) if unknown else {}
        events = [fetched.get(event.id, event) for event in page.events]
        return [event for event in events if event is not None and event_fits(event)]

    def _observe(self, events: Sequence[Event]) -> None:
        with transaction.atomic():
            self._observer.observe(events)
        self.contents.update((event.id, event) for event in events)

    def _finish(self, last: Page, span: Span) -> None:
        """The last page's observations, every absence, and the cursor, in one transaction."""
        self.full = last.full
        events = self._known(last)
        gone, alive = self._absent(last.full, span, [*self.contents.values(), *events])
        with transaction.atomic():
            self._observer.observe([*events, *alive])
            self._observer.gone(gone)
            self._save(last, span)
        self.contents.update((event.id, event) for event in (*events, *alive))

    def _absent(self, full: bool, span: Span, events: Sequence[Event]) -> tuple[set[str], list[Event]]:
        """Known events that are certainly gone, and those that only seemed so."""
        proven: set[str] = set()
        doubtful: set[str] = set()
        reported = self._observer.known_ids(self._removed)
        (proven if self._provider.traits.removal_proves else doubtful).update(reported)
        for series_id, present in self._series.items():
            missing = self._observer.missing_of_series(series_id, present, span)
            moments = [starts_at(event.content.when) for event in events if event.id in present]
            unsure = beyond(missing, moments)
            doubtful.update(unsure)
            proven.update(missing.keys() - unsure)
        if full:
            doubtful.update(self._observer.missing(self._present, span, self._now))
        return self._ask(proven, doubtful - proven)

    def _ask(self, proven: set[str], doubtful: Collection[str]) -> tuple[set[str], list[Event]]:
        """A removal that a reading only hints at is proved by asking for the event itself."""
        answers = self._provider.get(self._calendar.remote_id, sorted(doubtful)) if doubtful else {}
        gone = proven | {event_id for event_id, event in answers.items() if event is None}
        return gone, [event for event in answers.values() if event is not None and event_fits(event)]

    def _save(self, last: Page, span: Span) -> None:
        """What was read, on record. The cursor of a complete reading waits for `keep`: what follows from one is not done yet."""
        calendar = self._calendar
        facts: dict[str, object] = {"cursor": last.cursor, "checked_at": self._now}
        if last.full:
            self._complete = last.cursor
            facts |= {"cursor": "", "full_read_at": self._now, "read_start": span.start, "read_end": span.end}
        if not self._record(facts):
            self.full = False
            calendar.refresh_from_db(fields=["cursor", "full_read_at", "read_start", "read_end"])

    def keep(self) -> None:
        """What only a complete reading can tell has been put on record: from here on changes are enough."""
        if self._complete:
            self._record({"cursor": self._complete})

    def _record(self, facts: Mapping[str, object]) -> bool:
        """Not when a reading from the beginning was asked for after this one began, nor when the lease is somebody else's."""
        calendar = self._calendar
        mine = Calendar.objects.filter(pk=calendar.pk, read_seq=calendar.read_seq, lease_until=calendar.lease_until)
        if not mine.update(**facts):
            return False
        for name, value in facts.items():
            setattr(calendar, name, value)
        return True


def beyond(missing: Mapping[str, datetime], present: Collection[datetime]) -> set[str]:
    """Which missing instances may have been moved out of the span: no provider lets one be moved past its neighbours.

    Of a series that is said to be gone altogether all are worth one more question.
    """
    if not present:
        return set(missing)
    first, last = min(present), max(present)
    return {event_id for event_id, moment in missing.items() if not first < moment < last}
