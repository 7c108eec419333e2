"""The crash sweep: each scenario once undisturbed, then again for every call it made and every trouble that may strike there.

Afterwards the calendars are equal to those of the undisturbed run, and nothing is left to write.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db.models import Q

from sync import pairs
from sync.core.event import AllDay, Attendee, Content, Event, Timed
from sync.models import Calendar, FlowSettings, Link, Pair, Run
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from tests.engine.arena import START, Arena, Snapshot
from tests.engine.faults import TROUBLES, Trouble
from tests.engine.world import OPEN, PRIVATE, World

MANNERS = {"google": LIKE_GOOGLE, "microsoft": LIKE_MICROSOFT}
Ids = dict[str, str]


@dataclass
class Stage:
    """Two calendars of one person, with a few events at home, and names for what is there."""

    world: World
    home: Calendar
    work: Calendar

    def add(self, calendar: Calendar, title: str, hours: float, **facts: Any) -> str:
        return self.world.cloud.create(calendar.remote_id, content(title, hours), **facts)

    def pair(self, out: FlowSettings = OPEN, back: FlowSettings | None = None) -> Pair:
        return pairs.create(user=self.world.user, first=self.home, second=self.work, out=out, back=back)

    def copy_of(self, named: str) -> Event:
        return next(event for event in self.world.copies(self.work) if event.content.title == named)

    def edit(self, event_id: str, **changes: Any) -> None:
        self.world.wait(seconds=5)
        self.world.cloud.edit(self.home.remote_id, event_id, **changes)

    def edit_copy(self, named: str, **changes: Any) -> None:
        self.world.wait(seconds=5)
        self.world.cloud.edit(self.work.remote_id, self.copy_of(named).id, **changes)


def content(title: str, hours: float) -> Content:
    start = START + timedelta(hours=hours)
    when = Timed(start, start + timedelta(hours=1), "Europe/Tallinn")
    return Content(title=title, when=when, description=f"notes of {title}", location="Kitchen")


def furnish(stage: Stage) -> Ids:
    """Five events at home, one of them a meeting, one a whole day; a series of three; one event of its own at work."""
    ids = {title: stage.add(stage.home, title, 24 + n) for n, title in enumerate(("One", "Two", "Three"))}
    guests = (Attendee(address="alice@home.example", is_self=True), Attendee(address="bob@other.example", name="Bob"))
    ids["Meeting"] = stage.add(stage.home, "Meeting", 50, attendees=guests, organizer="alice@home.example")
    day = START.date() + timedelta(days=4)
    whole = Content(title="Day", when=AllDay(day, day + timedelta(days=1)))
    ids["Day"] = stage.world.cloud.create(stage.home.remote_id, whole)
    weekly = content("Weekly", 72)
    whens = [content("", 72 + 168 * week).when for week in range(3)]
    ids["master"], members = stage.world.cloud.series(stage.home.remote_id, weekly, whens)
    ids |= {f"Weekly {n}": member for n, member in enumerate(members)}
    ids["Own"] = stage.add(stage.work, "Own", 30)
    return ids


@dataclass(frozen=True, slots=True)
class Scenario:
    """`paired`: the settings of a pair that is in step before `act` begins; `act` does what people do, and then all sync."""

    name: str
    act: Callable[[Stage, Ids], None]
    paired: tuple[FlowSettings, FlowSettings | None] | None = (OPEN, None)


def first_sync(stage: Stage, ids: Ids) -> None:
    stage.pair(OPEN, PRIVATE)


def edited(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First", location="Hall")
    stage.edit(ids["Meeting"], title="Review")
    stage.edit_copy("Two", title="Scribble")


def deleted(stage: Stage, ids: Ids) -> None:
    stage.world.cloud.delete(stage.home.remote_id, ids["Two"])
    stage.edit(ids["Three"], cancelled=True)


def edited_both_ways(stage: Stage, ids: Ids) -> None:
    stage.edit_copy("One", location="Terrace")
    stage.edit(ids["One"], title="First")
    stage.edit(ids["Two"], title="Older")
    stage.edit_copy("Two", title="Newer")
    stage.edit_copy("Meeting", title="Mine")
    stage.world.cloud.delete(stage.work.remote_id, stage.copy_of("Three").id)


def series_changed(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["Weekly 1"], when=content("", 245).when, title="Moved")
    stage.world.cloud.delete(stage.home.remote_id, ids["Weekly 2"])


def moved_out(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], when=content("", 24 * 500).when)
    stage.edit(ids["Two"], when=content("", -24 * 200).when)


def made_private(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="Doctor")
    pairs.edit(pair=Pair.objects.get(), out=PRIVATE, back=None)


def ended(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First")
    pairs.end(pair=Pair.objects.get(), remove_copies=True)


def cursors_lost(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First")
    stage.world.cloud.delete(stage.home.remote_id, ids["Two"])
    stage.add(stage.home, "New", 40)
    for calendar in (stage.home, stage.work):
        stage.world.cloud.lose_cursors(calendar.remote_id)


def adopted(stage: Stage, ids: Ids) -> None:
    pairs.end(pair=Pair.objects.get(), remove_copies=False)
    stage.edit(ids["One"], title="First")
    stage.pair(OPEN, OPEN)


SCENARIOS = (
    Scenario("first sync", first_sync, None),
    Scenario("edited", edited),
    Scenario("deleted", deleted),
    Scenario("edited both ways", edited_both_ways, (OPEN, OPEN)),
    Scenario("series changed", series_changed),
    Scenario("moved out of the window", moved_out),
    Scenario("made private", made_private),
    Scenario("ended", ended),
    Scenario("cursors lost", cursors_lost),
    Scenario("adopted", adopted, (OPEN, OPEN)),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One run: the scenario between two manners, and what strikes where (`at`: the number of the call or of the commit)."""

    scenario: Scenario
    first: str
    second: str
    at: int
    trouble: Trouble | None
    stage: str = "before"
    call: str = ""

    def __str__(self) -> str:
        what = self.trouble.name if self.trouble else f"killed {self.stage} commit"
        return f"{self.scenario.name}, {self.first} to {self.second}: {what} at {self.at} {self.call}"


Calendars = list[list[tuple[object, ...]]]


class Sweep:
    """Runs cases in an arena; the undisturbed run of each scenario is made once."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self._ready: dict[tuple[str, str, str], tuple[Snapshot, Ids, Stage]] = {}
        self._calm: dict[tuple[str, str, str], Calendars] = {}

    def cases(self, scenarios: Sequence[Scenario] = SCENARIOS) -> Iterator[Case]:
        """All of them, in an order that never changes."""
        for scenario in scenarios:
            for first in MANNERS:
                for second in MANNERS:
                    yield from self._of(scenario, first, second)

    def _of(self, scenario: Scenario, first: str, second: str) -> Iterator[Case]:
        self._begin(scenario, first, second)
        calls = self._play(scenario, first, second)
        commits = self._arena.switch.commits
        self._arena.recover()
        self._arena.sync()
        self._calm[scenario.name, first, second] = self._calendars()
        for at, call in enumerate(calls):
            for trouble in TROUBLES:
                if trouble.apt(call):
                    yield Case(scenario, first, second, at, trouble, call=call.name)
        for at in range(commits):
            for stage in ("before", "after"):
                yield Case(scenario, first, second, at, None, stage)

    def run(self, case: Case) -> list[str]:
        """What is wrong afterwards; empty when all is well."""
        arena = self._arena
        self._begin(case.scenario, case.first, case.second)
        if case.trouble is None:
            arena.switch.kill_at = (case.at, case.stage)
        else:
            arena.world.cloud.fault = self._strike(case.trouble, case.at)
        self._play(case.scenario, case.first, case.second)
        for _ in range(3):
            arena.recover()
            arena.sync()
        wrong = [] if self._calendars() == self._calm[case.scenario.name, case.first, case.second] else ["not equal"]
        wrong += unfinished()
        arena.world.forget_calls()
        arena.recover()
        arena.sync()
        return wrong + [f"wrote again: {call.name}" for call in arena.world.writes()]

    def _begin(self, scenario: Scenario, first: str, second: str) -> None:
        """The world as it is before anybody acts."""
        key = (scenario.name, first, second)
        if key not in self._ready:
            self._ready[key] = self._prepare(scenario, MANNERS[first], MANNERS[second])
        self._arena.restore(self._ready[key][0])

    def _prepare(self, scenario: Scenario, first: Manner, second: Manner) -> tuple[Snapshot, Ids, Stage]:
        world = self._arena.restore(self._arena.empty)
        world.cloud.page_size = 3
        home = world.calendar("alice@home.example", first)
        work = world.calendar("alice@work.example", second)
        stage = Stage(world, home, work)
        ids = furnish(stage)
        if scenario.paired:
            stage.pair(*scenario.paired)
            world.sync()
        return self._arena.save(), ids, stage

    def _play(self, scenario: Scenario, first: str, second: str) -> list[Call]:
        world = self._arena.world
        _, ids, stage = self._ready[scenario.name, first, second]
        world.forget_calls()
        fault, world.cloud.fault = world.cloud.fault, None
        kill_at, self._arena.switch.kill_at = self._arena.switch.kill_at, None
        scenario.act(replace(stage, world=world), ids)
        world.ring()
        self._arena.switch.commits, self._arena.switch.kill_at, world.cloud.fault = 0, kill_at, fault
        self._arena.sync()
        return list(world.cloud.calls)

    def _strike(self, trouble: Trouble, at: int) -> Callable[[Call, str], None]:
        cloud = self._arena.world.cloud
        struck: list[Call] = []

        def fault(call: Call, stage: str) -> None:
            if stage != trouble.stage or struck or len(cloud.calls) <= at or cloud.calls[at] is not call:
                return
            struck.append(call)
            raise trouble.error() if trouble.error else self._arena.switch.kill()

        return fault

    def _calendars(self) -> Calendars:
        cloud = self._arena.world.cloud
        return [sorted((told(event) for event in shelf.events.values()), key=repr) for shelf in cloud.shelves.values()]


def told(event: Event) -> tuple[object, ...]:
    """What must be the same in every run: all but ids, versions and times of change."""
    return (bool(event.mark), event.content, bool(event.series_id), event.cancelled, event.answer, event.attendees)


def unfinished() -> list[str]:
    """Links that still wait for something, other than their day."""
    open_ = Link.objects.filter(Q(due_at__isnull=False) | Q(state__in=[Link.State.INTENT, Link.State.HELD]))
    broken = Run.objects.filter(trouble__startswith="internal error")
    return [
        *(f"unfinished: {link.state} {link.reason}" for link in open_ if link.reason != "outside_window"),
        *(run.trouble for run in broken),
    ]
