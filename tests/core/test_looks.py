"""How copies look: details that are hidden one by one, patterns for titles, and events that are shown as something else."""

from dataclasses import replace
from datetime import date

import pytest

from sync.core.event import AllDay, Answer, Field, Sensitivity, ShowAs
from sync.core.operation import Keep, Reason, Side, Update
from sync.core.plan import Rules, Sight, may_follow
from sync.core.privacy import (
    GUESTS,
    NO_TITLE,
    Detail,
    Looks,
    dressed,
    give_back,
    project,
    stripped,
    undressed,
    withheld,
)
from tests.core.build import BOB, ME, NOW, PLANNER, WINDOW, agreed, content, copy_of, edited, event

LUNCH = event(attendees=(ME, BOB))
HOLIDAY = event(content(when=AllDay(date(2026, 3, 3), date(2026, 3, 4))))
LIST = f"{GUESTS}\n- alice@home.example\n- Bob <bob@other.example>"


def hiding(*details: Detail, **more: object) -> Looks:
    return Looks(private=False, hide=frozenset(details), **more)  # type: ignore[arg-type]


HIDDEN = [
    (hiding(), ("Lunch", f"with notes\n\n{LIST}", "Kitchen"), set()),
    (hiding(Detail.TITLE), ("Busy", f"with notes\n\n{LIST}", "Kitchen"), {Field.TITLE}),
    (hiding(Detail.TITLE, word="Taken"), ("Taken", f"with notes\n\n{LIST}", "Kitchen"), {Field.TITLE}),
    (hiding(Detail.DESCRIPTION), ("Lunch", LIST, "Kitchen"), {Field.DESCRIPTION}),
    (hiding(Detail.GUESTS), ("Lunch", "with notes", "Kitchen"), set()),
    (hiding(Detail.DESCRIPTION, Detail.GUESTS), ("Lunch", "", "Kitchen"), {Field.DESCRIPTION}),
    (hiding(Detail.LOCATION), ("Lunch", f"with notes\n\n{LIST}", ""), {Field.LOCATION}),
    (hiding(*Detail), ("Busy", "", ""), {Field.TITLE, Field.DESCRIPTION, Field.LOCATION}),
    (Looks(word="Away"), ("Away", "", ""), {Field.TITLE, Field.DESCRIPTION, Field.LOCATION, Field.SENSITIVITY}),
]


@pytest.mark.parametrize(("looks", "shown", "masked"), HIDDEN)
def test_each_detail_is_hidden_by_itself_and_never_flows_back(looks, shown, masked):
    copy = project(LUNCH, looks)
    assert (copy.title, copy.description, copy.location) == shown
    assert looks.masked == masked


@pytest.mark.parametrize("looks", [case[0] for case in HIDDEN])
def test_a_copy_that_is_stripped_shows_nothing_that_is_hidden_and_keeps_the_rest(looks):
    copy = project(LUNCH, hiding())
    bare = stripped(copy, looks)
    assert bare.title == (looks.word if Detail.TITLE in looks.hidden else "Lunch")
    assert ("with notes" in bare.description) is (Detail.DESCRIPTION not in looks.hidden)
    assert not (Detail.GUESTS in looks.hidden and "bob" in bare.description)
    assert bare.location == ("" if Detail.LOCATION in looks.hidden else "Kitchen")
    assert bare.sensitivity is (Sensitivity.PRIVATE if looks.private else Sensitivity.NORMAL)
    assert (bare.when, bare.show_as) == (copy.when, copy.show_as)


def test_a_detail_that_is_hidden_keeps_its_sensitivity():
    personal = event(content(sensitivity=Sensitivity.PERSONAL))
    assert project(personal, hiding(Detail.TITLE)).sensitivity is Sensitivity.PERSONAL


@pytest.mark.parametrize("detail", Detail)
def test_deleting_a_copy_deletes_its_origin_only_where_nothing_is_hidden(detail):
    assert may_follow(event(), Rules(looks=hiding(), two_way=True))
    assert not may_follow(event(), Rules(looks=hiding(detail), two_way=True))


PATTERNS = [
    ("{title}", "Lunch", "Lunch"),
    ("[Work] {title}", "Lunch", "[Work] Lunch"),
    ("{title} (work)", "Lunch", "Lunch (work)"),
    ("<{title}>", "Lunch", "<Lunch>"),
    ("[Work] {title}", "", f"[Work] {NO_TITLE}"),
    ("[Work] {title}", "{title}", "[Work] {title}"),
    ("[Work] {title}", "[Work] Lunch", "[Work] [Work] Lunch"),
]


@pytest.mark.parametrize(("template", "title", "shown"), PATTERNS)
def test_a_pattern_stands_around_the_title_and_is_taken_off_exactly(template, title, shown):
    assert dressed(title, template) == shown
    assert undressed(shown, template) == (title or NO_TITLE)


MISFITS = [
    ("[Work] {title}", "Lunch"),
    ("[Work] {title}", "[Work Lunch"),
    ("[Work] {title}", "[Work] "),
    ("[Work] {title}", "[Work]"),
    ("{title} (work)", "Lunch (wor"),
    ("{title} (work)", " (work)"),
    ("aba{title}aba", "aba"),
    ("aba{title}aba", "ababa"),
]


@pytest.mark.parametrize(("template", "title"), MISFITS)
def test_a_title_that_does_not_fit_its_pattern_is_nobodys_guess(template, title):
    assert undressed(title, template) is None


def plan(copy, by):
    known = agreed(event(), by.looks)
    return PLANNER.plan(Sight(origin=event(), copy=copy, known=known), by, WINDOW, NOW)


def test_a_title_changed_inside_its_pattern_travels_back_without_it():
    by = Rules(looks=hiding(template="[Work] {title}"), two_way=True)
    (operation,) = plan(edited(copy_of(event(), by.looks), title="[Work] Dinner"), by)
    assert operation == Update(Side.ORIGIN, content("Dinner"), frozenset({Field.TITLE}), Reason.COPY_CHANGED)


@pytest.mark.parametrize("title", ["Dinner", "[Work Dinner", "[Work] ", ""])
def test_a_title_that_left_its_pattern_is_put_right_again_and_says_so(title):
    by = Rules(looks=hiding(template="[Work] {title}"), two_way=True)
    copy = copy_of(event(), by.looks)
    (operation,) = plan(edited(copy, title=title), by)
    assert operation == Update(Side.COPY, copy.content, frozenset({Field.TITLE}), Reason.TEMPLATE)


def test_other_fields_travel_back_beside_a_title_that_left_its_pattern():
    by = Rules(looks=hiding(template="[Work] {title}"), two_way=True)
    copy = copy_of(event(), by.looks)
    sides = {o.side: o for o in plan(edited(copy, title="Dinner", location="Terrace"), by) if isinstance(o, Update)}
    assert sides[Side.ORIGIN].fields == {Field.LOCATION}
    assert sides[Side.COPY].fields == {Field.TITLE}
    assert sides[Side.COPY].content == replace(copy.content, location="Terrace")


def test_an_unchanged_copy_under_a_pattern_is_left_alone():
    by = Rules(looks=hiding(template="[Work] {title}"), two_way=True)
    assert plan(copy_of(event(), by.looks), by) == [Keep(Reason.IN_STEP)]


def test_an_identity_is_exchanged_inside_the_pattern_and_the_pattern_itself_stays():
    looks = hiding(template="a@home.example: {title}", swap=("a@home.example", "a@work.example"))
    copy = project(event(content("with a@home.example")), looks)
    assert copy.title == "a@home.example: with a@work.example"
    assert give_back(content(), copy, frozenset({Field.TITLE}), looks).title == "with a@home.example"


UNANSWERED = event(answer=Answer.UNANSWERED)
SHOWN = [
    (HOLIDAY, hiding(), ShowAs.BUSY, False),
    (HOLIDAY, hiding(whole_days_free=True), ShowAs.FREE, True),
    (HOLIDAY, Looks(whole_days_free=True, show_as=ShowAs.OUT_OF_OFFICE), ShowAs.FREE, True),
    (event(), hiding(whole_days_free=True), ShowAs.BUSY, False),
    (UNANSWERED, hiding(), ShowAs.TENTATIVE, True),
    (UNANSWERED, hiding(unanswered_tentative=False), ShowAs.BUSY, False),
    (UNANSWERED, hiding(show_as=ShowAs.FREE), ShowAs.FREE, True),
    (event(answer=Answer.TENTATIVE), hiding(unanswered_tentative=False), ShowAs.TENTATIVE, True),
    (event(answer=Answer.DECLINED), hiding(), ShowAs.FREE, True),
    (event(answer=Answer.DECLINED), hiding(show_as=ShowAs.BUSY), ShowAs.FREE, True),
]


@pytest.mark.parametrize(("origin", "looks", "shown", "kept"), SHOWN)
def test_what_is_shown_as_something_else_never_flows_back_for_that_event(origin, looks, shown, kept):
    assert project(origin, looks).show_as is shown
    assert (Field.SHOW_AS in withheld(origin, looks)) is kept
