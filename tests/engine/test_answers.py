"""What a person's answer to the brake's question leads to later on, and what the mail about it says."""

import pytest
from django.core import mail

from sync import pairs, tasks
from sync.models import Activity, Brake, FlowSettings, Link, Pair
from tests.engine.world import OPEN, PRIVATE, World


@pytest.fixture
def held(world: World) -> Brake:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    ids = [world.event(home, f"Secret {n}", hours=24 + n) for n in range(4)]
    world.pair(home, work)
    for event_id in ids:
        world.cloud.delete(home.remote_id, event_id)
    world.sync()
    return Brake.objects.get()


def test_a_pair_that_was_stopped_asks_again_when_it_is_resumed(world, held):
    pair = held.flow.pair
    pairs.decide(brake=held, decision=Brake.Decision.STOP, by=world.user)
    world.sync()

    pairs.resume(pair=pair)
    world.sync()

    again = Brake.objects.get(decided_at=None)
    assert again.held == 4
    assert len(world.cloud.events(held.flow.target.remote_id)) == 4


def test_a_pause_leaves_an_open_question_open(world, held):
    pair = held.flow.pair
    pairs.pause(pair=pair)
    pairs.resume(pair=pair)
    world.sync()

    assert Brake.objects.get().decided_at is None


def test_deletions_while_the_question_is_open_wait_as_well(world):
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    ids = [world.event(home, f"Secret {n}", hours=24 + n) for n in range(30)]
    world.pair(home, work)
    for event_id in ids[:12]:
        world.cloud.delete(home.remote_id, event_id)
    world.sync()

    # One more would be nothing, were it not for the question.
    world.cloud.delete(home.remote_id, ids[12])
    world.sync()

    assert Brake.objects.get().held == 13
    assert len(world.copies(work)) == 30


def test_the_mail_calls_calendars_and_buttons_as_the_pages_do(world, held):
    type(held.flow.target).objects.filter(pk=held.flow.target_id).update(name="Calendar", primary=True)

    tasks.ask_about_brakes()

    (sent,) = mail.outbox
    address = held.flow.target.connection.address
    assert address in sent.subject
    assert address in sent.body
    assert "pause this sync" in sent.body
    assert "stop this sync" not in sent.body


@pytest.mark.parametrize("number", [4, 15])
def test_copies_that_were_kept_stay_whatever_is_read_or_changed_later(world, number):
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    ids = [world.event(home, f"Secret {n}", hours=24 + n) for n in range(number)]
    pair = world.pair(home, work, OPEN)
    for event_id in ids:
        world.cloud.delete(home.remote_id, event_id)
    world.sync()
    pairs.decide(brake=Brake.objects.get(), decision=Brake.Decision.RESTORE, by=world.user)
    world.sync()
    pairs._read_again(pair)
    world.settle()
    pairs.edit(pair=pair, out=PRIVATE, back=None)
    world.settle()
    assert [event.content.title for event in world.copies(work)] == ["Busy"] * number
    assert not Brake.objects.filter(decided_at=None).exists()
    pairs.end(pair=pair, remove_copies=True)
    world.settle()
    assert world.events(work) == []


def test_a_direction_switched_off_takes_along_what_waited_for_a_word(world, held):
    pair = held.flow.pair
    pairs.edit(pair=pair, out=OPEN, back=OPEN)
    world.sync()
    assert Brake.objects.get().held == 4
    pairs.end(pair=pair, remove_copies=True)
    world.settle()
    assert world.cloud.events(held.flow.target.remote_id) == []


@pytest.fixture
def filtered(world: World) -> Pair:
    """Twenty copies that wait for a word, because a filter leaves out their origins."""
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    for number in range(20):
        world.event(home, f"Gym {number}", hours=24 + number)
    pair = world.pair(home, work)
    pairs.edit(pair=pair, out=FlowSettings(private=False, not_words="gym"), back=None)
    world.sync()
    assert Brake.objects.get().held == 20
    return pair


def test_a_filter_that_is_undone_takes_its_question_along_and_deletes_nothing(world, filtered):
    pairs.edit(pair=filtered, out=PRIVATE, back=None)
    world.sync()
    assert (Brake.objects.get().held, Brake.objects.get().decided_at) == (0, world.now)
    assert set(Link.objects.values_list("state", "due_at")) == {(Link.State.LIVE, None)}
    assert world.titles(filtered.second) == ["Busy"] * 20
    world.forget_calls()
    world.settle()
    assert world.writes() == []


def test_deletions_that_are_still_wanted_after_a_change_go_on_waiting_and_are_told_of_once(world, filtered):
    pairs.edit(pair=filtered, out=FlowSettings(private=False, not_words="gym", template="[Home] {title}"), back=None)
    world.settle()
    assert [(brake.held, brake.decided_at) for brake in Brake.objects.all()] == [(20, None)]
    assert set(Link.objects.values_list("state", "due_at")) == {(Link.State.HELD, None)}
    assert Activity.objects.filter(act=Activity.Act.HELD).count() == 20
    assert len(world.copies(filtered.second)) == 20
