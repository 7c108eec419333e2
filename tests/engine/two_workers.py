"""Two workers and a person on one pair, of whom one moves at a time: at every statement and every call a seeded chance says who.

The database is a real one with real locks; who waits for a lock of another is passed over until that one has moved on.
"""

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection

from sync import pairs
from sync.engine.cycle import Cycle
from sync.models import Brake, Calendar, Link, Pair, Run
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Call
from sync.store import due
from tests.engine.world import OPEN, PRIVATE, World

# How long somebody may be under way to the next statement before he is taken to wait for a lock.
MOMENT = 0.1
LONGEST_WAIT = 30.0
LONG_ENOUGH = timedelta(minutes=25)
ENDS = 60.0


class Stuck(AssertionError):
    """Everybody waits for everybody else."""


class Director:
    """Hands the turn to one thread after another. `troubles`: what the database refused, by type."""

    def __init__(self, chance: random.Random, tick: Callable[[], None]) -> None:
        self.chance = chance
        self.troubles: list[str] = []
        self.turns = 0
        self._go: dict[str, threading.Semaphore] = {}
        self._arrived: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._names = threading.local()
        self._over = False
        self._tick = tick

    @property
    def over(self) -> bool:
        return self._over

    def enter(self, name: str, act: Callable[[], None]) -> None:
        self._go[name], self._arrived[name] = threading.Semaphore(0), threading.Event()

        def run() -> None:
            self._names.name = name
            try:
                with connection.execute_wrapper(self._statement):
                    self.turn()
                    act()
            except Exception as error:
                self.troubles.append(f"{name}: {type(error).__name__}: {error}")
            finally:
                self._arrived[name].set()
                connection.close()

        self._threads[name] = threading.Thread(target=run, name=name, daemon=True)
        self._threads[name].start()

    def turn(self) -> None:
        """Called by whoever is on the stage: waits until it is told to go on."""
        name = getattr(self._names, "name", None)
        if name is None or self._over:
            return
        self._arrived[name].set()
        self._go[name].acquire()

    def direct(self, turns: int) -> None:
        """So many turns; then everybody goes on by himself to the end. Raises Stuck."""
        moved = time.monotonic()
        while self.turns < turns and any(thread.is_alive() for thread in self._threads.values()):
            free = [
                name for name, thread in self._threads.items() if thread.is_alive() and self._arrived[name].is_set()
            ]
            if free:
                self._give(self.chance.choice(free))
                moved = time.monotonic()
            elif time.monotonic() - moved > LONGEST_WAIT:
                raise Stuck(f"nobody has moved for {LONGEST_WAIT:.0f} s")
            else:
                time.sleep(0.005)
        self._over = True
        for go in self._go.values():
            go.release()
        for thread in self._threads.values():
            thread.join(ENDS)
        if any(thread.is_alive() for thread in self._threads.values()):
            raise Stuck("somebody did not come to an end")

    def _give(self, name: str) -> None:
        self.turns += 1
        # No two things happen at the same moment.
        self._tick()
        self._arrived[name].clear()
        self._go[name].release()
        self._arrived[name].wait(MOMENT)

    def _statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.turn()
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            self.troubles.append(f"{type(error.__cause__).__name__}: {error}")
            raise


class Play:
    """One seed: a world with a pair, two workers, a person with a list of things to do, and what must be true at the end."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.director = Director(self.chance, lambda: world.wait(milliseconds=1))
        manners = [self.chance.choice([LIKE_GOOGLE, LIKE_MICROSOFT]) for _ in range(2)]
        self.sides = [
            world.calendar(f"alice@{name}.example", manner) for name, manner in zip("ab", manners, strict=True)
        ]
        self.two_way = self.chance.random() < 0.6
        self.private = self.chance.random() < 0.3
        self.deleted: set[str] = set()
        self.titles: dict[str, set[str]] = {}
        self.number = 0
        for hours in range(20, 30):
            self._create(self.sides[0], hours)
        self.pair = pairs.create(user=world.user, first=self.sides[0], second=self.sides[1], **self._settings())
        if self.chance.random() < 0.6:
            world.sync()
            world.wait(seconds=30)

    def run(self, turns: int) -> None:
        self.world.cloud.fault = self._call
        self.world.ring()
        for name in ("first worker", "second worker"):
            self.director.enter(name, self._work)
        self.director.enter("the person", self._live)
        try:
            self.director.direct(turns)
        finally:
            self.world.cloud.fault = None
        self._recover()

    def violations(self) -> list[str]:
        """What is not as it must be; [] when all is well."""
        found = list(self.director.troubles)
        found += [f"run: {run.trouble}" for run in Run.objects.filter(trouble__startswith="internal")]
        found += [f"link {link.pk} is {link.state}" for link in Link.objects.filter(state__in=["intent", "parked"])]
        for side in self.sides:
            marks = [copy.mark for copy in self.world.copies(side)]
            found += [f"doubled in {side.remote_id}"] * (len(marks) - len(set(marks)))
            if self.private:
                found += [
                    f"leaked: {copy.content.title}" for copy in self.world.copies(side) if copy.content.title != "Busy"
                ]
        alive = {event.id: event for side in self.sides for event in self.world.events(side)}
        found += [f"lost: {id}" for id in self.titles if id not in alive and id not in self.deleted]
        for link in Link.objects.filter(state="live"):
            origin, copy = alive.get(link.origin_id), alive.get(link.copy_id)
            if origin is None or copy is None:
                found.append(f"link {link.pk} ties what is not there")
            elif not self.private and origin.content.title != copy.content.title:
                found.append(f"differ: {origin.content.title} / {copy.content.title}")
            elif origin.content.title not in self.titles[origin.id]:
                found.append(f"{origin.id} says {origin.content.title}, which nobody wrote last")
        wanted = [e for e in self.world.events(self.sides[0]) if not e.mark and e.id not in self.deleted]
        linked = set(Link.objects.filter(state="live").values_list("origin_id", flat=True))
        found += [f"not copied: {event.id}" for event in wanted if event.id not in linked]
        return [*found, *self._restless()]

    def _restless(self) -> list[str]:
        """Everything read and planned once more: nothing is left to write."""
        self.world.forget_calls()
        pairs.edit(pair=Pair.objects.get(), **self._settings())
        self.world.settle()
        return [f"wrote in peace: {call.name} {call.subject}" for call in self.world.writes()]

    def _recover(self) -> None:
        """What a lease or a pause keeps back comes; the person answers every question with yes."""
        for _ in range(4):
            pairs.resume(pair=self.pair)
            for brake in Brake.objects.filter(decided_at=None):
                pairs.decide(brake=brake, decision=Brake.Decision.RELEASE, by=self.world.user)
            self.world.wait(seconds=LONG_ENOUGH.total_seconds())
            self.world.sync()

    def _call(self, _call: Call, _stage: str) -> None:
        self.director.turn()

    # Who moves.

    def _work(self) -> None:
        while not self.director.over:
            for calendar in due.claim(1, self.world.now):
                Cycle(calendar, lambda: self.world.now, lambda: 0.5).run()

    def _live(self) -> None:
        acts = [self._create_somewhere, self._edit, self._edit, self._edit_copy, self._delete, self._delete_copy]
        acts += [self._change_settings, self._pause, self._pass_time, self._bells, self._bells]
        while not self.director.over:
            self.chance.choice(acts)()
            for _ in range(self.chance.randint(2, 25)):
                self.director.turn()

    def _settings(self) -> dict[str, Any]:
        look = PRIVATE if self.private else OPEN
        return {"out": look, "back": look if self.two_way else None}

    def _title(self) -> str:
        self.number += 1
        return f"Title {self.number}"

    def _create(self, side: Calendar, hours: float) -> None:
        title = self._title()
        self.titles[self.world.event(side, title, hours=hours)] = {title}

    def _create_somewhere(self) -> None:
        self._create(self.sides[0], self.chance.randint(30, 900))

    def _origin(self) -> str | None:
        found = [e.id for e in self.world.events(self.sides[0]) if not e.mark and e.id not in self.deleted]
        return self.chance.choice(found) if found else None

    def _edit(self) -> None:
        if id := self._origin():
            title = self._title()
            # An edit of the copy that is on its way may still win or lose: both were somebody's last word.
            self.titles[id].add(title)
            self.world.cloud.edit(self.sides[0].remote_id, id, title=title)

    def _edit_copy(self) -> None:
        if found := self._copy():
            id, origin = found
            title = self._title()
            self.titles[origin].add(title)
            self.world.cloud.edit(self.sides[1].remote_id, id, title=title)

    def _delete(self) -> None:
        if id := self._origin():
            self.deleted.add(id)
            self.world.cloud.delete(self.sides[0].remote_id, id)

    def _delete_copy(self) -> None:
        if found := self._copy():
            id, origin = found
            self.deleted.add(origin)
            self.world.cloud.delete(self.sides[1].remote_id, id)

    def _copy(self) -> tuple[str, str] | None:
        """A copy, and the origin that it stands for."""
        links = dict(Link.objects.exclude(copy_id="").values_list("copy_id", "origin_id"))
        found = [copy.id for copy in self.world.copies(self.sides[1]) if copy.id in links]
        if not found:
            return None
        id = self.chance.choice(found)
        return id, links[id]

    def _change_settings(self) -> None:
        self.private = not self.private
        pairs.edit(pair=Pair.objects.get(), **self._settings())

    def _pause(self) -> None:
        pairs.pause(pair=self.pair)
        for _ in range(self.chance.randint(1, 20)):
            self.director.turn()
        pairs.resume(pair=self.pair)

    def _pass_time(self) -> None:
        """Mostly a little; sometimes so much that the leases of those who stand still run out."""
        self.world.wait(seconds=self.chance.choice([1, 5, 30, 60, 400]))

    def _bells(self) -> None:
        due.ring([side.pk for side in self.sides], at=self.world.now)


def play(world: World, seed: int, turns: int = 400) -> list[str]:
    """The violations of one seed."""
    played = Play(world, seed)
    played.run(turns)
    return played.violations()
