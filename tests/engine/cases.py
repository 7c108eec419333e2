"""One case of the crash sweep: a scenario, and what strikes where. Afterwards the calendars are those of the undisturbed run."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from django.db.models import Q

from sync.core.event import Event
from sync.models import Link, Run
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_MICROSOFT, Call
from tests.engine.arena import Arena, Snapshot
from tests.engine.faults import ITEMS, TROUBLES, Trouble
from tests.engine.scenarios import SCENARIOS, Scenario
from tests.engine.stage import Ids, Stage

MANNERS = {"google": LIKE_GOOGLE, "microsoft": LIKE_MICROSOFT, "caldav": LIKE_CALDAV}
USUAL = ("google", "microsoft")
# How often everybody may look before all must be well.
CYCLES = 3
Calendars = list[list[tuple[object, ...]]]
Fault = Callable[[Call, str], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """A scenario between two manners."""

    scenario: Scenario
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.scenario.name}, {self.first} to {self.second}"


# Each manner on either side; where that is plenty, alike ones are left out.
SETTINGS = tuple(
    Setting(scenario, first, second)
    for scenario in SCENARIOS
    for first, second in [
        *product(USUAL, repeat=2),
        *((("caldav", "google"), ("microsoft", "caldav")) if scenario.dav else ()),
    ]
    if first != second or scenario.alike
)


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a setting. `at`: the number of the call, or of the commit where `trouble` is None."""

    setting: Setting
    at: int
    trouble: Trouble | None
    stage: str = "before"
    call: str = ""

    def __str__(self) -> str:
        what = self.trouble.name if self.trouble else f"killed {self.stage} commit"
        return f"{self.setting}: {what} at {self.at} {self.call}".rstrip()


class Sweep:
    """Runs the cases of one setting in an arena; what is the same for all of them is done once."""

    def __init__(self, arena: Arena, setting: Setting) -> None:
        self._arena = arena
        self._setting = setting
        self._verdicts: dict[bytes, list[str]] = {}
        self._start, self._ids, self._stage = self._prepare()
        self._calls, self._commits = self._play(None), arena.switch.commits
        self._settle()
        self._calm = self._calendars()

    def cases(self) -> Iterator[Case]:
        """All of them, in an order that never changes."""
        for at, call in enumerate(self._calls):
            for trouble in TROUBLES:
                if trouble.apt(call):
                    yield Case(self._setting, at, trouble, call=call.name)
        for at in range(self._commits):
            for stage in ("before", "after"):
                yield Case(self._setting, at, None, stage)

    def run(self, case: Case) -> list[str]:
        """What is wrong afterwards; empty when all is well."""
        self._play(case)
        leaked = self._leaks()
        state = self._state()
        if state not in self._verdicts:
            self._verdicts[state] = self._recovered()
        return leaked + self._verdicts[state]

    def _prepare(self) -> tuple[Snapshot, Ids, Stage]:
        """The world as it is before anybody acts."""
        scenario, first = self._setting.scenario, MANNERS[self._setting.first]
        world = self._arena.restore(self._arena.empty)
        world.cloud.page_size = 3
        home = world.calendar("alice@home.example", first)
        work = world.calendar("alice@work.example", MANNERS[self._setting.second])
        stage = Stage(world, home, work, first)
        ids = scenario.furnish(stage)
        if scenario.paired:
            stage.pair(*scenario.paired)
            world.sync()
        if scenario.ready:
            scenario.ready(stage, ids)
            world.sync()
        return self._arena.save(), ids, stage

    def _play(self, case: Case | None) -> list[Call]:
        """Everybody acts undisturbed, then everybody syncs while the case strikes; returns the calls of the syncing."""
        arena = self._arena
        world = arena.restore(self._start)
        self._setting.scenario.act(replace(self._stage, world=world), self._ids)
        world.ring()
        world.forget_calls()
        arena.switch.commits = 0
        strike = self._strike(case.trouble, case.at) if case and case.trouble else None
        world.cloud.fault = self._beside(strike)
        if case and not case.trouble:
            arena.switch.kill_at = (case.at, case.stage)
        arena.work()
        arena.switch.kill_at = None
        # Whatever was to come about beside the syncing has come about by now, struck or not.
        self._setting.scenario.beside(replace(self._stage, world=world))
        return list(world.cloud.calls)

    def _beside(self, strike: Fault | None) -> Fault:
        """What happens at each call: what comes about beside the syncing, at its first write, and the strike."""
        stage = replace(self._stage, world=self._arena.world)

        def fault(call: Call, at: str) -> None:
            if call.name == "write" and at == "before":
                self._setting.scenario.beside(stage)
            if strike is not None:
                strike(call, at)

        return fault

    def _strike(self, trouble: Trouble, at: int) -> Fault:
        cloud = self._arena.world.cloud
        struck: list[Call] = []

        def fault(call: Call, stage: str) -> None:
            if stage != trouble.stage or struck or len(cloud.calls) <= at or cloud.calls[at] is not call:
                return
            struck.append(call)
            raise trouble.error() if trouble.error else self._arena.switch.kill()

        return fault

    def _recovered(self) -> list[str]:
        for _ in range(CYCLES):
            self._settle()
            wrong = [] if self._calendars() == self._calm else ["not equal"]
            wrong += unfinished()
            if not wrong:
                break
        leaked = self._leaks()
        self._arena.world.forget_calls()
        self._settle()
        return wrong + leaked + [f"wrote again: {call.name}" for call in self._arena.world.writes()]

    def _settle(self) -> None:
        self._arena.recover()
        self._arena.sync()

    def _state(self) -> bytes:
        """The same for worlds that cannot differ any more: what happens next depends on nothing else."""
        cloud, found = self._arena.world.cloud, self._arena.save()
        outside = repr((found.now, cloud.count, sorted(cloud.signed_out), cloud.watches, cloud.shelves))
        return hashlib.sha256(found.rows + outside.encode()).digest()

    def _calendars(self) -> Calendars:
        cloud = self._arena.world.cloud
        return [sorted((told(event) for event in shelf.events.values()), key=repr) for shelf in cloud.shelves.values()]

    def _leaks(self) -> list[str]:
        """Details written where they are hidden: seen at the write, for the end may look well."""
        if not self._setting.scenario.hides:
            return []
        calls = [call for call in self._arena.world.cloud.calls if call.name in ITEMS - {"remove"}]
        said = [c.subject.content for c in calls if c.calendar_id == self._stage.work.remote_id and c.subject.mark]
        return [
            "leaked" for content in said if (content.title, content.description, content.location) != ("Busy", "", "")
        ]


def told(event: Event) -> tuple[object, ...]:
    """What must be the same in every run: all but ids, versions and times of change."""
    return (bool(event.mark), event.content, bool(event.series_id), event.cancelled, event.answer, event.attendees)


def unfinished() -> list[str]:
    """Links that still wait for something, other than their day or for somebody who stopped the pair."""
    open_ = Link.objects.filter(Q(due_at__isnull=False) | Q(state__in=[Link.State.INTENT, Link.State.HELD]))
    open_ = open_.filter(flow__pair__paused_at=None)
    broken = Run.objects.filter(trouble__startswith="internal error")
    return [
        *(f"unfinished: {link.state} {link.reason}" for link in open_ if link.reason != "outside_window"),
        *(run.trouble for run in broken),
    ]
