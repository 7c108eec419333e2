"""What writes do, one at a time and in batches."""

import dataclasses
from datetime import timedelta

import pytest

from sync.core.event import AllDay, Content, Field, Sensitivity, ShowAs, Timed
from sync.providers.base import Answered, Remove, Update
from sync.providers.errors import Changed, Exists
from tests.providers.promises.outside import (
    ALL_FIELDS,
    DAY,
    KEY,
    MARK,
    Spoken,
    at,
    insert,
    timed,
)


class Writes(Spoken):
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
        if self.outside.ids_return:
            assert again.event is not None
            assert list(self.read().events) == [again.event.id]
        else:
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

    @pytest.mark.parametrize(
        "text",
        [
            "one\ntwo\n\nfour",
            "a < b & c > d",
            "<b>not bold</b> &amp; typed so",
            "https://example.org/?a=1&b=2#c",
            "Grüße, 你好, 🎉",
            "Participants:\n- Alice <alice@northwind.example>\n- bob@northwind.example",
        ],
    )
    def test_text_comes_back_as_it_was_written(self, text: str) -> None:
        made = self.wrote(insert(1, description=text, title="T & <T> 🎉", location="R <4> & 5"))
        for seen in (made, self.got(made.id), self.read().events[made.id]):
            assert seen.content.description == text
            assert (seen.content.title, seen.content.location) == ("T & <T> 🎉", "R <4> & 5")

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
