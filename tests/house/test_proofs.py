"""`docs/engine.md` names tests as proofs: each of them is there, and every rule has one."""

import re

from tests.house.source import ROOT

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PAPER = (ROOT / "docs" / "engine.md").read_text()


def test_every_test_that_is_named_as_a_proof_exists() -> None:
    named = NAMED.findall(PAPER)
    missing = [f"{file}::{name}" for file, name in named if f"def test_{name}(" not in (ROOT / file).read_text()]
    assert missing == []
    assert len(named) > 22


def test_every_rule_has_a_proof() -> None:
    numbers = {int(number) for number in re.findall(r"^\| (\d+) .*`tests/[\w/]+\.py::", PAPER, re.MULTILINE)}
    assert numbers == set(range(1, 23))
