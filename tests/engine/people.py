"""What the people of a history do in their calendars, chosen by a seeded chance and noted in the book."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from sync.core.event import AllDay, Answer, Attendee, Content, Event, Kind, Sensitivity, ShowAs, Timed, When
from sync.core.window import window_at
from sync.models import Calendar, FlowSettings, Link
from tests.engine.book import Book, Origin
from tests.engine.ways import UNWRITABLE, excluded
from tests.engine.world import World

EDITABLE = ("title", "description", "location", "when", "show_as")
KEEP_OUT = FlowSettings().keep_out
GUEST = Attendee(address="bob@other.example", name="Bob")
T = TypeVar("T")


class Nothing(Exception):
    """There is nothing that this could be done to."""


class People:
    """`rows`: every calendar as each of its people sees it."""

    # What they do, and how often one does this before that.
    VERBS: ClassVar = {
        "create": 5, "create_series": 0.8, "edit": 5, "edit_series": 0.7, "edit_copy": 4, "delete": 1.5, "delete_series": 0.5,
        "delete_copy": 1.5, "invite": 0.5, "answer": 0.5, "cancel": 1.4, "clear_out": 0.25,
    }  # fmt: skip

    def __init__(self, world: World, book: Book, rows: Sequence[Calendar], chance: random.Random) -> None:
        self.world = world
        self.book = book
        self.calendars = list(dict.fromkeys(row.remote_id for row in rows))
        self.chance = chance
        self.secrets = 0

    def create(self) -> None:
        facts: dict[str, Any] = {}
        here = self.chance.choice(self.calendars)
        if self.chance.random() < 0.2:
            facts["attendees"] = self._guests(here)
            facts["answer"] = self.chance.choice(list(Answer))
        if self.chance.random() < 0.16:
            facts["kind"] = self.chance.choice(list(Kind))
        secret = self.secret()
        place = self.chance.random()
        if place < 0.06:
            secret += f" {UNWRITABLE}" if place < 0.03 else f" {KEEP_OUT}"
        self.book.made(here, self.world.cloud.create(here, self._content(secret), **facts))

    def create_series(self) -> None:
        here = self.chance.choice(self.calendars)
        content = self._content(self.secret())
        start = self.world.now.replace(microsecond=0) + timedelta(hours=self.chance.randint(1, 300))
        whens = [
            Timed(at, at + timedelta(hours=1), "Europe/Tallinn") for n in range(3) for at in [start + n * timedelta(7)]
        ]
        _, ids = self.world.cloud.series(here, content, whens)
        for id in ids:
            self.book.made(here, id)

    def edit(self) -> None:
        origin, event = self.origin()
        self.change(origin, self._changes(event.content))

    def edit_series(self) -> None:
        """The whole of it: a provider reports every instance as changed, or the series."""
        origin, _ = self.origin(lambda event: bool(event.series_id))
        word = self.secret()
        changes: dict[str, object] = {"title": f"title of {word}", "location": f"location of {word}"}
        for other in self._series_of(origin):
            self.change(other, changes)

    def change(self, origin: Origin, changes: dict[str, object]) -> None:
        before = self.book.event(origin)
        self.world.cloud.edit(origin.calendar, origin.id, **changes)
        origin.said |= changes
        origin.edited |= set(changes)
        after = self.book.event(origin)
        # What comes to be left out loses its copy, and with it what was done there.
        if (
            before
            and after
            and any(excluded(before, way) or excluded(after, way) for way in self.book.ways_from(origin))
        ):
            origin.doubtful = True
        self._unsure_of_place(origin)

    def edit_copy(self) -> None:
        self.change_copy(*self._copy())

    def change_copy(self, here: str, copy: Event) -> None:
        origin = self.book.origin_of(copy)
        changes = self._changes(copy.content)
        self.world.cloud.edit(here, copy.id, **changes)
        event = self.book.event(origin) if origin else None
        if origin is None or event is None:
            return
        # A copy whose create was never answered has no history yet: the origin decides.
        lost = Link.objects.filter(origin_id=origin.id, state=Link.State.INTENT, copy_prints="")
        origin.doubtful |= lost.exists() or self.book.domains.restless
        ways = self.book.ways_of(self.book.read(copy))
        for name, value in changes.items():
            if any(way.may_travel(name, event) for way in ways) and not event.has_guests:
                origin.tell(name, here, value, stands=getattr(event.content, name))
            else:
                origin.stray.setdefault(name, []).append(value)
        self._unsure_of_place(origin)

    def delete(self) -> None:
        origin, _ = self.origin()
        self._delete(origin.calendar, [origin.id])

    def delete_series(self) -> None:
        """A person deletes a series as one thing."""
        origin, event = self.origin(lambda event: bool(event.series_id))
        self._delete(origin.calendar, [event.series_id])

    def clear_out(self) -> None:
        """Nearly everything of a calendar goes at once: what the brake is for."""
        origin, _ = self.origin()
        own = [other.id for other, _ in self.book.live() if other.calendar == origin.calendar]
        self._delete(origin.calendar, own[self.chance.randint(0, 1) :])

    def _delete(self, here: str, ids: Sequence[str]) -> None:
        for id in ids:
            self.world.cloud.delete(here, id)
        for other in self.book.origins.values():
            other.deleted |= other.calendar == here and self.book.event(other) is None and not other.may_go

    def delete_copy(self) -> None:
        here, copy = self._copy()
        self.world.cloud.delete(here, copy.id)
        if origin := self.book.origin_of(copy):
            origin.may_go = origin.doubtful = True
            origin.away.add(here)

    def invite(self) -> None:
        """Guests are added to an event, or taken off it."""
        origin, event = self.origin()
        guests = () if event.has_guests else self._guests(origin.calendar)
        self.world.cloud.edit(origin.calendar, origin.id, attendees=guests, answer=Answer.NONE)
        origin.doubtful = True

    def answer(self) -> None:
        origin, _ = self.origin(lambda event: event.has_guests)
        self.world.cloud.edit(origin.calendar, origin.id, answer=self.chance.choice(list(Answer)))
        origin.doubtful = True

    def cancel(self) -> None:
        """A meeting is called off, or is on again."""
        origin, event = self.origin()
        self.world.cloud.edit(origin.calendar, origin.id, cancelled=not event.cancelled)
        origin.doubtful = True

    # How they choose.

    def origin(self, fits: Callable[[Event], bool] = lambda event: True) -> tuple[Origin, Event]:
        """Any of them, or one of the latest: what is on its way is touched again."""
        found = [(origin, event) for origin, event in self.book.live() if fits(event)]
        if self.chance.random() < 0.5:
            found = found[-3:]
        return self._one(found)

    def _series_of(self, origin: Origin) -> list[Origin]:
        event = self.book.event(origin)
        return [
            o for o, e in self.book.live() if event and (o.calendar, e.series_id) == (origin.calendar, event.series_id)
        ]

    def _copy(self) -> tuple[str, Event]:
        return self._one([(here, copy) for here in self.calendars for copy in self.world.cloud.copies(here)])

    def _one(self, found: Sequence[T]) -> T:
        if not found:
            raise Nothing
        return self.chance.choice(found)

    def secret(self) -> str:
        self.secrets += 1
        return f"secret{self.secrets}"

    def _guests(self, here: str) -> tuple[Attendee, ...]:
        shelves = self.world.cloud.shelves
        owner = Attendee(address=shelves[here].owner, is_self=True)
        if self.chance.random() < 0.15:
            other = shelves[self.chance.choice(self.calendars)].owner
            return (owner, Attendee(address=other, is_self=other == owner.address), GUEST)
        return (owner, GUEST)

    def _content(self, secret: str) -> Content:
        return Content(
            title=f"Title of {secret}",
            when=self._when(),
            description=f"Notes of {secret}" if self.chance.random() < 0.7 else "",
            location=f"Place of {secret}" if self.chance.random() < 0.5 else "",
            show_as=self.chance.choice([ShowAs.BUSY, ShowAs.BUSY, ShowAs.FREE, ShowAs.TENTATIVE]),
            sensitivity=self.chance.choice([Sensitivity.NORMAL, Sensitivity.NORMAL, Sensitivity.PRIVATE]),
        )

    def _changes(self, content: Content) -> dict[str, object]:
        """One to three fields, each with a value that nothing had before."""
        names = self.chance.sample(EDITABLE, self.chance.choice([1, 1, 2, 3]))
        word = self.secret()
        values: dict[str, object] = {name: f"{name} of {word}" for name in names}
        if "when" in names:
            values["when"] = self._when()
        if "show_as" in names:
            values["show_as"] = self.chance.choice([ShowAs.BUSY, ShowAs.FREE, ShowAs.TENTATIVE])
        return {name: value for name, value in values.items() if value != getattr(content, name)}

    def _when(self) -> When:
        """Mostly soon; sometimes whole days, sometimes near an edge of the window, sometimes far outside."""
        now = self.world.now
        at = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=self.chance.randint(-48, 2000))
        place = self.chance.random()
        window = window_at(now)
        if place < 0.12:
            edge = self.chance.choice([window.start, window.end])
            at = datetime.combine(edge, at.timetz()) + timedelta(days=self.chance.randint(-3, 3))
        elif place < 0.2:
            at = now.replace(microsecond=0) + timedelta(days=self.chance.choice([-400, 400, 420, 500]))
        if self.chance.random() < 0.2:
            return AllDay(at.date(), at.date() + timedelta(days=self.chance.randint(1, 3)))
        return Timed(at, at + timedelta(minutes=self.chance.choice([15, 60, 60 * 26])), "Europe/Tallinn")

    def _unsure_of_place(self, origin: Origin) -> None:
        """Outside the window changes are noticed when they are, and a copy may or may not be there."""
        window = window_at(self.world.now)
        event = self.book.event(origin)
        if event and not window.holds(event.content.when):
            origin.doubtful = True
        if any(not window.holds(way) for way in origin.copied.get("when", {}).values()):  # type: ignore[arg-type]
            origin.doubtful = True
