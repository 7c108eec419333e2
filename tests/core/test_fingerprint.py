"""Fingerprints: what counts as a difference, what does not, and what a stolen table tells."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sync.core.event import AllDay, Answer, Attendee, Field, Kind, Sensitivity, ShowAs, Timed
from sync.core.fingerprint import ORDER, STANDING, Fingerprints, decode, encode
from tests.core.build import BOB, ME, PRINTS, SALT, content, event, when

DIFFERENT = {
    Field.TITLE: {"title": "Dinner"},
    Field.DESCRIPTION: {"description": "other"},
    Field.LOCATION: {"location": "Terrace"},
    Field.WHEN: {"when": when(25)},
    Field.SHOW_AS: {"show_as": ShowAs.FREE},
    Field.SENSITIVITY: {"sensitivity": Sensitivity.PRIVATE},
}


@pytest.mark.parametrize(("field", "said"), DIFFERENT.items(), ids=DIFFERENT)
def test_a_change_of_one_field_shows_in_its_own_print_alone(field, said):
    before, after = PRINTS.of_content(content(), SALT), PRINTS.of_content(content(**said), SALT)
    assert {name for name in before if before[name] != after[name]} == {field}


SAME = [
    ("line\r\nbreaks", "line\nbreaks"),
    ("trailing \nblanks  ", "trailing\nblanks"),
    ("\n\nouter blanks\n", "outer blanks"),
    ("a\u00a0space that does not break", "a space that does not break"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_differences_that_nobody_sees_are_none(one, other):
    prints = [PRINTS.of_content(content(title=t, description=t, location=t), SALT) for t in (one, other)]
    assert prints[0] == prints[1]


@pytest.mark.parametrize("other", ["Lunch!", "lunch", "Lun ch", ""])
def test_differences_that_somebody_sees_count(other):
    assert PRINTS.of_content(content("Lunch"), SALT) != PRINTS.of_content(content(other), SALT)


def test_a_zones_name_alone_is_no_difference_and_a_minute_is():
    start = datetime(2026, 3, 29, 1, tzinfo=UTC)
    here = Timed(start, start + timedelta(hours=1), "Europe/Tallinn")
    for other, same in [(replace(here, zone="FLE Standard Time"), True), (replace(here, end=here.start), False)]:
        prints = [PRINTS.of_content(content(when=w), SALT)[Field.WHEN] for w in (here, other)]
        assert (prints[0] == prints[1]) is same


def test_a_whole_day_is_never_the_same_as_its_midnights():
    day = AllDay(date(2026, 3, 2), date(2026, 3, 3))
    midnights = Timed(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
    prints = [PRINTS.of_content(content(when=w), SALT)[Field.WHEN] for w in (day, midnights)]
    assert prints[0] != prints[1]


STANDINGS = [
    {"answer": Answer.DECLINED},
    {"cancelled": True},
    {"kind": Kind.FOCUS_TIME},
    {"attendees": (BOB,)},
]


@pytest.mark.parametrize("facts", STANDINGS)
def test_answer_cancellation_kind_and_guests_show_in_the_standing_alone(facts):
    before, after = PRINTS.of_event(event(), SALT), PRINTS.of_event(replace(event(), **facts), SALT)
    assert {name for name in before if before[name] != after[name]} == {STANDING}


@pytest.mark.parametrize(
    "facts", [{"version": "v9"}, {"updated": None}, {"ical_uid": "u"}, {"organizer": "x@y.example"}]
)
def test_versions_and_clocks_are_no_difference(facts):
    assert PRINTS.of_event(event(), SALT) == PRINTS.of_event(replace(event(), **facts), SALT)


def test_the_order_of_guests_and_the_case_of_addresses_are_no_difference():
    loud = Attendee(address="BOB@other.example", name="Bob")
    one, other = event(attendees=(ME, BOB)), event(attendees=(loud, ME))
    assert PRINTS.of_event(one, SALT) == PRINTS.of_event(other, SALT)


def test_equal_titles_of_two_links_do_not_show_that_they_are_equal():
    assert PRINTS.of_content(content(), "one")[Field.TITLE] != PRINTS.of_content(content(), "two")[Field.TITLE]


def test_equal_texts_in_two_fields_do_not_show_that_they_are_equal():
    prints = PRINTS.of_content(content("same", description="same", location="same"), SALT)
    assert len({prints[Field.TITLE], prints[Field.DESCRIPTION], prints[Field.LOCATION]}) == 3


def test_without_the_key_nobody_can_make_the_same_prints():
    assert Fingerprints(b"other" * 7).of_content(content(), SALT) != PRINTS.of_content(content(), SALT)


def test_no_print_holds_what_it_is_made_from():
    assert "Lunch" not in encode(PRINTS.of_event(event(), SALT))


def test_prints_fit_one_short_column_and_come_back_from_it():
    prints = PRINTS.of_event(event(), SALT)
    assert set(prints) == set(ORDER)
    assert len(encode(prints)) <= 160
    assert decode(encode(prints)) == prints


def test_prints_of_a_content_come_back_without_a_standing():
    prints = PRINTS.of_content(content(), SALT)
    assert decode(encode(prints)) == prints
    assert STANDING not in decode(encode(prints))


def test_nothing_known_is_an_empty_column():
    assert encode({}) == ""
    assert decode("") == {}


def test_half_a_character_is_still_somebodys_title():
    assert PRINTS.of_content(content("half \ud83d"), SALT) != PRINTS.of_content(content("half \ud83e"), SALT)
