"""Two calendars and what the planner makes of them: the whole engine without wires, rows or clocks.

Each flow remembers its links as `Known` values, exactly as the store does; carrying out an operation is a change of two dicts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from sync.core.event import Content, Event
from sync.core.operation import Create, Delete, Forget, Keep, Operation, Side, Skip, Update
from sync.core.plan import Copy, Known, Rules, Sight
from sync.core.privacy import project
from tests.core.build import NOW, PLANNER, PRINTS, WINDOW

Calendar = dict[str, Event]


@dataclass
class Tie:
    """One link: what is remembered, and where its copy is."""

    known: Known
    copy_id: str = ""
    away: bool = False


@dataclass
class Direction:
    name: str
    source: Calendar
    target: Calendar
    rules: Rules
    ties: dict[str, Tie] = field(default_factory=dict)
    # Idempotency keys stay taken, as they do at the services.
    keys: set[str] = field(default_factory=set)


class Book:
    def __init__(self, out: Rules, back: Rules | None) -> None:
        self.home: Calendar = {}
        self.work: Calendar = {}
        self.flows = [Direction("out", self.home, self.work, out)]
        if back is not None:
            self.flows.append(Direction("back", self.work, self.home, back))
        self.writes: list[Operation] = []
        self._numbers = count(1)

    # By hand.

    def put(self, calendar: Calendar, content: Content, **facts: object) -> str:
        name = f"e{next(self._numbers)}"
        calendar[name] = self._stamp(Event(id=name, version="", content=content, **facts))  # type: ignore[arg-type]
        return name

    def change(self, calendar: Calendar, name: str, **said: object) -> None:
        event = calendar[name]
        calendar[name] = self._stamp(replace(event, content=replace(event.content, **said)))  # type: ignore[arg-type]

    def _stamp(self, event: Event) -> Event:
        number = next(self._numbers)
        return replace(event, version=f"v{number}", updated=self._moment(number))

    def _moment(self, number: int) -> datetime:
        return NOW + timedelta(seconds=number)

    # The engine.

    def sync(self) -> list[Operation]:
        """One cycle of everything; returns the writes that were made."""
        self.writes = []
        for flow in self.flows:
            origins = {name for name, event in flow.source.items() if not event.mark}
            for name in sorted(origins | set(flow.ties)):
                if self._one(flow, name):
                    # What an origin took from its copy may have to be said another way there.
                    self._one(flow, name)
        return self.writes

    def _one(self, flow: Direction, name: str) -> bool:
        """True: the origin was changed, and wants another look."""
        tie = flow.ties.setdefault(name, Tie(Known(salt=f"{flow.name}/{name}")))
        origin, copy = flow.source.get(name), self._copy(flow, tie)
        operations = PLANNER.plan(Sight(origin=origin, copy=copy, known=tie.known), flow.rules, WINDOW, NOW)
        self.writes += [o for o in operations if isinstance(o, Create | Update | Delete)]
        # The copy first, as the engine does.
        for operation in sorted(operations, key=lambda o: getattr(o, "side", None) is Side.ORIGIN):
            self._carry(flow, name, tie, operation, copy if isinstance(copy, Event) else None)
        return any(isinstance(o, Update) and o.side is Side.ORIGIN for o in operations)

    def _copy(self, flow: Direction, tie: Tie) -> Event | Copy:
        if not tie.copy_id:
            return Copy.AWAY if tie.away else Copy.NEVER
        return flow.target.get(tie.copy_id, Copy.GONE)

    def _carry(self, flow: Direction, name: str, tie: Tie, operation: Operation, copy: Event | None) -> None:
        match operation:
            case Create(content=content, generation=generation):
                key = f"{flow.name}/{name}/{generation}"
                assert key not in flow.keys, "an event was made twice under one key"
                flow.keys.add(key)
                self._make(flow, tie, key, content, generation)
            case Update(side=Side.COPY, content=content):
                flow.target[tie.copy_id] = self._stamp(replace(flow.target[tie.copy_id], content=content))
                self._written(tie, content)
            case Update(side=Side.ORIGIN, content=content, fields=fields):
                self._give_back(flow, name, tie, {f.value: getattr(content, f.value) for f in fields}, copy)
            case Delete(side=Side.ORIGIN):
                assert flow.rules.two_way
                assert not flow.source[name].has_guests
                del flow.source[name], flow.ties[name]
                return
            case Delete():
                del flow.target[tie.copy_id]
                tie.copy_id, tie.away = "", False
                tie.known = Known(salt=tie.known.salt, generation=tie.known.generation + 1)
            case Skip(away=away):
                tie.copy_id, tie.away = "", away
            case Keep():
                self._kept(flow, name, tie, copy)
            case Forget():
                del flow.ties[name]
                return
        if name in flow.source:
            tie.known = replace(tie.known, origin=PRINTS.of_event(flow.source[name], tie.known.salt))

    def _make(self, flow: Direction, tie: Tie, key: str, content: Content, generation: int) -> None:
        flow.target[key] = self._stamp(Event(id=key, version="", content=content, mark=key))
        tie.copy_id, tie.away = key, False
        tie.known = replace(tie.known, generation=generation)
        self._written(tie, content)

    def _written(self, tie: Tie, content: Content) -> None:
        prints = PRINTS.of_content(content, tie.known.salt)
        tie.known = replace(tie.known, written=prints, copy=prints)

    def _give_back(self, flow: Direction, name: str, tie: Tie, said: dict[str, object], copy: Event | None) -> None:
        assert flow.rules.two_way
        assert not flow.source[name].has_guests, "a meeting was changed through its copy"
        assert not set(said) & flow.rules.looks.masked, "a masked field flowed back"
        self.change(flow.source, name, **said)
        there = flow.target[tie.copy_id] if copy else None
        before = tie.known.written
        self._kept(flow, name, tie, there)
        alike = {field: value for field, value in tie.known.written.items() if value == tie.known.copy.get(field)}
        tie.known = replace(tie.known, written={**before, **alike})

    def _kept(self, flow: Direction, name: str, tie: Tie, copy: Event | None) -> None:
        wanted = PRINTS.of_content(project(flow.source[name], flow.rules.looks), tie.known.salt)
        tie.known = replace(tie.known, written=wanted)
        if copy is not None:
            tie.known = replace(tie.known, copy=PRINTS.of_content(copy.content, tie.known.salt))

    # What is asserted.

    def living(self) -> Iterator[tuple[Direction, Event, Event]]:
        """Each origin with its copy, where there is one."""
        for flow in self.flows:
            for name, tie in flow.ties.items():
                if tie.copy_id:
                    yield flow, flow.source[name], flow.target[tie.copy_id]
