"""What SQLite never shows, since it lets one writer in at a time: two connections in the middle of the same thing, on PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from accounts import connections
from accounts.models import Connection
from accounts.oauth.identity import Granted, Identity
from accounts.oauth.refresh import sealed
from sync import pairs
from sync.engine import endings
from sync.engine.clients import Clients
from sync.models import Brake, Calendar, Flow, Link, Pair
from sync.store import due, questions, work
from sync.store.observe import Observer
from tests.engine.world import OPEN, PRIVATE, World
from tests.factories import make_connection, make_user
from tests.store.meanwhile import PATIENCE, Second, meanwhile

pytestmark = pytest.mark.usefixtures("postgres")


@pytest.fixture
def world(postgres: None) -> Iterator[World]:
    with time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as traveller:
        yield World(traveller)


@pytest.fixture
def flow(world: World) -> Flow:
    """Ten copies, in step."""
    home, there = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    for hours in range(20, 30):
        world.event(home, f"Dinner {hours}", hours=hours)
    world.pair(home, there, OPEN, OPEN)
    return Flow.objects.select_related("pair", "source__connection", "target__connection").get(source=home)


def loaded(flow: Flow) -> Flow:
    return Flow.objects.select_related("pair", "source__connection", "target__connection").get(pk=flow.pk)


def test_two_workers_claim_different_calendars_and_neither_waits(world):
    sides = [world.calendar(f"alice@{name}.example") for name in ("a", "b", "c")]
    world.ring(*sides)
    mine: list[Calendar] = []
    second = meanwhile(
        lambda: mine.extend(due.claim(2, world.now)), 'FROM "sync_calendar"', lambda: due.claim(2, world.now)
    )
    assert (len(mine), len(second.answer)) == (2, 1)
    assert not second.waited
    assert {c.pk for c in [*mine, *second.answer]} == {side.pk for side in sides}


def test_the_same_pair_started_twice_at_once_is_one_pair_and_one_refusal(world):
    home, there = world.calendar("alice@home.example"), world.calendar("alice@work.example")

    def start() -> None:
        pairs.create(user=world.user, first=home, second=there, out=OPEN, back=None)

    second = meanwhile(start, 'INSERT INTO "sync_pair"', start)
    assert isinstance(second.error, pairs.NotPossible)
    assert Pair.objects.count() == 1


def test_what_a_reading_saw_and_what_a_write_agreed_are_both_kept(world, flow):
    """Both cycles of a pair at the same links: the one has just read them, the other writes them."""
    ids = [event.id for event in world.events(flow.source)]
    for id in ids:
        world.cloud.edit(flow.source.remote_id, id, title="New")
    there = {event.id: event for event in world.copies(flow.target)}
    for id in there:
        world.cloud.edit(flow.target.remote_id, id, location="Elsewhere")

    def see_copies() -> None:
        with transaction.atomic():
            Observer(flow.target, [loaded(flow)], world.now).observe(world.copies(flow.target))

    def see_origins() -> None:
        with transaction.atomic():
            Observer(flow.source, [loaded(flow)], world.now).observe(list(reversed(world.events(flow.source))))

    # The one has written the first link when the other begins with the last.
    second = meanwhile(see_copies, 'UPDATE "sync_link"', see_origins)
    assert (second.error, second.waited) == (None, True)
    origins = {event.id: event.version for event in world.events(flow.source)}
    copies = {event.id: event.version for event in world.copies(flow.target)}
    for link in Link.objects.filter(flow=flow):
        assert (link.origin_seen, link.copy_seen) == (origins[link.origin_id], copies[link.copy_id])
        assert link.due_at is not None


def test_what_a_person_asks_while_a_reading_files_what_it_saw_is_not_forgotten(world, flow):
    """A reading that finds nothing to do writes back that nothing is due, as it was when it looked."""
    Link.objects.update(copy_seen="older")

    def see() -> None:
        with transaction.atomic():
            Observer(flow.target, [loaded(flow)], world.now).observe(world.copies(flow.target))

    asked = loaded(flow)
    second = meanwhile(see, 'FROM "sync_link"', lambda: work.look_again([asked], world.now))
    assert (second.error, second.waited) == (None, True)
    assert set(Link.objects.values_list("due_at", flat=True)) == {world.now}


def test_an_answer_given_while_deletions_are_held_leaves_none_without_a_question(world, flow):
    for event in world.events(flow.source):
        world.cloud.delete(flow.source.remote_id, event.id)
    world.sync()
    brake = Brake.objects.get()
    Link.objects.filter(flow=flow).update(state=Link.State.LIVE, due_at=world.now)
    tasks = work.take([loaded(flow)], world.now)

    def answer() -> None:
        pairs.decide(brake=brake, decision=Brake.Decision.RELEASE, by=world.user)

    second = meanwhile(lambda: questions.hold(flow, tasks, world.now, of=10), 'FROM "sync_brake"', answer)
    assert second.waited
    assert second.error is None
    assert set(Link.objects.values_list("state", flat=True)) == {Link.State.FREED}


def test_a_direction_switched_on_again_at_the_moment_it_would_go_stays(world, flow):
    pairs.edit(pair=flow.pair, out=OPEN, back=None)
    Calendar.objects.update(full_read_at=world.now)
    ended = loaded(Flow.objects.get(source=flow.target))
    assert ended.ending_at is not None

    def switch_on() -> None:
        pairs.edit(pair=loaded(flow).pair, out=OPEN, back=PRIVATE)

    # The second of the two that are changed is the one that was about to go.
    second = meanwhile(
        switch_on, 'UPDATE "sync_flow"', lambda: endings.settle(ended, Clients(world.now), timezone.now), nth=2
    )
    assert (second.error, second.waited) == (None, True)
    assert Flow.objects.get(source=flow.target).ending_at is None


def test_a_direction_that_nobody_switches_on_again_goes(world, flow):
    """Or the test above would prove nothing."""
    pairs.edit(pair=flow.pair, out=OPEN, back=None)
    Calendar.objects.update(full_read_at=world.now)
    endings.settle(loaded(Flow.objects.get(source=flow.target)), Clients(world.now), timezone.now)
    assert not Flow.objects.filter(source=flow.target).exists()


def granted(refresh_token: str) -> Granted:
    identity = Identity(
        kind="google", issuer="https://accounts.google.com", subject="7", address="a@gmail.example", tenant=""
    )
    return Granted(
        identity=identity, access_token="a", refresh_token=refresh_token, expires_in=3600, scopes=frozenset({"x"})
    )


def test_one_account_connected_in_two_windows_at_once_is_one_connection():
    user = make_user("alice")

    def connect() -> None:
        assert connections.keep(user=user, granted=granted("r"))

    second = meanwhile(connect, 'FROM "accounts_connection"', connect)
    assert second.error is None
    assert Connection.objects.count() == 1


def test_a_refresh_in_the_middle_of_a_reconnect_is_not_undone_by_it():
    user = make_user("alice")
    row = connections.keep(user=user, granted=granted("old"))
    assert row

    def refreshed() -> None:
        # As a refresh does: over the grant that it came from.
        Connection.objects.filter(pk=row.pk, grant=row.grant).update(**sealed(row, granted("rotated")))

    # A consent that brings no refresh token of its own keeps the one in the row.
    second = meanwhile(
        lambda: connections.keep(user=user, granted=granted("")), 'FROM "accounts_connection"', refreshed
    )
    assert second.waited
    kept = Connection.objects.get()
    assert kept.grant != row.grant


def test_bells_for_many_calendars_in_any_order_lock_nobody_out():
    """The database goes up by number for the one, and for the other through the table, where the last comes first."""
    mailbox = make_connection(make_user("alice"), "alice-gmail")
    sooner = [timezone.now() - timedelta(minutes=n) for n in range(9)]
    ids = [
        Calendar.objects.create(connection=mailbox, remote_id=f"{n}", name="x", due_at=at).pk
        for n, at in enumerate(sooner)
    ]
    for pk in reversed(ids):
        Calendar.objects.filter(pk=pk).update(name="y")
    held, go = threading.Event(), threading.Event()

    def hold_the_middle() -> None:
        with transaction.atomic():
            list(Calendar.objects.select_for_update(no_key=True).filter(pk=ids[4]))
            held.set()
            go.wait(PATIENCE)

    def by(way: str, act: Callable[[], object]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for other in {"seqscan", "bitmapscan", "indexscan"} - {way}:
                cursor.execute(f"SET LOCAL enable_{other} = off")
            act()

    later = timezone.now() + timedelta(hours=1)
    up = Second(lambda: by("indexscan", lambda: due.ring(ids)))
    down = Second(lambda: by("seqscan", lambda: due.not_before(mailbox.pk, later)))
    three = [Second(hold_the_middle), up, down]
    three[0].begin()
    held.wait(PATIENCE)
    for one in three[1:]:
        one.start()
    go.set()
    for one in three:
        one.end()
    assert [one.error for one in three] == [None] * 3
    assert [one.waited for one in three[1:]] == [True] * 2
    assert connection.vendor == "postgresql"
