"""Full audits: every kind of difference is found, counted, repaired and read back; only a complete reading verifies."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sync import verify
from sync.models import Calendar, FlowSettings, Link, Pair, Verification
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from tests.engine.world import PRIVATE, World

MANNERS = pytest.mark.parametrize("manner", [LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])


@contextmanager
def silently(world: World, calendar: Calendar) -> Iterator[None]:
    """What happens in the calendar meanwhile is told by no delta; the echo of our own writes was heard before."""
    world.settle()
    shelf = world.cloud.shelves[calendar.remote_id]
    before = dict(shelf.touched)
    yield
    shelf.touched = {id: before.get(id, 1) for id in shelf.touched if id in shelf.events or id in before}


def verified(world: World, pair: Pair) -> Verification:
    """Ask, and let the cycles run until it is done."""
    world.wait(hours=1)
    asked = verify.ask(pair=pair, by=world.user)
    world.sync()
    asked.refresh_from_db()
    return asked


def counts(row: Verification) -> dict[str, int]:
    names = ("missing", "extra", "differing", "visible", "left", "under_way")
    return {name: getattr(row, name) for name in names if getattr(row, name)}


def home_and_work(world: World, manner: Manner = LIKE_GOOGLE) -> tuple[Calendar, Calendar]:
    return world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)


@MANNERS
@pytest.mark.parametrize("back", [None, PRIVATE], ids=["one way", "two way"])
def test_an_unchanged_pair_is_verified_complete_and_nothing_is_written(
    world: World, manner: Manner, back: FlowSettings | None
) -> None:
    home, work = home_and_work(world, manner)
    for number in range(120):
        world.event(home, f"Event {number}", hours=24 + number)
    world.event(work, "Own", hours=3)
    pair = world.pair(home, work, PRIVATE, back)
    cursors = list(Calendar.objects.values_list("cursor", flat=True))
    world.forget_calls()
    row = verified(world, pair)
    assert (row.outcome, row.differences, row.left, row.under_way) == (Verification.Outcome.COMPLETE, 0, 0, 0)
    own = 1 if back is None else 2
    assert (row.read_first, row.read_second, row.checked) == (120 + own - 1, 121, 120 + own - 1)
    assert row.finished_at is not None
    assert world.writes() == []
    assert list(Calendar.objects.values_list("cursor", flat=True)) != cursors
    assert world.cloud.calls
    assert row.scope[0]["hidden"] == ["description", "guests", "location", "sensitivity", "title"]


def test_a_pair_whose_cursors_stand_still_is_read_completely_all_the_same(world: World) -> None:
    home, work = home_and_work(world)
    world.event(home)
    pair = world.pair(home, work)
    verify.ask(pair=pair, by=world.user)
    world.forget_calls()
    world.sync()
    reads = [call.calendar_id for call in world.cloud.calls if call.name == "read"]
    assert sorted(set(reads)) == sorted([home.remote_id, work.remote_id])
    assert len(reads) == 4


@MANNERS
def test_a_copy_that_vanished_unnoticed_is_found_missing_and_settled(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    for number in range(3):
        world.event(home, f"Event {number}", hours=24 + number)
    pair = world.pair(home, work)
    with silently(world, work):
        world.cloud.delete(work.remote_id, world.copies(work)[0].id)
    world.settle()
    assert Link.objects.exclude(copy_id="").count() == 3
    row = verified(world, pair)
    assert (row.outcome, counts(row), row.repaired) == (Verification.Outcome.COMPLETE, {"missing": 1}, 1)
    assert Link.objects.get(state=Link.State.AWAY).copy_id == ""
    assert counts(verified(world, pair)) == {}


@MANNERS
def test_a_copy_that_shows_a_title_is_stripped_at_once(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    world.event(home, "Doctor")
    pair = world.pair(home, work, PRIVATE)
    (copy,) = world.copies(work)
    with silently(world, work):
        world.cloud.edit(work.remote_id, copy.id, title="Doctor", location="Clinic")
    row = verified(world, pair)
    assert (row.outcome, counts(row)) == (Verification.Outcome.COMPLETE, {"visible": 1})
    (after,) = world.copies(work)
    assert (after.id, after.content.title, after.content.location) == (copy.id, "Busy", "")
    assert world.titles(home) == ["Doctor"]
    assert world.link().state == Link.State.LIVE


def test_a_leak_is_stripped_in_the_very_cycle_that_sees_it_even_when_no_origin_can_be_asked_for(world: World) -> None:
    home, work = home_and_work(world)
    world.event(home, "Doctor")
    pair = world.pair(home, work, PRIVATE)
    with silently(world, work):
        world.cloud.edit(work.remote_id, world.copies(work)[0].id, title="Doctor")
    written: list[tuple[int, str]] = []

    def watch(call: Call, at: str) -> None:
        if at == "after" and call.name in {"read", "update"}:
            written.append((Verification.objects.get().looks, call.name))

    world.wait(hours=1)
    verify.ask(pair=pair, by=world.user)
    world.cloud.fault = watch
    world.sync()
    # Before another look is taken, and before anything is read again.
    assert written[written.index((1, "update")) - 1] == (0, "read")
    assert world.titles(work) == ["Busy"]


@MANNERS
def test_a_copy_that_somebody_moved_unnoticed_is_put_right(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    world.event(home)
    pair = world.pair(home, work)
    (copy,) = world.copies(work)
    with silently(world, work):
        world.cloud.move(work.remote_id, copy.id, world.content(hours=90).when)
    row = verified(world, pair)
    assert counts(row) == {"differing": 1}
    assert world.copies(work)[0].content.when == copy.content.when


@MANNERS
def test_an_origin_that_changed_unnoticed_reaches_its_copy(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    origin = world.event(home, "Lunch")
    pair = world.pair(home, work)
    with silently(world, home):
        world.cloud.edit(home.remote_id, origin, title="Late lunch")
    world.settle()
    assert world.titles(work) == ["Lunch"]
    assert counts(verified(world, pair)) == {"differing": 1}
    assert world.titles(work) == ["Late lunch"]


@MANNERS
def test_an_origin_that_vanished_unnoticed_takes_its_copy_along(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    gone = world.event(home, "Gone")
    world.event(home, "Stays", hours=30)
    world.event(home, "Stays too", hours=31)
    pair = world.pair(home, work)
    with silently(world, home):
        world.cloud.delete(home.remote_id, gone)
    assert counts(verified(world, pair)) == {"extra": 1}
    assert world.titles(work) == ["Stays", "Stays too"]


@MANNERS
def test_an_event_that_appeared_unnoticed_gets_its_copy(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    pair = world.pair(home, work)
    with silently(world, home):
        world.event(home, "New")
    row = verified(world, pair)
    assert counts(row) == {"missing": 1}
    assert (row.checked, world.titles(work)) == (1, ["New"])


@MANNERS
def test_a_lost_link_is_made_again_and_no_copy_is_made_anew(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    world.event(home, "Lunch")
    world.event(home, "Coffee", hours=30)
    pair = world.pair(home, work)
    ids = {event.id for event in world.copies(work)}
    Link.objects.filter(copy_id=min(ids)).delete()
    world.forget_calls()
    row = verified(world, pair)
    assert (counts(row), row.repaired, row.checked) == ({"extra": 1}, 1, 2)
    assert {event.id for event in world.copies(work)} == ids
    assert set(Link.objects.values_list("copy_id", flat=True)) == ids
    assert [call for call in world.writes() if call.name != "insert"] == []


@MANNERS
def test_a_link_that_holds_somebodys_own_event_lets_go_of_it_untouched(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    world.event(home, "Lunch")
    own = world.event(work, "Own", hours=3)
    pair = world.pair(home, work, PRIVATE)
    (copy,) = world.copies(work)
    world.settle()
    before = world.cloud.event(work.remote_id, own)
    Link.objects.update(copy_id=own)
    row = verified(world, pair)
    assert (counts(row), row.repaired) == ({"differing": 1}, 1)
    assert world.cloud.event(work.remote_id, own) == before
    assert world.link().copy_id == copy.id
    assert len(world.events(work)) == 2


@MANNERS
def test_links_that_hold_each_others_copies_find_their_own_again(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    world.event(home, "Lunch")
    world.event(home, "Coffee", hours=30)
    pair = world.pair(home, work)
    world.settle()
    first, second = Link.objects.order_by("pk")
    Link.objects.filter(pk=first.pk).update(copy_id=second.copy_id)
    Link.objects.filter(pk=second.pk).update(copy_id=first.copy_id)
    row = verified(world, pair)
    assert (counts(row), row.repaired) == ({"differing": 2}, 2)
    assert Link.objects.get(pk=first.pk).copy_id == first.copy_id
    assert world.titles(work) == ["Coffee", "Lunch"]
