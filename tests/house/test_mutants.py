"""The list of mutants follows the code: every fault can still be made, and every rule has one that breaks it."""

import ast
import re
from pathlib import Path

import pytest

from tests.mutants.mutant import Mutant
from tests.mutants.table import MUTANTS, RULES

HERE = Path(__file__).parents[2]
by_name = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)


@by_name
def test_every_fault_can_be_made(mutant: Mutant) -> None:
    source = (HERE / mutant.file).read_text()
    assert ast.dump(ast.parse(mutant.applied(source))) != ast.dump(ast.parse(source))


@by_name
def test_the_tests_that_are_meant_to_notice_exist(mutant: Mutant) -> None:
    for node in mutant.nodes:
        file, _, name = node.partition("::")
        assert (HERE / file).exists()
        assert not name or f"def {name}(" in (HERE / file).read_text()


def test_every_rule_is_broken_by_some_mutant() -> None:
    assert set(RULES) - {rule for mutant in MUTANTS for rule in mutant.rules} == set()


def test_the_papers_name_a_mutant_and_a_test_for_every_rule() -> None:
    named = {mutant.name: mutant for mutant in MUTANTS}
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| `([^`|]+)` \|$", (HERE / "docs/engine.md").read_text(), re.MULTILINE)
    told = {int(rule): (named[name], test) for rule, name, test in rows}
    assert set(told) == set(RULES)
    assert all(rule in mutant.rules and test in mutant.tests for rule, (mutant, test) in told.items())


def test_there_are_many_and_no_two_are_the_same() -> None:
    assert len(MUTANTS) >= 20
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS)


def test_a_fault_whose_place_is_gone_is_told() -> None:
    mutant = Mutant("x", (1,), "manage.py", "a", "b", ())
    for source in ("", "a a"):
        with pytest.raises(ValueError, match="the old text stands"):
            mutant.applied(source)
