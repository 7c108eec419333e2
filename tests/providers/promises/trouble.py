"""What goes wrong, and how it is told."""

import pytest

from sync.core.event import Content, Field
from sync.providers.base import Remove, Update
from sync.providers.errors import ComeBack, NoAccess, SignInAgain, Unknown
from tests.providers.promises.outside import ALL_FIELDS, KEY, MARK, Spoken, insert, timed


class Trouble(Spoken):
    def test_a_throttled_item_does_not_fail_the_others(self) -> None:
        self.outside.throttle_second_item(after=2.5)
        first, second, third = self.write(insert(1), insert(2), insert(3))
        assert first.error is None
        self.paused(second.error, 2.5)
        if self.outside.provider.traits.batch == 1:
            # Whoever was told to wait does not send the next request either.
            self.paused(third.error, 2.5)
            assert self.read().titles() == ["Copy 1"]
        else:
            assert third.error is None
            assert self.read().titles() == ["Copy 1", "Copy 3"]
        assert self.wrote(insert(2)).content.title == "Copy 2"

    def test_throttling_is_told_with_its_seconds_and_nothing_is_written(self) -> None:
        self.outside.throttle(after=1.5)
        (answer,) = self.write(insert(1))
        self.paused(answer.error, 1.5)
        self.outside.throttle(after=0.25)
        with pytest.raises(ComeBack) as caught:
            self.read()
        self.paused(caught.value, 0.25)
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
        batch = self.outside.provider.traits.batch
        assert [type(answer.error) for answer in answers] == [Unknown, Unknown if batch > 1 else type(None)]
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

    def paused(self, error: Exception | None, after: float) -> None:
        """The error says to come back, not earlier than the server asked for."""
        assert type(error) is ComeBack
        assert error.after is not None
        assert error.after == after if self.outside.exact_pauses else error.after >= after
