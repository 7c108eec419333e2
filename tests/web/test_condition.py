"""How the whole installation stands, in words: pure, from measurements."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync import condition
from sync.measured import Arrival, Kindred, Measurements, Queue, Spread, spread, spreads

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FINE = Measurements(
    at=NOW,
    kinds={"google": Kindred(open=10), "microsoft": Kindred(open=10)},
    last_hour={},
    last_day={},
    workers=1,
    worker_at=NOW,
    timetable_at=NOW,
    running=10,
)
EMPTY = Measurements(at=NOW, kinds={}, last_hour={}, last_day={})


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def words(found: Measurements) -> dict[str, str]:
    return {part.name: part.word for part in condition.parts(found)}


def of_google(**numbers: int) -> Measurements:
    return replace(FINE, kinds={**FINE.kinds, "google": replace(FINE.kinds["google"], **numbers)})


def test_what_works_says_so_and_leaves_nothing_to_do():
    assert set(words(FINE).values()) == {"Working", "Not in use"}
    assert condition.sentence(condition.parts(FINE)) == ("ok", "Hetk is working.")
    assert condition.findings(FINE) == []


@pytest.mark.parametrize(
    ("taken", "said"), [(None, []), (ago(hours=3), []), (ago(hours=4), ["The newest backup is 4 h old."])]
)
def test_a_backup_that_is_too_old_is_said_and_whoever_makes_them_elsewhere_is_left_alone(taken, said):
    assert [one.wrong for one in condition.findings(replace(FINE, backup_at=taken))] == said


def test_where_nothing_has_run_yet_nothing_is_called_broken():
    assert set(words(EMPTY).values()) == {"Not begun", "Not in use"}
    assert condition.sentence(condition.parts(EMPTY)) == ("still", "Nothing has run yet.")
    assert condition.delays(EMPTY) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"worker_at": ago(minutes=3)}, "Working"),
        ({"worker_at": ago(minutes=5)}, "Standing still"),
        ({"worker_at": None}, "Working"),
        ({"worker_at": None, "oldest_due": ago(minutes=3)}, "Standing still"),
        ({"oldest_due": ago(seconds=90)}, "Working"),
        ({"oldest_due": ago(minutes=3)}, "Slow"),
        ({"oldest_due": ago(minutes=16)}, "Far behind"),
    ],
)
def test_copying_stands_as_its_workers_and_the_longest_wait_say(change, word):
    found = replace(FINE, **change)
    assert words(found)["Copying"] == word
    assert condition.sentence(condition.parts(found))[0] == {"Working": "ok", "Slow": "warn"}.get(word, "stop")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"timetable_at": ago(minutes=5)}, "Standing still"),
        ({"timetable_at": None}, "Standing still"),
        ({"unverified": 2}, "Working"),
        ({"unverified": 3}, "Behind"),
        ({"unverified": 3, "running": 100}, "Working"),
    ],
)
def test_a_silent_timetable_or_many_missing_checks_are_told_as_such(change, word):
    assert words(replace(FINE, **change))["Checks and mails"] == word


@pytest.mark.parametrize(
    ("numbers", "word"),
    [
        ({"failing": 2, "open": 2}, "Working"),
        ({"failing": 3}, "Some trouble"),
        ({"failing": 5}, "In trouble"),
        ({"failing": 19, "open": 100}, "Working"),
        ({"throttled": 3}, "Slowed down"),
        ({"late_watches": 3}, "Looked for"),
        ({"open": 0, "halted": 2}, "Working"),
    ],
)
def test_a_provider_is_in_trouble_when_many_of_its_accounts_are(numbers, word):
    found = words(of_google(**numbers))
    assert found["Google"] == word
    assert found["Microsoft 365"] == "Working"


def test_the_sentence_names_what_is_not_working_and_says_that_calendars_are_safe():
    found = replace(of_google(failing=9), worker_at=ago(hours=1))
    tone, sentence = condition.sentence(condition.parts(found))
    assert (tone, "Copying and Google" in sentence, "safe" in sentence) == ("stop", True, True)


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (replace(FINE, worker_at=ago(minutes=10)), "The worker gives no sign of life for 10 min."),
        (replace(FINE, timetable_at=None), "The timetable gives no sign of life and never did, or was stopped."),
        (replace(FINE, oldest_due=ago(minutes=20)), "A calendar has been due for 20 min."),
        (of_google(failing=4), "4 of 10 accounts at Google fail."),
        (of_google(throttled=4), "Google slows down 4 of 10 accounts."),
        (of_google(late_watches=1), "1 watch was not renewed at Google."),
        (replace(FINE, unverified=1), "1 sync was not verified for a day."),
        (replace(FINE, queue=Queue(late=2)), "2 entries of the timetable did not begin in time."),
        (replace(FINE, queue=Queue(failed=1)), "1 task of the timetable failed within the hour."),
    ],
)
def test_the_desk_is_told_what_is_wrong_and_what_to_do(found, wrong):
    (finding,) = condition.findings(found)
    assert finding.wrong == wrong
    assert finding.do


def test_the_gravest_comes_first():
    found = replace(of_google(late_watches=1), worker_at=ago(hours=1))
    assert [one.tone for one in condition.findings(found)] == ["stop", "warn"]


def test_percentiles_are_figures_that_were_measured():
    assert spread([float(n) for n in range(100, 0, -1)]) == Spread(100, 50.0, 95.0, 99.0)
    assert spread([3.0]) == Spread(1, 3.0, 3.0, 3.0)
    assert spread([1.0, 9.0]) == Spread(2, 1.0, 9.0, 9.0)


def test_delays_are_kept_apart_by_way_and_forgotten_when_old():
    there, back = ("google", "microsoft"), ("microsoft", "google")
    arrivals = [
        Arrival(there, NOW, timedelta(seconds=4)),
        Arrival(there, ago(hours=2), timedelta(seconds=90)),
        Arrival(back, NOW, timedelta(seconds=7)),
    ]
    assert spreads(arrivals, ago(hours=1)) == {there: Spread(1, 4.0, 4.0, 4.0), back: Spread(1, 7.0, 7.0, 7.0)}
    assert spreads(arrivals, ago(hours=3))[there].p99 == 90.0


def test_everybody_is_told_of_delays_only_where_enough_changes_made_them():
    few, many = Spread(19, 4.0, 9.0, 9.0), Spread(20, 4.25, 95.4, 99.0)
    found = replace(FINE, last_day={("google", "microsoft"): few, ("microsoft", "google"): many})
    (delay,) = condition.delays(found)
    assert (delay.source, delay.target, delay.half, delay.most) == ("Microsoft 365", "Google", "4.2 s", "1 min")
