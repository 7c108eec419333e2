"""What a person asks of a flow, changed while copies exist: they change in place, go, or come again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from accounts.models import Connection
from sync import pairs
from sync.core.event import AllDay, Answer, Attendee, Kind, ShowAs, Timed
from sync.core.operation import Reason
from sync.models import Activity, Brake, Flow, FlowSettings, Link
from sync.providers.errors import Unknown
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from sync.store import work
from tests.engine.world import OPEN, PRIVATE, World

MANNERS = pytest.mark.parametrize("manner", [LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])
BOB = Attendee(address="bob@other.example", name="Bob")
OFFICE = replace(OPEN, weekdays="12345", hours_from=time(9), hours_to=time(17))

LOOKS = {
    "private": (PRIVATE, ("Busy", "", "")),
    "own word": (replace(PRIVATE, word="Taken"), ("Taken", "", "")),
    "no title": (replace(OPEN, show_title=False), ("Busy", "with notes", "Kitchen")),
    "no description": (replace(OPEN, show_description=False), ("Lunch", "", "Kitchen")),
    "no location": (replace(OPEN, show_location=False), ("Lunch", "with notes", "")),
    "pattern": (replace(OPEN, template="[Work] {title}"), ("[Work] Lunch", "with notes", "Kitchen")),
    "shown as free": (replace(OPEN, show_as="free"), ("Lunch", "with notes", "Kitchen")),
}


@MANNERS
@pytest.mark.parametrize(("chosen", "shown"), LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("two_way", [False, True], ids=["one way", "two-way"])
def test_a_change_of_looks_changes_copies_in_place_and_back_again(
    world: World, manner: Manner, chosen: FlowSettings, shown: tuple[str, str, str], two_way: bool
) -> None:
    home, work_calendar = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    for number in range(3):
        world.event(home, hours=24 + number)
    back = OPEN if two_way else None
    pair = world.pair(home, work_calendar, OPEN, back)
    ids = {event.id for event in world.copies(work_calendar)}
    for wanted, said in ((chosen, shown), (OPEN, ("Lunch", "with notes", "Kitchen"))):
        world.forget_calls()
        pairs.edit(pair=pair, out=wanted, back=back)
        world.sync()
        contents = [event.content for event in world.copies(work_calendar)]
        assert {(c.title, c.description, c.location) for c in contents} == {said}
        assert {event.id for event in world.copies(work_calendar)} == ids
        assert [call.name for call in world.writes()] == ["update"] * 3
        assert world.titles(home) == ["Lunch"] * 3
    world.forget_calls()
    world.settle()
    assert world.writes() == []


def test_events_that_are_left_out_lose_their_copies_and_get_them_again(world: World) -> None:
    home, work_calendar = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home)
    world.event(home, "Sleep", hours=38)
    world.event(home, "Gym #nosync")
    world.whole_day(home)
    cloud = world.cloud
    cloud.create(home.remote_id, world.content("Free", show_as=ShowAs.FREE))
    cloud.create(home.remote_id, world.content("Focus"), kind=Kind.FOCUS_TIME)
    cloud.create(home.remote_id, world.content("Party"), answer=Answer.DECLINED, attendees=(BOB,))
    cloud.create(home.remote_id, world.content("Invited"), answer=Answer.UNANSWERED, attendees=(BOB,))
    pair = world.pair(home, work_calendar)
    everything = ["Focus", "Free", "Holiday", "Invited", "Lunch", "Sleep"]
    assert world.titles(work_calendar) == everything
    asked: dict[str, tuple[Any, str]] = {
        "whole_days": ("skip", "Holiday"),
        "copy_free": (False, "Free"),
        "copy_focus_time": (False, "Focus"),
        "unanswered": ("skip", "Invited"),
        "not_words": ("gym, LUNCH", "Lunch"),
    }
    for name, (value, title) in asked.items():
        pairs.edit(pair=pair, out=replace(OPEN, **{name: value}), back=None)
        world.sync()
        assert world.titles(work_calendar) == [each for each in everything if each != title]
        pairs.edit(pair=pair, out=OPEN, back=None)
        world.sync()
        assert world.titles(work_calendar) == everything
    pairs.edit(pair=pair, out=replace(OPEN, copy_declined=True, keep_out=""), back=None)
    world.sync()
    assert world.titles(work_calendar) == sorted([*everything, "Gym #nosync", "Party"])
    said = set(Activity.objects.filter(act=Activity.Act.REMOVED).values_list("reason", flat=True))
    assert said == {"all_day", "free", "focus_time", "unanswered", "with_word"}


def test_working_hours_are_told_in_the_zone_of_the_person_and_follow_them(world: World) -> None:
    home, work_calendar = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    start = world.now.replace(hour=16, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while start.isoweekday() > 5:
        start += timedelta(days=1)
    world.cloud.create(home.remote_id, replace(world.content(), when=Timed(start, start + timedelta(hours=1))))
    world.user.time_zone = "Europe/Tallinn"
    world.user.save()
    world.pair(home, work_calendar, OFFICE)
    assert world.titles(work_calendar) == []
    assert Link.objects.get().reason == Reason.OUTSIDE_HOURS
    world.user.time_zone = "America/New_York"
    world.user.save()
    pairs.zone_changed(world.user)
    world.sync()
    assert world.titles(work_calendar) == ["Lunch"]


@pytest.fixture
def crowded(world: World) -> World:
    """Thirty events with copies, twelve of them all day."""
    home, target = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    for number in range(18):
        world.event(home, hours=24 + number)
    for number in range(12):
        world.whole_day(home, days=3 + number)
    world.pair(home, target)
    return world


def leave_out_all_day_events(world: World) -> None:
    pairs.edit(pair=Flow.objects.get().pair, out=replace(OPEN, whole_days="skip"), back=None)
    world.sync()


def test_leaving_out_more_than_a_few_events_waits_for_a_word(crowded: World) -> None:
    leave_out_all_day_events(crowded)
    target = Flow.objects.get().target
    assert len(crowded.copies(target)) == 30
    brake = Brake.objects.get()
    assert (brake.held, brake.of) == (12, 30)
    pairs.decide(brake=brake, decision=Brake.Decision.RELEASE, by=crowded.user)
    crowded.sync()
    assert crowded.titles(target) == ["Lunch"] * 18


def test_copies_that_the_person_keeps_stay_although_their_events_are_left_out(crowded: World) -> None:
    leave_out_all_day_events(crowded)
    pairs.decide(brake=Brake.objects.get(), decision=Brake.Decision.RESTORE, by=crowded.user)
    crowded.settle()
    assert len(crowded.copies(Flow.objects.get().target)) == 30


def test_a_large_deletion_is_held_although_it_comes_in_small_shares(crowded: World, monkeypatch) -> None:
    monkeypatch.setattr(work, "MOST", 4)

    def takes_its_time(call: Call, at: str) -> None:
        if call.name == "remove" and at == "before":
            crowded.wait(seconds=1)

    crowded.cloud.fault = takes_its_time
    leave_out_all_day_events(crowded)
    crowded.settle()
    assert Brake.objects.filter(decided_at=None).exists()
    assert len(crowded.copies(Flow.objects.get().target)) >= 20


def test_what_a_person_changed_in_a_copy_is_not_lost_when_another_detail_is_hidden(world: World) -> None:
    home, target = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    lunch = world.event(home)
    pair = world.pair(home, target, OPEN, OPEN)
    (copy,) = world.copies(target)
    world.cloud.edit(target.remote_id, copy.id, location="Terrace")
    pairs.edit(pair=pair, out=replace(OPEN, show_title=False), back=OPEN)
    world.sync()
    world.settle()
    origin = world.cloud.event(home.remote_id, lunch)
    assert origin is not None
    assert (origin.content.title, origin.content.location) == ("Lunch", "Terrace")
    (copy,) = world.copies(target)
    assert (copy.content.title, copy.content.location) == ("Busy", "Terrace")


HIDES = {
    "title": (replace(OPEN, show_title=False), ("Busy", "with notes", "Kitchen")),
    "description": (replace(OPEN, show_description=False), ("Doctor", "", "Kitchen")),
    "location": (replace(OPEN, show_location=False), ("Doctor", "with notes", "")),
}


@MANNERS
@pytest.mark.parametrize(("chosen", "shown"), HIDES.values(), ids=HIDES)
def test_a_detail_that_is_hidden_is_taken_out_although_the_source_cannot_be_reached(
    world: World, manner: Manner, chosen: FlowSettings, shown: tuple[str, str, str]
) -> None:
    home, target = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    for number in range(5):
        world.event(home, "Doctor", hours=24 + number)
    pair = world.pair(home, target)
    ids = {event.id for event in world.copies(target)}
    world.cloud.signed_out.add("alice@home.example")
    world.sync()
    assert Connection.objects.get(address="alice@home.example").halted
    pairs.edit(pair=pair, out=chosen, back=None)
    world.sync()
    said = {(e.content.title, e.content.description, e.content.location) for e in world.copies(target)}
    assert (said, {event.id for event in world.copies(target)}) == ({shown}, ids)
    assert not Flow.objects.filter(strip_due=True).exists()


def test_showing_more_or_looking_different_asks_for_no_stripping(world: World) -> None:
    home, target = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    pair = world.pair(home, target, PRIVATE)
    for settings in (OPEN, replace(OPEN, template="[Work] {title}"), replace(OPEN, whole_days="skip"), OPEN):
        pairs.edit(pair=pair, out=settings, back=None)
        assert not Flow.objects.filter(strip_due=True).exists()
    pairs.edit(pair=pair, out=replace(OPEN, show_guests=False), back=None)
    assert Flow.objects.filter(strip_due=True).exists()


def test_a_copy_that_a_person_makes_a_whole_day_takes_its_origin_along_and_is_shown_as_free(world: World) -> None:
    home, target = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    lunch = world.event(home)
    world.pair(home, target, replace(OPEN, whole_days="free"), OPEN)
    (copy,) = world.copies(target)
    day = world.now.date() + timedelta(days=4)
    world.cloud.edit(target.remote_id, copy.id, when=AllDay(day, day + timedelta(days=1)))
    world.sync()
    origin = world.cloud.event(home.remote_id, lunch)
    (copy,) = world.copies(target)
    assert origin is not None
    assert origin.content.when == copy.content.when == AllDay(day, day + timedelta(days=1))
    assert (origin.content.show_as, copy.content.show_as) == (ShowAs.BUSY, ShowAs.FREE)


def test_a_title_given_to_a_copy_that_is_left_out_by_it_moves_back_and_the_copy_goes(world: World) -> None:
    home, target = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    lunch = world.event(home)
    world.pair(home, target, OPEN, OPEN)
    (copy,) = world.copies(target)
    world.cloud.edit(target.remote_id, copy.id, title="Lunch #nosync")
    world.sync()
    origin = world.cloud.event(home.remote_id, lunch)
    assert origin is not None
    assert origin.content.title == "Lunch #nosync"
    assert world.copies(target) == []
    world.forget_calls()
    world.settle()
    assert world.writes() == []


# From and to what: in none of these does the new way rule what events are shown as.
WAYS = {
    "made private": (OPEN, PRIVATE),
    "made open": (PRIVATE, OPEN),
    "dressed": (OPEN, replace(OPEN, template="[Home] {title}")),
    "a detail hidden": (OPEN, replace(OPEN, show_location=False)),
    "no longer shown as free": (replace(OPEN, show_as="free"), OPEN),
    "labelled": (OPEN, replace(OPEN, label="blue")),
}


@pytest.mark.parametrize("moment", ["at once", "an answer is lost", "the source is away"])
@pytest.mark.parametrize("manner", [LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])
@pytest.mark.parametrize("way", WAYS)
def test_what_a_person_lets_a_copy_be_shown_as_outlives_a_change_of_settings(
    world: World, manner: Manner, way: str, moment: str
) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home, "Lunch")
    before, after = WAYS[way]
    pair = world.pair(home, work, before, OPEN)
    world.wait(seconds=30)
    if moment == "the source is away":
        world.cloud.signed_out.add("alice@home.example")
        world.sync()
    world.cloud.edit(work.remote_id, world.copies(work)[0].id, show_as=ShowAs.TENTATIVE)
    pairs.edit(pair=pair, out=after, back=OPEN)
    world.cloud.fault = lose_first_update() if moment == "an answer is lost" else None
    world.sync()
    world.sign_in(home.connection)
    world.settle()
    world.settle()
    assert [event.content.show_as for calendar in (home, work) for event in world.events(calendar)] == ["tentative"] * 2


def lose_first_update() -> Callable[[Call, str], None]:
    lost: list[Call] = []

    def lose(call: Call, stage: str) -> None:
        if call.name == "update" and stage == "after" and not lost:
            lost.append(call)
            raise Unknown("lost")

    return lose
