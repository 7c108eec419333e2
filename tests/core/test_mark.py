"""Marks and keys: only this installation makes them, and each create has its own."""

import itertools
import re

import pytest

from sync.core.mark import Mark, Marks

OLD, NEW = ("k1", b"1" * 32), ("k2", b"2" * 32)
MARKS = Marks([OLD], "hetk.example")
HERE = MARKS.calendar_ref("google|https://accounts.google.com|1|primary")
THERE = MARKS.calendar_ref("google|https://accounts.google.com|2|primary")
ORIGIN = MARKS.origin_ref("google|https://accounts.google.com|2|primary", "event-id")
TEXT = MARKS.mark(HERE, THERE, ORIGIN, 3)


def test_our_own_mark_is_read_as_it_was_made():
    assert MARKS.read(TEXT) == Mark(target=HERE, source=THERE, origin=ORIGIN, generation=3)


@pytest.mark.parametrize("part", range(8))
def test_a_mark_that_was_changed_anywhere_is_not_ours(part):
    parts = TEXT.split(".")
    parts[part] = ("b" if parts[part][:1] == "a" else "a") + parts[part][1:] if part != 6 else "4"
    assert MARKS.read(".".join(parts)) is None


@pytest.mark.parametrize("length", range(0, len(TEXT), 7))
def test_a_truncated_mark_is_not_ours(length):
    assert MARKS.read(TEXT[:length]) is None


ODD = ["", ".", "......", "hetk1", "hetk1.k1.x.y.z.notanumber.sig", TEXT + ".", TEXT + "a", TEXT.upper(), "é" * 40]


@pytest.mark.parametrize("text", [*ODD, TEXT.rpartition(".")[0] + ".ü", TEXT.replace(HERE, "ü")])
def test_any_text_may_be_asked_for_and_is_not_ours(text):
    assert MARKS.read(text) is None


def test_another_installation_with_the_same_keys_made_a_foreign_mark():
    assert Marks([OLD], "elsewhere.example").read(TEXT) is None


def test_another_secret_under_the_same_name_made_a_forged_mark():
    assert Marks([("k1", b"x" * 32)], "hetk.example").read(TEXT) is None


def test_after_a_rotation_old_marks_are_read_and_new_ones_are_signed_by_the_new_key():
    rotated = Marks([NEW, OLD], "hetk.example")
    assert rotated.read(TEXT) == MARKS.read(TEXT)
    fresh = rotated.mark(HERE, THERE, ORIGIN, 3)
    assert fresh.split(".")[1] == "k2"
    assert rotated.read(fresh) == MARKS.read(TEXT)
    assert MARKS.read(fresh) is None


def test_a_rotation_leaves_names_and_idempotency_keys_as_they_are():
    rotated = Marks([NEW, OLD], "hetk.example")
    assert rotated.key(HERE, ORIGIN, 3) == MARKS.key(HERE, ORIGIN, 3)
    assert rotated.calendar_ref("x") == MARKS.calendar_ref("x")
    assert rotated.origin_ref("x", "y") == MARKS.origin_ref("x", "y")
    assert rotated.owns_key(MARKS.key(HERE, ORIGIN, 3))


def test_a_key_is_valid_as_a_google_event_id():
    key = MARKS.key(HERE, ORIGIN, 0)
    assert re.fullmatch(r"[a-v0-9]{5,1024}", key)
    assert len(key) <= 64


def test_a_mark_fits_where_providers_keep_it():
    # Google allows 1024 characters for a private property and 44 for its name.
    assert len(MARKS.mark(HERE, THERE, ORIGIN, 10**6)) <= 255


def test_every_target_origin_and_generation_has_its_own_key_and_the_same_one_each_time():
    cases = list(itertools.product(("t1", "t2"), ("o1", "o2"), range(5)))
    assert len({MARKS.key(*case) for case in cases}) == len(cases)
    assert [MARKS.key(*case) for case in cases] == [Marks([OLD], "hetk.example").key(*case) for case in cases]


def test_parts_that_run_together_do_not_make_the_same_name():
    assert MARKS.origin_ref("ab", "c") != MARKS.origin_ref("a", "bc")
    assert MARKS.key("ab", "c", 1) != MARKS.key("a", "bc", 1)
    assert MARKS.calendar_ref("x") != MARKS.origin_ref("x", "")[:13]


def test_a_key_of_ours_is_known_and_no_other_is():
    key = MARKS.key(HERE, ORIGIN, 0)
    assert MARKS.owns_key(key)
    last = "a" if key[-1] != "a" else "b"
    for other in ("", "hetk1", key[:-1], key[:-2] + last + last, "x" + key, "hetk1é", "hetk1" + "w" * 39, "_60q30c1g"):
        assert not MARKS.owns_key(other)


def test_a_key_of_another_installation_is_not_ours():
    assert not Marks([OLD], "elsewhere.example").owns_key(MARKS.key(HERE, ORIGIN, 0))
    assert not Marks([("k1", b"x" * 32)], "hetk.example").owns_key(MARKS.key(HERE, ORIGIN, 0))


def test_a_mark_tells_a_stranger_neither_calendar_nor_event():
    assert "google" not in TEXT
    assert "event-id" not in TEXT
    assert Marks([NEW], "hetk.example").origin_ref("x", "y") != MARKS.origin_ref("x", "y")
