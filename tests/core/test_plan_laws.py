"""Laws of the planner beyond single plans: it repeats itself, asks for no more than it must, and lets nothing through.

500 examples of each; `EXAMPLES=50000 make test TESTS=tests/core/test_plan_laws.py` plays more.
"""

import os
from dataclasses import replace
from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.event import Event, Field, Timed
from sync.core.operation import Create, Delete, Forget, Keep, Operation, Reason, Side, Skip, Update
from sync.core.plan import Copy, Known, Rules, Sight
from sync.core.privacy import Looks, project
from tests.core.book import Book
from tests.core.build import NOW, PLANNER, PRINTS, SALT, WINDOW, agreed, copy_of, when
from tests.core.test_plan_properties import CHANGES, CONTENTS, EVENTS, GUESTS, LOOKS, RULES, SAID, Scene, scenes

law = settings(max_examples=int(os.environ.get("EXAMPLES", "500")))
Edit = tuple[bool, dict[str, Any]]


def plan(scene: Scene, by: Rules, known: Known) -> list[Operation]:
    return PLANNER.plan(Sight(origin=scene.now, copy=scene.copy, known=known), by, WINDOW, NOW)


def backwards(known: Known) -> Known:
    """The same memory, with its fields in the other order."""
    origin, written, copy = (
        dict(reversed(list(prints.items()))) for prints in (known.origin, known.written, known.copy)
    )
    return replace(known, origin=origin, written=written, copy=copy)


def side_of(operation: Operation) -> Side:
    return operation.side if isinstance(operation, Update | Delete) else Side.COPY


@law
@given(scene=scenes(), ending=st.booleans(), doubt=st.booleans())
def test_the_same_question_has_the_same_answer_in_whatever_order_the_fields_stand(scene, ending, doubt):
    by, known = replace(scene.by, ending=ending), replace(agreed(scene.first, scene.by.looks), in_doubt=doubt)
    assert plan(scene, by, known) == plan(scene, by, known) == plan(scene, by, backwards(known))


@law
@given(scene=scenes(), ending=st.booleans(), doubt=st.booleans(), forgotten=st.booleans())
def test_whatever_is_planned_has_a_reason_for_people_and_one_operation_a_side(scene, ending, doubt, forgotten):
    known = Known(salt=SALT) if forgotten else replace(agreed(scene.first, scene.by.looks), in_doubt=doubt)
    operations = plan(scene, replace(scene.by, ending=ending), known)
    assert operations
    assert len({side_of(operation) for operation in operations}) == len(operations) <= 2
    assert all(isinstance(o.reason, Reason) and o.reason.sentence for o in operations)


@law
@given(scene=scenes(), doubt=st.booleans())
def test_only_what_somebody_changed_is_written(scene, doubt):
    """Minimal: each field that is written was changed on one of both sides, or nobody knows what stands there."""
    known = agreed(scene.first, scene.by.looks)
    before = PRINTS.of_content(project(scene.first, scene.by.looks), SALT)
    for operation in plan(scene, scene.by, replace(known, in_doubt=doubt)):
        if not isinstance(operation, Update) or scene.now is None:
            continue
        wanted = PRINTS.of_content(project(scene.now, scene.by.looks), SALT)
        there = PRINTS.of_content(scene.copy.content, SALT) if isinstance(scene.copy, Event) else before
        changed = {name for name in Field if wanted[name] != before[name] or there[name] != before[name]}
        assert operation.fields
        assert operation.fields <= (set(Field) if doubt and not isinstance(scene.copy, Event) else changed)


@law
@given(origin=EVENTS, by=RULES, seen=st.booleans())
def test_where_nobody_changed_anything_nothing_is_written(origin, by, seen):
    copy = copy_of(origin, by.looks) if seen else Copy.AS_AGREED
    operations = plan(Scene(origin, origin, copy, by), by, agreed(origin, by.looks))
    assert not any(isinstance(o, Create | Update) for o in operations)
    assert all(isinstance(o, Keep | Delete) for o in operations)


@law
@given(one=CONTENTS, other=CONTENTS, guests=st.tuples(GUESTS, GUESTS), show_as=LOOKS, base=EVENTS)
def test_two_events_that_differ_only_in_what_is_hidden_have_the_same_copy(one, other, guests, show_as, base):
    """Nothing of a hidden field gets through, whatever it holds: not even that it is there."""
    looks = Looks(private=True, show_as=show_as.show_as)
    other = replace(other, when=one.when, show_as=one.show_as)
    first, second = (replace(base, content=c, attendees=a) for c, a in ((one, guests[0]), (other, guests[1])))
    assert project(first, looks) == project(second, looks)


@law
@given(scene=scenes(), fields=SAID)
def test_what_a_flow_hides_stands_in_no_write_to_a_copy(scene, fields):
    known = agreed(scene.first, scene.by.looks)
    for operation in plan(scene, scene.by, known):
        if isinstance(operation, Create | Update) and side_of(operation) is Side.COPY and scene.now is not None:
            allowed = project(scene.now, scene.by.looks)
            for field in scene.by.looks.masked:
                assert getattr(operation.content, field.value) == getattr(allowed, field.value)


@law
@given(
    origin=st.one_of(st.none(), EVENTS), by=RULES, ending=st.booleans(), copy=st.sampled_from([Copy.NEVER, Copy.AWAY])
)
def test_where_there_is_no_copy_of_ours_nothing_is_changed_or_deleted(origin, by, ending, copy):
    """Rules 3 and 11: without a copy that carries our mark there is nothing in the target that could be touched."""
    known = agreed(origin, by.looks) if origin is not None else Known(salt=SALT)
    operations = PLANNER.plan(Sight(origin=origin, copy=copy, known=known), replace(by, ending=ending), WINDOW, NOW)
    assert all(isinstance(o, Create | Skip | Forget) for o in operations)


@law
@given(scene=scenes(), looks=LOOKS)
def test_a_change_of_the_settings_makes_no_copy_anew(scene, looks):
    """In place: whatever is set, an existing copy of an event that is still wanted is neither deleted nor made again."""
    if scene.now is None or not isinstance(scene.copy, Event):
        return
    operations = plan(scene, replace(scene.by, looks=looks), agreed(scene.first, scene.by.looks))
    before = plan(scene, scene.by, agreed(scene.first, scene.by.looks))
    assert not any(isinstance(o, Create) for o in operations)
    assert any(isinstance(o, Delete) for o in operations) == any(isinstance(o, Delete) for o in before)


@settings(max_examples=law.max_examples // 4)
@given(
    said=CONTENTS,
    out=LOOKS,
    two_way=st.booleans(),
    fields=st.permutations(list(Field)),
    number=st.integers(1, 3),
    data=st.data(),
)
def test_edits_of_different_fields_arrive_in_whatever_order_they_are_made_and_seen(
    said, out, two_way, fields, number, data
):
    """A person edits some fields of the origin, another some of its copy; nobody's order changes what stands there in the end."""
    ours, theirs = fields[:number], fields[number : number + 2]
    edits: list[Edit] = [(True, drawn(data, ours)), (False, drawn(data, theirs))]
    ends = [after(said, out, two_way, order, between) for order in permutations(edits) for between in (True, False)]
    assert all(end == ends[0] for end in ends)


def drawn(data: st.DataObject, fields: list[Field]) -> dict[str, Any]:
    chosen = {field.value: data.draw(CHANGES[field]) for field in fields}
    # A place in time outside the window is a rule of its own.
    return {name: when(30) if isinstance(value, Timed) or name == "when" else value for name, value in chosen.items()}


def after(said: Any, out: Looks, two_way: bool, edits: tuple[Edit, ...], between: bool) -> list[Any]:
    """What both calendars say once these edits were made in this order, with or without a look in between."""
    back = Rules(looks=Looks(private=False), two_way=True) if two_way else None
    book = Book(Rules(looks=out, two_way=two_way), back)
    name = book.put(book.home, replace(said, when=when()))
    book.sync()
    (copy,) = (id for id, event in book.work.items() if event.mark)
    for at_home, changes in edits:
        book.change(book.home if at_home else book.work, name if at_home else copy, **changes)
        if between:
            book.sync()
    book.sync()
    assert book.sync() == []
    return [book.home[name].content, book.work[copy].content]
