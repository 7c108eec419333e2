"""A believable world: a consultant, two clients, a family; three months back and twelve ahead of today."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.cast import Person
from sandbox.fill_lives import HOLIDAYS, LIVES, STAND_UP, Habit, Life, Series

if TYPE_CHECKING:
    from sandbox.hand import Hand
    from sandbox.world import World

ZONE = ZoneInfo("Europe/Tallinn")
WEEKS_BACK, WEEKS_AHEAD = 13, 52


def fill(world: "World") -> int:
    """Fills everybody's calendars; returns how many events and series were made. The same every time on the same day."""
    before = len(world.mailbox.invitations)
    today = world.clock.now().astimezone(ZONE).date()
    made = sum(_Filler(world, life, today).all() for life in LIVES)
    # History was invited long ago: nobody is mailed for it now.
    del world.mailbox.invitations[before:]
    return made


class _Filler:
    """Fills one calendar of one person."""

    def __init__(self, world: "World", life: Life, today: date) -> None:
        self.life = life
        self.person: Person = world.people[life.person]
        self.hand: Hand = world.hand(self.person)
        self.random = Random(f"{life.person}/{life.calendar}")
        self.today = today
        self.monday = today - timedelta(days=today.weekday())
        named = {name: id for id, name, _ in self.hand.calendars(self.person)}
        self.calendar = named.get(life.calendar or "")
        self.missing = life.calendar is not None and self.calendar is None

    def all(self) -> int:
        """Everything of this life; how many events and series."""
        if self.missing:
            return 0
        parts = (self._singles(), self._series(), self._holidays(), self._away(), self._kinds(), self._birthdays())
        return sum(1 for part in parts for _ in part)

    def _create(self, **given: Any) -> str:
        return self.hand.create(self.person, self.calendar, zone=given.pop("zone", ZONE.key), **given)

    def _at(self, day: date, hour: int, minute: int, minutes: int) -> dict[str, Any]:
        start = datetime.combine(day, time(hour, minute), ZONE)
        return {"start": start, "end": start + timedelta(minutes=minutes)}

    def _singles(self) -> Iterator[str]:
        for week in range(-WEEKS_BACK, WEEKS_AHEAD):
            for _ in range(self._count()):
                weekday = self.random.choices(
                    range(7), (5, 5, 5, 5, 4, 1, 1) if self.life.evenings else (5, 5, 5, 5, 4, 0, 0)
                )[0]
                day = self.monday + timedelta(weeks=week, days=weekday)
                hour = self.random.choice((17, 18, 19, 20) if self.life.evenings else (8, 9, 10, 11, 13, 14, 15, 16))
                yield self._single(self.random.choice(self.life.habits), day, hour, self.random.choice((0, 0, 15, 30)))

    def _count(self) -> int:
        whole = int(self.life.a_week)
        return whole + (self.random.random() < self.life.a_week - whole)

    def _single(self, habit: Habit, day: date, hour: int, minute: int) -> str:
        return self._create(
            title=habit.title,
            location=habit.location,
            description=habit.description,
            # Only Microsoft knows tentative and out of office.
            show_as=habit.show_as if self.person.kind == "microsoft" or habit.show_as == "free" else "busy",
            sensitivity=habit.sensitivity,
            attendees=habit.people,
            organizer=habit.organizer,
            answer=habit.answer,
            **self._at(day, hour, minute, habit.minutes),
        )

    def _series(self) -> Iterator[str]:
        for series in self.life.series:
            yield self._one_series(series)

    def _one_series(self, series: Series) -> str:
        first = self.monday + timedelta(weeks=-WEEKS_BACK, days=series.day)
        count = (WEEKS_BACK + WEEKS_AHEAD) // series.interval
        made = self._create(
            title=series.title,
            location=series.location,
            sensitivity=series.sensitivity,
            attendees=series.people,
            rrule=f"FREQ=WEEKLY;INTERVAL={series.interval};COUNT={count}",
            **self._at(first, *series.at, series.minutes),
        )
        if series.title == STAND_UP:
            self._exceptions(series, first)
        return made

    def _exceptions(self, series: Series, first: date) -> None:
        # One occurrence moved to the next day and later, one dropped: the cases that copying gets wrong.
        moved, dropped = first + timedelta(weeks=WEEKS_BACK + 1), first + timedelta(weeks=WEEKS_BACK + 3)
        span = self._at(moved + timedelta(days=1), 13, 30, series.minutes)
        self.hand.move(self.person, self.calendar, self._occurrence(series, moved), span["start"], span["end"])
        self.hand.delete(self.person, self.calendar, self._occurrence(series, dropped))

    def _occurrence(self, series: Series, day: date) -> str:
        start = datetime.combine(day, time(), ZONE)
        listed = self.hand.events(self.person, self.calendar, start, start + timedelta(days=1))
        return next(event.id for event in listed if event.title == series.title and event.series_id)

    def _all_day(self, title: str, day: date, days: int = 1, **more: Any) -> str:
        return self._create(title=title, start=day, end=day + timedelta(days=days), all_day=True, **more)

    def _holidays(self) -> Iterator[str]:
        if not self.life.holidays:
            return
        first, last = self.monday - timedelta(weeks=WEEKS_BACK), self.monday + timedelta(weeks=WEEKS_AHEAD)
        for year in range(first.year, last.year + 1):
            for month, day, name in HOLIDAYS:
                if first <= date(year, month, day) < last:
                    yield self._all_day(name, date(year, month, day), show_as="free")

    def _away(self) -> Iterator[str]:
        if not self.life.away:
            return
        shown = {"show_as": "oof"} if self.person.kind == "microsoft" else {}
        for week, days, title in ((6, 5, "Holiday"), (31, 12, "Summer holiday")):
            day = self.monday + timedelta(weeks=week)
            if self.person.kind == "google":
                # Google's out of office has hours, not days.
                yield self._create(title=title, kind="out_of_office", **self._at(day, 0, 0, days * 24 * 60))
            else:
                yield self._all_day(title, day, days, **shown)

    def _kinds(self) -> Iterator[str]:
        for week in range(-2, 12):
            if "focus_time" in self.life.kinds:
                day = self.monday + timedelta(weeks=week, days=3)
                yield self._create(title="Focus time", kind="focus_time", **self._at(day, 9, 0, 120))
            if "working_location" in self.life.kinds:
                day = self.monday + timedelta(weeks=week, days=4)
                yield self._all_day("Home", day, kind="working_location", show_as="free")

    def _birthdays(self) -> Iterator[str]:
        for name in self.life.birthdays:
            day = self.monday + timedelta(days=self.random.randrange(-80, 250))
            yield self._all_day(
                f"{name}’s birthday", day, kind="birthday", rrule="FREQ=YEARLY", show_as="free", sensitivity="private"
            )
