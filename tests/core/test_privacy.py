"""What a copy may say: masks, guests, identities, unsure answers; and what may come back."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from sync.core.event import AllDay, Answer, Attendee, Field, Sensitivity, ShowAs
from sync.core.privacy import GUESTS, NO_TITLE, Looks, give_back, project, with_guests, without_guests
from tests.core.build import BOB, ME, OPEN, PRIVATE, content, event, when

HOME, WORK = "alice@home.example", "alice@work.example"
SWAP = Looks(private=False, swap=(HOME, WORK))


def test_an_open_copy_says_what_its_origin_says():
    assert project(event(), OPEN) == content()


def test_a_private_copy_says_when_and_nothing_else():
    shown = project(event(content(sensitivity=Sensitivity.NORMAL), attendees=(ME, BOB)), PRIVATE)
    assert (shown.title, shown.description, shown.location) == ("Busy", "", "")
    assert (shown.when, shown.sensitivity, shown.show_as) == (when(), Sensitivity.PRIVATE, ShowAs.BUSY)


def test_an_event_without_a_title_gets_one_that_is_not_busy():
    assert project(event(content(title="")), OPEN).title == NO_TITLE


@pytest.mark.parametrize("sensitivity", Sensitivity)
def test_an_open_copy_is_as_sensitive_as_its_origin_and_a_private_one_is_private(sensitivity):
    secret = event(content(sensitivity=sensitivity))
    assert project(secret, OPEN).sensitivity is sensitivity
    assert project(secret, PRIVATE).sensitivity is Sensitivity.PRIVATE


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (Answer.NONE, ShowAs.BUSY),
        (Answer.ORGANIZER, ShowAs.BUSY),
        (Answer.ACCEPTED, ShowAs.BUSY),
        (Answer.TENTATIVE, ShowAs.TENTATIVE),
        (Answer.UNANSWERED, ShowAs.TENTATIVE),
    ],
)
@pytest.mark.parametrize("looks", [OPEN, PRIVATE], ids=["open", "private"])
def test_an_invitation_that_is_not_accepted_blocks_the_time_tentatively(answer, shown, looks):
    assert project(event(answer=answer), looks).show_as is shown


@pytest.mark.parametrize("show_as", [ShowAs.FREE, ShowAs.TENTATIVE, ShowAs.OUT_OF_OFFICE, ShowAs.ELSEWHERE])
def test_only_busy_becomes_tentative_where_nobody_answered(show_as):
    assert project(event(content(show_as=show_as), answer=Answer.UNANSWERED), OPEN).show_as is show_as


@pytest.mark.parametrize("forced", ShowAs)
def test_a_forced_show_as_wins_over_event_and_answer(forced):
    for looks in (Looks(private=False, show_as=forced), Looks(private=True, show_as=forced)):
        assert project(event(answer=Answer.UNANSWERED), looks).show_as is forced


MASKS = {
    "open": (OPEN, set()),
    "private": (PRIVATE, {Field.TITLE, Field.DESCRIPTION, Field.LOCATION, Field.SENSITIVITY}),
    "forced": (Looks(private=False, show_as=ShowAs.FREE), {Field.SHOW_AS}),
}


@pytest.mark.parametrize(("looks", "masked"), MASKS.values(), ids=MASKS)
def test_what_is_masked_is_told_by_field(looks, masked):
    assert looks.masked == masked


@pytest.mark.parametrize("looks", [OPEN, PRIVATE, SWAP], ids=["open", "private", "swap"])
def test_all_day_is_never_converted(looks):
    holiday = AllDay(date(2026, 12, 24), date(2026, 12, 27))
    assert project(event(content(when=holiday)), looks).when == holiday


SWAPS = [
    ("ask alice@home.example", "ask alice@work.example"),
    ("ALICE@Home.Example", "alice@work.example"),
    ("<alice@home.example>, and again alice@home.example.", "<alice@work.example>, and again alice@work.example."),
    ("mailto:alice@home.example?subject=x", "mailto:alice@work.example?subject=x"),
    # Another address that merely contains this one is somebody else's.
    ("malice@home.example", "malice@home.example"),
    ("x.alice@home.example", "x.alice@home.example"),
    ("tag+alice@home.example", "tag+alice@home.example"),
    ("alice@home.example-corp.example", "alice@home.example-corp.example"),
    ("alice@home.example.org", "alice@home.example.org"),
    ("alice@homeXexample", "alice@homeXexample"),
    ("", ""),
]


@pytest.mark.parametrize(("said", "shown"), SWAPS)
def test_an_identity_is_swapped_as_a_whole_address(said, shown):
    copy = project(event(content(title=said or "x", description=said, location=said)), SWAP)
    assert (copy.title, copy.description, copy.location) == (shown or "x", shown, shown)


def test_an_address_is_put_in_as_it_stands_whatever_it_contains():
    odd = Looks(private=False, swap=(HOME, r"a\1b@work.example"))
    assert project(event(content(title=HOME)), odd).title == r"a\1b@work.example"


def test_guests_stand_as_text_below_the_description_and_nowhere_else():
    shown = project(event(attendees=(ME, BOB)), OPEN)
    expected = f"with notes\n\n{GUESTS}\n- alice@home.example\n- Bob <bob@other.example>"
    assert shown == content(description=expected)


def test_the_owner_alone_is_no_list_of_guests():
    assert with_guests("notes", (ME,)) == "notes"
    assert with_guests("notes", ()) == "notes"


@pytest.mark.parametrize("notes", ["", "   ", "notes", "two\nlines\n\nand a blank one"])
def test_the_block_of_guests_is_stripped_again(notes):
    assert without_guests(with_guests(notes, (ME, BOB))) == notes.strip()


def test_guests_swap_identities_like_everything_else():
    shown = project(event(attendees=(ME, BOB)), SWAP).description
    assert WORK in shown
    assert HOME not in shown


GIVEN: dict[Field, dict[str, Any]] = {
    Field.TITLE: {"title": "Dinner"},
    Field.DESCRIPTION: {"description": "other notes"},
    Field.LOCATION: {"location": "Terrace"},
    Field.WHEN: {"when": when(48)},
    Field.SHOW_AS: {"show_as": ShowAs.FREE},
    Field.SENSITIVITY: {"sensitivity": Sensitivity.CONFIDENTIAL},
}


@pytest.mark.parametrize(("field", "said"), GIVEN.items(), ids=GIVEN)
def test_only_the_fields_that_were_asked_for_come_back(field, said):
    everything = {name: value for part in GIVEN.values() for name, value in part.items()}
    assert give_back(content(), content(**everything), frozenset({field}), OPEN) == content(**said)


def test_nothing_asked_for_means_nothing_comes_back():
    assert give_back(content(), content(title="Dinner"), frozenset(), OPEN) == content()


def test_our_block_of_guests_never_becomes_the_origins_description():
    copy = project(event(attendees=(ME, BOB)), OPEN)
    scribbled = replace(copy, description=copy.description.replace("with notes", "with more notes"))
    assert give_back(content(), scribbled, frozenset({Field.DESCRIPTION}), OPEN).description == "with more notes"


@pytest.mark.parametrize("field", [Field.TITLE, Field.DESCRIPTION, Field.LOCATION])
def test_identities_are_swapped_back(field):
    copy = content(title=f"by {WORK}", description=f"by {WORK}", location=f"by {WORK}")
    assert getattr(give_back(content(), copy, frozenset({field}), SWAP), field.value) == f"by {HOME}"


def test_no_one_of_the_guests_is_lost_or_named_twice():
    guests = tuple(Attendee(address=f"{name}@x.example") for name in "abc")
    assert with_guests("", guests).count("@x.example") == 3
