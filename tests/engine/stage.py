"""The stage of the sweep: calendars of one person (and of a neighbour), furnished with events that have names."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts.models import User
from sync import pairs
from sync.core.event import AllDay, Attendee, Content, Event, Timed
from sync.models import Calendar, FlowSettings, Pair
from sync.providers.memory import Manner, use
from tests.engine.arena import START
from tests.engine.world import OPEN, World

Ids = dict[str, str]


@dataclass
class Stage:
    """Two calendars, and names for what is there. `manner`: that of the first, for whoever opens another.

    backup: rows as they were, for whoever makes one.
    """

    world: World
    home: Calendar
    work: Calendar
    manner: Manner
    backup: bytes = b""

    def add(self, calendar: Calendar, title: str, hours: float, **facts: Any) -> str:
        return self.world.cloud.create(calendar.remote_id, content(title, hours), **facts)

    def pair(self, out: FlowSettings = OPEN, back: FlowSettings | None = None) -> Pair:
        return pairs.create(user=self.world.user, first=self.home, second=self.work, out=out, back=back)

    def copy_of(self, named: str) -> Event:
        return next(event for event in self.world.copies(self.work) if event.content.title == named)

    def copy_at(self, event_id: str) -> Event:
        """The copy at work of an event at home whose title is hidden."""
        when = self.world.cloud.shelves[self.home.remote_id].events[event_id].content.when
        return next(event for event in self.world.copies(self.work) if event.content.when == when)

    def edit(self, event_id: str, **changes: Any) -> None:
        self.world.wait(seconds=5)
        self.world.cloud.edit(self.home.remote_id, event_id, **changes)

    def edit_copy(self, named: str, **changes: Any) -> None:
        self.world.wait(seconds=5)
        self.world.cloud.edit(self.work.remote_id, self.copy_of(named).id, **changes)

    def delete(self, event_id: str) -> None:
        self.world.cloud.delete(self.home.remote_id, event_id)

    def delete_copy(self, named: str) -> None:
        self.world.cloud.delete(self.work.remote_id, self.copy_of(named).id)

    def empty_home(self) -> None:
        for event in self.world.events(self.home):
            self.delete(event.id)

    def third(self) -> Calendar:
        """One more calendar of the same person."""
        return self._other("alice@third.example") or self.world.calendar("alice@third.example", self.manner)

    def neighbour(self) -> tuple[User, Calendar, Calendar]:
        """Somebody else: who, a calendar of theirs, and the first person's work as they see it."""
        if mine := self._other("bob@home.example"):
            shared = Calendar.objects.get(connection=mine.connection, remote_id=self.work.remote_id)
            return mine.connection.user, mine, shared
        user, _ = User.objects.get_or_create(email="bob@hetk.example", defaults={"password": "!"})
        other = World(self.world.traveller, user)
        other.cloud = use(self.world.cloud)
        other.cloud.account("bob@home.example", self.manner)
        other.cloud.share(self.work.remote_id, "bob@home.example")
        other.calendar("bob@home.example", self.manner)
        return self.neighbour()

    def _other(self, address: str) -> Calendar | None:
        found = Calendar.objects.filter(connection__address=address, owner=address)
        return found.select_related("connection__user").first()


def content(title: str, hours: float) -> Content:
    start = START + timedelta(hours=hours)
    when = Timed(start, start + timedelta(hours=1), "Europe/Tallinn")
    return Content(title=title, when=when, description=f"notes of {title}", location="Kitchen")


def weekly(hours: float) -> list[Timed]:
    """The times of a series of three."""
    starts = [START + timedelta(hours=hours, weeks=week) for week in range(3)]
    return [Timed(start, start + timedelta(hours=1), "Europe/Tallinn") for start in starts]


def guests(address: str = "alice@home.example") -> tuple[Attendee, ...]:
    return (Attendee(address=address, is_self=True), Attendee(address="bob@other.example", name="Bob"))


def sparsely(stage: Stage) -> Ids:
    """Three events at home."""
    return {title: stage.add(stage.home, title, 24 + n) for n, title in enumerate(("One", "Two", "Three"))}


def furnish(stage: Stage) -> Ids:
    """Five events at home, one of them a meeting, one a whole day; a series of three; one event of its own at work."""
    ids = sparsely(stage)
    ids["Meeting"] = stage.add(stage.home, "Meeting", 50, attendees=guests(), organizer="alice@home.example")
    day = START.date() + timedelta(days=4)
    whole = Content(title="Day", when=AllDay(day, day + timedelta(days=1)))
    ids["Day"] = stage.world.cloud.create(stage.home.remote_id, whole)
    ids["master"], members = stage.world.cloud.series(stage.home.remote_id, content("Weekly", 72), weekly(72))
    ids |= {f"Weekly {n}": member for n, member in enumerate(members)}
    ids["Own"] = stage.add(stage.work, "Own", 30)
    return ids
