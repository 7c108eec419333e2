"""The label of copies: given with the first write, changed with the setting, and a person's own choice left alone."""

from dataclasses import replace

from sync.core.event import Event, Field
from sync.core.operation import Create, Keep, Operation, Reason, Side, Update
from sync.core.plan import Copy, Known, Sight
from sync.core.privacy import project
from tests.core.build import NOW, OPEN, PLANNER, WINDOW, agreed, copy_of, edited, event, never, rules

LUNCH = event()
COPY = copy_of(LUNCH)
BLUE, PLAIN = replace(rules(), label="blue"), rules()
TWO_WAY = replace(rules(two_way=True), label="blue")


def plan(copy: Event | Copy, known: Known, by=BLUE, origin: Event = LUNCH) -> list[Operation]:
    return PLANNER.plan(Sight(origin=origin, copy=copy, known=known), by, WINDOW, NOW)


def given(label: str) -> Known:
    return replace(agreed(LUNCH), label=label)


def test_a_new_copy_is_labelled_whatever_colour_its_origin_has():
    (made,) = plan(Copy.NEVER, never(), origin=replace(LUNCH, label="red"))
    assert made == Create(project(LUNCH, OPEN), 0, Reason.NEW, "blue")


def test_another_label_is_one_write_that_changes_nothing_else():
    for copy in (Copy.AS_AGREED, COPY, replace(COPY, label="red")):
        for by, before in ((BLUE, ""), (BLUE, "red"), (TWO_WAY, "green")):
            wanted = Update(Side.COPY, project(LUNCH, OPEN), frozenset(), Reason.SETTINGS, "blue", True)
            assert plan(copy, given(before), by) == [wanted]
    none = Update(Side.COPY, project(LUNCH, OPEN), frozenset(), Reason.SETTINGS, "", True)
    assert plan(replace(COPY, label="blue"), given("blue"), PLAIN) == [none]


def test_a_label_that_was_given_or_stands_there_is_not_written_again():
    kept = [Keep(Reason.IN_STEP)]
    assert plan(Copy.AS_AGREED, given("blue")) == kept
    assert plan(replace(COPY, label="blue"), given("")) == kept
    assert plan(Copy.AS_AGREED, given(""), PLAIN) == kept
    assert plan(replace(COPY, label="blue"), never()) == [Keep(Reason.FOUND)]


def test_a_colour_that_a_person_gave_is_left_alone_and_is_no_change_of_the_copy():
    for by in (BLUE, TWO_WAY):
        assert plan(replace(COPY, label="red", version="c2"), given("blue"), by) == [Keep(Reason.IN_STEP)]
    assert plan(replace(COPY, label="red"), given(""), PLAIN) == [Keep(Reason.IN_STEP)]


def test_a_write_for_another_reason_says_the_label_and_does_not_force_it():
    dinner = edited(LUNCH, title="Dinner")
    wanted = Update(Side.COPY, project(dinner, OPEN), frozenset({Field.TITLE}), Reason.ORIGIN_CHANGED, "blue", False)
    assert plan(Copy.AS_AGREED, given("blue"), origin=dinner) == [wanted]


def test_an_origin_is_never_labelled():
    back, forward = plan(edited(COPY, title="Dinner"), given("red"), TWO_WAY)
    assert isinstance(back, Update)
    assert (back.side, back.label, back.relabel) == (Side.ORIGIN, "", False)
    assert isinstance(forward, Update)
    assert (forward.content.title, forward.label, forward.relabel) == ("Dinner", "blue", True)
