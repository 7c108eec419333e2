"""People and programs that do odd things to copies: they duplicate them, fight over them, delete what was held."""

import pytest

from sync import pairs
from sync.models import Activity, Brake, Calendar, Link, Pair
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from tests.engine.world import OPEN, World

MANNERS = pytest.mark.parametrize("manner", [LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])


def duplicate(world: World, calendar: Calendar, *, into: Calendar | None = None, hours: float = 48) -> str:
    """As Outlook does it: everything on the copy comes along, our mark too; only the key does not."""
    (copy,) = world.copies(calendar)
    said = world.content(copy.content.title, hours=hours)
    return world.cloud.create((into or calendar).remote_id, said, mark=copy.mark)


@MANNERS
@pytest.mark.parametrize("full", [True, False])
def test_a_duplicated_copy_is_no_origin_and_no_copy_whatever_happens(world: World, manner: Manner, full: bool) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    origin = world.event(home)
    pair = world.pair(home, work, OPEN, OPEN)
    twin = duplicate(world, work)
    if full:
        world.cloud.lose_cursors(work.remote_id)
    world.sync()
    world.settle()
    assert world.titles(home) == ["Lunch"]
    world.cloud.edit(work.remote_id, twin, title="My own now")
    world.cloud.delete(home.remote_id, origin)
    world.sync()
    world.settle(8 * 24 * 3600)
    assert world.titles(work) == ["My own now"]
    pairs.end(pair=pair, remove_copies=True)
    world.settle()
    assert world.titles(work) == ["My own now"]
    assert not Pair.objects.exists()


@MANNERS
def test_a_copy_dragged_into_another_calendar_is_not_copied_from_there(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    third = world.calendar("alice@third.example", manner)
    world.event(home)
    world.pair(home, work)
    world.pair(third, work)
    duplicate(world, work, into=third)
    world.sync()
    world.settle()
    assert world.titles(work) == ["Lunch"]


@MANNERS
def test_a_lost_link_table_adopts_the_copy_and_not_its_duplicate(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home)
    world.pair(home, work)
    (copy,) = world.copies(work)
    twin = duplicate(world, work)
    Pair.objects.all().delete()
    world.forget_calls()
    world.pair(home, work)
    assert world.writes() == []
    assert Link.objects.get().copy_id == copy.id
    assert world.cloud.event(work.remote_id, twin) is not None


def test_a_new_event_costs_one_question_more_only_where_nothing_tells_whose_it_is(world: World) -> None:
    home, work = world.calendar("alice@home.example", LIKE_MICROSOFT), world.calendar("alice@work.example")
    world.pair(home, work)
    for key, asked in (("made-by-another-program", 0), ("", 1)):
        id = world.event(home, key=key)
        world.forget_calls()
        world.sync()
        assert world.cloud.requests("get", home.remote_id) == asked
        world.cloud.edit(home.remote_id, id, title="Changed")
        world.forget_calls()
        world.sync()
        # Known by now.
        assert world.cloud.requests("get", home.remote_id) == 0
    assert len(world.copies(work)) == 2


@pytest.mark.parametrize("two_way", [True, False])
def test_a_program_that_fights_over_an_event_ends_the_writing_for_the_day_and_is_told_once(world, two_way, monkeypatch):
    monkeypatch.setattr("sync.store.churn.TOO_OFTEN", 12)
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    origin = world.event(home)
    world.pair(home, work, OPEN, OPEN if two_way else None)
    (copy,) = world.events(work)

    def meddle(call: Call, at: str) -> None:
        """It puts its own stamp on the copy whenever the event was written."""
        if at == "after" and call.name == "update" and call.subject.id in (origin, copy.id):
            world.wait(seconds=1)
            world.cloud.edit(work.remote_id, copy.id, title=f"Stamp {len(world.cloud.calls)}")

    world.cloud.fault = meddle
    world.cloud.edit(work.remote_id, copy.id, title="Stamped")
    for _ in range(20):
        world.sync()
    written = len(world.writes())
    assert written <= 12
    for number in range(5):
        world.wait(seconds=1)
        world.cloud.edit(work.remote_id, copy.id, title=f"Again {number}")
        world.sync()
    assert len(world.writes()) == written
    assert Activity.objects.filter(act="failed", reason="churn").count() == 1
    world.cloud.fault = None
    world.settle(24 * 3600 + 600)
    assert world.titles(home) == world.titles(work)


@MANNERS
def test_a_question_about_deletions_is_over_when_the_events_are_back(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    ids = [world.event(home, f"Event {number}", hours=24 + number) for number in range(4)]
    world.pair(home, work)
    events = world.events(home)
    for id in ids:
        world.cloud.delete(home.remote_id, id)
    world.sync()
    assert Brake.objects.get(decided_at=None).held == 4
    for event in events[:3]:
        world.cloud.put(home.remote_id, event)
    world.sync()
    assert Brake.objects.get(decided_at=None).held == 1
    world.cloud.put(home.remote_id, events[3])
    world.sync()
    assert not Brake.objects.filter(decided_at=None).exists()
    world.cloud.delete(home.remote_id, ids[0])
    world.settle()
    # Nothing is held any more that nobody asked about.
    assert len(world.copies(work)) == 3


def test_a_question_about_deletions_is_over_when_the_person_deleted_the_copies(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    ids = [world.event(home, f"Event {number}", hours=24 + number) for number in range(4)]
    world.pair(home, work)
    for id in ids:
        world.cloud.delete(home.remote_id, id)
    world.sync()
    for copy in world.copies(work):
        world.cloud.delete(work.remote_id, copy.id)
    world.sync()
    assert not Brake.objects.filter(decided_at=None).exists()
    assert not Link.objects.exists()


def test_a_copy_that_cannot_be_deleted_today_is_tried_again_tomorrow_and_its_pair_ends(world: World) -> None:
    from sync.providers.errors import Refused

    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home)
    pair = world.pair(home, work)

    def locked(call: Call, at: str) -> None:
        if at == "before" and call.name == "remove":
            raise Refused("locked", status=403)

    world.cloud.fault = locked
    pairs.end(pair=pair, remove_copies=True)
    world.settle()
    world.settle()
    assert Link.objects.get().state == Link.State.PARKED
    world.cloud.fault = None
    world.settle(25 * 3600)
    assert world.events(work) == []
    assert not Pair.objects.exists()
