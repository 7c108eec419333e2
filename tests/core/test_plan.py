"""The table: one test per arm of `Planner.plan`, in the order of its arms."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.core.event import Answer, Attendee, Event, Field, Kind
from sync.core.operation import Create, Delete, Forget, Operation, Reason, Side, Skip, Update
from sync.core.plan import Copy, Known, Rules, Sight
from sync.core.privacy import project
from tests.core.build import (
    BOB,
    ME,
    NOW,
    OPEN,
    PLANNER,
    PRIVATE,
    WINDOW,
    agreed,
    content,
    copy_of,
    edited,
    event,
    never,
    rules,
    when,
)

LUNCH = event()
FAR = event(content(when=when(hours=24 * 800)))
PAST = event(content(when=when(hours=-24 * 200)))
COPIES = [copy_of(LUNCH), Copy.AS_AGREED]
NO_COPIES = [Copy.NEVER, Copy.AWAY, Copy.GONE]


def plan(origin: Event | None, copy: Event | Copy, known: Known, by: Rules | None = None) -> list[Operation]:
    return PLANNER.plan(Sight(origin=origin, copy=copy, known=known), by or rules(), WINDOW, NOW)


@pytest.mark.parametrize("origin", [LUNCH, None], ids=["with its origin", "without"])
@pytest.mark.parametrize("copy", COPIES)
def test_ending_takes_the_copy_along_whatever_stands_in_it(origin, copy):
    assert plan(origin, copy, agreed(LUNCH), rules(ending=True)) == [Delete(Side.COPY, Reason.ENDING)]


@pytest.mark.parametrize("copy", NO_COPIES)
def test_ending_forgets_what_has_no_copy_and_never_makes_one(copy):
    assert plan(LUNCH, copy, agreed(LUNCH), rules(ending=True)) == [Forget(Reason.ENDING)]


@pytest.mark.parametrize("copy", NO_COPIES)
def test_where_both_sides_are_gone_nothing_is_left_to_tie(copy):
    assert plan(None, copy, agreed(LUNCH)) == [Forget()]


@pytest.mark.parametrize("copy", [*COPIES, edited(copy_of(LUNCH), title="Scribble")])
def test_a_deleted_origin_takes_its_copy_along(copy):
    assert plan(None, copy, agreed(LUNCH), rules(two_way=True)) == [Delete(Side.COPY, Reason.ORIGIN_GONE)]


def test_an_event_that_left_the_window_takes_its_copy_along():
    later = edited(LUNCH, when=FAR.content.when)
    (operation,) = plan(later, Copy.AS_AGREED, agreed(LUNCH))
    assert operation == Update(Side.COPY, project(later, OPEN), frozenset({Field.WHEN}), Reason.ORIGIN_CHANGED)


def test_what_the_window_has_passed_keeps_its_copy():
    (operation,) = plan(PAST, Copy.AS_AGREED, agreed(PAST))
    assert operation.reason is Reason.IN_STEP


EXCLUDED = [
    (replace(LUNCH, kind=Kind.WORKING_LOCATION), Reason.WORKING_LOCATION),
    (replace(LUNCH, kind=Kind.BIRTHDAY), Reason.BIRTHDAY),
    (replace(LUNCH, cancelled=True), Reason.CANCELLED),
    (replace(LUNCH, answer=Answer.DECLINED), Reason.DECLINED),
    (replace(LUNCH, attendees=(ME, Attendee(address="Alice@Work.example"))), Reason.SAME_MEETING),
]
EXCLUSIONS = pytest.mark.parametrize(("origin", "reason"), EXCLUDED, ids=[reason for _, reason in EXCLUDED])


@EXCLUSIONS
@pytest.mark.parametrize("copy", COPIES)
def test_what_must_not_be_copied_any_more_loses_its_copy(origin, reason, copy):
    by = rules(two_way=True, target="alice@work.example")
    assert plan(origin, copy, agreed(LUNCH), by) == [Delete(Side.COPY, reason)]


def test_an_event_ahead_of_the_window_is_looked_at_again_when_it_comes_in():
    (operation,) = plan(FAR, Copy.NEVER, never())
    assert operation == Skip(Reason.OUTSIDE_WINDOW, again_at=WINDOW.enters_at(FAR.content.when, NOW))
    assert operation.again_at is not None
    assert operation.again_at > NOW


def test_an_event_behind_the_window_is_never_looked_at_again():
    assert plan(PAST, Copy.NEVER, never()) == [Skip(Reason.OUTSIDE_WINDOW, again_at=None)]


@EXCLUSIONS
def test_what_must_not_be_copied_gets_no_copy_and_says_why(origin, reason):
    assert plan(origin, Copy.NEVER, never(), rules(target="alice@work.example")) == [Skip(reason)]


@pytest.mark.parametrize("copy", [Copy.AWAY, Copy.GONE])
@EXCLUSIONS
def test_where_the_copy_was_deleted_besides_nobody_misses_it(origin, reason, copy):
    by = rules(two_way=True, target="alice@work.example")
    assert plan(origin, copy, agreed(LUNCH), by) == [Skip(reason, away=False)]


@pytest.mark.parametrize("copy", [Copy.AWAY, Copy.GONE])
def test_outside_the_window_a_deleted_copy_stays_away(copy):
    assert plan(FAR, copy, agreed(LUNCH), rules(two_way=True)) == [Skip(Reason.OUTSIDE_WINDOW, away=True)]


def test_an_organizer_who_is_the_target_himself_is_not_a_second_invitation():
    own = replace(LUNCH, attendees=(Attendee(address="alice@work.example", is_self=True), BOB))
    assert isinstance(plan(own, Copy.NEVER, never(), rules(target="alice@work.example"))[0], Create)


@pytest.mark.parametrize("kind", [Kind.DEFAULT, Kind.OUT_OF_OFFICE, Kind.FOCUS_TIME])
def test_a_new_event_gets_a_copy_of_its_generation(kind):
    origin = replace(LUNCH, kind=kind)
    assert plan(origin, Copy.NEVER, never(3)) == [Create(project(origin, OPEN), 3, Reason.NEW)]


@pytest.mark.parametrize("copy", [Copy.AWAY, Copy.GONE])
@pytest.mark.parametrize("looks", [OPEN, PRIVATE], ids=["open", "private"])
def test_a_deleted_copy_comes_back_under_the_next_generation_when_its_origin_changes(copy, looks):
    origin = edited(LUNCH, title="Dinner")
    operations = plan(origin, copy, agreed(LUNCH, looks, generation=2), rules(looks, two_way=True))
    assert operations == [Create(project(origin, looks), 3, Reason.ORIGIN_CHANGED)]


def test_in_an_open_two_way_pair_the_origin_follows_its_deleted_copy():
    operations = plan(LUNCH, Copy.GONE, agreed(LUNCH), rules(two_way=True))
    assert operations == [Delete(Side.ORIGIN, Reason.COPY_DELETED)]


STAYS = {
    "one-way": (LUNCH, rules()),
    "private": (LUNCH, rules(PRIVATE, two_way=True)),
    "guests": (replace(LUNCH, attendees=(ME, BOB)), rules(two_way=True)),
}


@pytest.mark.parametrize(("origin", "by"), STAYS.values(), ids=STAYS)
def test_elsewhere_a_deleted_copy_stays_away_and_its_origin_stands(origin, by):
    assert plan(origin, Copy.GONE, agreed(origin, by.looks), by) == [Skip(Reason.KEPT_AWAY, away=True)]


def test_a_copy_that_stays_away_does_not_take_its_origin_along_later():
    assert plan(LUNCH, Copy.AWAY, agreed(LUNCH), rules(two_way=True)) == [Skip(Reason.KEPT_AWAY, away=True)]


def test_an_answer_alone_does_not_bring_a_deleted_copy_back():
    answered = replace(LUNCH, version="v2", answer=Answer.ACCEPTED)
    assert plan(answered, Copy.AWAY, agreed(LUNCH)) == [Skip(Reason.KEPT_AWAY, away=True)]


@pytest.mark.parametrize("copy", COPIES)
def test_what_stands_on_both_sides_is_merged_and_here_agrees(copy):
    (operation,) = plan(LUNCH, copy, agreed(LUNCH))
    assert operation.reason is Reason.IN_STEP


@pytest.mark.parametrize("origin", [None, LUNCH, FAR, PAST, *(origin for origin, _ in EXCLUDED)])
@pytest.mark.parametrize("copy", [*COPIES, *NO_COPIES])
@pytest.mark.parametrize("ending", [False, True])
def test_the_table_has_no_hole(origin, copy, ending):
    operations = plan(origin, copy, agreed(LUNCH), rules(target="alice@work.example", ending=ending))
    assert 1 <= len(operations) <= 2


def test_the_edge_of_the_window_does_not_flap():
    # The last day outside and the first day inside: a copy once made is kept whichever side of the edge it is on.
    edge = event(content(when=when(hours=(WINDOW.end - NOW.date()).days * 24)))
    assert isinstance(plan(edge, Copy.NEVER, never())[0], Skip)
    before = edited(edge, when=when(hours=(WINDOW.end - NOW.date() - timedelta(days=1)).days * 24))
    assert isinstance(plan(before, Copy.NEVER, never())[0], Create)
    assert [type(o) for o in plan(edge, Copy.AS_AGREED, agreed(before))] == [Update]
