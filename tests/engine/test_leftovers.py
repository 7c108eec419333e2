"""Rule 19 by marks alone, and what else a lost link table leaves behind; rule 15 for the whole mailbox."""

import pytest

from sync import pairs
from sync.models import Brake, Link, Pair, Stray
from sync.providers.errors import ComeBack
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from tests.engine.world import OPEN, World

MANNERS = pytest.mark.parametrize(
    "manner", [LIKE_GOOGLE, LIKE_MICROSOFT, LIKE_CALDAV], ids=["like google", "like microsoft", "like caldav"]
)


@MANNERS
def test_a_pair_without_links_is_undone_by_marks_and_nothing_else_goes(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    third = world.calendar("alice@third.example", manner)
    for number in range(5):
        world.event(home, f"Home {number}", hours=24 + number)
    world.event(third, "Third")
    own = world.event(work, "Own")
    pair = world.pair(home, work, OPEN)
    world.pair(third, work, OPEN)
    Link.objects.filter(flow__pair=pair).delete()
    pairs.end(pair=pair, remove_copies=True)
    world.settle()
    assert world.titles(work) == ["Own", "Third"]
    assert world.cloud.event(work.remote_id, own) is not None
    assert not Pair.objects.filter(pk=pair.pk).exists()


@MANNERS
def test_a_copy_whose_origin_vanished_while_there_was_no_link_goes_too(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    gone = world.event(home, "Gone")
    world.event(home, "Stays", hours=30)
    world.event(home, "Stays too", hours=31)
    world.pair(home, work)
    Pair.objects.all().delete()
    world.cloud.delete(home.remote_id, gone)
    world.pair(home, work)
    world.settle()
    assert world.titles(work) == ["Stays", "Stays too"]
    assert not Stray.objects.exists()


def test_many_copies_without_origin_wait_for_a_word(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    ids = [world.event(home, f"Event {number}", hours=24 + number) for number in range(15)]
    world.pair(home, work)
    Pair.objects.all().delete()
    for event_id in ids:
        world.cloud.delete(home.remote_id, event_id)
    world.pair(home, work)
    world.settle()
    assert len(world.events(work)) == 15
    assert Brake.objects.get().held == 15


def test_a_pair_cannot_be_made_again_while_its_copies_are_being_removed(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    pair = world.pair(home, work)
    pairs.end(pair=pair, remove_copies=True)
    with pytest.raises(pairs.NotPossible, match="still being removed"):
        pairs.create(user=world.user, first=home, second=work, out=OPEN, back=None)


def test_a_mailbox_that_asks_for_a_pause_is_left_in_peace_by_every_flow(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    third, second = world.calendar("alice@third.example"), world.calendar("alice@work.example", name="Second")
    world.pair(home, work)
    world.pair(third, second)
    world.event(home)
    struck: list[Call] = []

    def slow(call: Call, at: str) -> None:
        if call.name == "insert" and at == "before" and not struck:
            struck.append(call)
            raise ComeBack("slow down", after=90.0, status=429)

    world.cloud.fault = slow
    world.sync()
    world.event(third)
    world.forget_calls()
    world.sync()
    assert [call for call in world.cloud.calls if call.address == "alice@work.example"] == []
    world.wait(seconds=91)
    world.sync()
    assert (len(world.events(work)), len(world.events(second))) == (1, 1)


def test_an_invitation_declined_and_accepted_again_has_its_copy_back(world: World) -> None:
    from sync.core.event import Answer, Attendee

    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    guests = (Attendee(address="bob@other.example"), Attendee(address="alice@home.example", is_self=True))
    origin = world.event(home, "Review", attendees=guests, answer=Answer.ACCEPTED)
    world.pair(home, work)
    world.cloud.delete(work.remote_id, world.events(work)[0].id)
    world.cloud.edit(home.remote_id, origin, answer=Answer.DECLINED)
    world.sync()
    assert world.events(work) == []
    world.cloud.edit(home.remote_id, origin, answer=Answer.ACCEPTED)
    world.settle()
    assert world.titles(work) == ["Review"]
