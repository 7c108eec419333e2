"""The dry run: what a pair would do, made or changed, counted from what the planner says. Nothing is written anywhere."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from django.utils import timezone

from policy.enforcement import Enforcer
from sync.core.event import Content, Event
from sync.core.fingerprint import differing
from sync.core.operation import Create, Delete, Forget, Reason, Side, Skip, Update
from sync.core.privacy import stripped
from sync.core.window import first_day, starts_at, window_at
from sync.engine.clients import Clients
from sync.engine.foresee import Look, Prospect, foresee, look_at
from sync.models import Calendar, Flow, FlowSettings, Link, Pair
from sync.pairs import changed
from sync.providers.base import Span
from sync.store.keys import marks
from sync.store.rules import looks_of


class Fate(Enum):
    """What becomes of one event in one direction."""

    CREATE = "a copy is made"
    UPDATE = "its copy is rewritten in place"
    REMOVE = "its copy is removed"
    HOLD = "its copy would be removed, and waits for a word"
    STAY = "its copy stays as it is"
    SKIP = "it has no copy, and gets none"
    ORIGIN_UPDATE = "the original takes over what was changed in its copy"
    ORIGIN_REMOVE = "the original follows its deleted copy"


CHANGES = frozenset(Fate) - {Fate.STAY, Fate.SKIP}


@dataclass(slots=True)
class Line:
    """One event: its fate, why, and what planning knew of it. `title`: what its copy says, or would say."""

    fate: Fate
    reason: Reason
    prospect: Prospect
    title: str = ""

    @property
    def event(self) -> Event | None:
        """The original; its copy where there is no original any more."""
        return self.prospect.origin or self.prospect.copy

    @property
    def rewrites(self) -> bool:
        """Whether a copy that stays is written to."""
        if self.fate in {Fate.HOLD, Fate.ORIGIN_UPDATE}:
            return strips(self.prospect)
        return self.fate is Fate.UPDATE

    @property
    def changes_origin(self) -> bool:
        return any(isinstance(o, Update | Delete) and o.side is Side.ORIGIN for o in self.prospect.operations)


@dataclass(slots=True)
class FlowPreview:
    """One direction: how many copies are made, how many events get none and why, how many copies fall on each day, and every event."""

    source: Calendar
    target: Calendar
    creates: int = 0
    skips: Counter[Reason] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    ending: bool = False

    @property
    def updates(self) -> int:
        return sum(line.rewrites for line in self.lines)

    @property
    def origins(self) -> int:
        """How many originals change or go, because their copies were changed or deleted by hand."""
        return sum(line.changes_origin and line.fate is not Fate.HOLD for line in self.lines)

    def number(self, fate: Fate) -> int:
        return sum(line.fate is fate for line in self.lines)


@dataclass(slots=True)
class Preview:
    flows: list[FlowPreview]


def dry_run(*, first: Calendar, second: Calendar, out: FlowSettings, back: FlowSettings | None) -> Preview:
    """A pair that is to be made. Reads both calendars completely, live; raises `Trouble` and `Resting`."""
    pair = Pair(first=first, second=second)
    flows = [Flow(pair=pair, source=first, target=second, **out.as_fields())]
    if back is not None:
        flows.append(Flow(pair=pair, source=second, target=first, **back.as_fields()))
    return _preview(flows, [first, second], copies_count=True)


def dry_change(*, pair: Pair, out: FlowSettings, back: FlowSettings | None) -> Preview:
    """A pair that is to be changed, as `pairs.edit` would. Raises `Trouble` and `Resting`."""
    wanted = {pair.first_id: (pair.second, out), pair.second_id: (pair.first, back)}
    standing = {flow.source_id: flow for flow in Flow.objects.filter(pair=pair)}
    flows = []
    for source in (pair.first, pair.second):
        target, settings = wanted[source.pk]
        flow = standing.get(source.pk)
        if flow is None and settings is None:
            continue
        flow = flow or Flow()
        fields = changed(flow, settings, timezone.now())
        for name, value in {**fields, "pair": pair, "source": source, "target": target}.items():
            setattr(flow, name, value)
        flows.append(flow)
    return _preview(flows, [pair.first, pair.second], copies_count=False)


def example(calendar: Calendar) -> Event | None:
    """One of the person's own next events, to show what a copy would say; None when there is none."""
    now = timezone.now()
    events = [e for e in events_of(calendar, Clients(now)) if not e.mark and starts_at(e.content.when) > now]
    telling = [e for e in events if e.content.title and e.content.location] or events
    return min(telling, key=lambda event: starts_at(event.content.when), default=None)


def events_of(calendar: Calendar, clients: Clients) -> list[Event]:
    """Everything in the window, as a first reading would bring it. Raises `Trouble` and `Resting`."""
    window = window_at(timezone.now())
    with clients.asking(calendar) as provider:
        pages = provider.read(calendar.remote_id, "", Span(window.start, window.end))
        return [event for page in pages for event in page.events]


def _preview(flows: Sequence[Flow], calendars: Sequence[Calendar], *, copies_count: bool) -> Preview:
    """`copies_count`: events that are copies themselves are told among those that are not copied."""
    Enforcer(timezone.now).heed(calendars)
    now = timezone.now()
    clients = Clients(now)
    links = Link.objects.filter(flow__in=[flow.pk for flow in flows if flow.pk]).order_by("starts_at")[:1]
    looks = look_at(calendars, links, clients, now)
    found = foresee(flows, looks, clients, now)
    previews = []
    for flow in flows:
        preview = FlowPreview(flow.source, flow.target, ending=flow.ending_at is not None)
        for prospect in found:
            if prospect.task.flow is flow and (line := line_of(prospect)):
                _add(preview, line)
        if copies_count:
            _add_copies(preview, looks[flow.source_id])
        previews.append(preview)
    return Preview(previews)


def _add(preview: FlowPreview, line: Line) -> None:
    preview.lines.append(line)
    if line.fate is Fate.SKIP:
        preview.skips[line.reason] += 1
    if line.fate is Fate.CREATE and line.event is not None:
        preview.creates += 1
        preview.days[first_day(line.event.content.when)] += 1


def _add_copies(preview: FlowPreview, source: Look) -> None:
    """Copies are never origins, whoever made them."""
    for event in source.events.values():
        if marks().read(event.mark) or marks().owns_key(event.key):
            preview.skips[Reason.IS_COPY] += 1
        elif event.mark:
            preview.skips[Reason.FOREIGN_COPY] += 1


def line_of(prospect: Prospect) -> Line | None:
    """What becomes of an event, in one word; None where neither side exists any more."""
    by_side = {getattr(operation, "side", Side.COPY): operation for operation in prospect.operations}
    if prospect.held:
        reason = next((operation.reason for operation in prospect.operations), Reason.BRAKE)
        return Line(Fate.HOLD, reason, prospect, _says(prospect))
    match by_side.get(Side.COPY), by_side.get(Side.ORIGIN):
        case Create(content=content, reason=reason), _:
            return Line(Fate.CREATE, reason, prospect, content.title)
        case Update(content=content, reason=reason), _:
            return Line(Fate.UPDATE, reason, prospect, content.title)
        case Delete(reason=reason), _:
            return Line(Fate.REMOVE, reason, prospect, _says(prospect))
        case Skip(reason=reason), _:
            return Line(Fate.SKIP, reason, prospect)
        case Forget(), _:
            return None
        case _, Update(reason=reason):
            return Line(Fate.ORIGIN_UPDATE, reason, prospect, _says(prospect))
        case _, Delete(reason=reason):
            return Line(Fate.ORIGIN_REMOVE, reason, prospect)
    if strips(prospect):
        return Line(Fate.UPDATE, Reason.SETTINGS, prospect, _bare(prospect).title)
    return Line(Fate.STAY, Reason.IN_STEP, prospect, _says(prospect))


def _says(prospect: Prospect) -> str:
    return prospect.copy.content.title if prospect.copy else ""


def strips(prospect: Prospect) -> bool:
    """Rule 4: a copy that shows more than its flow allows is rewritten, also where nothing else would be done about it."""
    copy = prospect.copy
    return prospect.task.flow.strip_due and copy is not None and bool(differing(copy.content, _bare(prospect)))


def _bare(prospect: Prospect) -> Content:
    """The copy with what its flow hides taken out."""
    copy = prospect.copy or prospect.origin
    if copy is None:
        raise ValueError("there is nothing to strip")
    return stripped(copy.content, looks_of(prospect.task.flow))
