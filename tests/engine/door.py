"""Stands at the cloud: looks at every write as it is sent, and lets troubles rain. Rules 2 to 5, 7 to 9, 11 and 12."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import replace

from django.db.models import QuerySet

from sync.core.event import Content, Event, Field
from sync.core.mark import Mark
from sync.models import Link
from sync.providers.base import Insert, Remove, Update
from sync.providers.errors import Refused
from sync.providers.memory import Call
from sync.store.keys import marks
from tests.engine.arena import Switch
from tests.engine.book import Book
from tests.engine.domains import enforced
from tests.engine.faults import TROUBLES, WRITES, Trouble
from tests.engine.ways import WORDS, Way, is_unwritable, leaks

UNDER_POLICY = "policy: a copy written under one"
TEXTS = {Field.TITLE, Field.DESCRIPTION, Field.LOCATION}


class Violation(BaseException):
    """A rule was broken. Not an `Exception`: the engine survives those, whoever raises them."""


class Door:
    """`book` says what is allowed; `trace` is the same for the same seed. `rain`: the share of calls that meet trouble.

    calls: requests that would have gone out. reached: called with the name of whatever happens.
    """

    def __init__(
        self, book: Book, chance: random.Random, switch: Switch, rain: float, reached: Callable[[str], None]
    ) -> None:
        self.book = book
        self.reached = reached
        self.rain = rain
        self.faults = 0
        self.calls = 0
        self.writes = 0
        self.trace = hashlib.sha256()
        # What a person does by hand between a reading and a write.
        self.meddle: Callable[[str, str], None] | None = None
        self._chance = chance
        self._switch = switch
        self._pending: tuple[Call, Trouble] | None = None

    def __call__(self, call: Call, stage: str) -> None:
        if stage == "before":
            self.calls += call.requests
            self.trace.update(told(call).encode())
            if call.requests == 0:
                self.writes += 1
                self.reached(f"write: {call.name} {'copy' if self._is_of_copy(call) else 'origin'}")
                self.check(call)
                self._refuse(call)
            self._pending = self._choose(call)
        if self._pending and self._pending[0] is call and self._pending[1].stage == stage:
            trouble, self._pending = self._pending[1], None
            self.faults += 1
            self.reached(f"trouble: {trouble.name}")
            raise trouble.error() if trouble.error else self._switch.kill()

    def _choose(self, call: Call) -> tuple[Call, Trouble] | None:
        # Reading is most of what is done, and writing is where it hurts.
        if self._chance.random() >= self.rain * (1.8 if call.name in WRITES else 0.7):
            return None
        if call.name == "update" and self.meddle and self._chance.random() < 0.3:
            self.meddle(call.calendar_id, call.subject.id)
            self.reached("trouble: edited in the very moment")
            return None
        apt = [trouble for trouble in TROUBLES if trouble.apt(call)]
        (trouble,) = self._chance.choices(apt, [trouble.weight for trouble in apt])
        return call, trouble

    def _is_of_copy(self, call: Call) -> bool:
        there = None if isinstance(call.subject, Insert) else self.book.cloud.event(call.calendar_id, call.subject.id)
        return there is None or bool(there.mark)

    def _refuse(self, call: Call) -> None:
        """Some texts no cloud takes; what is not touched is not sent."""
        write = call.subject
        if isinstance(write, Remove):
            return
        sent = set(Field) if isinstance(write, Insert) or write.mark else set(write.fields)
        if is_unwritable(" ".join(str(getattr(write.content, field)) for field in TEXTS & sent)):
            self.faults += 1
            self.reached("trouble: refused for good")
            raise Refused("the event cannot be taken", status=400)

    def check(self, call: Call) -> None:
        write, here = call.subject, call.calendar_id
        there = self.book.cloud.event(here, write.id) if not isinstance(write, Insert) else None
        match write:
            case Insert(mark=mark, content=content):
                self._copy(here, marks().read(mark), content)
                self._only(here, write)
            case Update(mark=mark, content=content) if mark:
                if there is not None and not there.mark:
                    raise Violation("a mark was put on somebody's own event")
                self._copy(here, marks().read(mark), content, there)
                if there is not None and (there.content, there.mark) == (content, mark):
                    self._blind(Link.objects.filter(copy_id=write.id, copy_agreed=there.version), here)
            case Update() if there is not None:
                self._origin(here, there, write)
                if all(getattr(there.content, field) == getattr(write.content, field) for field in write.fields):
                    self._blind(Link.objects.filter(origin_id=write.id, origin_seen=there.version), here)
            case Remove() if there is not None:
                self._remove(here, there)

    def _copy(self, here: str, mark: Mark | None, content: Content, there: Event | None = None) -> None:
        ways = [way for way in self.book.ways_of(mark) if way.target == here and not way.ending]
        ways = [way for way in ways if not way.paused or self._strips(way, content, there)]
        if not ways:
            raise Violation("a copy was written where nobody wants one")
        bounds = [self.book.domains.at_least(way) for way in ways]
        if any(bound.private and not way.private for bound, way in zip(bounds, ways, strict=True)):
            self.reached(UNDER_POLICY)
        # Whoever hears of a policy sooner than need be may obey it sooner.
        if any(leaks(content, bound) and leaks(content, enforced(bound)) for bound in bounds):
            raise Violation("a hidden text reached its target")

    def _strips(self, way: Way, content: Content, there: Event | None) -> bool:
        """In a pause nothing is written but what takes hidden texts out of a copy."""
        bound = self.book.domains.at_least(way)
        bounds = (bound, enforced(bound))
        return there is not None and any(leaks(there.content, b) and not leaks(content, b) for b in bounds)

    def _only(self, here: str, write: Insert) -> None:
        """Rule 2: a copy that is asked for twice is asked for under the same key."""
        mark = marks().read(write.mark)
        for other in self.book.cloud.copies(here):
            there = self.book.read(other)
            if mark and there and there.origin == mark.origin and other.key != write.key:
                raise Violation("a second copy of an event was asked for")

    def _blind(self, knew: QuerySet[Link], here: str) -> None:
        """Rule 12: what is written stands there already. A fault where the engine had that very version in its hands."""
        if any(here in {link.flow.source.remote_id, link.flow.target.remote_id} for link in knew):
            raise Violation("a write without a difference")

    def _origin(self, here: str, there: Event, write: Update) -> None:
        if there.mark:
            raise Violation("a copy was written as if it were an origin")
        if there.has_guests:
            raise Violation("a meeting was changed through its copy")
        fields = {field.value for field in write.fields}
        if not any(not fields & way.masked for way in self._back_to(here)):
            raise Violation(f"{sorted(fields)} flowed back where they may not")
        if "title" in fields and write.content.title in WORDS:
            raise Violation("a title became Busy")

    def _remove(self, here: str, there: Event) -> None:
        if there.mark:
            if not any(way.target == here and (way.ending or not way.paused) for way in self.book.ways):
                raise Violation("a copy was removed in a calendar that is no target")
            return
        origin = self.book.origins[here, there.id]
        if not origin.may_go or there.has_guests or not any(not way.hidden for way in self._back_to(here)):
            raise Violation("an origin was deleted against the rules")

    def _back_to(self, here: str) -> list[Way]:
        back = [w for w in self.book.ways if w.source == here and w.two_way and not (w.ending or w.paused)]
        return [self.book.domains.at_least(way) for way in back]


def told(call: Call) -> str:
    """The call as text, the same in every process."""
    subject = call.subject
    if isinstance(subject, Update):
        return f"{call.name} {call.calendar_id} {replace(subject, fields=frozenset())!r} {sorted(subject.fields)}\n"
    return f"{call.name} {call.calendar_id} {'' if call.name == 'write' else subject!r}\n"
