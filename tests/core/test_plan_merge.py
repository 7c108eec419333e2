"""Both sides exist: every branch of the merge, and the reason each operation carries."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.core.event import Event, Field, Sensitivity, ShowAs
from sync.core.operation import Keep, Operation, Reason, Side, Update
from sync.core.plan import Copy, Known, Rules, Sight
from sync.core.privacy import Looks, project
from tests.core.build import (
    BOB,
    ME,
    NOW,
    OPEN,
    PLANNER,
    PRINTS,
    PRIVATE,
    SALT,
    WINDOW,
    agreed,
    copy_of,
    edited,
    event,
    never,
    rules,
    when,
)

LUNCH = event()
COPY = copy_of(LUNCH)
TWO_WAY = rules(two_way=True)
EARLIER, LATER = NOW - timedelta(minutes=5), NOW + timedelta(minutes=5)


def merge(origin: Event, copy: Event | Copy, known: Known, by: Rules) -> list[Operation]:
    return PLANNER.plan(Sight(origin=origin, copy=copy, known=known), by, WINDOW, NOW)


def only(operations: list[Operation]) -> Update:
    (operation,) = operations
    assert isinstance(operation, Update)
    return operation


def test_only_the_fields_that_changed_are_written():
    dinner = edited(LUNCH, title="Dinner")
    operation = only(merge(dinner, Copy.AS_AGREED, agreed(LUNCH), rules()))
    assert operation == Update(Side.COPY, project(dinner, OPEN), frozenset({Field.TITLE}), Reason.ORIGIN_CHANGED)


def test_what_the_copy_says_already_is_not_written_again():
    dinner, changed = edited(LUNCH, title="Dinner"), edited(COPY, title="Dinner")
    assert merge(dinner, changed, agreed(LUNCH), TWO_WAY) == [Keep(Reason.IN_STEP)]


def test_a_version_that_changed_nothing_we_care_about_writes_nothing():
    assert merge(edited(LUNCH), edited(COPY), agreed(LUNCH), TWO_WAY) == [Keep(Reason.IN_STEP)]


def test_what_the_provider_made_of_our_text_is_not_a_persons_change():
    rewritten = edited(COPY, description="with notes, rewritten by the server")
    assert merge(LUNCH, rewritten, agreed(LUNCH, copy=rewritten), TWO_WAY) == [Keep(Reason.IN_STEP)]


@pytest.mark.parametrize("title", ["Dinner", ""])
def test_a_copys_change_travels_back_in_a_two_way_flow(title):
    operation = only(merge(LUNCH, edited(COPY, title=title), agreed(LUNCH), TWO_WAY))
    assert (operation.side, operation.reason) == (Side.ORIGIN, Reason.COPY_CHANGED)
    assert operation.fields == {Field.TITLE}
    assert operation.content == replace(LUNCH.content, title=title)


def test_a_one_way_flow_puts_its_copy_right_again_and_says_why():
    operation = only(merge(LUNCH, edited(COPY, title="Scribble"), agreed(LUNCH), rules()))
    assert operation == Update(Side.COPY, COPY.content, frozenset({Field.TITLE}), Reason.ONE_WAY)


def test_a_meeting_is_put_right_again_and_never_changed_through_its_copy():
    meeting = replace(LUNCH, attendees=(ME, BOB))
    scribbled = edited(copy_of(meeting), when=when(48))
    operation = only(merge(meeting, scribbled, agreed(meeting), TWO_WAY))
    assert (operation.side, operation.reason, operation.fields) == (Side.COPY, Reason.MEETING, {Field.WHEN})


def test_an_owner_alone_on_the_list_is_no_meeting():
    alone = replace(LUNCH, attendees=(ME,))
    operation = only(merge(alone, edited(copy_of(alone), title="Dinner"), agreed(alone), TWO_WAY))
    assert operation.side is Side.ORIGIN


MASKED = {
    "title": {"title": "Mine now"},
    "description": {"description": "scribble"},
    "location": {"location": "Terrace"},
    "sensitivity": {"sensitivity": Sensitivity.NORMAL},
}


@pytest.mark.parametrize("said", MASKED.values(), ids=MASKED)
def test_a_masked_field_is_put_right_again_and_never_travels_back(said):
    by = rules(PRIVATE, two_way=True)
    operation = only(merge(LUNCH, edited(copy_of(LUNCH, PRIVATE), **said), agreed(LUNCH, PRIVATE), by))
    assert (operation.side, operation.reason, operation.fields) == (Side.COPY, Reason.MASKED, set(said))
    assert operation.content == project(LUNCH, PRIVATE)


def test_moving_a_busy_block_moves_its_origin_and_nothing_else_of_it():
    by, block = rules(PRIVATE, two_way=True), copy_of(LUNCH, PRIVATE)
    operations = merge(LUNCH, edited(block, when=when(48), title="Mine"), agreed(LUNCH, PRIVATE), by)
    back, right = operations
    assert back == Update(
        Side.ORIGIN, replace(LUNCH.content, when=when(48)), frozenset({Field.WHEN}), Reason.COPY_CHANGED
    )
    # A provider may replace the whole copy: the move must not be undone by putting the title right.
    assert isinstance(right, Update)
    assert (right.fields, right.content.when, right.content.title) == ({Field.TITLE}, when(48), "Busy")


def test_a_forced_free_copy_never_frees_its_origin():
    by = rules(Looks(private=False, show_as=ShowAs.FREE), two_way=True)
    copy = copy_of(LUNCH, by.looks)
    assert copy.content.show_as is ShowAs.FREE
    operation = only(merge(LUNCH, edited(copy, show_as=ShowAs.TENTATIVE), agreed(LUNCH, by.looks), by))
    assert (operation.side, operation.content.show_as) == (Side.COPY, ShowAs.FREE)


def test_different_fields_changed_on_both_sides_are_both_kept():
    dinner, terrace = edited(LUNCH, title="Dinner"), edited(COPY, location="Terrace")
    back, forward = merge(dinner, terrace, agreed(LUNCH), TWO_WAY)
    assert isinstance(back, Update)
    assert isinstance(forward, Update)
    assert (back.side, back.fields, back.content.location) == (Side.ORIGIN, {Field.LOCATION}, "Terrace")
    assert (forward.side, forward.fields) == (Side.COPY, {Field.TITLE})
    assert (forward.content.title, forward.content.location) == ("Dinner", "Terrace")
    assert forward.reason is Reason.ORIGIN_CHANGED


@pytest.mark.parametrize(
    ("origin_at", "copy_at", "side"),
    [
        (EARLIER, LATER, Side.ORIGIN),
        (LATER, EARLIER, Side.COPY),
        (NOW, NOW, Side.COPY),
        (None, LATER, Side.COPY),
        (EARLIER, None, Side.COPY),
    ],
    ids=["copy later", "origin later", "tie", "origin's time unknown", "copy's time unknown"],
)
def test_of_two_changes_to_one_field_the_latest_wins_and_doubt_favours_the_origin(origin_at, copy_at, side):
    origin = replace(edited(LUNCH, title="from the origin"), updated=origin_at)
    copy = replace(edited(COPY, title="from the copy"), updated=copy_at)
    assert only(merge(origin, copy, agreed(LUNCH), TWO_WAY)).side is side


def test_a_later_clock_alone_changes_nothing():
    assert merge(LUNCH, replace(COPY, version="c2", updated=LATER), agreed(LUNCH), TWO_WAY) == [Keep(Reason.IN_STEP)]


def test_new_settings_rewrite_a_copy_that_nobody_touched():
    operation = only(merge(LUNCH, Copy.AS_AGREED, agreed(LUNCH), rules(PRIVATE)))
    assert (operation.side, operation.reason, operation.content) == (
        Side.COPY,
        Reason.SETTINGS,
        project(LUNCH, PRIVATE),
    )
    assert operation.fields == {Field.TITLE, Field.DESCRIPTION, Field.LOCATION, Field.SENSITIVITY}


def test_a_copy_whose_history_is_unknown_is_taken_as_it_is_when_it_agrees():
    assert merge(LUNCH, COPY, never(), TWO_WAY) == [Keep(Reason.FOUND)]


def test_a_copy_whose_history_is_unknown_is_put_right_by_its_origin_alone():
    found = edited(COPY, title="Who knows", location="Terrace")
    operation = only(merge(LUNCH, found, never(), TWO_WAY))
    assert operation == Update(Side.COPY, COPY.content, frozenset({Field.TITLE, Field.LOCATION}), Reason.FOUND)


def test_a_copy_that_another_calendar_took_over_is_written_once_so_that_its_mark_is_renewed():
    operation = only(merge(LUNCH, COPY, replace(never(), taken_over=True), rules()))
    assert operation == Update(Side.COPY, COPY.content, frozenset(), Reason.TAKEN_OVER)


def test_prints_of_another_link_tell_nothing():
    elsewhere = Known(salt=SALT + "!", origin=agreed(LUNCH).origin, copy=agreed(LUNCH).copy)
    assert PRINTS.of_event(LUNCH, elsewhere.salt) != elsewhere.origin
