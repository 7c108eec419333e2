"""What a flow leaves out: each filter by a table of events that pass and events that do not."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from sync.core.event import AllDay, Answer, Content, Event, Kind, ShowAs, Timed, When
from sync.core.filters import Filters, Hours, Unanswered, WholeDays, unwanted, words
from sync.core.operation import Create, Delete, Reason, Side, Skip, Update
from sync.core.plan import Copy, Rules, Sight
from tests.core.build import NOW, OPEN, PLANNER, WINDOW, agreed, content, copy_of, event, never

HOLIDAY = event(content(when=AllDay(date(2026, 3, 3), date(2026, 3, 4))))
FREE = event(content(show_as=ShowAs.FREE))

CASES = [
    ("all-day events pass at first", HOLIDAY, Filters(), None),
    ("as free they pass too", HOLIDAY, Filters(whole_days=WholeDays.FREE), None),
    ("all-day events left out", HOLIDAY, Filters(whole_days=WholeDays.SKIP), Reason.ALL_DAY),
    ("timed ones are no all-day events", event(), Filters(whole_days=WholeDays.SKIP), None),
    ("free events pass at first", FREE, Filters(), None),
    ("free events left out", FREE, Filters(free=False), Reason.FREE),
    ("busy ones are not free", event(), Filters(free=False), None),
    ("declined is left out at first", event(answer=Answer.DECLINED), Filters(), Reason.DECLINED),
    ("declined wanted", event(answer=Answer.DECLINED), Filters(declined=True), None),
    ("unanswered passes at first", event(answer=Answer.UNANSWERED), Filters(), None),
    ("unanswered as is", event(answer=Answer.UNANSWERED), Filters(unanswered=Unanswered.AS_IS), None),
    ("unanswered left out", event(answer=Answer.UNANSWERED), Filters(unanswered=Unanswered.SKIP), Reason.UNANSWERED),
    ("maybe is an answer", event(answer=Answer.TENTATIVE), Filters(unanswered=Unanswered.SKIP), None),
    ("out of office", event(kind=Kind.OUT_OF_OFFICE), Filters(), None),
    ("no out of office", event(kind=Kind.OUT_OF_OFFICE), Filters(out_of_office=False), Reason.OUT_OF_OFFICE),
    ("focus time", event(kind=Kind.FOCUS_TIME), Filters(), None),
    ("no focus time", event(kind=Kind.FOCUS_TIME), Filters(focus_time=False), Reason.FOCUS_TIME),
    ("a word asked for", event(content("Team LUNCH")), Filters(only_with=("dinner", "lunch")), None),
    ("no word asked for", event(content("Tea")), Filters(only_with=("dinner", "lunch")), Reason.WITHOUT_WORD),
    ("a title that is empty", event(content("")), Filters(only_with=("lunch",)), Reason.WITHOUT_WORD),
    ("a word left out", event(content("Team Lunch")), Filters(not_with=("gym", "lunch")), Reason.WITH_WORD),
    ("no word left out", event(content("Team Lunch")), Filters(not_with=("gym",)), None),
    ("words without regard to case", event(content("STRASSE")), Filters(not_with=("straße",)), Reason.WITH_WORD),
    ("kept out by its title", event(content("Gym #NoSync")), Filters(keep_out="#nosync"), Reason.KEPT_OUT),
    ("nothing keeps out", event(content("Gym #nosync")), Filters(), None),
]


@pytest.mark.parametrize(("said", "filters", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_an_event_is_left_out_by_what_the_person_asked_and_by_nothing_else(
    said: Event, filters: Filters, reason: Reason | None
) -> None:
    assert unwanted(said, filters) is reason


@pytest.mark.parametrize(("said", "filters", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_is_left_out_gets_no_copy_and_loses_the_one_it_has(said, filters, reason):
    by = Rules(looks=OPEN, filters=filters)
    (first,) = PLANNER.plan(Sight(origin=said, copy=Copy.NEVER, known=never()), by, WINDOW, NOW)
    (later,) = PLANNER.plan(Sight(origin=said, copy=copy_of(said), known=agreed(said)), by, WINDOW, NOW)
    if reason is None:
        assert isinstance(first, Create)
        assert not isinstance(later, Delete)
    else:
        assert (first, later) == (Skip(reason), Delete(Side.COPY, reason))


@pytest.mark.parametrize("kind", [Kind.WORKING_LOCATION, Kind.BIRTHDAY])
def test_working_locations_and_birthdays_are_never_copied_whatever_is_asked(kind):
    by = Rules(looks=OPEN, filters=Filters(declined=True, only_with=("lunch",)))
    (operation,) = PLANNER.plan(Sight(origin=event(kind=kind), copy=Copy.NEVER, known=never()), by, WINDOW, NOW)
    assert isinstance(operation, Skip)
    assert operation.reason.value == kind.value


def test_every_reason_to_leave_an_event_out_has_a_sentence_of_its_own():
    reasons = {case[3] for case in CASES if case[3]} | {Reason.OUTSIDE_HOURS}
    assert len({reason.sentence for reason in reasons}) == len(reasons)


def test_an_event_that_was_left_out_and_is_wanted_again_gets_a_copy_of_the_next_generation():
    known = never(generation=1)
    (operation,) = PLANNER.plan(Sight(origin=event(), copy=Copy.NEVER, known=known), Rules(looks=OPEN), WINDOW, NOW)
    assert isinstance(operation, Create)
    assert operation.generation == 1


OFFICE = Hours("Europe/Tallinn", frozenset({1, 2, 3, 4, 5}), time(9), time(17))
NIGHT = Hours("Europe/Tallinn", frozenset({5}), time(22), time(6))
WEEKEND = Hours("America/New_York", frozenset({6, 7}))


def at(day: int, hour: int, minute: int = 0, *, lasts: float = 1, month: int = 3) -> Timed:
    """Of 2026, in UTC. 2 March is a Monday; Tallinn is two hours ahead, New York five behind."""
    start = datetime(2026, month, day, hour, minute, tzinfo=UTC)
    return Timed(start, start + timedelta(hours=lasts))


def days(first: int, last: int) -> AllDay:
    return AllDay(date(2026, 3, first), date(2026, 3, last))


HOURS: list[tuple[str, Hours, When, bool]] = [
    ("in the middle", OFFICE, at(2, 10), True),
    ("ends as they begin", OFFICE, at(2, 6), False),
    ("reaches into the first minute", OFFICE, at(2, 6, 1), True),
    ("begins as they end", OFFICE, at(2, 15), False),
    ("begins in the last minute", OFFICE, at(2, 14, 59), True),
    ("around all of them", OFFICE, at(2, 1, lasts=20), True),
    ("a moment in them", OFFICE, at(2, 7, lasts=0), True),
    ("a moment as they end", OFFICE, at(2, 15, lasts=0), False),
    ("on a Saturday", OFFICE, at(7, 10), False),
    ("from Saturday into Monday", OFFICE, at(7, 10, lasts=46), True),
    ("a Saturday and a Sunday", OFFICE, at(7, 0, lasts=46), False),
    ("weeks", OFFICE, at(7, 0, lasts=24 * 40), True),
    ("an all-day Monday", OFFICE, days(2, 3), True),
    ("an all-day weekend", OFFICE, days(7, 9), False),
    ("an all-day week from a Saturday", OFFICE, days(7, 14), True),
    ("a Friday night", NIGHT, at(6, 21), True),
    ("after midnight it is still Friday's shift", NIGHT, at(7, 2), True),
    ("the night after", NIGHT, at(7, 21), False),
    ("Friday morning belongs to Thursday's shift", NIGHT, at(6, 2), False),
    ("Saturday over there", WEEKEND, at(8, 3), True),
    ("Sunday in UTC is Saturday there", Hours("America/New_York", frozenset({7})), at(8, 3), False),
    ("Monday in UTC is Sunday there", WEEKEND, at(9, 3), True),
    ("Monday there", WEEKEND, at(9, 6), False),
    # Summer time begins on 29 March: nine o'clock is an hour earlier in UTC from then on.
    ("before summer time", OFFICE, at(27, 6, lasts=0.9), False),
    ("in summer time", OFFICE, at(30, 6, lasts=0.9), True),
    ("the last hour before summer time", OFFICE, at(27, 14), True),
    ("the last hour in summer time", OFFICE, at(30, 14), False),
]


@pytest.mark.parametrize(("hours", "when", "touches"), [case[1:] for case in HOURS], ids=[case[0] for case in HOURS])
def test_only_what_touches_the_hours_passes(hours: Hours, when: When, touches: bool) -> None:
    assert hours.touch(when) is touches
    said = event(content(when=when))
    assert unwanted(said, Filters(hours=hours)) is (None if touches else Reason.OUTSIDE_HOURS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        (" , \n ,", ()),
        ("gym", ("gym",)),
        ("gym, team  lunch\nDentist,gym", ("gym", "team lunch", "Dentist")),
    ],
)
def test_words_are_told_one_a_line_or_by_commas(text, found):
    assert words(text) == found


def test_an_event_that_a_person_moves_out_of_the_hours_through_its_copy_moves_and_then_loses_the_copy():
    by = Rules(looks=OPEN, filters=Filters(hours=OFFICE), two_way=True)
    lunch = event(content(when=at(3, 10)))
    moved = Content(
        **{**{n: getattr(lunch.content, n) for n in ("title", "description", "location")}, "when": at(7, 10)}
    )
    copy = Event(id="c1", version="c2", content=moved, updated=NOW + timedelta(hours=1), mark="mark")
    (back,) = PLANNER.plan(Sight(origin=lunch, copy=copy, known=agreed(lunch)), by, WINDOW, NOW)
    assert isinstance(back, Update)
    assert back.side is Side.ORIGIN
    after = event(content(when=at(7, 10)))
    (gone,) = PLANNER.plan(Sight(origin=after, copy=copy, known=agreed(after)), by, WINDOW, NOW)
    assert gone == Delete(Side.COPY, Reason.OUTSIDE_HOURS)
