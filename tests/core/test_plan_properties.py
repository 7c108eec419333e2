"""What holds for every plan, whatever people do: by generated events, and by a machine of people and syncs."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync.core.event import AllDay, Answer, Attendee, Content, Event, Field, Kind, Sensitivity, ShowAs, Timed
from sync.core.operation import Create, Operation, Side, Update
from sync.core.plan import Copy, Known, Rules, Sight
from sync.core.privacy import BUSY_TITLE, Looks
from tests.core.book import Book, Calendar
from tests.core.build import NOW, PLANNER, PRINTS, SALT, WINDOW, agreed, copy_of

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: BUSY_TITLE not in text and text.strip()
)
MOMENTS = st.one_of(
    st.builds(
        lambda hours, lasts: Timed(NOW + timedelta(hours=hours), NOW + timedelta(hours=hours + lasts), "Europe/Paris"),
        st.integers(-2000, 8000),
        st.integers(0, 50),
    ),
    st.builds(
        lambda day, lasts: AllDay(
            date(2026, 3, 2) + timedelta(days=day), date(2026, 3, 2) + timedelta(days=day + lasts)
        ),
        st.integers(-80, 330),
        st.integers(1, 9),
    ),
)
CHANGES: dict[Field, st.SearchStrategy[Any]] = {
    Field.TITLE: WORDS,
    Field.DESCRIPTION: st.one_of(st.just(""), WORDS),
    Field.LOCATION: st.one_of(st.just(""), WORDS),
    Field.WHEN: MOMENTS,
    Field.SHOW_AS: st.sampled_from(ShowAs),
    Field.SENSITIVITY: st.sampled_from(Sensitivity),
}
CONTENTS = st.builds(Content, **{field.value: values for field, values in CHANGES.items()})
GUESTS = st.lists(
    st.builds(Attendee, address=st.sampled_from(["a@x.example", "b@y.example"]), is_self=st.booleans()), max_size=2
).map(tuple)
EVENTS = st.builds(
    Event,
    id=st.just("o1"),
    version=st.just("v1"),
    content=CONTENTS,
    attendees=GUESTS,
    answer=st.sampled_from(Answer),
    kind=st.sampled_from(Kind),
    cancelled=st.booleans(),
    updated=st.sampled_from([None, NOW, NOW + timedelta(hours=1)]),
)
LOOKS = st.builds(Looks, private=st.booleans(), show_as=st.one_of(st.none(), st.sampled_from(ShowAs)))
RULES = st.builds(Rules, looks=LOOKS, two_way=st.booleans())
COPIES = st.one_of(st.sampled_from(Copy), st.builds(Event, id=st.just("c1"), version=st.just("c1"), content=CONTENTS,
                                                    updated=st.sampled_from([None, NOW])))  # fmt: skip


def plan(origin: Event | None, copy: Event | Copy, known: Known, by: Rules) -> list[Operation]:
    return PLANNER.plan(Sight(origin=origin, copy=copy, known=known), by, WINDOW, NOW)


@given(first=EVENTS, now=st.one_of(st.none(), EVENTS), copy=COPIES, by=RULES)
def test_a_plan_is_never_empty_and_has_one_operation_a_side(first, now, copy, by):
    operations = plan(now, copy, agreed(first, by.looks), by)
    sides = [getattr(o, "side", Side.COPY) for o in operations]
    assert operations
    assert len(set(sides)) == len(sides)


@given(first=EVENTS, now=EVENTS, copy=COPIES, by=RULES)
def test_no_field_is_written_to_a_copy_that_says_it_already(first, now, copy, by):
    for operation in plan(now, copy, agreed(first, by.looks), by):
        if isinstance(operation, Update) and isinstance(copy, Event):
            side = copy if operation.side is Side.COPY else now
            said, there = PRINTS.of_content(operation.content, SALT), PRINTS.of_content(side.content, SALT)
            assert operation.fields
            if operation.side is Side.COPY:
                assert all(said[name] != there[name] for name in operation.fields)


@given(first=EVENTS, now=st.one_of(st.none(), EVENTS), copy=COPIES, by=RULES)
def test_an_origin_is_touched_only_where_the_flow_is_two_way_and_nobody_else_is_invited(first, now, copy, by):
    touching = [o for o in plan(now, copy, agreed(first, by.looks), by) if getattr(o, "side", None) is Side.ORIGIN]
    if not by.two_way or now is None or now.has_guests:
        assert touching == []
    for operation in touching:
        if isinstance(operation, Update):
            assert not operation.fields & by.looks.masked
        else:
            assert not by.looks.private


@given(origin=EVENTS, copy=COPIES, by=RULES)
def test_what_was_carried_out_and_recorded_is_in_step(origin, copy, by):
    book = Book(by, None)
    book.home["o1"] = origin
    book.sync()
    for _, _, made in book.living():
        book.work[made.id] = replace(made, content=copy.content if isinstance(copy, Event) else made.content)
    book.sync()
    assert book.sync() == []


@given(origin=EVENTS, secret=st.text("xyz", min_size=8, max_size=8), show_as=st.one_of(st.none(), st.just(ShowAs.FREE)))
def test_a_private_copy_shows_no_masked_word_in_any_field(origin, secret, show_as):
    said = replace(origin.content, title=secret, description=secret, location=secret)
    guests = (*origin.attendees, Attendee(address=f"{secret}@x.example", name=secret))
    telling = replace(origin, content=said, attendees=guests, organizer=f"{secret}@x.example")
    shown = copy_of(telling, Looks(private=True, show_as=show_as, swap=(secret, "work"))).content
    assert secret not in repr(shown)
    assert (shown.title, shown.sensitivity) == (BUSY_TITLE, Sensitivity.PRIVATE)


@given(origins=st.lists(EVENTS, min_size=2, max_size=5), by=RULES, random=st.randoms(use_true_random=False))
def test_the_order_of_links_does_not_matter(origins, by, random):
    sights = [Sight(origin=e, copy=Copy.NEVER, known=Known(salt=str(n))) for n, e in enumerate(origins)]
    plans = {s.known.salt: PLANNER.plan(s, by, WINDOW, NOW) for s in sights}
    random.shuffle(sights)
    assert {s.known.salt: PLANNER.plan(s, by, WINDOW, NOW) for s in sights} == plans


@given(before=EVENTS, by=RULES, shift=st.integers(1, 500), lasts=st.integers(1, 5))
def test_an_all_day_event_stays_on_its_dates_in_every_copy(before, by, shift, lasts):
    start = date(2026, 1, 1) + timedelta(days=shift % 300)
    holiday = replace(before, content=replace(before.content, when=AllDay(start, start + timedelta(days=lasts))))
    for operation in plan(holiday, Copy.NEVER, Known(salt=SALT), by):
        if isinstance(operation, Create):
            assert operation.content.when == AllDay(start, start + timedelta(days=lasts))


class PeopleAndSyncs(RuleBasedStateMachine):
    """People do anything on both sides, in any order; what Hetk does in between must never hurt."""

    @initialize(out=LOOKS, back=LOOKS, two_way=st.booleans())
    def start(self, out: Looks, back: Looks, two_way: bool) -> None:
        self.book = Book(Rules(looks=out, two_way=two_way), Rules(looks=back, two_way=True) if two_way else None)
        self.settled = True

    def _side(self, at_work: bool) -> Calendar:
        self.settled = False
        return self.book.work if at_work else self.book.home

    def _pick(self, at_work: bool, number: int) -> tuple[Calendar, str]:
        side = self._side(at_work)
        return side, sorted(side)[number % len(side)] if side else ""

    @rule(at_work=st.booleans(), said=CONTENTS, guests=GUESTS)
    def somebody_makes_an_event(self, at_work: bool, said: Content, guests: tuple[Attendee, ...]) -> None:
        self.book.put(self._side(at_work), said, attendees=guests)

    @rule(at_work=st.booleans(), number=st.integers(0, 20), field=st.sampled_from(Field), data=st.data())
    def somebody_edits_an_event(self, at_work: bool, number: int, field: Field, data: st.DataObject) -> None:
        side, name = self._pick(at_work, number)
        if name:
            self.book.change(side, name, **{field.value: data.draw(CHANGES[field])})

    @rule(at_work=st.booleans(), number=st.integers(0, 20))
    def somebody_deletes_an_event(self, at_work: bool, number: int) -> None:
        side, name = self._pick(at_work, number)
        side.pop(name, None)

    @rule(at_work=st.booleans(), number=st.integers(0, 20), answer=st.sampled_from(Answer))
    def somebody_answers(self, at_work: bool, number: int, answer: Answer) -> None:
        side, name = self._pick(at_work, number)
        if name and not side[name].mark:
            side[name] = replace(side[name], answer=answer)

    @precondition(lambda self: hasattr(self, "book"))
    @rule()
    def hetk_syncs_until_nothing_is_left_to_do(self) -> None:
        self.book.sync()
        assert self.book.sync() == [], "a second look wrote again"
        self.settled = True

    @invariant()
    def no_origin_was_renamed_busy(self) -> None:
        own = [e for side in (self._home(), self._work()) for e in side.values() if not e.mark]
        assert BUSY_TITLE not in {event.content.title for event in own}

    @invariant()
    def once_settled_both_sides_agree_and_nothing_is_doubled(self) -> None:
        if not getattr(self, "settled", False):
            return
        tied = []
        for flow, origin, copy in self.book.living():
            tied.append(copy.id)
            wanted = PRINTS.of_content(copy_of(origin, flow.rules.looks).content, SALT)
            assert PRINTS.of_content(copy.content, SALT) == wanted
        copies = [e.id for side in (self._home(), self._work()) for e in side.values() if e.mark]
        assert sorted(tied) == sorted(copies)

    def _home(self) -> Calendar:
        return self.book.home if hasattr(self, "book") else {}

    def _work(self) -> Calendar:
        return self.book.work if hasattr(self, "book") else {}


TestPeopleAndSyncs = PeopleAndSyncs.TestCase
TestPeopleAndSyncs.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
