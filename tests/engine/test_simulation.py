"""Histories of people and troubles; `make simulate HISTORIES=... SEED=...` plays any number of them."""

# A sample that an ordinary run has time for.
SEEDS = range(1, 41)


def test_no_history_loses_doubles_leaks_or_mails_anything(django_db_blocker):
    from tests.engine.history import simulation

    with django_db_blocker.unblock(), simulation() as played:
        told = [played.play(seed) for seed in SEEDS]
    print(f"histories: {len(told)} calls: {sum(t.calls for t in told)} faults: {sum(t.faults for t in told)}")
    assert [(t.seed, t.violation) for t in told if t.violation] == []
    assert sum(t.faults for t in told) > len(told)


def test_the_same_seed_makes_the_same_calls(django_db_blocker):
    from tests.engine.history import simulation

    with django_db_blocker.unblock(), simulation() as played:
        first = [played.play(seed) for seed in (3, 4, 5)]
        again = [played.play(seed) for seed in (5, 4, 3)]
    assert first == again[::-1]
    assert len({told.trace for told in first}) == 3


def test_without_troubles_nothing_is_violated_either(django_db_blocker):
    from tests.engine.history import simulation

    with django_db_blocker.unblock(), simulation(rain=0.0) as played:
        told = [played.play(seed) for seed in range(5)]
    assert [(t.faults, t.violation) for t in told] == [(0, "")] * 5


def test_a_title_that_leaks_is_seen_at_the_write(django_db_blocker, monkeypatch):
    from sync.core import privacy
    from tests.engine.history import simulation

    monkeypatch.setattr(privacy, "BUSY_TITLE", "Title of secret1")
    with django_db_blocker.unblock(), simulation() as played:
        told = [played.play(seed) for seed in range(10)]
    assert any("hidden text" in t.violation for t in told)
