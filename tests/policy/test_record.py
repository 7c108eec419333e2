"""The grammar of the record, by table: what is published, and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.record import Policy, Problem, Record, read

PRIVATE = (Policy.PRIVATE, None)
NOTHING = (None, None)


def meaning(*records: bytes) -> tuple[Policy | None, Problem | None]:
    found = read([[record] for record in records])
    return found.policy, found.problem


@pytest.mark.parametrize(
    ("published", "meant"),
    [
        (b"v=hetk1; policy=private", PRIVATE),
        (b"v=hetk1;policy=private", PRIVATE),
        (b"  V = HETK1 ;  Policy = PRIVATE ; ", PRIVATE),
        (b"v=hetk1;; policy=private;", PRIVATE),
        (b"v=hetk1; policy=none", (Policy.NONE, None)),
        (b"v=hetk1; policy=private; contact=it@example.com", PRIVATE),
        (b"v=hetk1; policy=private; note=a=b", PRIVATE),
        (b"v=hetk1", (Policy.PRIVATE, Problem.NO_POLICY)),
        (b"v=hetk1; sp=private", (Policy.PRIVATE, Problem.NO_POLICY)),
        (b"v=hetk1; policy=", (Policy.PRIVATE, Problem.UNKNOWN_POLICY)),
        (b"v=hetk1; policy=privat", (Policy.PRIVATE, Problem.UNKNOWN_POLICY)),
        (b"v=hetk1; policy=none; policy=none", (Policy.PRIVATE, Problem.DOUBLE)),
        (b"v=hetk1; policy=none; v=hetk1", (Policy.PRIVATE, Problem.DOUBLE)),
        (b"v=hetk1; policy=none; strict", (Policy.PRIVATE, Problem.NOT_A_TAG)),
        (b"v=hetk1; policy=none; =x", (Policy.PRIVATE, Problem.NOT_A_TAG)),
        (b"v=hetk1, policy=none", (Policy.PRIVATE, Problem.VERSION)),
        (b"v=hetk2; policy=none", (Policy.PRIVATE, Problem.VERSION)),
        (b"v=hetk; policy=none", (Policy.PRIVATE, Problem.VERSION)),
        ("v=hetk1; policy=none; note=käse".encode(), (Policy.PRIVATE, Problem.NOT_ASCII)),
        (b"v=hetk1; policy=none; x=\xff\xfe", (Policy.PRIVATE, Problem.NOT_ASCII)),
        (b"v=hetk1; policy=none; x=" + b"y" * 512, (Policy.PRIVATE, Problem.TOO_LONG)),
        (b"policy=private; v=hetk1", (None, Problem.NOT_FIRST)),
        (b"v=spf1 -all", NOTHING),
        (b"google-site-verification=abc", NOTHING),
        (b"hetk1; policy=private", NOTHING),
        (b"", NOTHING),
        (b"\x00\xff", NOTHING),
    ],
)
def test_a_record_means_what_it_says_and_every_doubt_means_private(published, meant):
    assert meaning(published) == meant


def test_nothing_published_is_no_policy():
    assert read([]) == Record()


def test_two_records_mean_private_even_if_both_say_none():
    assert meaning(b"v=hetk1; policy=none", b"v=hetk1; policy=none") == (Policy.PRIVATE, Problem.SEVERAL)
    assert meaning(b"v=hetk1; policy=none", b"v=hetk9") == (Policy.PRIVATE, Problem.SEVERAL)


def test_what_others_publish_at_the_same_name_does_not_count():
    assert meaning(b"v=spf1 -all", b"v=hetk1; policy=none", b"x") == (Policy.NONE, None)


def test_the_strings_of_one_record_are_joined_without_a_blank_between():
    assert read([[b"v=hetk1; pol", b"icy=private"]]).policy is Policy.PRIVATE
    assert read([[b"v=he", b"tk1; policy=none"]]).policy is Policy.NONE


@pytest.mark.parametrize(
    ("published", "covered"),
    [
        (b"v=hetk1; policy=private", False),
        (b"v=hetk1; policy=private; sp=none", False),
        (b"v=hetk1; policy=private; sp=private", True),
        (b"v=hetk1; policy=none; SP=Private", True),
        (b"v=hetk1; policy=none; sp=privat", True),
        (b"v=hetk1; policy=privat; sp=none", True),
        (b"v=hetk1; policy=privat; spam=none", False),
    ],
)
def test_a_record_covers_subdomains_when_it_says_so_or_seems_to(published, covered):
    assert read([[published]]).subdomains is covered


def test_a_policy_of_none_with_a_doubtful_tag_for_subdomains_stays_none_for_the_domain_itself():
    assert meaning(b"v=hetk1; policy=none; sp=privat") == (Policy.NONE, Problem.UNKNOWN_SUBDOMAINS)


def test_every_problem_has_a_sentence():
    assert all(problem.sentence.endswith(".") for problem in Problem)


@given(st.lists(st.binary(max_size=600), max_size=4))
def test_no_bytes_whatever_are_too_much_for_the_grammar(records):
    found = read([[record] for record in records])
    assert found.text.isprintable()
    assert found.policy is not Policy.NONE or found.problem in {None, Problem.UNKNOWN_SUBDOMAINS}


@given(st.binary(max_size=40))
def test_whatever_follows_the_version_nothing_but_the_plain_word_opens(rest):
    found = read([[b"v=hetk1; " + rest]])
    assert found.policy is Policy.PRIVATE or b"none" in rest.lower()
