"""What holds for every plan, whatever people do: by generated events, and by a machine of people and syncs."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sync.core.event import AllDay, Answer, Attendee, Content, Event, Field, Kind, Sensitivity, ShowAs, Timed
from sync.core.filters import Filters, Hours, Unanswered, WholeDays, unwanted
from sync.core.operation import Create, Delete, Operation, Side, Update
from sync.core.plan import Copy, Known, Rules, Sight
from sync.core.privacy import BUSY_TITLE, TITLE_PLACE, Detail, Looks, project, stripped
from tests.core.book import Book, Calendar
from tests.core.build import NOW, PLANNER, PRINTS, SALT, WINDOW, agreed, copy_of, when

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
NUMBERS = st.integers(0, 9)
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
LOOKS = st.builds(
    Looks,
    private=st.booleans(),
    hide=st.frozensets(st.sampled_from(Detail)),
    template=st.sampled_from([TITLE_PLACE, TITLE_PLACE, "[W] {title}", "{title} (w)"]),
    show_as=st.one_of(st.none(), st.sampled_from(ShowAs)),
    whole_days_free=st.booleans(),
    unanswered_tentative=st.booleans(),
)
FILTERS = st.builds(
    Filters,
    whole_days=st.sampled_from(WholeDays),
    unanswered=st.sampled_from(Unanswered),
    free=st.booleans(),
    declined=st.booleans(),
    out_of_office=st.booleans(),
    focus_time=st.booleans(),
    hours=st.one_of(
        st.none(), st.builds(Hours, st.just("Europe/Tallinn"), st.frozensets(st.integers(1, 7), min_size=1))
    ),
    not_with=st.sampled_from([(), ("a", "e")]),
)
RULES = st.builds(
    Rules, looks=LOOKS, filters=st.one_of(st.just(Filters()), st.just(Filters()), FILTERS), two_way=st.booleans()
)
TIMES = st.sampled_from([None, NOW, NOW + timedelta(hours=1)])
SAID = st.fixed_dictionaries({}, optional={field.value: values for field, values in CHANGES.items()})


@dataclass(frozen=True)
class Scene:
    """An origin that was agreed, what people made of both sides since, and the flow's rules."""

    first: Event
    now: Event | None
    copy: Event | Copy
    by: Rules

    def plan(self) -> list[Operation]:
        return plan(self.now, self.copy, agreed(self.first, self.by.looks), self.by)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Mostly what happens: few fields change at once, on one side or on both."""
    first, by = draw(EVENTS), draw(RULES)
    now = replace(first, content=replace(first.content, **draw(SAID)), updated=draw(TIMES))
    copy = copy_of(first, by.looks)
    copy = replace(copy, content=replace(copy.content, **draw(SAID)), updated=draw(TIMES))
    return Scene(
        first, draw(st.sampled_from([now, now, now, None])), draw(st.sampled_from([copy, copy, copy, *Copy])), by
    )


def plan(origin: Event | None, copy: Event | Copy, known: Known, by: Rules) -> list[Operation]:
    return PLANNER.plan(Sight(origin=origin, copy=copy, known=known), by, WINDOW, NOW)


@given(scene=scenes())
def test_a_plan_is_never_empty_and_has_one_operation_a_side(scene):
    operations = scene.plan()
    sides = [getattr(o, "side", Side.COPY) for o in operations]
    assert operations
    assert len(set(sides)) == len(sides)


@given(scene=scenes())
def test_no_field_is_written_to_a_copy_that_says_it_already(scene):
    for operation in scene.plan():
        if isinstance(operation, Update) and isinstance(scene.copy, Event) and operation.side is Side.COPY:
            said, there = (PRINTS.of_content(c, SALT) for c in (operation.content, scene.copy.content))
            assert operation.fields
            assert all(said[name] != there[name] for name in operation.fields)


@given(scene=scenes())
def test_an_origin_is_touched_only_where_the_flow_is_two_way_and_nobody_else_is_invited(scene):
    touching = [o for o in scene.plan() if getattr(o, "side", None) is Side.ORIGIN]
    if not scene.by.two_way or scene.now is None or scene.now.has_guests:
        assert touching == []
    for operation in touching:
        if isinstance(operation, Update):
            assert not operation.fields & scene.by.looks.masked
            for field in set(Field) - operation.fields:
                assert getattr(operation.content, field.value) == getattr(scene.now.content, field.value)
        else:
            assert not scene.by.looks.hidden


@given(scene=scenes())
def test_what_was_carried_out_and_recorded_is_in_step(scene):
    book = Book(scene.by, None)
    book.home["o1"] = scene.first
    book.sync()
    for _, _, made in list(book.living()):
        if isinstance(scene.copy, Event):
            book.work[made.id] = replace(made, content=scene.copy.content, updated=scene.copy.updated)
    if scene.now is not None:
        book.home["o1"] = scene.now
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


@given(origin=EVENTS, looks=LOOKS)
def test_a_hidden_detail_shows_in_no_field_whatever_else_is_shown(origin, looks):
    said = replace(origin.content, title="zzTITLE", description="zzDESCRIPTION", location="zzLOCATION")
    guest = Attendee(address="zzGUESTS@x.example", name="zzGUESTS")
    telling = replace(origin, content=said, attendees=(*origin.attendees, guest))
    shown = copy_of(telling, looks).content
    for detail in Detail:
        assert (f"zz{detail.name}" in repr(shown)) is (detail not in looks.hidden)


@given(origin=EVENTS, before=LOOKS, looks=LOOKS)
def test_a_copy_that_was_stripped_shows_no_more_than_one_made_anew(origin, before, looks):
    said = replace(origin.content, title="zzTITLE", description="zzDESCRIPTION", location="zzLOCATION")
    guest = Attendee(address="zzGUESTS@x.example", name="zzGUESTS")
    copy = project(replace(origin, content=said, attendees=(guest,)), before)
    bare = stripped(copy, looks)
    assert all(f"zz{detail.name}" not in repr(bare) for detail in looks.hidden)
    assert bare.sensitivity is (Sensitivity.PRIVATE if looks.private else copy.sensitivity)
    assert stripped(bare, looks) == bare
    assert (bare.when, bare.show_as) == (copy.when, copy.show_as)


@given(origin=EVENTS, by=RULES)
def test_what_the_person_leaves_out_gets_no_copy_and_the_copy_it_had_goes(origin, by):
    reason = unwanted(origin, by.filters)
    created = plan(origin, Copy.NEVER, Known(salt=SALT), by)
    kept = plan(origin, copy_of(origin, by.looks), agreed(origin, by.looks), by)
    if reason is not None:
        assert not any(isinstance(o, Create) for o in created)
        assert [(type(o), getattr(o, "side", None)) for o in kept] == [(Delete, Side.COPY)]


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

    @initialize(out=RULES, back=st.one_of(st.none(), RULES), said=CONTENTS)
    def start(self, out: Rules, back: Rules | None, said: Content) -> None:
        two_way = back is not None
        self.book = Book(replace(out, two_way=two_way), replace(back, two_way=True) if back else None)
        self.book.put(self.book.home, replace(said, when=when()))
        self.book.sync()
        self.settled = True

    def _pick(self, number: int) -> tuple[Calendar, str]:
        """Some event of either side, an origin or a copy."""
        self.settled = False
        there = [(side, name) for side in (self.book.home, self.book.work) for name in sorted(side)]
        return there[number % len(there)] if there else ({}, "")

    @rule(at_work=st.booleans(), said=CONTENTS, guests=GUESTS)
    def somebody_makes_an_event(self, at_work: bool, said: Content, guests: tuple[Attendee, ...]) -> None:
        self.settled = False
        self.book.put(self.book.work if at_work else self.book.home, said, attendees=guests)

    @rule(number=NUMBERS, said=SAID)
    def somebody_edits_an_event(self, number: int, said: dict[str, object]) -> None:
        side, name = self._pick(number)
        if name:
            self.book.change(side, name, **said)

    @rule(number=NUMBERS)
    def somebody_deletes_an_event(self, number: int) -> None:
        side, name = self._pick(number)
        side.pop(name, None)

    @rule(number=NUMBERS, answer=st.sampled_from(Answer))
    def somebody_answers(self, number: int, answer: Answer) -> None:
        side, name = self._pick(number)
        if name and not side[name].mark:
            side[name] = replace(side[name], answer=answer)

    @rule(number=NUMBERS, by=RULES)
    def somebody_changes_what_is_copied_and_how_it_looks(self, number: int, by: Rules) -> None:
        self.settled = False
        flow = self.book.flows[number % len(self.book.flows)]
        flow.rules = replace(flow.rules, looks=by.looks, filters=by.filters)

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
            assert unwanted(origin, flow.rules.filters) is None
            wanted = PRINTS.of_content(copy_of(origin, flow.rules.looks).content, SALT)
            assert PRINTS.of_content(copy.content, SALT) == wanted
        copies = [e.id for side in (self._home(), self._work()) for e in side.values() if e.mark]
        assert sorted(tied) == sorted(copies)

    def _home(self) -> Calendar:
        return self.book.home if hasattr(self, "book") else {}

    def _work(self) -> Calendar:
        return self.book.work if hasattr(self, "book") else {}


TestPeopleAndSyncs = PeopleAndSyncs.TestCase
TestPeopleAndSyncs.settings = settings(max_examples=100, stateful_step_count=15)
