"""The people of a history: what they do in their calendars and with their pairs, chosen by a seeded chance and noted in the book."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sync import pairs
from sync.core.event import AllDay, Answer, Attendee, Content, Event, Kind, Sensitivity, ShowAs, Timed, When
from sync.core.window import window_at
from sync.models import Brake, Calendar, FlowSettings, Link, Pair, ShowAsRule
from tests.engine.book import Book, Origin, Way, said
from tests.engine.world import World

EDITABLE = ("title", "description", "location", "when", "show_as")
GUEST = Attendee(address="bob@other.example", name="Bob")


class People:
    def __init__(self, world: World, book: Book, rows: list[Calendar], chance: random.Random) -> None:
        self.world = world
        self.book = book
        self.rows = {row.remote_id: row for row in rows}
        self.chance = chance
        self.secrets = 0
        self.verbs: list[tuple[Callable[[], None], float]] = [
            (self.create, 5), (self.create_series, 1), (self.edit, 5), (self.edit_copy, 4), (self.delete, 2),
            (self.delete_copy, 1.5), (self.invite, 0.5), (self.answer, 0.5), (self.cancel, 0.4), (self.set, 1.2),
            (self.pause, 0.4), (self.resume, 0.8), (self.end, 0.4), (self.pair, 0.8), (self.decide, 1),
        ]  # fmt: skip

    def act(self) -> None:
        """One thing that somebody does; never at the same second as the last."""
        self.world.wait(seconds=self.chance.randint(1, 40))
        verbs, weights = zip(*self.verbs, strict=True)
        self.chance.choices(verbs, weights)[0]()

    # In calendars.

    def create(self) -> None:
        facts: dict[str, object] = {}
        here = self.chance.choice(list(self.rows))
        if self.chance.random() < 0.2:
            facts["attendees"] = self._guests(here)
            facts["answer"] = self.chance.choice(list(Answer))
        if self.chance.random() < 0.08:
            facts["kind"] = self.chance.choice(list(Kind))
        secret = self._secret()
        self._made(here, self.world.cloud.create(here, self._content(secret), **facts))  # type: ignore[arg-type]

    def create_series(self) -> None:
        here = self.chance.choice(list(self.rows))
        content = self._content(self._secret())
        start = self.world.now.replace(microsecond=0) + timedelta(hours=self.chance.randint(1, 300))
        whens = [
            Timed(at, at + timedelta(hours=1), "Europe/Tallinn") for n in range(3) for at in [start + n * timedelta(7)]
        ]
        _, ids = self.world.cloud.series(here, content, whens)
        for id in ids:
            self._made(here, id)

    def edit(self) -> None:
        if found := self._origin():
            origin, event = found
            changes = self._changes(event.content)
            self.world.cloud.edit(origin.calendar, origin.id, **changes)
            origin.said |= changes
            origin.edited |= set(changes)
            self._unsure_of_place(origin)

    def edit_copy(self) -> None:
        if found := self._copy():
            self.change_copy(*found)

    def change_copy(self, here: str, copy: Event) -> None:
        origin = self.book.origin_of(copy)
        changes = self._changes(copy.content, secret=None if origin is None else origin.said)
        self.world.cloud.edit(here, copy.id, **changes)
        event = self.book.event(origin) if origin else None
        if origin is None or event is None:
            return
        # A copy whose create was never answered has no history yet: the origin decides.
        lost = Link.objects.filter(origin_id=origin.id, state=Link.State.INTENT, copy_prints="")
        origin.doubtful |= lost.exists()
        ways = self.book.ways_of(self.book.read(copy))
        for name, value in changes.items():
            travels = any(way.two_way and not way.ending and name not in way.masked for way in ways)
            if travels and not event.has_guests:
                origin.copied.setdefault(name, {})[here] = value
            else:
                origin.stray.setdefault(name, []).append(value)
        self._unsure_of_place(origin)

    def delete(self) -> None:
        if found := self._origin():
            origin, event = found
            # A person deletes a series as one thing.
            whole = event.series_id if event.series_id and self.chance.random() < 0.4 else origin.id
            self.world.cloud.delete(origin.calendar, whole)
            for other in self.book.origins.values():
                other.deleted |= (
                    other.calendar == origin.calendar and self.book.event(other) is None and not other.may_go
                )

    def delete_copy(self) -> None:
        if found := self._copy():
            here, copy = found
            self.world.cloud.delete(here, copy.id)
            if origin := self.book.origin_of(copy):
                origin.may_go = origin.doubtful = True
                origin.away.add(here)

    def invite(self) -> None:
        """Guests are added to an event, or taken off it."""
        if found := self._origin():
            origin, event = found
            guests = () if event.has_guests else self._guests(origin.calendar)
            self.world.cloud.edit(origin.calendar, origin.id, attendees=guests, answer=Answer.NONE)
            origin.doubtful = True

    def answer(self) -> None:
        if (found := self._origin()) and found[1].has_guests:
            origin, _ = found
            self.world.cloud.edit(origin.calendar, origin.id, answer=self.chance.choice(list(Answer)))
            origin.doubtful = True

    def cancel(self) -> None:
        if found := self._origin():
            origin, event = found
            self.world.cloud.edit(origin.calendar, origin.id, cancelled=not event.cancelled)
            origin.doubtful = True

    # With pairs.

    def pair(self) -> None:
        """Two calendars that are not in step yet are brought together."""
        first, second = self.chance.sample(list(self.rows), 2)
        together = {frozenset((way.source, way.target)) for way in self.book.ways if not way.ending}
        if frozenset((first, second)) in together:
            return
        out, back = self._settings(), self._settings() if self.chance.random() < 0.65 else None
        rows = {name: self.rows[id] for name, id in (("first", first), ("second", second))}
        try:
            made = pairs.create(user=self.world.user, **rows, out=out, back=back)
        except pairs.NotPossible:
            # The copies of an earlier pair are still being removed.
            return
        self._note(made.pk, first, second, out, back)
        self.book.shaken(made.pk)

    def set(self) -> None:
        if pair := self._pair():
            out, back = self._settings(), self._settings() if self.chance.random() < 0.65 else None
            pairs.edit(pair=pair, out=out, back=back)
            self.book.shaken(pair.pk)
            self._note(pair.pk, pair.first.remote_id, pair.second.remote_id, out, back)

    def pause(self) -> None:
        if pair := self._pair():
            pairs.pause(pair=pair)
            self._mark(pair.pk, paused=True)

    def resume(self) -> None:
        if pair := self._pair():
            self.resume_pair(pair.pk)

    def resume_pair(self, number: int) -> None:
        for pair in Pair.objects.filter(pk=number):
            pairs.resume(pair=pair)
        self._mark(number, paused=False)

    def end(self) -> None:
        if pair := self._pair():
            remove = self.chance.random() < 0.6
            self.book.shaken(pair.pk)
            number = pair.pk
            pairs.end(pair=pair, remove_copies=remove)
            if remove:
                self._mark(number, ending=True)
            else:
                self.book.left |= {(way.source, way.target) for way in self.book.ways if way.pair == number}
                self.book.ways = [way for way in self.book.ways if way.pair != number]

    def decide(self) -> None:
        for brake in Brake.objects.filter(decided_at=None):
            pairs.decide(brake=brake, decision=Brake.Decision.RELEASE, by=self.world.user)

    # How they choose.

    def _note(self, pair: int, first: str, second: str, out: FlowSettings, back: FlowSettings | None) -> None:
        """The ways of this pair as they are now; a direction that was switched off is ending."""
        paused = any(way.paused for way in self.book.ways if way.pair == pair)
        old = [way for way in self.book.ways if way.pair == pair and way.source == second and back is None]
        self.book.ways = [way for way in self.book.ways if way.pair != pair]
        for source, target, settings in ((first, second, out), (second, first, back)):
            if settings:
                two_way = back is not None
                way = Way(pair, source, target, settings.private, settings.show_as, two_way, paused)
                self.book.ways.append(way)
        self.book.left -= {(way.source, way.target) for way in self.book.ways}
        self.book.ways += [replace(way, ending=True, two_way=False) for way in old]

    def _mark(self, pair: int, **changes: Any) -> None:
        self.book.ways = [replace(way, **changes) if way.pair == pair else way for way in self.book.ways]

    def _pair(self) -> Pair | None:
        found = list(Pair.objects.filter(ending_at=None).select_related("first__connection", "second__connection"))
        return self.chance.choice(found) if found else None

    def _settings(self) -> FlowSettings:
        show_as = self.chance.choice([*["keep"] * 4, *ShowAsRule.values])
        return FlowSettings(private=self.chance.random() < 0.4, show_as=show_as)

    def _origin(self) -> tuple[Origin, Event] | None:
        """Any of them, or one of the latest: what is on its way is touched again."""
        found = list(self.book.live())
        if self.chance.random() < 0.5:
            found = found[-3:]
        return self.chance.choice(found) if found else None

    def _copy(self) -> tuple[str, Event] | None:
        found = [(here, copy) for here in self.rows for copy in self.world.copies(self.rows[here])]
        return self.chance.choice(found) if found else None

    def _made(self, here: str, id: str) -> None:
        event = self.world.cloud.event(here, id)
        if event:
            self.book.origins[here, id] = Origin(here, id, said(event.content))

    def _secret(self) -> str:
        self.secrets += 1
        return f"secret{self.secrets}"

    def _guests(self, here: str) -> tuple[Attendee, ...]:
        owner = Attendee(address=self.rows[here].connection.address, is_self=True)
        if self.chance.random() < 0.15:
            other = self.rows[self.chance.choice(list(self.rows))].connection.address
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

    def _changes(self, content: Content, secret: object = "") -> dict[str, object]:
        """One to three fields, each with a value that nothing had before."""
        names = self.chance.sample(EDITABLE, self.chance.choice([1, 1, 2, 3]))
        word = self._secret()
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
        event = self.book.event(origin)
        if event and not window_at(self.world.now).holds(event.content.when):
            origin.doubtful = True
        if any(not window_at(self.world.now).holds(way) for way in origin.copied.get("when", {}).values()):  # type: ignore[arg-type]
            origin.doubtful = True
