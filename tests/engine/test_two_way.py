"""Rules 5, 6, 8, 9: merging, masks, meetings, deletions."""

from dataclasses import replace
from datetime import date

import pytest

from sync.core.event import AllDay, Attendee, Sensitivity, ShowAs
from sync.models import Activity, Calendar, Link
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_MICROSOFT, Manner
from tests.engine.world import OPEN, PRIVATE, World

Pairing = tuple[Calendar, Calendar]


@pytest.fixture(params=[LIKE_GOOGLE, LIKE_MICROSOFT, LIKE_CALDAV], ids=["like google", "like microsoft", "like caldav"])
def sides(request: pytest.FixtureRequest, world: World) -> Pairing:
    manner: Manner = request.param
    return world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)


def test_an_edit_travels_both_ways(world: World, sides: Pairing) -> None:
    home, work = sides
    origin = world.event(home, "Lunch")
    world.pair(home, work, OPEN, OPEN)
    copy = world.events(work)[0]
    world.cloud.edit(home.remote_id, origin, title="Late lunch")
    world.sync()
    assert world.titles(work) == ["Late lunch"]
    world.cloud.edit(work.remote_id, copy.id, location="Terrace")
    world.sync()
    assert world.events(home)[0].content.location == "Terrace"
    assert world.events(home)[0].id == origin
    assert world.events(work)[0].id == copy.id
    world.forget_calls()
    world.settle()
    assert world.writes() == []


def test_different_fields_changed_on_both_sides_are_merged(world: World, sides: Pairing) -> None:
    home, work = sides
    origin = world.event(home, "Lunch")
    world.pair(home, work, OPEN, OPEN)
    world.cloud.edit(home.remote_id, origin, title="Late lunch")
    world.cloud.edit(work.remote_id, world.events(work)[0].id, location="Terrace")
    world.sync()
    for calendar in sides:
        assert world.events(calendar)[0].content.title == "Late lunch"
        assert world.events(calendar)[0].content.location == "Terrace"
    world.forget_calls()
    world.settle()
    assert world.writes() == []


@pytest.mark.parametrize("later", ["origin", "copy"])
def test_of_two_changes_to_one_field_the_most_recent_wins(world: World, sides: Pairing, later: str) -> None:
    home, work = sides
    origin = world.event(home, "Lunch")
    world.pair(home, work, OPEN, OPEN)
    copy = world.events(work)[0].id
    steps = [(home, origin, "origin"), (work, copy, "copy")]
    for calendar, event_id, title in sorted(steps, key=lambda step: step[2] == later):
        world.wait(seconds=10)
        world.cloud.edit(calendar.remote_id, event_id, title=title)
    world.sync()
    assert world.titles(home) == world.titles(work) == [later]


def test_a_tie_goes_to_the_origin(world: World, sides: Pairing) -> None:
    home, work = sides
    origin = world.event(home, "Lunch")
    world.pair(home, work, OPEN, OPEN)
    world.wait(seconds=10)
    world.cloud.edit(home.remote_id, origin, title="origin")
    world.cloud.edit(work.remote_id, world.events(work)[0].id, title="copy")
    world.sync()
    assert world.titles(home) == world.titles(work) == ["origin"]


def test_moving_a_busy_block_moves_the_meeting_and_its_title_never_becomes_busy(world: World, sides: Pairing) -> None:
    home, work = sides
    world.event(home, "Doctor")
    world.pair(home, work, PRIVATE, PRIVATE)
    block = world.events(work)[0]
    assert block.content.title == "Busy"
    assert block.content.sensitivity is Sensitivity.PRIVATE
    moved = world.content(hours=48).when
    world.cloud.edit(work.remote_id, block.id, when=moved, title="Mine now")
    world.sync()
    assert world.events(home)[0].content.when == moved
    assert world.titles(home) == ["Doctor"]
    assert world.titles(work) == ["Busy"]


def test_an_edit_of_a_copy_in_a_one_way_pair_is_put_right_again(world: World, sides: Pairing) -> None:
    home, work = sides
    world.event(home, "Lunch")
    world.pair(home, work, OPEN)
    world.cloud.edit(work.remote_id, world.events(work)[0].id, title="Scribble")
    world.sync()
    assert world.titles(work) == ["Lunch"]
    assert world.titles(home) == ["Lunch"]
    assert Activity.objects.filter(act="updated", reason="one_way").count() == 1


def test_a_meeting_is_never_changed_through_its_copy(world: World, sides: Pairing) -> None:
    home, work = sides
    guests = (Attendee(address="alice@home.example", is_self=True), Attendee(address="bob@other.example"))
    origin = world.event(home, "Review", attendees=guests)
    world.pair(home, work, OPEN, OPEN)
    before = world.cloud.event(home.remote_id, origin)
    world.cloud.edit(work.remote_id, world.events(work)[0].id, title="Cancelled?", location="Elsewhere")
    world.sync()
    assert world.cloud.event(home.remote_id, origin) == before
    assert world.titles(work) == ["Review"]
    assert Activity.objects.filter(reason="meeting").exists()


def test_a_meeting_outlives_its_deleted_copy(world: World, sides: Pairing) -> None:
    home, work = sides
    origin = world.event(home, "Review", attendees=(Attendee(address="bob@other.example"),))
    world.pair(home, work, OPEN, OPEN)
    world.cloud.delete(work.remote_id, world.events(work)[0].id)
    world.sync()
    assert world.cloud.event(home.remote_id, origin) is not None
    assert world.events(work) == []
    assert world.link().state == Link.State.AWAY


def test_guests_stand_as_text_in_the_copy_and_never_as_attendees(world: World, sides: Pairing) -> None:
    home, work = sides
    world.event(home, "Review", attendees=(Attendee(address="bob@other.example", name="Bob"),))
    world.pair(home, work, OPEN)
    (copy,) = world.events(work)
    assert "bob@other.example" in copy.content.description
    assert copy.attendees == ()


def test_a_deleted_origin_takes_its_copy_along(world: World, sides: Pairing) -> None:
    home, work = sides
    origin = world.event(home)
    keep = world.event(home, "Keep", hours=30)
    world.pair(home, work)
    world.cloud.delete(home.remote_id, origin)
    world.sync()
    assert world.titles(work) == ["Keep"]
    assert Link.objects.get().origin_id == keep


def test_a_deleted_copy_deletes_the_origin_only_where_it_may(world: World, sides: Pairing) -> None:
    home, work = sides
    world.event(home, "Lunch")
    world.event(home, "Keep", hours=30)
    world.pair(home, work, OPEN, OPEN)
    gone = next(e for e in world.events(work) if e.content.title == "Lunch")
    world.cloud.delete(work.remote_id, gone.id)
    world.sync()
    assert world.titles(home) == ["Keep"]


def test_a_deleted_busy_block_stays_away_until_the_origin_changes(world: World, sides: Pairing) -> None:
    home, work = sides
    origin = world.event(home, "Doctor")
    world.event(home, "Keep", hours=30)
    world.pair(home, work, PRIVATE, PRIVATE)
    blocks = {e.content.when: e.id for e in world.events(work)}
    event = world.cloud.event(home.remote_id, origin)
    assert event is not None
    world.cloud.delete(work.remote_id, blocks[event.content.when])
    world.sync()
    world.settle()
    assert len(world.copies(work)) == 1
    assert world.titles(home) == ["Doctor", "Keep"]
    world.cloud.edit(home.remote_id, origin, title="Dentist")
    world.sync()
    assert len(world.copies(work)) == 2


def test_a_forced_free_copy_never_frees_the_origin(world: World, sides: Pairing) -> None:
    from sync.models import FlowSettings

    home, work = sides
    world.event(home, "Lunch")
    world.pair(home, work, FlowSettings(private=False, show_as="free"), OPEN)
    copy = world.events(work)[0]
    assert copy.content.show_as is ShowAs.FREE
    world.cloud.edit(work.remote_id, copy.id, show_as=ShowAs.TENTATIVE)
    world.sync()
    assert world.events(home)[0].content.show_as is ShowAs.BUSY
    assert world.events(work)[0].content.show_as is ShowAs.FREE


def test_a_block_that_a_person_made_a_whole_day_blocks_nothing_where_whole_days_are_free(world, sides):
    """What the copy told its origin is not always what it is to say itself from then on."""
    home, work = sides
    origin = world.event(home, "Fair")
    world.cloud.edit(home.remote_id, origin, show_as=ShowAs.FREE)
    world.pair(home, work, replace(OPEN, whole_days="free"), OPEN)
    (copy,) = world.copies(work)
    day = AllDay(date(2027, 1, 4), date(2027, 1, 5))
    world.cloud.edit(work.remote_id, copy.id, when=day, show_as=ShowAs.BUSY)
    world.settle()
    says = [(event.content.when, event.content.show_as) for event in world.events(home) + world.copies(work)]
    assert says == [(day, ShowAs.BUSY), (day, ShowAs.FREE)]
