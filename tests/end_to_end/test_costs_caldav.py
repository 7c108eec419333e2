"""What each situation costs over CalDAV, counted in the sandbox's own log, and what is done when Apple asks for patience."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from accounts.models import Connection
from sync.models import Calendar, Link
from sync.providers.caldav import pace
from tests.end_to_end.scene import OPEN, PRIVATE, Scene

READING = {"REPORT", "PROPFIND", "GET"}
APPLE, OTHER, GOOGLE = "alice-icloud", "bob-icloud", "alice-gmail"


@pytest.fixture(autouse=True)
def _fresh_budgets() -> Iterator[None]:
    """A minute's budget of one test is not spent by another."""
    pace.pace_of.cache_clear()
    yield
    pace.pace_of.cache_clear()


def asked(scene: Scene) -> list[str]:
    """Methods of what left for iCloud and Google, in their order."""
    hosts = ("icloud.com", "www.googleapis.com")
    return [entry["method"] for entry in scene.sandbox.requests() if entry["host"].endswith(hosts)]


def count(scene: Scene, calendar: Calendar) -> tuple[int, int]:
    """(reads, writes) of one cycle of this calendar."""
    scene.sandbox.forget_requests()
    scene.look(calendar)
    methods = asked(scene)
    reads = len([method for method in methods if method in READING])
    return reads, len(methods) - reads


def both(scene: Scene, target: str, *, two_way: bool) -> tuple[Calendar, Calendar]:
    here, there = scene.account(APPLE), scene.account(target)
    scene.create(here, "Stays", hours=48)
    scene.pair(here, there, OPEN, OPEN if two_way else None)
    return here, there


@pytest.mark.parametrize("two_way", [False, True])
@pytest.mark.parametrize("target", [OTHER, GOOGLE])
def test_nothing_one_new_one_changed_one_deleted(scene: Scene, target: str, two_way: bool) -> None:
    here, there = both(scene, target, two_way=two_way)
    assert count(scene, here) == (1, 0)
    origin = scene.create(here, "Lunch")
    assert count(scene, here) == (2, 1)
    scene.hand(here, "edit", id=origin, title="Changed")
    assert count(scene, here) == (2, 1)
    assert scene.titles(there) == ["Changed", "Stays"]
    scene.hand(here, "delete", id=origin)
    assert count(scene, here) == (1, 1)
    assert scene.titles(there) == ["Stays"]


def test_an_edit_of_a_copy_costs_three_reads_and_one_write(scene: Scene) -> None:
    """What changed, its contents, and the origin once: it goes back with nothing else touched."""
    here, there = both(scene, OTHER, two_way=True)
    (copy,) = scene.events(there)
    scene.hand(there, "edit", id=copy["id"], title="Changed there")
    assert count(scene, there) == (3, 1)
    assert scene.titles(here) == ["Changed there"]


def test_the_echo_of_our_own_writes_is_one_read_however_many_there_were(scene: Scene) -> None:
    here, there = both(scene, OTHER, two_way=True)
    for number in range(12):
        scene.create(here, f"Event {number}", hours=24 + number)
    scene.look(here)
    assert len(scene.titles(there)) == 13
    assert count(scene, there) == (1, 0)


def test_a_first_sync_of_120_is_three_reads_and_a_write_for_each(scene: Scene) -> None:
    here, there = scene.account(APPLE), scene.account(OTHER)
    for number in range(120):
        scene.create(here, f"Event {number}", hours=24 + number)
    scene.sandbox.forget_requests()
    scene.pair(here, there, OPEN, OPEN)
    methods = asked(scene)
    # Names and contents here, names there; what was written there is read no second time.
    assert (methods.count("PUT"), len(methods)) == (120, 123)
    assert len(scene.titles(there)) == 120


def test_a_calendar_in_three_flows_is_read_once(scene: Scene) -> None:
    here = scene.account(APPLE)
    origin = scene.create(here)
    for person in (OTHER, GOOGLE, "alice-contoso"):
        scene.pair(here, scene.account(person), PRIVATE)
    scene.hand(
        here, "move", id=origin, start=datetime(2027, 1, 5, 9, tzinfo=UTC), end=datetime(2027, 1, 5, 10, tzinfo=UTC)
    )
    assert count(scene, here) == (2, 3)


def test_a_minutes_budget_is_kept_and_what_waits_for_the_next_is_not_lost(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pace.BUDGETS, ".icloud.com", (30, 30))
    here, there = scene.account(GOOGLE), scene.account(APPLE)
    for number in range(50):
        scene.create(here, f"Event {number}", hours=24 + number)
    pace.pace_of.cache_clear()
    scene.sandbox.forget_requests()
    scene.pair(here, there)
    assert len([entry for entry in scene.sandbox.requests() if entry["host"].endswith("icloud.com")]) <= 30
    rests = Connection.objects.get(pk=there.connection_id)
    assert rests.throttled_until is not None
    assert 0 < len(scene.titles(there)) < 30
    for _ in range(3):
        # A minute later.
        pace.pace_of.cache_clear()
        scene.let_pauses_end()
        scene.sync()
    assert len(scene.titles(there)) == 50
    assert not Link.objects.filter(state=Link.State.PARKED).exists()


@pytest.mark.parametrize("status", [403, 503])
def test_apple_is_left_in_peace_as_long_as_it_asks_and_longer_each_time(scene: Scene, status: int) -> None:
    here, there = scene.account(GOOGLE), scene.account(APPLE)
    scene.pair(here, there)
    waits = []
    for number in range(3):
        scene.create(here, f"Event {number}", hours=24 + number)
        scene.sandbox.faults("p42-caldav.icloud.com", status=status, headers={"Retry-After": "1"})
        scene.let_pauses_end()
        began = datetime.now(UTC)
        scene.look(there)
        until = Connection.objects.get(pk=there.connection_id).throttled_until
        assert until is not None
        waits.append((until - began).total_seconds())
        # Nothing is asked meanwhile.
        assert count(scene, there) == (0, 0)
    assert [round(wait) for wait in waits] == [2, 4, 8]
    scene.let_pauses_end()
    scene.sync()
    assert len(scene.titles(there)) == 3
