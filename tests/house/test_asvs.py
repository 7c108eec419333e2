"""`docs/asvs.md` answers every requirement of ASVS 5.0 at levels 1 and 2, and the tests that it names are there."""

import re
from collections import Counter

import pytest

from tests.house.source import ROOT

PAPER = (ROOT / "docs" / "asvs.md").read_text()
SECURITY = (ROOT / "docs" / "security.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = ROW.findall(PAPER)
PROOF = re.compile(r"^`(tests/[\w/]+\.py)::(\w+)`$")
# Chapter -> how many requirements the standard has there at both levels.
CHAPTERS = {
    1: 27,
    2: 11,
    3: 19,
    4: 10,
    5: 9,
    6: 35,
    7: 18,
    8: 7,
    9: 7,
    10: 29,
    11: 14,
    12: 9,
    13: 13,
    14: 9,
    15: 13,
    16: 16,
    17: 7,
}


def test_every_requirement_of_both_levels_is_there_once():
    numbers = [number for number, *_ in ROWS]
    assert len(set(numbers)) == len(numbers) == 253
    assert Counter(int(number.partition(".")[0]) for number in numbers) == CHAPTERS
    assert Counter(level for _, level, *_ in ROWS) == {"1": 70, "2": 183}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_requirement_is_proved_by_a_test_that_exists_or_says_why_not(row):
    answer = row[4]
    if proof := PROOF.match(answer):
        file, name = proof.groups()
        assert f"def test_{name}(" in (ROOT / file).read_text()
    else:
        assert re.match(r"(does not apply|open): \S.{4,}", answer)


def test_the_sum_at_the_top_is_right():
    kinds = Counter("proved" if PROOF.match(row[4]) else row[4].partition(":")[0] for row in ROWS)
    said = re.search(r"(\d+) are proved by a test, (\d+) do not apply, (\d+) (?:is|are) open\.", PAPER)
    assert said
    assert [int(n) for n in said.groups()] == [kinds["proved"], kinds["does not apply"], kinds["open"]]


def test_each_attack_of_the_security_notes_is_made_by_a_test_that_exists():
    rows = re.findall(
        r"^\| [^|]+ \| [^|]+ \| `(tests/[^`]+)::(\w+)` \|$", SECURITY.partition("## Attacks")[2], re.MULTILINE
    )
    assert len(rows) == SECURITY.partition("## Attacks")[2].count("\n| ") - 1 > 15
    for file, name in rows:
        assert f"def test_{name}(" in (ROOT / file).read_text(), name
