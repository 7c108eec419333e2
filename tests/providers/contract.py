"""What every provider keeps, told once. A provider's test class inherits `ProviderContract` and gives it an `Outside`.

`Outside` is one account's calendar, its owner's hand, and the faults that can be brought about there. Where providers differ by
a trait, the trait chooses what is asserted; no test is skipped for it.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest

from sync.core.event import AllDay, Content, Event, Field, Sensitivity, ShowAs, Timed, When
from sync.providers.base import Answered, Insert, Page, Provider, RemoteWatch, Remove, Span, Update, Write
from sync.providers.errors import Changed, ComeBack, CursorLost, Exists, NoAccess, ProviderError, SignInAgain, Unknown

DAY = date.today() + timedelta(days=14)
# Wide enough for the table of times, and still the largest that a calendar view takes.
SPAN = Span(date.today() - timedelta(days=90), date.today() + timedelta(days=420))
ALL_FIELDS = frozenset(Field)


class Outside(Protocol):
    """The other side of the provider under test. Times are aware datetimes, or dates for whole days."""

    calendar: str
    # Whether a delta shows marks; if not, what has a key comes back `unsure_of_mark`.
    marks_in_delta: bool
    # Whether a touched series is told whole; if not, its deleted occurrences are told as removed.
    series_rebuilt: bool
    # Whether a zone comes back by its own name, not by that of its family.
    zones_kept: bool
    # Whether a key stays taken when its event is deleted. Graph does not say how long it remembers a transactionId.
    keys_stay_taken: bool
    # Whether a copy can be found by its key alone.
    found_by_key: bool

    @property
    def provider(self) -> Provider: ...

    def create(self, title: str, when: When, **fields: Any) -> str:
        """By hand; fields: description, location, show_as, sensitivity, attendees, rrule. Gives the id (a master's with rrule)."""

    def occurrences(self, master: str) -> list[str]:
        """The ids of a series' instances, by time."""

    def edit(self, id: str, **changes: Any) -> None: ...
    def move(self, id: str, when: When) -> None: ...
    def delete(self, id: str) -> None: ...

    def small_pages(self) -> None:
        """Make the next readings come in several pages, if there are more than ten events."""

    def lose_cursor(self) -> None: ...
    def close(self) -> None:
        """Take the calendar away from the account."""

    def sign_out(self) -> None:
        """Make the account's grant die."""

    def throttle_second_item(self, after: float) -> None:
        """The second write of the next batch is refused: too many requests, come back after so many seconds."""

    def throttle(self, after: float) -> None:
        """The next request is refused: too many requests."""

    def lose_answer(self) -> None:
        """The next write is carried out and its answer lost."""

    def invitations(self) -> Sequence[object]:
        """Every invitation or other mail that the cloud has sent to anybody."""

    def bells(self, secret: str) -> int:
        """How many notifications of changes arrived with this secret (the validation handshake does not count)."""

    def requests(self) -> int:
        """Requests served so far; a batch is one."""


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    return datetime.combine(DAY + timedelta(days=day), time(hour, minute), UTC)


def timed(hour: int, *, day: int = 0, minutes: int = 60, zone: str = "UTC") -> Timed:
    return Timed(at(hour, day=day), at(hour, day=day) + timedelta(minutes=minutes), zone)


@dataclass
class Reading:
    """All pages of one reading, put together as the engine does."""

    pages: list[Page]
    events: dict[str, Event] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    series: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for page in self.pages:
            self.events |= {event.id: event for event in page.events}
            self.removed |= set(page.removed)
            self.series |= page.series

    @property
    def cursor(self) -> str:
        return self.pages[-1].cursor

    def titles(self) -> list[str]:
        return sorted(event.content.title for event in self.events.values())

    def one(self, title: str) -> Event:
        (event,) = [event for event in self.events.values() if event.content.title == title]
        return event

    def tells_gone(self, id: str, master: str = "") -> bool:
        """Whether the reading says that a known id is not there any more."""
        return id in self.removed or (master in self.series and id not in self.series[master])


KEY = "hetk1" + "0123456789abcdefghijklmnopqrstuv"
MARK = "hetk1.installation.target.origin.1.k1.mac"


def insert(number: int = 1, **content: Any) -> Insert:
    content.setdefault("title", f"Copy {number}")
    content.setdefault("when", timed(9, day=number % 200))
    return Insert(key=f"{KEY}{number:04d}", mark=f"{MARK}.{number}", content=Content(**content))


class ProviderContract:
    outside: Outside

    # How the tests speak to the provider.

    def read(self, cursor: str = "") -> Reading:
        return Reading(list(self.outside.provider.read(self.outside.calendar, cursor, SPAN)))

    def write(self, *writes: Write) -> list[Answered]:
        return list(self.outside.provider.write(self.outside.calendar, writes))

    def wrote(self, write: Write) -> Event:
        (answer,) = self.write(write)
        assert answer.error is None, answer.error
        assert answer.event is not None
        return answer.event

    def get(self, id: str) -> Event | None:
        return self.outside.provider.get(self.outside.calendar, [id])[id]

    def got(self, id: str) -> Event:
        event = self.get(id)
        assert event is not None
        return event

    # Calendars.

    def test_the_calendars_of_the_account_are_listed_the_primary_first(self) -> None:
        listed = self.outside.provider.calendars()
        assert listed[0].primary
        assert self.outside.calendar in [calendar.id for calendar in listed]
        mine = next(calendar for calendar in listed if calendar.id == self.outside.calendar)
        assert mine.can_write
        assert mine.name
        assert mine.owner

    # Reading.

    def test_an_empty_calendar_reads_as_a_complete_and_empty_span(self) -> None:
        reading = self.read()
        assert not reading.events
        assert reading.cursor
        assert all(page.full for page in reading.pages)

    def test_a_full_reading_is_complete_over_several_pages(self) -> None:
        made = {self.outside.create(f"Event {n:02d}", timed(8, day=n)) for n in range(25)}
        self.outside.small_pages()
        reading = self.read()
        assert made == set(reading.events)
        assert len([page for page in reading.pages if page.events]) > 1
        assert [bool(page.cursor) for page in reading.pages] == [False] * (len(reading.pages) - 1) + [True]
        assert all(page.full for page in reading.pages)

    def test_what_lies_outside_the_span_is_not_in_a_full_reading(self) -> None:
        self.outside.create("Far away", timed(9, day=800))
        self.outside.create("Long ago", timed(9, day=-300))
        self.outside.create("Near", timed(9))
        assert self.read().titles() == ["Near"]

    def test_a_reading_without_changes_says_nothing_and_moves_on(self) -> None:
        self.outside.create("Standing", timed(9))
        first = self.read()
        second = self.read(first.cursor)
        assert not second.events
        assert not second.removed
        assert second.cursor
        assert not any(page.full for page in second.pages)

    def test_a_new_event_is_told_once_and_complete(self) -> None:
        cursor = self.read().cursor
        id = self.outside.create("Dentist", timed(9), location="Main Street 1", description="Bring the card")
        second = self.read(cursor)
        event = second.events[id]
        assert event.content.title == "Dentist"
        assert event.content.location == "Main Street 1"
        assert event.content.description == "Bring the card"
        assert (event.mark, event.unsure_of_mark, event.series_id) == ("", False, "")
        assert event.version
        assert event.ical_uid
        assert event.updated is not None
        assert event.updated.tzinfo is not None
        # A round may tell something again, but then as it was.
        assert self.read(second.cursor).events.get(id, event) == event

    def test_an_edit_is_told_under_the_same_id_with_another_version(self) -> None:
        id = self.outside.create("Draft", timed(9))
        first = self.read()
        self.outside.edit(id, title="Final")
        event = self.read(first.cursor).events[id]
        assert event.content.title == "Final"
        assert event.version != first.events[id].version

    def test_a_move_is_told_with_the_new_times(self) -> None:
        id = self.outside.create("Moving", timed(9))
        cursor = self.read().cursor
        self.outside.move(id, timed(15, day=3))
        when = self.read(cursor).events[id].content.when
        assert isinstance(when, Timed)
        assert (when.start, when.end) == (at(15, day=3), at(16, day=3))

    def test_a_deleted_event_is_told_as_removed_and_a_look_proves_it(self) -> None:
        id = self.outside.create("Doomed", timed(9))
        cursor = self.read().cursor
        self.outside.delete(id)
        reading = self.read(cursor)
        assert id in reading.removed
        assert id not in reading.events
        assert self.get(id) is None

    def test_an_event_moved_out_of_the_span_is_not_lost(self) -> None:
        id = self.outside.create("Postponed", timed(9))
        cursor = self.read().cursor
        self.outside.move(id, timed(9, day=900))
        reading = self.read(cursor)
        if self.outside.provider.traits.removal_proves:
            assert id in reading.events
            assert id not in reading.removed
        else:
            assert id in reading.removed
        when = self.got(id).content.when
        assert isinstance(when, Timed)
        assert when.start == at(9, day=900)

    def test_changes_made_while_a_reading_runs_are_not_lost(self) -> None:
        for n in range(25):
            self.outside.create(f"Event {n:02d}", timed(8, day=n))
        self.outside.small_pages()
        pages: list[Page] = []
        for page in self.outside.provider.read(self.outside.calendar, "", SPAN):
            if not pages:
                late = self.outside.create("Late", timed(7))
            pages.append(page)
        first = Reading(pages)
        assert late in first.events or late in self.read(first.cursor).events

    def test_a_deletion_while_a_reading_runs_hides_nothing_else(self) -> None:
        made = [self.outside.create(f"Event {n:02d}", timed(8, day=n)) for n in range(25)]
        self.outside.small_pages()
        pages: list[Page] = []
        for page in self.outside.provider.read(self.outside.calendar, "", SPAN):
            if not pages:
                # Whoever pages by position now finds everything after it one place further up.
                self.outside.delete(made[0])
            pages.append(page)
        first = Reading(pages)
        assert set(made[1:]) <= set(first.events)
        assert made[0] not in first.events or self.read(first.cursor).tells_gone(made[0])

    def test_a_lost_cursor_says_so_and_a_full_reading_helps(self) -> None:
        self.outside.create("Standing", timed(9))
        cursor = self.read().cursor
        self.outside.lose_cursor()
        with pytest.raises(CursorLost):
            self.read(cursor)
        assert self.read().titles() == ["Standing"]

    def test_a_mangled_cursor_is_a_lost_one(self) -> None:
        cursor = self.read().cursor
        with pytest.raises(CursorLost):
            self.read(self.mangled(cursor))

    def mangled(self, cursor: str) -> str:
        return f"9{cursor}"

    # What events say.

    @pytest.mark.parametrize(
        "when",
        [
            AllDay(DAY, DAY + timedelta(days=1)),
            AllDay(DAY, DAY + timedelta(days=3)),
            AllDay(date(DAY.year, DAY.month, 1), date(DAY.year, DAY.month, 2)),
        ],
        ids=["one day", "three days", "first of the month"],
    )
    @pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
    def test_whole_days_made_by_hand_keep_their_dates(self, when: AllDay, zone: str) -> None:
        id = self.outside.create("Holiday", when, zone=zone)
        assert self.read().events[id].content.when == when

    def test_a_series_is_read_as_its_instances(self) -> None:
        master = self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=5")
        reading = self.read()
        assert sorted(reading.events) == sorted(self.outside.occurrences(master))
        assert len(reading.events) == 5
        assert {event.series_id for event in reading.events.values()} == {master}
        assert reading.titles() == ["Standup"] * 5
        assert master not in reading.events

    def test_a_new_series_is_told_as_its_instances(self) -> None:
        cursor = self.read().cursor
        master = self.outside.create(
            "Standup", timed(9), rrule="FREQ=DAILY;COUNT=4", location="Here", description="Each tells"
        )
        reading = self.read(cursor)
        assert sorted(reading.events) == sorted(self.outside.occurrences(master))
        # Every field is there, also where the provider's own delta gives hardly more than ids.
        assert {(e.content.title, e.content.location, e.content.description) for e in reading.events.values()} == {
            ("Standup", "Here", "Each tells")
        }
        assert master not in reading.events

    def test_a_moved_occurrence_is_told_and_the_others_stay(self) -> None:
        master = self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=5")
        first = self.read()
        third = self.outside.occurrences(master)[2]
        self.outside.move(third, timed(14, day=2))
        reading = self.read(first.cursor)
        when = reading.events[third].content.when
        assert isinstance(when, Timed)
        assert when.start == at(14, day=2)
        assert reading.events[third].series_id == master
        for id in first.events:
            assert not reading.tells_gone(id, master)

    def test_a_deleted_occurrence_is_told_as_gone_and_the_others_stay(self) -> None:
        master = self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=5")
        first = self.read()
        second = self.outside.occurrences(master)[1]
        self.outside.delete(second)
        reading = self.read(first.cursor)
        assert reading.tells_gone(second, master)
        assert second not in reading.events
        if self.outside.series_rebuilt:
            assert reading.series[master] == frozenset(first.events) - {second}
        else:
            assert second in reading.removed
        assert not [id for id in first.events if id != second and reading.tells_gone(id, master)]

    def test_a_deleted_series_takes_all_its_instances_along(self) -> None:
        master = self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=5")
        first = self.read()
        self.outside.delete(master)
        reading = self.read(first.cursor)
        assert all(reading.tells_gone(id, master) for id in first.events)
        assert not reading.events

    def test_private_stays_private_and_free_stays_free(self) -> None:
        id = self.outside.create("Doctor", timed(9), sensitivity="private", show_as="free")
        content = self.read().events[id].content
        assert content.sensitivity is Sensitivity.PRIVATE
        assert content.show_as is ShowAs.FREE

    def test_attendees_are_read_and_the_owner_is_told_apart(self) -> None:
        id = self.outside.create("Review", timed(9), attendees=("guest@elsewhere.example",))
        event = self.read().events[id]
        assert "guest@elsewhere.example" in [a.address for a in event.attendees if not a.is_self]
        assert event.has_guests
        assert event.organizer

    def test_an_event_of_ones_own_has_no_guests(self) -> None:
        id = self.outside.create("Alone", timed(9))
        assert not self.read().events[id].has_guests

    # Writing.

    def test_an_insert_comes_back_whole_with_its_mark(self) -> None:
        made = self.wrote(insert(1, description="Line one\nLine two", location="Room 4"))
        assert made.mark == f"{MARK}.1"
        assert made.key == f"{KEY}0001"
        assert made.version
        seen = self.got(made.id)
        assert seen.mark == made.mark
        assert seen.key == made.key
        assert seen.content == made.content
        assert not seen.unsure_of_mark
        assert (seen.content.description, seen.content.location) == ("Line one\nLine two", "Room 4")

    def test_marks_are_known_after_any_reading(self) -> None:
        cursor = self.read().cursor
        made = self.wrote(insert(1))
        seen = self.read(cursor).events[made.id]
        if self.outside.marks_in_delta:
            assert (seen.mark, seen.unsure_of_mark) == (made.mark, False)
        else:
            assert (seen.mark, seen.unsure_of_mark, seen.key) == ("", True, made.key)
        assert self.got(made.id).mark == made.mark
        full = self.read().events[made.id]
        assert (full.mark, full.unsure_of_mark) == (made.mark, False)

    def test_our_own_write_comes_back_with_the_version_that_was_answered(self) -> None:
        cursor = self.read().cursor
        made = self.wrote(insert(1))
        seen = self.read(cursor).events[made.id]
        assert seen.version == made.version
        assert seen.content == made.content

    def test_an_insert_is_made_once_whatever_happens(self) -> None:
        made = self.wrote(insert(1))
        (again,) = self.write(insert(1))
        assert isinstance(again.error, Exists)
        assert list(self.read().events) == [made.id]

    def test_the_key_of_a_deleted_event_is_no_way_back_to_it(self) -> None:
        made = self.wrote(insert(1))
        self.write(Remove(id=made.id))
        (again,) = self.write(insert(1))
        if self.outside.keys_stay_taken:
            assert isinstance(again.error, Exists)
            assert not self.read().events
        assert made.id not in self.read().events
        assert self.wrote(dataclasses.replace(insert(1), key=f"{KEY}0002")).id != made.id

    def test_a_copy_is_found_by_its_mark_and_by_its_key(self) -> None:
        made, _ = self.wrote(insert(1)), self.wrote(insert(2))
        find = self.outside.provider.find
        ways = [(f"{MARK}.1", f"{KEY}0001"), (f"{MARK}.1", "")]
        if self.outside.found_by_key:
            ways.append(("", f"{KEY}0001"))
        for mark, key in ways:
            found = find(self.outside.calendar, mark, key)
            assert found is not None
            assert (found.id, found.mark) == (made.id, made.mark)

    def test_what_was_never_made_or_is_deleted_is_not_found(self) -> None:
        find = self.outside.provider.find
        assert find(self.outside.calendar, f"{MARK}.1", f"{KEY}0001") is None
        made = self.wrote(insert(1))
        self.write(Remove(id=made.id))
        assert find(self.outside.calendar, f"{MARK}.1", f"{KEY}0001") is None

    def test_an_update_changes_a_copy_in_place(self) -> None:
        made = self.wrote(insert(1))
        said = Content(title="New", when=timed(11), description="d", location="l", show_as=ShowAs.FREE)
        changed = self.wrote(
            Update(id=made.id, version=made.version, content=said, fields=ALL_FIELDS, mark=f"{MARK}.2")
        )
        assert changed.id == made.id
        assert changed.version != made.version
        seen = self.got(made.id)
        assert (seen.content.title, seen.content.when, seen.content.show_as) == ("New", timed(11), ShowAs.FREE)
        assert (seen.content.description, seen.content.location) == ("d", "l")
        assert seen.mark == changed.mark == f"{MARK}.2"
        assert seen.key == made.key
        assert len(self.read().events) == 1

    def test_what_a_copy_no_longer_says_is_cleared(self) -> None:
        made = self.wrote(insert(1, description="secret", location="secret place", title="Secret"))
        bare = Content(title="Busy", when=made.content.when, sensitivity=Sensitivity.PRIVATE)
        self.wrote(Update(id=made.id, version="", content=bare, fields=ALL_FIELDS, mark=made.mark))
        seen = self.got(made.id)
        assert (seen.content.title, seen.content.description, seen.content.location) == ("Busy", "", "")
        assert seen.content.sensitivity is Sensitivity.PRIVATE

    def test_a_persons_event_is_touched_only_in_the_fields_named(self) -> None:
        id = self.outside.create("Mine", timed(9), location="Here", description="Note", show_as="free")
        seen = self.read().events[id]
        other = Content(title="X", when=timed(12), location="Y", description="Z", show_as=ShowAs.BUSY)
        self.wrote(Update(id=id, version=seen.version, content=other, fields=frozenset({Field.WHEN})))
        now = self.got(id)
        assert now.content == dataclasses.replace(seen.content, when=timed(12))
        assert now.mark == ""

    def test_a_persons_all_day_event_can_become_timed_and_back(self) -> None:
        days = AllDay(DAY, DAY + timedelta(days=2))
        id = self.outside.create("Mine", days)
        for when in (timed(12), days):
            said = Content(title="X", when=when)
            self.wrote(Update(id=id, version="", content=said, fields=frozenset({Field.WHEN})))
            assert self.got(id).content.when == when
            assert self.got(id).content.title == "Mine"

    def test_a_write_to_another_version_is_refused_where_the_provider_can(self) -> None:
        made = self.wrote(insert(1))
        self.outside.edit(made.id, title="By hand")
        ours = Content(title="Ours", when=made.content.when)
        update = Update(id=made.id, version=made.version, content=ours, fields=ALL_FIELDS, mark=made.mark)
        (answer,) = self.write(update)
        if self.outside.provider.traits.conditional:
            assert isinstance(answer.error, Changed)
            assert self.got(made.id).content.title == "By hand"
            (removal,) = self.write(Remove(id=made.id, version=made.version))
            assert isinstance(removal.error, Changed)
            assert self.get(made.id) is not None
        else:
            assert answer.error is None
            assert self.got(made.id).content.title == "Ours"

    def test_an_update_of_what_is_gone_says_changed(self) -> None:
        made = self.wrote(insert(1))
        self.outside.delete(made.id)
        said = Content(title="Late", when=timed(9))
        for mark, version in ((made.mark, made.version), (made.mark, ""), ("", "")):
            (answer,) = self.write(Update(id=made.id, version=version, content=said, fields=ALL_FIELDS, mark=mark))
            assert isinstance(answer.error, Changed)
        assert not self.read().events

    def test_removing_twice_is_fine(self) -> None:
        made = self.wrote(insert(1))
        for version in (made.version, made.version, ""):
            (answer,) = self.write(Remove(id=made.id, version=version))
            assert answer == Answered(request_id=answer.request_id)
        assert self.get(made.id) is None

    def test_get_tells_the_living_from_the_gone(self) -> None:
        here, there = self.wrote(insert(1)), self.wrote(insert(2))
        self.write(Remove(id=there.id))
        found = self.outside.provider.get(self.outside.calendar, [there.id, here.id])
        assert found[there.id] is None
        living = found[here.id]
        assert living is not None
        assert living.mark == here.mark
        assert self.outside.provider.get(self.outside.calendar, []) == {}

    def test_one_occurrence_of_a_persons_series_can_be_changed(self) -> None:
        master = self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=3")
        second = self.outside.occurrences(master)[1]
        said = Content(title="X", when=timed(16, day=1))
        self.wrote(Update(id=second, version="", content=said, fields=frozenset({Field.WHEN})))
        starts = sorted(e.content.when.start for e in self.read().events.values() if isinstance(e.content.when, Timed))
        assert starts == [at(9), at(16, day=1), at(9, day=2)]

    # Batches.

    def test_a_batch_is_one_request_and_answers_stay_in_order(self) -> None:
        size = self.outside.provider.traits.batch
        writes = [insert(n) for n in range(size + 3)]
        before = self.outside.requests()
        answers = self.write(*writes)
        assert self.outside.requests() - before == 2
        assert [a.event.key for a in answers if a.event] == [write.key for write in writes]
        assert [a.event.content.title for a in answers if a.event] == [write.content.title for write in writes]
        assert len(self.read().events) == size + 3

    def test_a_batch_of_mixed_writes_answers_each(self) -> None:
        first, second = self.wrote(insert(1)), self.wrote(insert(2))
        said = Content(title="Changed", when=timed(9))
        answers = self.write(
            Update(id=first.id, version=first.version, content=said, fields=ALL_FIELDS, mark=first.mark),
            insert(3),
            Remove(id=second.id, version=second.version),
            insert(1),
        )
        assert [type(answer.error) for answer in answers] == [type(None), type(None), type(None), Exists]
        assert self.read().titles() == ["Changed", "Copy 3"]

    def test_many_are_got_in_few_requests(self) -> None:
        made = [a.event.id for a in self.write(*[insert(n) for n in range(30)]) if a.event]
        before = self.outside.requests()
        found = self.outside.provider.get(self.outside.calendar, made)
        assert self.outside.requests() - before == -(-30 // self.outside.provider.traits.batch)
        assert {id: event.mark for id, event in found.items() if event} == {
            id: f"{MARK}.{n}" for n, id in enumerate(made)
        }

    def test_one_write_is_one_request(self) -> None:
        before = self.outside.requests()
        made = self.wrote(insert(1))
        self.wrote(Update(id=made.id, version=made.version, content=made.content, fields=ALL_FIELDS, mark=made.mark))
        self.write(Remove(id=made.id))
        assert self.outside.requests() - before == 3

    # What goes wrong.

    def test_a_throttled_item_does_not_fail_the_others(self) -> None:
        self.outside.throttle_second_item(after=2.5)
        first, second, third = self.write(insert(1), insert(2), insert(3))
        assert first.error is None
        assert third.error is None
        assert type(second.error) is ComeBack
        assert second.error.after == 2.5
        assert self.read().titles() == ["Copy 1", "Copy 3"]
        assert self.wrote(insert(2)).content.title == "Copy 2"

    def test_throttling_is_told_with_its_seconds_and_nothing_is_written(self) -> None:
        self.outside.throttle(after=1.5)
        (answer,) = self.write(insert(1))
        assert type(answer.error) is ComeBack
        assert answer.error.after == 1.5
        self.outside.throttle(after=0.25)
        with pytest.raises(ComeBack) as caught:
            self.read()
        assert caught.value.after == 0.25
        assert not self.read().events

    def test_a_lost_answer_is_unknown_and_the_copy_is_found(self) -> None:
        self.outside.lose_answer()
        (answer,) = self.write(insert(1))
        assert isinstance(answer.error, Unknown)
        found = self.outside.provider.find(self.outside.calendar, f"{MARK}.1", f"{KEY}0001")
        assert found is not None
        assert found.mark == f"{MARK}.1"

    def test_a_lost_batch_is_unknown_for_each_of_its_writes(self) -> None:
        self.outside.lose_answer()
        answers = self.write(insert(1), insert(2))
        assert [type(answer.error) for answer in answers] == [Unknown, Unknown]
        assert len(self.read().events) == 2

    def test_a_calendar_that_is_closed_to_us_says_no_access(self) -> None:
        cursor = self.read().cursor
        self.outside.close()
        for attempt in ("", cursor):
            with pytest.raises(NoAccess):
                self.read(attempt)

    def test_a_dead_grant_asks_to_sign_in_again(self) -> None:
        self.outside.sign_out()
        with pytest.raises(SignInAgain):
            self.read()
        with pytest.raises(SignInAgain):
            self.write(insert(1))
        with pytest.raises(SignInAgain):
            self.outside.provider.calendars()

    def test_no_write_ever_invites_anybody(self) -> None:
        before = len(self.outside.invitations())
        made = self.wrote(insert(1, description="With: guest@elsewhere.example"))
        self.write(insert(2), insert(3))
        id = self.outside.create("Mine", timed(9))
        said = Content(title="Changed", when=timed(10))
        self.wrote(Update(id=id, version="", content=said, fields=frozenset({Field.TITLE})))
        self.wrote(Update(id=made.id, version="", content=said, fields=ALL_FIELDS, mark=made.mark))
        self.write(Remove(id=made.id), Remove(id=id))
        assert len(self.outside.invitations()) == before
        assert not [event for event in self.read().events.values() if event.attendees]

    # Watches.

    def watched(self, secret: str, hours: float = 48) -> RemoteWatch:
        return self.outside.provider.watch(
            self.outside.calendar, address=self.address(), secret=secret, expires_at=self.later(hours)
        )

    def address(self) -> str:
        return "https://hooks.hetk.example/hooks/one/"

    def later(self, hours: float) -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    def test_a_watch_rings_for_changes_until_it_is_stopped(self) -> None:
        watch = self.watched("secret-1")
        assert watch.id
        assert watch.expires_at > self.later(1)
        assert self.outside.bells("secret-1") == 0
        self.outside.create("New", timed(9))
        assert self.outside.bells("secret-1") >= 1
        self.outside.provider.unwatch(watch)
        rung = self.outside.bells("secret-1")
        self.outside.create("Newer", timed(9))
        assert self.outside.bells("secret-1") == rung
        self.outside.provider.unwatch(watch)

    def test_a_renewed_watch_lasts_longer_and_rings_on(self) -> None:
        watch = self.watched("secret-2", hours=24)
        longer = self.outside.provider.renew(
            watch,
            calendar_id=self.outside.calendar,
            address=self.address(),
            secret="secret-2",
            expires_at=self.later(48),
        )
        assert longer.expires_at > watch.expires_at
        self.outside.create("New", timed(9))
        assert self.outside.bells("secret-2") >= 1
        self.outside.provider.unwatch(longer)
        rung = self.outside.bells("secret-2")
        self.outside.create("Newer", timed(9))
        assert self.outside.bells("secret-2") == rung

    # Times, there and back.

    @pytest.mark.parametrize(
        "when",
        [
            *(
                Timed(
                    datetime.fromisoformat(start).replace(tzinfo=UTC),
                    datetime.fromisoformat(end).replace(tzinfo=UTC),
                    zone,
                )
                for start, end, zone in (
                    ("2027-01-05T09:00", "2027-01-05T10:00", "UTC"),
                    ("2027-01-05T08:00", "2027-01-05T09:00", "Europe/Tallinn"),
                    # The night the clocks go forward and the night they go back: the hours that do not exist or exist twice.
                    ("2027-03-28T00:30", "2027-03-28T01:30", "Europe/Berlin"),
                    ("2027-03-27T23:00", "2027-03-28T03:00", "Europe/Berlin"),
                    ("2027-10-31T00:30", "2027-10-31T01:30", "Europe/Berlin"),
                    ("2027-10-31T01:15", "2027-10-31T01:45", "Europe/Berlin"),
                    ("2027-03-14T09:30", "2027-03-14T10:30", "America/Los_Angeles"),
                    ("2027-11-07T08:30", "2027-11-07T09:30", "America/New_York"),
                    # Odd offsets, and zones on the far sides of the date line.
                    ("2027-05-01T03:45", "2027-05-01T04:45", "Asia/Kathmandu"),
                    ("2027-05-01T10:00", "2027-05-01T11:00", "Pacific/Auckland"),
                    ("2027-05-01T10:00", "2027-05-01T11:00", "Asia/Kolkata"),
                    # Midnight edges: a day long and not whole days; into the next day; a moment before midnight.
                    ("2027-05-01T22:00", "2027-05-02T22:00", "Europe/Berlin"),
                    ("2027-05-01T00:00", "2027-05-02T00:00", "UTC"),
                    ("2027-05-01T23:30", "2027-05-02T00:30", "UTC"),
                    ("2027-05-01T23:59", "2027-05-02T00:00", "UTC"),
                )
            ),
            AllDay(date(2027, 3, 28), date(2027, 3, 29)),
            AllDay(date(2027, 10, 31), date(2027, 11, 2)),
            AllDay(date(2026, 12, 31), date(2027, 1, 1)),
            AllDay(date(2027, 2, 28), date(2027, 3, 1)),
        ],
        ids=str,
    )
    def test_times_come_back_exactly(self, when: When) -> None:
        made = self.wrote(insert(1, when=when))
        for back in (made.content.when, self.got(made.id).content.when, self.read().events[made.id].content.when):
            assert (back.start, back.end) == (when.start, when.end)
            if isinstance(when, AllDay) or self.outside.zones_kept:
                assert back == when
            else:
                self.same_clock(when, back)

    def same_clock(self, when: Timed, back: When) -> None:
        """Another name for the zone is fine where its clock shows the same; UTC where the clock shows an hour twice."""
        assert isinstance(back, Timed)
        walls = [moment.astimezone(ZoneInfo(when.zone)) for moment in (when.start, when.end)]
        if any(wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset() for wall in walls):
            assert back.zone == "UTC"
        else:
            assert [wall.astimezone(ZoneInfo(back.zone)).replace(tzinfo=None) for wall in walls] == [
                wall.replace(tzinfo=None) for wall in walls
            ]


def failures(answers: Iterable[Answered]) -> list[ProviderError]:
    return [answer.error for answer in answers if answer.error]


def test_readings_are_put_together_last_wins() -> None:
    old = Event(id="1", version="a", content=Content(title="Old", when=timed(9)))
    new = dataclasses.replace(old, version="b")
    reading = Reading([Page(events=[old]), Page(events=[new], cursor="c")])
    assert reading.events == {"1": new}
    assert reading.cursor == "c"
