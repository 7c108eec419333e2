"""What a reading tells, and when."""

import pytest

from sync.core.event import Timed
from sync.providers.base import Page
from sync.providers.errors import CursorLost
from tests.providers.promises.outside import SPAN, Reading, Spoken, at, timed


class Readings(Spoken):
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
        assert (event.mark, event.series_id) == ("", "")
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
