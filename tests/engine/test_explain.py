"""Of any event: copied or not, by which rule, when last looked at, and what comes next. Asking changes nothing."""

from datetime import UTC, date, timedelta

import pytest

from accounts.models import Connection
from sync import pairs
from sync.core.event import Answer, Kind
from sync.engine.clients import Resting, Trouble
from sync.engine.explain import Happening, explain_day
from sync.explaining import Verdict, verdict
from sync.models import Brake, Calendar, Link, Pair
from sync.providers.errors import Refused
from sync.providers.memory import Call
from tests.engine.world import OPEN, PRIVATE, World
from tests.web.routes import rows


@pytest.fixture
def home(world: World) -> Calendar:
    return world.calendar("alice@home.example", name="Home")


@pytest.fixture
def work(world: World) -> Calendar:
    return world.calendar("alice@work.example", name="Work")


def day_of(world: World, hours: float = 24) -> date:
    return (world.now + timedelta(hours=hours)).date()


def told(world: World, calendar: Calendar, hours: float = 24) -> dict[str, list[Verdict]]:
    """Title -> what is said of it, of the day that lies so many hours ahead."""
    found = explain_day(fresh(calendar), day_of(world, hours), UTC, world.now)
    return {_title(one): [verdict(finding, world.now) for finding in one.findings] for one in found}


def fresh(calendar: Calendar) -> Calendar:
    return Calendar.objects.select_related("connection").get(pk=calendar.pk)


def _title(one: Happening) -> str:
    return one.event.content.title if one.event else "(gone)"


def test_a_copied_event_says_how_its_copy_looks_and_when_it_was_looked_at(world, home, work):
    world.event(home, "Doctor")
    world.pair(home, work, PRIVATE)
    (said,) = told(world, home)["Doctor"]
    assert said.what == "Copied to Work as “Busy”, private, shown as busy"
    assert said.why == "it is new in the original calendar"
    assert said.then == "Nothing is to be done until something changes."
    assert (said.looked_at, said.written_at, said.waits) == (world.now, world.now, "")


def test_each_direction_is_told_by_itself(world, home, work):
    third = world.calendar("alice@club.example", name="Club")
    world.event(home, "Doctor")
    world.pair(home, work, PRIVATE)
    world.pair(home, third, OPEN)
    assert [said.what.split(" as ", 1)[1] for said in told(world, home)["Doctor"]] == [
        "“Busy”, private, shown as busy",
        "“Doctor”, shown as busy",
    ]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"answer": Answer.DECLINED}, "the invitation was declined"),
        ({"cancelled": True}, "the meeting was cancelled"),
        ({"kind": Kind.WORKING_LOCATION}, "working locations are not copied"),
    ],
)
def test_an_event_that_is_not_copied_says_by_which_rule(world, home, work, facts, why):
    world.event(home, "Odd", **facts)
    world.pair(home, work)
    (said,) = told(world, home)["Odd"]
    assert (said.what, said.why) == ("Not copied to Work", why)


def test_an_event_ahead_of_the_window_says_when_it_comes_in(world, home, work):
    world.event(home, "Far", hours=24 * 370)
    world.pair(home, work)
    (said,) = told(world, home, 24 * 370)["Far"]
    assert said.why == "it lies outside the time that is kept in step"
    assert said.then.startswith("Looked at again on ")


def test_what_nobody_saw_yet_is_told_as_it_will_be(world, home, work):
    world.pair(home, work)
    world.event(home, "New")
    (said,) = told(world, home)["New"]
    assert said.what == "Not copied to Work yet"
    assert said.then.startswith("It will be copied.")
    assert not Link.objects.exists()


def test_a_change_that_is_on_its_way_says_what_it_does(world, home, work):
    event = world.event(home, "Doctor")
    world.pair(home, work)
    world.cloud.edit(home.remote_id, event, title="Dentist")
    (said,) = told(world, home)["Dentist"]
    assert said.then.startswith("The copy will be rewritten: the original changed.")
    world.cloud.edit(home.remote_id, event, answer=Answer.DECLINED)
    (said,) = told(world, home)["Dentist"]
    assert said.then.startswith("The copy will be removed: the invitation was declined.")


def test_an_event_that_is_gone_is_told_from_memory_until_its_copy_went_too(world, home, work):
    event = world.event(home, "Doctor")
    world.pair(home, work)
    world.cloud.delete(home.remote_id, event)
    (said,) = told(world, home)["(gone)"]
    assert said.then.startswith("The copy will be removed: the original is gone.")
    world.sync()
    assert told(world, home) == {}


def test_a_copy_is_told_as_one_with_the_calendar_that_it_comes_from(world, home, work):
    world.event(home, "Doctor")
    world.event(home, "Another program's", mark="hetk1.k1.other.target.origin.0.signature")
    world.pair(home, work, OPEN, OPEN)
    (copy,) = explain_day(fresh(work), day_of(world), UTC, world.now)
    assert (copy.is_copy, copy.origin_in, copy.findings) == (True, home, [])
    foreign = next(one for one in explain_day(fresh(home), day_of(world), UTC, world.now) if one.is_copy)
    assert (foreign.foreign, foreign.origin_in) == (True, None)
    # Its mark tells the calendar also where no link is left.
    Pair.objects.all().delete()
    (copy,) = explain_day(fresh(work), day_of(world), UTC, world.now)
    assert (copy.is_copy, copy.origin_in) == (True, home)


def test_a_parked_event_says_who_refused_it_and_when_it_is_tried_again(world, home, work):
    def refuse(call: Call, at: str) -> None:
        if call.name == "insert" and at == "before":
            raise Refused("too odd", status=400)

    world.cloud.fault = refuse
    world.event(home, "Odd")
    world.pair(home, work)
    world.settle()
    (said,) = told(world, home)["Odd"]
    assert (said.what, said.why) == ("Given up for now in Work", "the other calendar refused it")
    assert said.then == "Tried again when the event changes."


def test_held_deletions_say_that_they_wait_for_a_word(world, home, work):
    events = [world.event(home, f"Event {n}", hours=24) for n in range(12)]
    world.pair(home, work)
    world.wait(minutes=3)
    for event in events[:11]:
        world.cloud.delete(home.remote_id, event)
    world.sync()
    assert Brake.objects.get().held == 11
    found = explain_day(fresh(home), day_of(world), UTC, world.now)
    said = [verdict(finding, world.now).what for one in found for finding in one.findings]
    assert said.count("Copied to Work; its deletion waits for your word") == 11


@pytest.mark.parametrize(
    ("word", "what", "then"),
    [
        (Brake.Decision.RELEASE, "its deletion was confirmed", "The copy will be removed: the original is gone."),
        (Brake.Decision.RESTORE, "kept by your word", "It stays until the original comes back or changes"),
    ],
)
def test_what_a_person_has_answered_is_not_said_to_wait_for_their_word(world, home, work, word, what, then):
    events = [world.event(home, f"Event {n}", hours=24) for n in range(4)]
    world.pair(home, work)
    for event in events:
        world.cloud.delete(home.remote_id, event)
    world.sync()
    pairs.decide(brake=Brake.objects.get(), decision=word, by=world.user)
    found = explain_day(fresh(home), day_of(world), UTC, world.now)
    said = [verdict(finding, world.now) for one in found for finding in one.findings]
    assert len(said) == 4
    for one in said:
        assert what in one.what
        assert one.why == ""
        assert one.then.startswith(then)


def test_a_sync_that_stands_still_says_so_and_what_would_be_done(world, home, work):
    pair = world.pair(home, work)
    world.event(home, "New")
    pairs.pause(pair=pair)
    (said,) = told(world, home)["New"]
    assert said.waits == "This sync is paused: nothing is copied until you resume it."
    assert said.then.startswith("It will be copied.")


def test_the_other_calendar_in_trouble_is_what_an_event_waits_for(world, home, work):
    world.event(home, "Doctor")
    world.pair(home, work)
    Connection.objects.filter(pk=work.connection_id).update(halted_at=world.now, halt_cause="revoked")
    (said,) = told(world, home)["Doctor"]
    assert said.what.startswith("Copied to Work")
    assert said.waits.startswith("Waits for Work: sign in to")
    Connection.objects.update(halted_at=None)
    Calendar.objects.filter(pk=work.pk).update(lost_at=world.now)
    assert "no longer shown to Hetk" in told(world, home)["Doctor"][0].waits
    Calendar.objects.update(lost_at=None, full_read_at=None)
    assert "not been read completely yet" in told(world, home)["Doctor"][0].waits


def test_a_calendar_that_cannot_be_read_is_named(world, home, work):
    world.pair(home, work)
    world.cloud.signed_out.add("alice@home.example")
    with pytest.raises(Trouble):
        explain_day(fresh(home), day_of(world), UTC, world.now)
    Connection.objects.filter(pk=home.connection_id).update(throttled_until=world.now + timedelta(minutes=1))
    with pytest.raises(Resting):
        explain_day(fresh(home), day_of(world), UTC, world.now)


def test_asking_writes_nothing_and_stores_nothing(world, home, work):
    event = world.event(home, "Doctor")
    world.whole_day(home, days=1)
    world.pair(home, work, OPEN, OPEN)
    world.cloud.edit(home.remote_id, event, title="Dentist")
    world.event(home, "New")
    before = rows()
    world.forget_calls()
    assert set(told(world, home)) == {"Dentist", "Holiday", "New"}
    assert world.writes() == []
    assert [call.name for call in world.cloud.calls].count("read") == 1
    assert rows() == before
