"""A person who goes takes everything of theirs along, and nobody else's."""

from accounts.models import Connection, User
from sync.models import Calendar, Flow, Link, Pair
from tests.engine.world import OPEN, World


def test_deleting_a_person_deletes_their_pairs_calendars_and_connections(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home)
    world.pair(home, work, OPEN, OPEN)
    User.objects.get(pk=world.user.pk).delete()
    assert not any(model.objects.exists() for model in (Connection, Calendar, Pair, Flow, Link))
