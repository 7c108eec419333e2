"""A small world for the engine: accounts and calendars in memory, the real database, the real engine, a clock by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from accounts import vault
from accounts.models import Connection, User
from policy.record import Record
from sync import calendars, pairs
from sync.core.event import AllDay, Content, Event, Timed
from sync.engine.pool import drain
from sync.models import Calendar, Flow, FlowSettings, Link, Pair
from sync.providers.memory import LIKE_GOOGLE, Call, Manner, MemoryCloud, use
from sync.store import due
from tests import canaries
from tests.factories import make_user

OPEN = FlowSettings(private=False)
PRIVATE = FlowSettings(private=True)
WRITES = {"insert", "update", "remove"}


@dataclass
class World:
    """`cloud` is the outside; time stands still and moves only by `wait`."""

    traveller: time_machine.Traveller
    person: User | None = None
    # What domains publish, where somebody asks; None: nobody answers.
    records: dict[str, Record | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cloud = use(MemoryCloud(lambda: self.now))
        self.user = self.person or make_user("alice")

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def calendar(self, address: str, manner: Manner = LIKE_GOOGLE, *, name: str = "Calendar") -> Calendar:
        """A connected account with one more calendar."""
        self.cloud.account(address, manner)
        remote = self.cloud.calendar(address, name)
        connection = Connection.objects.filter(address=address).first() or self._connect(address)
        calendars.refresh(connection)
        return Calendar.objects.get(connection=connection, remote_id=remote)

    def _connect(self, address: str) -> Connection:
        connection = Connection.objects.create(
            user=self.user, kind="memory", issuer="memory", subject=address, address=address
        )
        self.sign_in(connection)
        return connection

    def sign_in(self, connection: Connection) -> None:
        """As after a consent: the connection works (again)."""
        self.cloud.signed_out.discard(connection.address)
        connection.refresh_from_db()
        connection.access = vault.seal("token", bound_to=f"connection:{connection.public_id}:access")
        connection.access_expires_at = self.now + timedelta(days=3650)
        connection.halted_at, connection.halt_cause = None, ""
        connection.save()
        pairs.ring_connection(connection)

    def pair(
        self, first: Calendar, second: Calendar, out: FlowSettings = OPEN, back: FlowSettings | None = None
    ) -> Pair:
        """A pair, synced for the first time."""
        pair = pairs.create(user=self.user, first=first, second=second, out=out, back=back)
        self.sync()
        return pair

    def event(self, calendar: Calendar, title: str = "Lunch", *, hours: float = 24, **facts: Any) -> str:
        return self.cloud.create(calendar.remote_id, self.content(title, hours=hours), **facts)

    def content(self, title: str = "Lunch", *, hours: float = 24, **said: Any) -> Content:
        start = (self.now + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        when = Timed(start, start + timedelta(hours=1), "Europe/Tallinn")
        canaries.content(title)
        return Content(title=title, when=when, description="with notes", location="Kitchen", **said)

    def whole_day(self, calendar: Calendar, title: str = "Holiday", *, days: int = 3) -> str:
        day = self.now.date() + timedelta(days=days)
        return self.cloud.create(calendar.remote_id, Content(title=title, when=AllDay(day, day + timedelta(days=1))))

    def ring(self, *calendars: Calendar) -> None:
        due.ring([c.pk for c in calendars] or list(Calendar.objects.values_list("pk", flat=True)), at=self.now)

    def sync(self) -> int:
        """Everybody looks now, until nothing is left to do. Returns the cycles that ran."""
        self.ring()
        return self.work()

    def work(self) -> int:
        """Whatever is due is done, until nothing is left to do. Returns the cycles that ran."""
        return drain(clock=lambda: self.now, sleep=lambda seconds: self.wait(seconds=seconds))

    def wait(self, **span: float) -> None:
        self.traveller.shift(timedelta(**span))

    def settle(self, seconds: float = 3600) -> None:
        """Time passes until every pause is over."""
        self.wait(seconds=seconds)
        self.sync()

    def events(self, calendar: Calendar) -> list[Event]:
        return self.cloud.events(calendar.remote_id)

    def titles(self, calendar: Calendar) -> list[str]:
        return sorted(event.content.title for event in self.events(calendar))

    def copies(self, calendar: Calendar) -> list[Event]:
        return self.cloud.copies(calendar.remote_id)

    def writes(self) -> list[Call]:
        return [call for call in self.cloud.calls if call.name in WRITES]

    def requests(self) -> int:
        return sum(call.requests for call in self.cloud.calls)

    def forget_calls(self) -> None:
        self.cloud.calls.clear()

    def link(self, flow: Flow | None = None) -> Link:
        return Link.objects.get(**({"flow": flow} if flow else {}))
