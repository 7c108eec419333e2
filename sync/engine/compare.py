"""One flow of an audit: what both sides hold, against what its links say. Decides by the planner of every cycle."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sync.core.audit import Finding, judge, shows_more
from sync.core.event import Event
from sync.core.operation import Create
from sync.core.plan import Copy, Known, Planner, Sight
from sync.core.window import midnight, window_at
from sync.engine.listing import Hand, window_span
from sync.models import Calendar, Flow, Link
from sync.store import meetings
from sync.store.keys import fingerprints, marks
from sync.store.rules import rules_of
from sync.store.verifications import SETTLED, Found
from sync.store.work import Task

CHUNK = 500
# Events by id.
Listing = dict[str, Event]
Ask = Callable[[Calendar, Sequence[str]], Listing]


@dataclass(frozen=True, slots=True)
class Tie:
    """What matters of a link once it was looked at: whether its copy lives, and whether it is being worked on or put right."""

    alive: bool
    moving: bool


class Comparison:
    """`leaks` holds the copies that show more than they may, by id."""

    def __init__(
        self,
        flow: Flow,
        source: Listing,
        target: Listing,
        started: datetime,
        *,
        two_way: bool,
        ask: Ask,
        turn: Callable[[], None],
    ) -> None:
        self.leaks: Listing = {}
        self._flow = flow
        self._source = source
        self._target = target
        self._started = started
        self._ask = ask
        self._turn = turn
        self._rules = rules_of(flow, two_way=two_way)
        self._planner = Planner(fingerprints())
        self._window = window_at(started)
        self._span = window_span(started)
        self._hand = Hand(flow)
        self._met = {meetings.own_ref(event) for event in target.values() if is_own(event)} - {""}
        self._beside: dict[str, set[int]] = {}
        self._ties: dict[str, Tie] = {}
        self._origins: set[str] = set()
        self._copies: set[str] = set()

    def run(self, found: Found) -> None:
        for links in self._links():
            self._turn()
            self._look_at(links, found)
        marked = {id: ref for id, event in self._target.items() if (ref := self._hand.ref(event))}
        lost = {ref for id, ref in marked.items() if id not in self._copies}
        unknown = [event for event in self._source.values() if is_own(event) and event.id not in self._origins]
        self._beside = meetings.beside(self._flow, {meetings.ref_of(event) for event in unknown})
        for event in unknown:
            self._unknown_origin(event, lost, found)
        for id, ref in marked.items():
            if id not in self._copies:
                self._unknown_copy(self._target[id], ref, found)

    def _links(self) -> Iterator[list[Link]]:
        """All links of the flow, a handful at a time."""
        last = 0
        while links := list(Link.objects.filter(flow=self._flow, pk__gt=last).order_by("pk")[:CHUNK]):
            yield links
            last = links[-1].pk

    def _look_at(self, links: Sequence[Link], found: Found) -> None:
        expected = [link for link in links if self._is_expected(link)]
        origins = self._asked(
            self._flow.source, self._source, [x.origin_id for x in expected if x.origin_seen != Link.GONE]
        )
        copies = self._asked(self._flow.target, self._target, [x.copy_id for x in expected if x.copy_id])
        self._origins.update(link.origin_id for link in links)
        self._beside = meetings.beside(self._flow, {link.meeting_ref for link in links})
        for link in expected:
            self._judge(link, origins.get(link.origin_id), copies.get(link.copy_id), found)

    def _is_expected(self, link: Link) -> bool:
        """Whether the listings can tell anything of this link: what lies outside their span is not theirs to show."""
        inside = midnight(self._span.start) <= link.starts_at < midnight(self._span.end)
        return inside or link.origin_id in self._source or link.copy_id in self._target

    def _asked(self, calendar: Calendar, listing: Listing, ids: Sequence[str]) -> Listing:
        """These events, from the listing; what it does not show is asked for by id."""
        absent = [event_id for event_id in ids if event_id not in listing]
        asked = self._ask(calendar, absent) if absent else {}
        return asked | {event_id: listing[event_id] for event_id in ids if event_id in listing}

    def _judge(self, link: Link, origin: Event | None, copy: Event | None, found: Found) -> None:
        moving = self._is_moving(link, origin, copy)
        if copy is not None and not self._hand.made(copy, link.origin_ref, link.generation):
            self._astray(link, moving, found)
            return
        self._ties[link.origin_ref] = Tie(alive=copy is not None, moving=moving)
        if copy is not None:
            self._copies.add(copy.id)
            found.checked += 1
        sight = Sight(
            origin=origin,
            copy=copy or (Copy.GONE if link.copy_id else _absence(link)),
            known=Task(link, self._flow).known,
            met=self._is_met(link.meeting_ref, copied=bool(link.copy_id)),
        )
        planned = self._planner.plan(sight, self._rules, self._window, self._started)
        finding = judge(sight, planned, self._rules.looks)
        if finding is Finding.VISIBLE and copy is not None:
            self.leaks[copy.id] = copy
        if finding is not None and finding is not Finding.VISIBLE and (moving or link.state in SETTLED):
            found.under_way += 1
        elif finding is not None:
            found.findings.append(finding)
            found.poked.append(link.pk)

    def _is_met(self, ref: str, *, copied: bool = False) -> bool:
        """Whether the same meeting stands in the target already."""
        return ref in self._met or meetings.yields(self._flow, self._beside.get(ref, ()), copied=copied)

    def _astray(self, link: Link, moving: bool, found: Found) -> None:
        """The link holds an event that is no copy of its origin: nothing may ever be written there."""
        self._ties[link.origin_ref] = Tie(alive=False, moving=True)
        if moving:
            found.under_way += 1
        else:
            found.findings.append(Finding.DIFFERING)
            found.astray.append(link.pk)

    def _is_moving(self, link: Link, origin: Event | None, copy: Event | None) -> bool:
        """Whether an ordinary cycle knows of it already, or will by what it reads next, and is going to do something about it."""
        if not self._flow.target.can_write:
            return False
        due = link.due_at is not None and link.due_at <= self._started
        leased = link.lease_until is not None and link.lease_until > self._started
        written = link.written_at is not None and link.written_at > self._started
        return (
            due
            or leased
            or written
            or self._is_young(self._flow.source, origin)
            or self._is_young(self._flow.target, copy)
        )

    def _is_young(self, calendar: Calendar, event: Event | None) -> bool:
        """Whether somebody changed it after the calendar was last looked at by an ordinary cycle."""
        checked = calendar.checked_at
        return event is not None and event.updated is not None and checked is not None and event.updated > checked

    def _unknown_origin(self, event: Event, lost: set[str], found: Found) -> None:
        """An event of somebody's own that no link knows: missing its copy, unless it gets none."""
        flow, ref = self._flow, marks().origin_ref(self._flow.source.identity, event.id)
        sight = Sight(origin=event, copy=Copy.NEVER, known=Known(salt=ref), met=self._is_met(meetings.ref_of(event)))
        planned = self._planner.plan(sight, self._rules, self._window, self._started)
        wanted = any(isinstance(operation, Create) for operation in planned)
        if self._is_young(flow.source, event):
            found.under_way += wanted
            self._ties[ref] = Tie(alive=False, moving=True)
        elif wanted or ref in lost:
            found.origins.setdefault(flow.source_id, []).append(event)
            # Its copy may be there still, and is counted then.
            found.findings += [] if ref in lost else [Finding.MISSING]

    def _unknown_copy(self, event: Event, ref: str, found: Found) -> None:
        """A copy of this flow, by its mark, that no link knows."""
        tie = self._ties.get(ref)
        if (tie is not None and tie.moving) or self._is_young(self._flow.target, event):
            found.under_way += 1
            return
        if tie is not None and tie.alive:
            found.doubles.setdefault(self._flow.target_id, []).append(event)
        else:
            found.copies.setdefault(self._flow.target_id, []).append(event)
        leaks = shows_more(event.content, self._rules.looks)
        found.findings.append(Finding.VISIBLE if leaks else Finding.EXTRA)
        if leaks:
            self.leaks[event.id] = event


def is_own(event: Event) -> bool:
    """Somebody's own event: no copy, whoever made it, and no master of a series."""
    return not event.mark and not marks().owns_key(event.key) and event.id != event.series_id


def _absence(link: Link) -> Copy:
    return Copy.AWAY if link.state == Link.State.AWAY else Copy.NEVER
