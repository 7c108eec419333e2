"""The simulation itself: that it can be replayed, that it sees what it is to see, and that it is quiet where nothing is wrong."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.engine.figures import Sum
from tests.engine.reached import arms, wanting


def traces(*seeds: int, hashing: str) -> dict[int, str]:
    """What a process of its own plays."""
    found = {}
    for seed in seeds:
        order = [sys.executable, "-m", "tests.engine.simulation", "--histories", "1", "--seed", str(seed), "--traces"]
        said = subprocess.run(
            order, env={**os.environ, "PYTHONHASHSEED": hashing}, capture_output=True, text=True, check=True
        )
        found[seed] = said.stdout.splitlines()[0]
    return found


# Two processes that begin from nothing, on a machine that has others to do.
@pytest.mark.timeout(300)
def test_the_same_seed_makes_the_same_calls_in_whatever_order_and_process(django_db_blocker):
    from tests.engine.history import simulation

    with django_db_blocker.unblock(), simulation() as played:
        first = [played.play(seed) for seed in (3, 4, 5, 6)]
        again = [played.play(seed) for seed in (6, 5, 4, 3)]
    assert first == again[::-1]
    assert len({told.trace for told in first}) == 4
    elsewhere = {seed: traces(seed, hashing=hashing)[seed] for seed, hashing in ((3, "1"), (6, "2"))}
    assert elsewhere == {told.seed: f"{told.seed} {told.trace}" for told in first if told.seed in elsewhere}


def test_without_troubles_nothing_is_violated_either(django_db_blocker):
    from tests.engine.history import simulation

    with django_db_blocker.unblock(), simulation(rain=0.0) as played:
        told = [played.play(seed) for seed in range(8)]
    assert [t.violation for t in told] == [""] * 8
    assert not any(name.startswith("trouble: ") and "refused" not in name for t in told for name in t.reached)


def seen(played, seeds: int) -> Counter[str]:
    return Counter(told.violation.split(":")[0] for told in map(played.play, range(seeds)) if told.violation)


def test_a_title_that_leaks_is_seen_at_the_write(django_db_blocker, monkeypatch):
    from sync.core import privacy
    from tests.engine.history import simulation

    monkeypatch.setattr(privacy.Looks, "hidden", property(lambda looks: frozenset()))
    with django_db_blocker.unblock(), simulation() as played:
        assert seen(played, 10)["a hidden text reached its target"]


def test_a_write_without_a_difference_is_seen(django_db_blocker, monkeypatch):
    from sync.core.event import Field
    from sync.core.operation import Keep, Reason, Side, Update
    from sync.core.plan import Planner
    from sync.core.privacy import project
    from tests.engine.history import simulation

    careful = Planner.plan

    def zealous(self, sight, rules, window, now):
        operations = careful(self, sight, rules, window, now)
        if any(isinstance(operation, Keep) for operation in operations) and sight.origin:
            return [Update(Side.COPY, project(sight.origin, rules.looks), frozenset(Field), Reason.SETTINGS)]
        return operations

    monkeypatch.setattr(Planner, "plan", zealous)
    with django_db_blocker.unblock(), simulation() as played:
        assert seen(played, 12)["a write without a difference"]


@pytest.mark.parametrize("last", ["histories: 2 calls: 7 faults: 3 violations: 1"])
def test_a_violation_is_named_by_its_seed_and_ends_the_command_with_one(monkeypatch, capsys, last):
    from tests.engine import simulation
    from tests.engine.figures import Told

    told = [Told(8, 3, 1, 0, "x", Counter(a=1)), Told(9, 4, 2, 1, "y", Counter(a=2, b=1), "an origin was lost")]
    monkeypatch.setattr(simulation, "tell", lambda *_: iter(told))
    monkeypatch.setattr(sys, "argv", ["simulation"])
    assert simulation.main() == 1
    said = capsys.readouterr().out.splitlines()
    assert "seed 9: an origin was lost" in said
    assert said[-1] == last


def test_what_was_never_reached_is_said(django_db_blocker):
    from tests.engine.history import simulation

    total = Sum()
    with django_db_blocker.unblock(), simulation() as played:
        total.add(played.play(1))
    assert wanting(total.histories, [*arms(), "act: nobody ever does"], 1)["act: nobody ever does"] == 0
    assert any(name in total.histories for name in arms())
