"""Many worlds, one after another, fast: the real engine and the real ORM over a database in memory that is put back in an instant.

A process can be killed here: what it would still have written in `finally` clauses is refused, as after `kill -9`.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import time_machine
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from accounts.models import Connection, User
from hetk.settings import SQLITE
from policy import keeper
from policy.record import Record
from policy.standing import Answer
from sync import calendars
from sync.models import Brake
from sync.pairs import decide
from sync.providers.memory import MemoryCloud, use
from sync.store import seats
from tests.engine.quick import quickly
from tests.engine.world import World

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# Longer than any lease, seat and pause.
LONG_ENOUGH = timedelta(minutes=25)
CHANGES = ("INSERT", "UPDATE", "DELETE")
# What a process has furnished once: an empty database with all tables and two people in it. Migrations take seconds.
_furnished: list[bytes] = []


class Killed(BaseException):
    """The process ends here."""


class Switch:
    """Stands at the database: counts commits, kills at one of them, and refuses everything once the process is dead."""

    def __init__(self) -> None:
        self.dead = False
        self.commits = 0
        self.kill_at: tuple[int, str] | None = None

    def kill(self) -> Killed:
        self.dead = True
        return Killed()

    def reset(self) -> None:
        self.dead, self.commits, self.kill_at = False, 0, None

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.dead:
            raise Killed
        alone = sql.startswith(CHANGES) and not context["connection"].in_atomic_block
        if alone:
            self.strike("before")
        answer = execute(sql, params, many, context)
        if alone:
            self.strike("after")
        return answer

    def strike(self, stage: str) -> None:
        if self.kill_at == (self.commits, stage):
            raise self.kill()
        self.commits += stage == "after"


@dataclass(frozen=True, slots=True)
class Snapshot:
    rows: bytes
    cloud: MemoryCloud
    now: datetime
    records: dict[str, Record | None]


class Arena:
    """`world` is the present one; `save` and `restore` take it back to an earlier moment, ids and all."""

    def __init__(self, database: BaseDatabaseWrapper, traveller: time_machine.Traveller) -> None:
        self.database = database
        self.traveller = traveller
        self.switch = Switch()
        self._stand_at_commits()
        if not _furnished:
            _furnished.append(self._furnish())
        self.put_back(_furnished[0])
        self.user, self.other = User.objects.order_by("pk")
        self.world = World(traveller, self.user)
        self.empty = self.save()

    def _furnish(self) -> bytes:
        call_command("migrate", verbosity=0)
        for name in ("alice", "bob"):
            User.objects.create(email=f"{name}@hetk.example", password="!")
        return self.take()

    def _stand_at_commits(self) -> None:
        commit = self.database.commit

        def watched() -> None:
            if self.switch.kill_at == (self.switch.commits, "before"):
                # A transaction that was not committed is as if it had never been.
                self.database.rollback()
            self.switch.strike("before")
            commit()
            self.switch.strike("after")

        self.database.commit = watched  # type: ignore[method-assign]
        self.database.execute_wrappers.append(self.switch.statement)

    def save(self) -> Snapshot:
        records = dict(self.world.records)
        return Snapshot(self.database.connection.serialize(), copied(self.world.cloud), self.world.now, records)

    def restore(self, snapshot: Snapshot) -> World:
        self.revive()
        self.database.connection.deserialize(snapshot.rows)
        self.traveller.move_to(snapshot.now, tick=False)
        self.world = World(self.traveller, self.user)
        self.world.cloud = use(copied(snapshot.cloud))
        self.world.cloud.clock = lambda: self.world.now
        self.world.records = dict(snapshot.records)
        return self.world

    def ask(self, domain: str) -> list[Answer]:
        """What its DNS says of a domain; that it publishes nothing where nobody said otherwise."""
        return [Answer(self.world.records.get(domain, Record()))] * 2

    def take(self) -> bytes:
        """A backup of the database."""
        return bytes(self.database.connection.serialize())

    def put_back(self, rows: bytes) -> None:
        """The database as it was then; the calendars and the time stay as they are."""
        self.database.connection.deserialize(rows)

    def revive(self) -> None:
        """A new process on the same database."""
        self.switch.reset()
        database = self.database
        if database.in_atomic_block or database.connection.in_transaction:
            database.connection.rollback()
        database.in_atomic_block, database.needs_rollback, database.savepoint_ids = False, False, []
        database.atomic_blocks = []
        database.autocommit = True

    def sync(self) -> bool:
        """Everybody looks now. False: the process was killed."""
        self.world.ring()
        return self.work()

    def work(self) -> bool:
        """Whatever is due is done. False: the process was killed."""
        try:
            self.world.work()
        except Killed:
            self.revive()
            return False
        return True

    def recover(self) -> None:
        """Whatever is wrong outside is mended, and time passes until every lease, seat and pause is over."""
        self.world.cloud.fault = None
        self.mend()
        self.rest()

    def mend(self) -> None:
        """People sign in again, calendars come back, and every question of the brake is answered with yes."""
        world = self.world
        for connection in Connection.objects.exclude(halted_at=None):
            world.sign_in(connection)
        for connection in Connection.objects.filter(calendars__lost_at__isnull=False).distinct():
            calendars.refresh(connection)
            world.ring()
        for brake in Brake.objects.filter(decided_at=None):
            decide(brake=brake, decision=Brake.Decision.RELEASE, by=self.user)

    def rest(self) -> None:
        self.world.wait(seconds=LONG_ENOUGH.total_seconds())


class Slept:
    """The clock for whoever waits for a seat: waiting moves the world's time."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def monotonic(self) -> float:
        return datetime.now(UTC).timestamp()

    def sleep(self, seconds: float) -> None:
        self._traveller.shift(timedelta(seconds=seconds))


@contextmanager
def arena() -> Iterator[Arena]:
    """A database of its own in memory, with one connection, in the place of the usual one."""
    facts = {**connections.settings["default"], **SQLITE, "NAME": ":memory:"}
    usual, memory = connections["default"], load_backend(facts["ENGINE"]).DatabaseWrapper(facts, "default")
    logging.disable(logging.CRITICAL)
    connections["default"] = memory
    # No domain publishes anything here.
    keeper.use(lambda domain: [Answer(Record())])
    try:
        with (
            quickly(memory),
            time_machine.travel(START, tick=False) as traveller,
            patch.object(seats, "time", Slept(traveller)),
        ):
            memory.ensure_connection()
            made = Arena(memory, traveller)
            keeper.use(made.ask)
            yield made
    finally:
        keeper.use(keeper.ask_resolvers)
        connections["default"] = usual
        memory.connection.close()
        logging.disable(logging.NOTSET)


def copied(cloud: MemoryCloud) -> MemoryCloud:
    """The same calendars once more; events are values and may be shared."""
    other = MemoryCloud(cloud.clock, page_size=cloud.page_size)
    other.manners = dict(cloud.manners)
    other.signed_out = set(cloud.signed_out)
    other.count = cloud.count
    other.watches = {id: replace(watch) for id, watch in cloud.watches.items()}
    other.shelves = {
        id: replace(
            shelf,
            events=dict(shelf.events),
            touched=dict(shelf.touched),
            born=dict(shelf.born),
            series_of=dict(shelf.series_of),
            keys=set(shelf.keys),
            shared=set(shelf.shared),
        )
        for id, shelf in cloud.shelves.items()
    }
    return other
