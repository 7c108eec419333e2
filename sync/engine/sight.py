"""What each link looks like now: contents from the reading, and the rest asked for by id, in as few requests as there are calendars."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sync.core.event import Event
from sync.core.plan import Copy, Sight
from sync.engine.clients import Clients
from sync.models import Calendar, Link
from sync.providers.base import Provider, Span
from sync.store import record
from sync.store.fits import event_fits
from sync.store.keys import marks
from sync.store.work import Task

Contents = dict[tuple[int, str], Event | None]
"""(calendar, event id) -> the event as it is now; None: the provider has it no more."""


class Sights:
    def __init__(self, clients: Clients, two_way: set[int]) -> None:
        self.contents: Contents = {}
        # What is there and cannot be read.
        self._mute: set[tuple[int, str]] = set()
        self._clients = clients
        self._two_way = two_way

    def add(self, calendar: Calendar, events: Mapping[str, Event]) -> None:
        self.contents.update({(calendar.pk, event_id): event for event_id, event in events.items()})

    def forget(self, task: Task) -> None:
        """Somebody changed it meanwhile: what was read no longer counts."""
        self.contents.pop((task.flow.source_id, task.link.origin_id), None)
        self.contents.pop((task.flow.target_id, task.link.copy_id), None)

    def fetch(self, tasks: Iterable[Task]) -> None:
        """Ask for every content that planning needs and no reading brought."""
        tasks = list(tasks)
        for task in tasks:
            self._drop_stale(task)
            self._find_intent(task)
        self._get((t.flow.source, t.link.origin_id) for t in tasks if t.link.origin_seen != Link.GONE)
        self._get((t.flow.target, t.link.copy_id) for t in tasks if self._wants_copy(t))

    def _drop_stale(self, task: Task) -> None:
        """What is on record is not what an earlier pass read: another cycle may have seen more, so both sides are asked anew.

        Versions have no order. Planned from the older one, the newer would count as agreed, and the edit in it be lost.
        """
        flow, link = task.flow, task.link
        for calendar_id, event_id, seen in (
            (flow.source_id, link.origin_id, link.origin_seen),
            (flow.target_id, link.copy_id, link.copy_seen),
        ):
            held = self.contents.get((calendar_id, event_id))
            if held is not None and seen not in {held.version, record.UNSURE, Link.GONE, ""}:
                del self.contents[calendar_id, event_id]

    def learn(self, calendar_id: int, ids: Iterable[str], answers: Mapping[str, Event | None]) -> None:
        """What a provider answered to a question by id; what it left out it cannot read."""
        self.contents.update({(calendar_id, event_id): event for event_id, event in answers.items()})
        self._mute.update((calendar_id, event_id) for event_id in ids if event_id not in answers)

    def is_mute(self, task: Task) -> bool:
        """Whether a side of it cannot be read, so that nothing can be said of it; what is being ended need not be."""
        flow, link = task.flow, task.link
        sides = {(flow.source_id, link.origin_id), (flow.target_id, link.copy_id)}
        return flow.ending_at is None and flow.pair.ending_at is None and bool(sides & self._mute)

    def of(self, task: Task) -> Sight:
        link = task.link
        origin = None if link.origin_seen == Link.GONE else self.contents.get((task.flow.source_id, link.origin_id))
        return Sight(origin=origin, copy=self._copy(task), known=task.known)

    def _copy(self, task: Task) -> Event | Copy:
        link = task.link
        if not link.copy_id:
            return Copy.AWAY if link.state == Link.State.AWAY else Copy.NEVER
        if link.copy_seen == Link.GONE:
            return Copy.GONE
        key = (task.flow.target_id, link.copy_id)
        return (self.contents[key] or Copy.GONE) if key in self.contents else Copy.AS_AGREED

    def _wants_copy(self, task: Task) -> bool:
        """A copy is read when it was seen to change, or when its provider cannot refuse a stale write and people edit there."""
        link = task.link
        if not link.copy_id or link.copy_seen == Link.GONE:
            return False
        if self._origin_gone(task):
            return False
        conditional = self._clients.of(task.flow.target.connection).traits.conditional
        return (
            link.in_doubt or link.copy_seen != link.copy_agreed or (task.flow.pk in self._two_way and not conditional)
        )

    def _origin_gone(self, task: Task) -> bool:
        key = (task.flow.source_id, task.link.origin_id)
        return task.link.origin_seen == Link.GONE or self.contents.get(key, task) is None

    def _find_intent(self, task: Task) -> None:
        """A create whose answer nobody saw: the copy may exist, so it is looked for before anything is decided."""
        link, target = task.link, task.flow.target
        if link.state != Link.State.INTENT or link.copy_id:
            return
        with self._clients.asking(target) as provider:
            found = find(provider, task)
        if found is not None and event_fits(found):
            link.copy_id, link.copy_seen = found.id, found.version
            self.contents[target.pk, found.id] = found

    def _get(self, wanted: Iterable[tuple[Calendar, str]]) -> None:
        missing: dict[Calendar, list[str]] = defaultdict(list)
        for calendar, event_id in wanted:
            if (calendar.pk, event_id) not in self.contents:
                missing[calendar].append(event_id)
        for calendar, ids in missing.items():
            with self._clients.asking(calendar) as provider:
                self.learn(calendar.pk, ids, self._ask(provider, calendar, ids))

    def _ask(self, provider: Provider, calendar: Calendar, ids: Sequence[str]) -> dict[str, Event | None]:
        """The events by id; when there are more than one request can bring, a complete listing is cheaper."""
        answers: dict[str, Event | None] = {}
        if len(ids) > provider.traits.fetch and calendar.read_start and calendar.read_end:
            pages = provider.read(calendar.remote_id, "", Span(calendar.read_start, calendar.read_end))
            listed = {event.id: event for page in pages for event in page.events}
            answers = {event_id: listed[event_id] for event_id in ids if event_id in listed}
        if rest := [event_id for event_id in ids if event_id not in answers]:
            answers |= provider.get(calendar.remote_id, rest)
        return answers


def find(provider: Provider, task: Task) -> Event | None:
    """The living copy that a create of this link's generation made, if there is one."""
    link, target = task.link, task.flow.target
    ref = marks().calendar_ref(target.identity)
    source = marks().calendar_ref(task.flow.source.identity)
    mark = marks().mark(ref, source, link.origin_ref, link.generation)
    return provider.find(target.remote_id, mark, marks().key(ref, link.origin_ref, link.generation))
