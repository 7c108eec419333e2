"""Rule 21: the same meeting on both sides is not doubled, whichever arrives first."""

import pytest

from sync import calendars
from sync.core.event import Attendee
from sync.core.operation import Reason
from sync.models import Calendar, Link
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Manner
from tests.engine.world import OPEN, World

MANNERS = pytest.mark.parametrize("manner", [LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])


@MANNERS
def test_the_same_meeting_in_both_calendars_is_copied_to_neither(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    for calendar in (home, work):
        world.event(calendar, "Review", ical_uid="review@meetings.example")
    world.event(home, "Lunch", hours=30)
    world.pair(home, work, OPEN, OPEN)
    assert world.titles(home) == world.titles(work) == ["Lunch", "Review"]
    assert Link.objects.filter(reason=Reason.SAME_MEETING).count() == 2


@MANNERS
def test_an_invitation_that_arrives_later_takes_the_place_of_the_copy(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home, "Review", ical_uid="review@meetings.example")
    world.event(home, "Lunch", hours=30)
    world.event(home, "Dinner", hours=34)
    world.pair(home, work)
    own = world.event(work, "Review", ical_uid="review@meetings.example")
    world.sync()
    assert world.titles(work) == ["Dinner", "Lunch", "Review"]
    assert world.cloud.event(work.remote_id, own) is not None


@MANNERS
def test_when_the_other_one_goes_the_copy_comes(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home, "Review", ical_uid="review@meetings.example")
    own = world.event(work, "Review", ical_uid="review@meetings.example")
    world.pair(home, work)
    assert world.copies(work) == []
    world.cloud.delete(work.remote_id, own)
    world.sync()
    assert len(world.copies(work)) == 1


def test_the_same_series_at_another_hour_is_another_meeting(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Monday", ical_uid="weekly@meetings.example")
    world.event(work, "Tuesday", hours=48, ical_uid="weekly@meetings.example")
    world.pair(home, work)
    assert world.titles(work) == ["Monday", "Tuesday"]


def test_a_meeting_with_the_owner_of_a_shared_target_is_not_copied_there(world: World) -> None:
    home = world.calendar("alice@home.example")
    theirs = world.cloud.calendar("bob@work.example", "Team")
    world.cloud.share(theirs, "alice@home.example")
    calendars.refresh(home.connection)
    work = Calendar.objects.get(remote_id=theirs)
    guests = (Attendee(address="alice@home.example", is_self=True), Attendee(address="bob@work.example"))
    world.event(home, "Review", attendees=guests)
    world.event(home, "Lunch", hours=30)
    world.pair(home, work)
    assert world.titles(work) == ["Lunch"]
    assert Link.objects.get(reason=Reason.SAME_MEETING)
