"""The limit: counted in one place, and right however many ask at once."""

import threading
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from billing import room, surplus
from billing.models import Account
from billing.plans import PERSONAL
from sync import pairs
from sync.models import Calendar, Pair
from tests.engine.world import OPEN, World
from tests.environment import ON_POSTGRES
from tests.store.meanwhile import meanwhile


def on_personal(user) -> Account:
    account = room.account_of(user)
    account.granted_plan, account.trial_ends_at = PERSONAL.key, timezone.now()
    account.save()
    return account


# Named where pytest looks before a test begins: what one thread commits must be seen by the others.
committed = pytest.mark.usefixtures("transactional_db" if ON_POSTGRES else "postgres")


@pytest.fixture
def world(postgres):
    with time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as traveller:
        yield World(traveller)


def sides(world: World, number: int) -> list[tuple[Calendar, Calendar]]:
    return [(world.calendar(f"a{n}@home.example"), world.calendar(f"b{n}@work.example")) for n in range(number)]


@committed
def test_of_20_who_start_a_pair_at_once_at_the_limit_less_one_exactly_one_gets_it(world):
    _one_of_20_gets_it(world)


def test_the_same_holds_on_the_database_of_the_run_which_may_be_one_file(transactional_db):
    with time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as traveller:
        _one_of_20_gets_it(World(traveller))


def _one_of_20_gets_it(world: World) -> None:
    on_personal(world.user)
    chosen = sides(world, 22)
    for first, second in chosen[:2]:
        pairs.create(user=world.user, first=first, second=second, out=OPEN, back=None)
    barrier, refused, broken = threading.Barrier(20), [], []

    def start(first: Calendar, second: Calendar) -> None:
        barrier.wait()
        try:
            pairs.create(user=world.user, first=first, second=second, out=OPEN, back=None)
        except pairs.NotPossible as problem:
            refused.append(str(problem))
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=start, args=both) for both in chosen[2:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert broken == []
    assert Pair.objects.count() == 3
    assert len(refused) == 19
    assert {"holds 3 syncs" in words for words in refused} == {True}


@committed
def test_the_account_itself_is_held_while_it_is_counted(world):
    """Without the lock on the person, too: whoever resumes holds no other."""
    account = on_personal(world.user)

    def count() -> int:
        with transaction.atomic():
            return room.hold(world.user).total

    second = meanwhile(lambda: _held_for_a_while(account, world), "FOR NO KEY UPDATE", count)
    assert second.waited
    assert second.answer == 1


def _held_for_a_while(account: Account, world: World) -> None:
    [(first, second)] = sides(world, 1)
    with transaction.atomic():
        room.held(account.pk)
        Pair.objects.create(user=world.user, first=first, second=second)


def test_an_account_is_never_held_outside_a_transaction(transactional_db, alice):
    with pytest.raises(transaction.TransactionManagementError):
        room.held(room.account_of(alice.user).pk)


def household_pairs(alice, number):
    made = []
    for count in range(number):
        work, home = (alice.calendar(c, f"{count}", primary=False) for c in (alice.microsoft, alice.google))
        made.append(alice.pair(first=work, second=home, copies=0))
    return made


def start_one(alice):
    return pairs.create(user=alice.user, first=alice.work, second=alice.home, out=OPEN, back=None)


def test_the_limit_holds_on_the_database_of_the_run_too(alice):
    on_personal(alice.user)
    household_pairs(alice, 2)
    start_one(alice)
    with pytest.raises(pairs.NotPossible, match="holds 3 syncs, and you have 3"):
        pairs.create(user=alice.user, first=alice.home, second=alice.work, out=OPEN, back=None)
    assert Pair.objects.count() == 3


def test_a_paused_pair_counts_and_one_that_ends_does_not(alice):
    on_personal(alice.user)
    made = household_pairs(alice, 3)
    pairs.pause(pair=made[0])
    with pytest.raises(pairs.NotPossible):
        start_one(alice)
    pairs.end(pair=made[1], remove_copies=True)
    assert start_one(alice)


def test_in_grace_what_runs_goes_on_and_nothing_new_is_started(alice):
    account = room.account_of(alice.user)
    Account.objects.filter(pk=account.pk).update(trial_ends_at=timezone.now())
    [pair] = household_pairs(alice, 1)
    assert surplus.pause(account) == 0
    with pytest.raises(pairs.NotPossible, match="What runs goes on"):
        start_one(alice)
    pairs.pause(pair=pair)
    pairs.resume(pair=pair)
    assert Pair.objects.get().paused_at is None


def test_without_plans_nothing_is_counted_and_no_row_is_made(alice, settings):
    settings.BILLING = False
    household_pairs(alice, 12)
    start_one(alice)
    assert not Account.objects.exists()


def test_a_refusal_in_the_wizard_is_a_sentence_and_makes_nothing(alice, client):
    on_personal(alice.user)
    household_pairs(alice, 3)
    client.force_login(alice.user)
    fields = {"first": alice.work.public_id, "second": alice.home.public_id, "direction": "one"}
    client.post(reverse("new_pair"), fields)
    answer = client.post(reverse("new_review"), {})
    assert answer.status_code == 409
    assert b"holds 3 syncs" in answer.content
    assert Pair.objects.count() == 3


def test_resuming_is_refused_by_name_on_the_page_of_the_sync(alice, client):
    on_personal(alice.user)
    made = household_pairs(alice, 4)
    Pair.objects.filter(pk=made[0].pk).update(paused_at=timezone.now())
    client.force_login(alice.user)
    answer = client.post(reverse("resume", args=(made[0].public_id,)), follow=True)
    assert "keeps 3 syncs running, and 3 are" in answer.content.decode()
    assert Pair.objects.get(pk=made[0].pk).paused_at
