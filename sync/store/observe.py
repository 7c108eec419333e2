"""Observations: what a reading saw, written into links. Which chores follow is derived from them later."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from sync.core.event import AllDay, Event
from sync.core.fingerprint import STANDING, decode
from sync.core.mark import Mark
from sync.core.window import last_moment, midnight, starts_at
from sync.models import Calendar, Flow, Link, Stray
from sync.providers.base import Span
from sync.store import locks, meetings, rows, strays
from sync.store.keys import fingerprints, marks

CHUNK = 500
SEEN = (
    "series_id",
    "meeting_ref",
    "starts_at",
    "ends_at",
    "all_day",
    "origin_seen",
    "origin_agreed",
    "due_at",
    "attempts",
)
COPY_SEEN = ("copy_id", "copy_seen", "copy_agreed", "coloured", "generation", "due_at", "attempts")


class Observer:
    """Files the events of one calendar under the links they belong to. Every method runs inside the caller's transaction."""

    def __init__(self, calendar: Calendar, flows: Sequence[Flow], now: datetime) -> None:
        self._calendar = calendar
        self._now = now
        self._out = [flow for flow in flows if flow.source_id == calendar.pk]
        self._in = [flow for flow in flows if flow.target_id == calendar.pk]
        self._ref = marks().calendar_ref(calendar.identity)

    def unknown(self, events: Iterable[Event]) -> list[str]:
        """Ids of events whose mark must be fetched before anything can be said of them."""
        unsure = [event.id for event in events if event.unsure_of_mark]
        known = {link.copy_id for link in self._by_copy(unsure)} | {link.origin_id for link in self._by_origin(unsure)}
        known |= meetings.ids(self._calendar, unsure)
        return [event_id for event_id in unsure if event_id not in known]

    def known_ids(self, ids: Collection[str]) -> set[str]:
        """Which of these ids any link or stray of this calendar knows."""
        strays = self._calendar.strays.filter(copy_id__in=ids).values_list("copy_id", flat=True) if ids else ()
        own = meetings.ids(self._calendar, ids)
        return {*(x.copy_id for x in self._by_copy(ids)), *(x.origin_id for x in self._by_origin(ids)), *strays, *own}

    def settled(self, versions: Mapping[str, str]) -> set[str]:
        """Of these versions by event id, the copies that were seen in exactly that one: observing them would change nothing."""
        found: set[str] = set()
        for chunk in _chunks(list(versions)):
            copies = Link.objects.filter(flow__in=self._in, copy_id__in=chunk).values_list("copy_id", "copy_seen")
            found |= {copy_id for copy_id, seen in copies if seen == versions[copy_id]}
        return found

    def observe(self, events: Sequence[Event]) -> None:
        if events:
            self._hold()
        for start in range(0, len(events), CHUNK):
            self._observe(events[start : start + CHUNK])

    def gone(self, ids: Collection[str]) -> None:
        """The provider certainly has these no more."""
        due = {"due_at": self._now, "attempts": 0}
        if ids:
            self._hold()
        for chunk in _chunks(sorted(ids)):
            origins = Link.objects.filter(flow__in=self._out, origin_id__in=chunk).exclude(origin_seen=Link.GONE)
            origins.update(origin_seen=Link.GONE, **due)
            copies = Link.objects.filter(flow__in=self._in, copy_id__in=chunk).exclude(copy_seen=Link.GONE)
            copies.update(copy_seen=Link.GONE, **due)
            self._calendar.strays.filter(copy_id__in=chunk).delete()
            meetings.forget(self._calendar, self._in, chunk, self._now)

    def _hold(self) -> None:
        locks.flows(flow.pk for flow in (*self._out, *self._in))

    def missing_of_series(self, series_id: str, present: Collection[str], span: Span) -> dict[str, datetime]:
        """Known instances of a series inside the span that are not among those present, and when each began."""
        links = inside(Link.objects.filter(flow__in=self._out, series_id=series_id), span)
        known = dict(links.exclude(origin_seen=Link.GONE).values_list("origin_id", "starts_at"))
        known |= meetings.known(self._calendar, midnight(span.start), midnight(span.end), series_id)
        return {event_id: moment for event_id, moment in known.items() if event_id not in present}

    def missing(self, present: Collection[str], span: Span, started: datetime) -> list[str]:
        """Known ids inside the span that a complete reading, begun at `started`, did not show."""
        settled = Q(written_at=None) | Q(written_at__lt=started)
        origins = Link.objects.filter(flow__in=self._out).exclude(origin_seen=Link.GONE)
        copies = Link.objects.filter(settled, flow__in=self._in).exclude(copy_id="").exclude(copy_seen=Link.GONE)
        known = [
            *inside(origins, span).values_list("origin_id", flat=True),
            *inside(copies, span).values_list("copy_id", flat=True),
            *meetings.known(self._calendar, midnight(span.start), midnight(span.end)),
        ]
        return [event_id for event_id in dict.fromkeys(known) if event_id not in present]

    def _by_copy(self, ids: Collection[str]) -> list[Link]:
        return list(Link.objects.filter(flow__in=self._in, copy_id__in=ids)) if ids and self._in else []

    def _by_origin(self, ids: Collection[str]) -> list[Link]:
        return list(Link.objects.filter(flow__in=self._out, origin_id__in=ids)) if ids and self._out else []

    def _by_ref(self, refs: Collection[str]) -> dict[str, Link]:
        if not refs or not self._in:
            return {}
        return {link.origin_ref: link for link in Link.objects.filter(flow__in=self._in, origin_ref__in=refs)}

    def _observe(self, events: Sequence[Event]) -> None:
        ids = [event.id for event in events]
        copies = {link.copy_id: link for link in self._by_copy(ids)}
        origins = {(link.flow_id, link.origin_id): link for link in self._by_origin(ids)}
        before = {link.pk: link.meeting_ref for link in origins.values()}
        # What a person duplicated has the mark of a copy and not its key: it is nobody's copy, and no origin either.
        ours = [event for event in events if event.mark and marks().owns_key(event.key)]
        read = {event.id: marks().read(event.mark) for event in ours}
        here = {mark.origin for mark in read.values() if mark and mark.target == self._ref}
        by_ref = self._by_ref(here)
        new: list[Link] = []
        seen: list[Link] = []
        copies_seen: list[Link] = []
        found: list[Stray] = []
        own: list[Event] = []
        for event in events:
            mark = read.get(event.id)
            link = copies.get(event.id) or (by_ref.get(mark.origin) if mark and mark.target == self._ref else None)
            if link is not None:
                if self._see_copy(link, event, mark):
                    copies_seen.append(link)
            elif mark and mark.target == self._ref:
                found.append(strays.of(self._calendar, event, mark))
            elif not event.mark and not marks().owns_key(event.key):
                own.append(event)
                # A master stands for its instances and is no event itself.
                if event.id != event.series_id:
                    self._see_origins(event, origins, new, seen)
        # A copy found before its link row shows itself by mark; a second row for one origin is never made.
        self._adopt_strays(new)
        Link.objects.bulk_create(new, ignore_conflicts=True)
        rows.save(seen, SEEN)
        rows.save(copies_seen, COPY_SEEN)
        Stray.objects.bulk_create(
            found,
            update_conflicts=True,
            unique_fields=["calendar", "copy_id"],
            update_fields=["version", "source_ref", "origin_ref", "generation", "starts_at", "ends_at"],
        )
        self._regroup(own)
        meetings.note(self._calendar, self._in, own, self._now)
        meetings.parted(self._out, before, {link.pk: link.meeting_ref for link in seen}, self._now)

    def _regroup(self, events: Sequence[Event]) -> None:
        """A single event made a series, a series made a single event: no provider says that what was there before is gone."""
        alone = [event.id for event in events if not event.series_id]
        masters = {event.series_id for event in events if event.series_id}
        links = Link.objects.filter(flow__in=self._out).exclude(origin_seen=Link.GONE)
        for over in (links.filter(series_id__in=alone), links.filter(series_id="", origin_id__in=masters)):
            over.update(origin_seen=Link.GONE, due_at=self._now, attempts=0)

    def _see_origins(self, event: Event, known: dict[tuple[int, str], Link], new: list[Link], seen: list[Link]) -> None:
        for flow in self._out:
            link = known.get((flow.pk, event.id))
            if link is None:
                new.append(self._new_link(flow, event))
            elif self._see_origin(link, event):
                seen.append(link)

    def _adopt_strays(self, links: Sequence[Link]) -> None:
        """An origin that turns up takes the copy that was found before it."""
        refs = {link.origin_ref for link in links}
        targets = {flow.target_id for flow in self._out}
        found = {
            (s.calendar_id, s.origin_ref): s for s in Stray.objects.filter(calendar__in=targets, origin_ref__in=refs)
        }
        adopted = []
        for link in links:
            if stray := found.get((link.flow.target_id, link.origin_ref)):
                link.copy_id, link.copy_seen, link.generation = stray.copy_id, stray.version, stray.generation
                adopted.append(stray.pk)
        Stray.objects.filter(pk__in=adopted).delete()

    def _new_link(self, flow: Flow, event: Event) -> Link:
        link = Link(flow=flow, origin_id=event.id, due_at=self._now, origin_seen=event.version)
        link.origin_ref = marks().origin_ref(self._calendar.identity, event.id)
        _place(link, event)
        return link

    def _see_origin(self, link: Link, event: Event) -> bool:
        """Record the version seen; a version that changed nothing we care about is agreed at once. False: nothing to save."""
        if link.origin_seen == event.version:
            return False
        prints = fingerprints().of_event(event, link.origin_ref)
        unchanged = decode(link.origin_prints) == prints and link.origin_seen != Link.GONE
        link.origin_seen = event.version
        if unchanged and link.due_at is None:
            link.origin_agreed = event.version
        elif not unchanged:
            link.due_at, link.attempts = self._now, 0
        _place(link, event)
        return True

    def _see_copy(self, link: Link, event: Event, mark: Mark | None) -> bool:
        if link.copy_id and link.copy_id != event.id and link.copy_seen != Link.GONE:
            # A second event with the same mark (somebody duplicated a copy): not ours to touch, and not an origin.
            return False
        if link.copy_id == event.id and link.copy_seen == event.version:
            return False
        before = {k: v for k, v in decode(link.copy_prints).items() if k != STANDING}
        unchanged = before == fingerprints().of_content(event.content, link.origin_ref) and link.copy_seen != Link.GONE
        if mark and not link.copy_id:
            link.generation = mark.generation
        link.copy_id, link.copy_seen, link.coloured = event.id, event.version, event.label != link.label
        if unchanged and link.due_at is None:
            link.copy_agreed = event.version
        elif not unchanged:
            link.due_at, link.attempts = self._now, 0
        return True


def inside(links: QuerySet[Link], span: Span) -> QuerySet[Link]:
    """Links of which any part lies in the span, as a reading of it would show them."""
    reaches_in = Q(ends_at__gt=midnight(span.start)) | Q(starts_at__gte=midnight(span.start))
    return links.filter(reaches_in, starts_at__lt=midnight(span.end))


def _place(link: Link, event: Event) -> None:
    """Where in time the event stands: for the window, the order of work and the activity page."""
    when = event.content.when
    link.series_id, link.meeting_ref = event.series_id, meetings.ref_of(event)
    link.starts_at, link.ends_at = starts_at(when), last_moment(when)
    link.all_day = isinstance(when, AllDay)


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
