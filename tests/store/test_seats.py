"""Seats: never more holders at a mailbox than it bears, whoever asks and whoever dies."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection as database

from sync.models import Seat
from sync.store.seats import HOLD, Full, seat
from tests.factories import make_connection, make_user


@pytest.fixture
def mailbox(db: None) -> int:
    return make_connection(make_user("alice"), "alice-gmail").pk


def test_a_seat_is_free_again_when_its_holder_leaves(mailbox):
    for _ in range(3):
        with seat(mailbox, 1, patience=0):
            assert Seat.objects.count() == 1


def test_a_seat_is_free_again_when_its_holder_fails(mailbox):
    with pytest.raises(ZeroDivisionError), seat(mailbox, 1, patience=0):
        raise ZeroDivisionError
    with seat(mailbox, 1, patience=0):
        pass


def test_whoever_finds_all_seats_taken_is_told_so(mailbox):
    with seat(mailbox, 2, patience=0), seat(mailbox, 2, patience=0), pytest.raises(Full), seat(mailbox, 2, patience=0):
        pass


def test_mailboxes_have_their_own_seats(mailbox):
    other = make_connection(make_user("bob"), "bob-gmail").pk
    with seat(mailbox, 1, patience=0), seat(other, 1, patience=0):
        assert Seat.objects.count() == 2


def test_a_dead_holders_seat_is_free_when_its_time_is_over(mailbox, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+00:00", tick=False)
    with seat(mailbox, 1, patience=0):
        time_machine.shift(HOLD - timedelta(seconds=1))
        with pytest.raises(Full), seat(mailbox, 1, patience=0):
            pass
        time_machine.shift(timedelta(seconds=2))
        with seat(mailbox, 1, patience=0):
            held = Seat.objects.get().until
    # Whoever was taken for dead and comes back late frees nobody else's seat.
    assert Seat.objects.get().until <= held


def test_whoever_comes_back_from_the_dead_does_not_free_the_next_holders_seat(mailbox, time_machine):
    time_machine.move_to("2026-03-02T09:00:00+00:00", tick=False)
    late, next_one = seat(mailbox, 1, patience=0), seat(mailbox, 1, patience=0)
    late.__enter__()
    time_machine.shift(HOLD + timedelta(seconds=1))
    next_one.__enter__()
    late.__exit__(None, None, None)
    with pytest.raises(Full), seat(mailbox, 1, patience=0):
        pass
    next_one.__exit__(None, None, None)


@pytest.mark.django_db(transaction=True)
def test_threads_never_hold_more_seats_than_there_are():
    mailbox = make_connection(make_user("alice"), "alice-gmail").pk
    lock, inside, most, failed = threading.Lock(), 0, 0, []

    def visit() -> None:
        nonlocal inside, most
        try:
            for _ in range(3):
                with seat(mailbox, 2):
                    with lock:
                        inside += 1
                        most = max(most, inside)
                    time.sleep(0.01)
                    with lock:
                        inside -= 1
        except Exception as error:
            failed.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=visit) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert most == 2
    assert Seat.objects.count() == 2
