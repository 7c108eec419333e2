"""Rule 1: whatever strikes wherever, the calendars end as they would have without it. `make sweep` runs every case."""

import pytest

from tests.engine.faults import TROUBLES
from tests.engine.sweep import numbers, sweep

SEED = 7
# A sample of each setting that an ordinary run has time for; of those over CalDAV, which take as long again, every third.
SAMPLE = 2


@pytest.mark.timeout(1800)
def test_the_calendars_are_equal_whatever_strikes_wherever(django_db_blocker):
    with django_db_blocker.unblock():
        others = set(numbers()) - set(numbers("caldav"))
        found = list(sweep(sorted({*others, *numbers("caldav")[SEED % 3 :: 3]}), SAMPLE, SEED))
    print(f"cases: {sum(each.cases for each in found)} wrong: {sum(len(each.wrong) for each in found)}")
    assert [each.wrong for each in found if each.wrong] == []
    assert sum(each.cases for each in found) > len(found) * SAMPLE * 0.9


def test_the_sweep_knows_every_trouble_and_every_commit(django_db_blocker):
    from tests.engine.arena import arena
    from tests.engine.cases import SETTINGS, Case, Sweep

    cases: list[Case] = []
    with django_db_blocker.unblock(), arena() as place:
        for setting in [s for s in SETTINGS if s.scenario.name in {"first sync", "the window rolls", "links lost"}]:
            cases += Sweep(place, setting).cases()
    assert {case.trouble for case in cases if case.trouble} == set(TROUBLES)
    assert {case.stage for case in cases if case.trouble is None} == {"before", "after"}


def test_a_write_that_is_forgotten_does_not_pass(django_db_blocker, monkeypatch):
    from sync.models import Link
    from sync.store import record

    def forget(task, **_):
        Link.objects.filter(pk=task.link.pk).update(due_at=None)

    assert wrongs(django_db_blocker, "first sync", "timeout", "insert") == []
    monkeypatch.setattr(record, "postpone", forget)
    assert "not equal" in wrongs(django_db_blocker, "first sync", "timeout", "insert")


def test_a_detail_that_was_written_for_a_moment_does_not_pass(django_db_blocker, monkeypatch):
    assert wrongs(django_db_blocker, "made private", "timeout", "update") == []
    monkeypatch.setattr("sync.engine.cycle.Cycle._strip", lambda *_: None)
    monkeypatch.setattr("sync.core.plan.project", lambda event, looks: event.content)
    assert "leaked" in wrongs(django_db_blocker, "made private", "timeout", "update")


def wrongs(blocker, scenario, trouble, call):
    """What is wrong after the first case of this kind."""
    from tests.engine.arena import arena
    from tests.engine.cases import SETTINGS, Sweep

    setting = next(s for s in SETTINGS if s.scenario.name == scenario)
    with blocker.unblock(), arena() as place:
        played = Sweep(place, setting)
        case = next(c for c in played.cases() if c.trouble and c.trouble.name == trouble and c.call == call)
        return played.run(case)
