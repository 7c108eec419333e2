"""Which calendars an account has: rows follow the provider, and none is thrown away."""

import pytest

from accounts.models import Connection
from sync import calendars
from sync.models import Calendar, Link
from sync.providers.errors import SignInAgain
from tests.engine.world import World


@pytest.fixture
def home(world: World) -> Calendar:
    return world.calendar("alice@home.example")


def test_asking_again_keeps_rows_and_takes_new_facts(world, home):
    shelf = world.cloud.shelves[home.remote_id]
    shelf.listed = type(shelf.listed)(id=home.remote_id, name="Renamed", can_write=False, zone="Europe/Tallinn")
    (again,) = calendars.refresh(home.connection)
    assert again.pk == home.pk
    assert (again.name, again.can_write, again.zone) == ("Renamed", False, "Europe/Tallinn")


def test_asking_again_forgets_neither_cursor_nor_due_time(world, home):
    Calendar.objects.update(cursor="c", due_at=world.now, due_seq=7)
    calendars.refresh(home.connection)
    home.refresh_from_db()
    assert (home.cursor, home.due_at, home.due_seq) == ("c", world.now, 7)


def test_a_calendar_that_vanished_keeps_its_row_as_lost_and_its_copies(world, home):
    work = world.calendar("alice@work.example")
    world.event(home)
    world.pair(home, work)
    world.cloud.close(home.remote_id)
    assert calendars.refresh(home.connection) == []
    home.refresh_from_db()
    assert home.lost_at == world.now
    world.settle()
    assert len(world.events(work)) == 1
    assert Link.objects.count() == 1
    world.cloud.close(home.remote_id, closed=False)
    assert calendars.refresh(home.connection) == [home]
    home.refresh_from_db()
    assert home.lost_at is None


def test_a_calendar_of_another_account_is_not_lost_with_this_ones(world, home):
    work = world.calendar("alice@work.example")
    world.cloud.close(home.remote_id)
    calendars.refresh(home.connection)
    work.refresh_from_db()
    assert work.lost_at is None


def test_a_failed_listing_loses_nothing(world, home):
    world.cloud.sign_out("alice@home.example")
    with pytest.raises(SignInAgain):
        calendars.refresh(home.connection)
    home.refresh_from_db()
    assert home.lost_at is None


def test_one_account_that_fails_does_not_stop_the_others(world, home):
    work = world.calendar("alice@work.example")
    world.cloud.sign_out("alice@home.example")
    world.cloud.calendar("alice@work.example", "Second")
    assert calendars.refresh_all() == 1
    assert Calendar.objects.filter(connection=work.connection).count() == 2


def test_a_halted_account_is_not_asked(world, home):
    Connection.objects.update(halted_at=world.now)
    world.forget_calls()
    assert calendars.refresh_all() == 0
    assert world.cloud.calls == []
