"""Rule 1: whatever strikes wherever, the calendars end as they would have without it. `make sweep` runs every case."""

import os
import random

import pytest

from tests.engine.faults import TROUBLES

SEED = 7
# A sample that an ordinary run has time for.
SAMPLE = 100


@pytest.mark.timeout(0 if os.environ.get("SWEEP") else 120)
def test_the_calendars_are_equal_whatever_strikes_wherever(django_db_blocker):
    from tests.engine.arena import arena
    from tests.engine.sweep import Sweep

    wrong = {}
    with django_db_blocker.unblock(), arena() as place:
        sweep = Sweep(place)
        cases = list(sweep.cases())
        if not os.environ.get("SWEEP"):
            cases = random.Random(SEED).sample(cases, SAMPLE)
        for case in cases:
            if found := sweep.run(case):
                wrong[str(case)] = found
    print(f"sweep: {len(cases)} cases, {len(wrong)} wrong")
    assert wrong == {}


def test_the_sweep_knows_every_trouble_and_every_commit(django_db_blocker):
    from tests.engine.arena import arena
    from tests.engine.sweep import SCENARIOS, Sweep

    with django_db_blocker.unblock(), arena() as place:
        cases = list(Sweep(place).cases(SCENARIOS[:1]))
    assert {case.trouble for case in cases if case.trouble} >= {
        trouble for trouble in TROUBLES if trouble.name != "changed"
    }
    assert {case.stage for case in cases if case.trouble is None} == {"before", "after"}


def test_a_write_that_is_forgotten_does_not_pass(django_db_blocker, monkeypatch):
    from sync.models import Link
    from sync.store import record
    from tests.engine.arena import arena
    from tests.engine.sweep import SCENARIOS, Sweep

    def forget(task, **_):
        Link.objects.filter(pk=task.link.pk).update(due_at=None)

    with django_db_blocker.unblock(), arena() as place:
        sweep = Sweep(place)
        timeouts = [case for case in sweep.cases(SCENARIOS[:1]) if case.trouble and case.trouble.name == "timeout"]
        timeout = next(case for case in timeouts if case.call == "insert")
        assert sweep.run(timeout) == []
        monkeypatch.setattr(record, "postpone", forget)
        assert "not equal" in sweep.run(timeout)
