"""What the events of a reading say."""

from datetime import date, timedelta

import pytest

from sync.core.event import AllDay, Sensitivity, ShowAs, Timed
from tests.providers.promises.outside import DAY, Spoken, at, timed


class Events(Spoken):
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
