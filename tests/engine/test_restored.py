"""A backup is restored: what happened since the backup was made looks like nobody's doing, and harms nothing."""

from collections.abc import Callable, Iterator

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoDbBlocker

from sync import pairs
from sync.core.event import Answer
from sync.models import Brake, Link, Pair
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_MICROSOFT, Manner
from tests.engine.arena import Arena, arena
from tests.engine.stage import Ids, Stage, content, furnish
from tests.engine.world import OPEN, PRIVATE

Act = Callable[[Stage, Ids], object]


@pytest.fixture(scope="module")
def place(django_db_blocker: DjangoDbBlocker) -> Iterator[Arena]:
    with django_db_blocker.unblock(), arena() as made:
        yield made


@pytest.fixture
def manner() -> Manner:
    """The one that shows least: no versions are expected of writes, and keys do not stay taken."""
    return LIKE_MICROSOFT


def staged(place: Arena, manner: Manner) -> tuple[Stage, Ids]:
    """Two calendars in step, two-way and open."""
    world = place.restore(place.empty)
    stage = Stage(
        world, world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner), manner
    )
    ids = furnish(stage)
    stage.pair(OPEN, OPEN)
    world.sync()
    return stage, ids


def restore(place: Arena, stage: Stage, since: Act, ids: Ids, how: str = "--go-on") -> None:
    """What `since` did, and what the engine did about it, is known to the calendars alone."""
    backup = place.database.connection.serialize()
    stage.world.wait(minutes=5)
    since(stage, ids)
    stage.world.sync()
    stage.world.wait(minutes=5)
    place.database.connection.deserialize(backup)
    call_command("restored", how, verbosity=0)
    stage.world.settle()


def told(stage: Stage) -> list[list[tuple[object, ...]]]:
    """Content of both sides: their own events, and copies."""
    sides = [stage.world.events(side) for side in (stage.home, stage.work)]
    return [sorted(((bool(e.mark), e.content) for e in events), key=repr) for events in sides]


def own(stage: Stage) -> list[list[str]]:
    sides = [stage.world.events(side) for side in (stage.home, stage.work)]
    return [sorted(event.content.title for event in events if not event.mark) for events in sides]


def ended(stage: Stage, ids: Ids) -> None:
    pairs.end(pair=Pair.objects.get(), remove_copies=True)


def left_out(stage: Stage, ids: Ids) -> None:
    """One event is declined, so its copy goes."""
    stage.edit(ids["One"], answer=Answer.DECLINED)


def hidden(stage: Stage, ids: Ids) -> None:
    pairs.edit(pair=Pair.objects.get(), out=PRIVATE, back=PRIVATE)


def made_again(stage: Stage, ids: Ids) -> None:
    """A copy is of a later generation than the backup knows."""
    left_out(stage, ids)
    stage.world.sync()
    stage.edit(ids["One"], answer=Answer.NONE, title="First")


def edited(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First")
    stage.edit_copy("Two", location="Terrace")
    stage.delete(ids["Three"])
    stage.add(stage.home, "New", 40)


SINCE: dict[str, Act] = {act.__name__: act for act in (ended, left_out, hidden, made_again, edited)}


# All at the one that shows least; at the others what differs there. The sweep plays the rest.
CASES = [(since, "microsoft") for since in SINCE]
CASES += [("hidden", "google"), ("made_again", "google"), ("made_again", "caldav"), ("ended", "caldav")]
MANNERS = {"google": LIKE_GOOGLE, "microsoft": LIKE_MICROSOFT, "caldav": LIKE_CALDAV}


@pytest.mark.parametrize(("since", "like"), CASES)
def test_originals_are_what_they_were_and_each_has_one_copy(place: Arena, since: str, like: str) -> None:
    manner = MANNERS[like]
    expected, ids = staged(place, manner)
    if since in ("made_again", "edited", "left_out"):
        SINCE[since](expected, ids)
        expected.world.sync()
    wanted = told(expected)
    stage, ids = staged(place, manner)
    restore(place, stage, SINCE[since], ids)
    assert told(stage) == wanted
    stage.world.forget_calls()
    stage.world.settle()
    assert stage.world.writes() == []


def test_a_copy_that_somebody_moved_out_of_all_that_is_read_is_not_made_twice(place: Arena, manner: Manner) -> None:
    stage, _ = staged(place, manner)
    stage.edit_copy("One", when=content("One", 24 * 700).when)
    call_command("restored", "--go-on", verbosity=0)
    stage.world.settle()
    titles = [copy.content.title for copy in stage.world.copies(stage.work)]
    assert titles.count("One") == 1


def test_without_a_word_of_it_originals_would_be_lost(place: Arena, manner: Manner) -> None:
    """Or the tests above would prove nothing."""
    stage, ids = staged(place, manner)
    before = own(stage)
    backup = place.database.connection.serialize()
    hidden(stage, ids)
    stage.world.sync()
    place.database.connection.deserialize(backup)
    stage.world.settle()
    assert own(stage) != before


def test_syncs_wait_for_their_owners_where_somebody_may_have_asked_for_more_privacy(
    place: Arena, manner: Manner
) -> None:
    stage, ids = staged(place, manner)
    restore(place, stage, hidden, ids, "--pause")
    copies = {copy.content.title for copy in stage.world.copies(stage.work)}
    assert copies == {"Busy"}
    pairs.edit(pair=Pair.objects.get(), out=PRIVATE, back=PRIVATE)
    pairs.resume(pair=Pair.objects.get())
    stage.world.settle()
    assert {copy.content.title for copy in stage.world.copies(stage.work)} == {"Busy"}
    assert "Busy" not in own(stage)[0]


def test_copies_that_a_person_kept_and_questions_that_wait_are_what_they_were(place: Arena, manner: Manner) -> None:
    stage, ids = staged(place, manner)
    stage.empty_home()
    stage.world.sync()
    restore(place, stage, lambda stage, ids: stage.add(stage.home, "New", 40), ids)
    assert Brake.objects.filter(decided_at=None).exists()
    copies = len(stage.world.copies(stage.work))
    pairs.decide(brake=Brake.objects.get(decided_at=None), decision=Brake.Decision.RESTORE, by=stage.world.user)
    stage.world.sync()
    restore(place, stage, lambda stage, ids: stage.add(stage.home, "Newer", 41), ids)
    assert Link.objects.filter(state=Link.State.KEPT).exists()
    assert len(stage.world.copies(stage.work)) == copies + 1


def test_nobody_says_it_without_saying_how(db: None) -> None:
    with pytest.raises(CommandError, match="required"):
        call_command("restored")
