"""What a person's answer to the brake's question leads to later on, and what the mail about it says."""

import pytest
from django.core import mail

from sync import pairs, tasks
from sync.models import Brake
from tests.engine.world import World


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


def test_the_mail_calls_calendars_and_buttons_as_the_pages_do(world, held):
    type(held.flow.target).objects.filter(pk=held.flow.target_id).update(name="Calendar", primary=True)

    tasks.ask_about_brakes()

    (sent,) = mail.outbox
    address = held.flow.target.connection.address
    assert address in sent.subject
    assert address in sent.body
    assert "pause this sync" in sent.body
    assert "stop this sync" not in sent.body
