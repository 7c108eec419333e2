"""Rules 1, 2, 3, 10, 11, 14, 15, 17, 19: nothing lost, doubled, looped; the brake, the guard, parking, throttling, undo."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import Connection
from sync import pairs
from sync.core.operation import Delete, Reason, Side
from sync.engine import write
from sync.models import Brake, Calendar, Flow, Link, Pair
from sync.providers.errors import ComeBack, Refused, Unknown
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from sync.store.work import Task
from tests.engine.world import OPEN, PRIVATE, World

MANNERS = pytest.mark.parametrize("manner", [LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])


def once(when: Callable[[Call], bool], stage: str, error: BaseException) -> Callable[[Call, str], None]:
    """A fault that strikes the first matching call and never again."""
    struck: list[Call] = []

    def fault(call: Call, at: str) -> None:
        if at == stage and when(call) and not struck:
            struck.append(call)
            raise error

    return fault


class Killed(BaseException):
    """The process ends here."""


@MANNERS
@pytest.mark.parametrize("stage", ["before", "after"])
def test_a_create_whose_answer_was_lost_is_not_made_twice(world: World, manner: Manner, stage: str) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home)
    world.cloud.fault = once(lambda call: call.name == "insert", stage, Unknown("lost"))
    world.pair(home, work)
    world.settle()
    assert len(world.events(work)) == 1
    assert world.link().state == Link.State.LIVE


@MANNERS
@pytest.mark.parametrize("stage", ["before", "after"])
def test_a_worker_killed_at_a_create_leaves_neither_a_gap_nor_a_double(
    world: World, manner: Manner, stage: str
) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    world.event(home)
    world.cloud.fault = once(lambda call: call.name == "insert", stage, Killed())
    with pytest.raises(Killed):
        world.pair(home, work)
    world.cloud.fault = None
    world.settle()
    assert len(world.events(work)) == 1


@MANNERS
def test_an_origin_deleted_while_its_create_was_in_doubt_leaves_no_orphan(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    origin = world.event(home)
    world.cloud.fault = once(lambda call: call.name == "insert", "after", Unknown("lost"))
    world.pair(home, work)
    world.cloud.delete(home.remote_id, origin)
    world.settle()
    assert world.events(work) == []
    assert not Link.objects.exists()


@MANNERS
def test_losing_every_link_adopts_the_copies_that_exist(world: World, manner: Manner) -> None:
    home, work = world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner)
    for number in range(5):
        world.event(home, f"Event {number}", hours=24 + number)
    world.pair(home, work, OPEN, OPEN)
    before = world.events(work)
    Pair.objects.all().delete()
    world.forget_calls()
    world.pair(home, work, OPEN, OPEN)
    assert world.events(work) == before
    assert world.writes() == []
    assert Link.objects.filter(state=Link.State.LIVE).count() == 5


def test_a_copy_is_never_an_origin_along_a_chain(world: World) -> None:
    a, b, c = (world.calendar(f"alice@{name}.example") for name in "abc")
    world.event(a)
    world.pair(a, b, OPEN, OPEN)
    world.pair(b, c, OPEN, OPEN)
    world.pair(a, c, OPEN, OPEN)
    world.settle()
    assert [len(world.events(calendar)) for calendar in (a, b, c)] == [1, 1, 1]


def test_a_copy_made_by_another_installation_is_left_alone(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, mark="hetk1.k1.other.target.origin.0.signature")
    world.pair(home, work)
    assert world.events(work) == []


def test_a_failed_reading_is_never_an_empty_calendar(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    for number in range(120):
        world.event(home, f"Event {number}", hours=24 + number)
    world.pair(home, work)
    world.cloud.lose_cursors(home.remote_id)
    reads: list[Call] = []

    def second_page_fails(call: Call, at: str) -> None:
        if call.name == "read" and call.calendar_id == home.remote_id and at == "before":
            reads.append(call)
            if len(reads) % 3 == 2:
                raise ComeBack("overloaded", status=503)

    world.cloud.fault = second_page_fails
    world.sync()
    assert len(world.events(work)) == 120


def test_many_deletions_wait_for_a_word_while_everything_else_flows(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    ids = [world.event(home, f"Event {number}", hours=24 + number) for number in range(20)]
    world.pair(home, work)
    for event_id in ids[:12]:
        world.cloud.delete(home.remote_id, event_id)
    world.event(home, "New", hours=200)
    world.sync()
    assert len(world.events(work)) == 21
    assert "New" in world.titles(work)
    brake = Brake.objects.get()
    assert (brake.held, brake.of) == (12, 20)
    pairs.decide(brake=brake, decision=Brake.Decision.RELEASE, by=world.user)
    world.sync()
    assert len(world.events(work)) == 9


def test_a_deletion_that_comes_in_shares_is_held_as_a_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    ids = [world.event(home, f"Event {number}", hours=24 + number) for number in range(30)]
    world.pair(home, work)
    monkeypatch.setattr("sync.store.work.MOST", 5)
    for event_id in ids[:25]:
        world.cloud.delete(home.remote_id, event_id)
    world.sync()
    assert len(world.events(work)) == 30
    assert Brake.objects.get().held == 25


def test_restoring_keeps_the_copies_and_asks_no_more(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    ids = [world.event(home, f"Event {number}", hours=24 + number) for number in range(4)]
    world.pair(home, work)
    for event_id in ids:
        world.cloud.delete(home.remote_id, event_id)
    world.sync()
    pairs.decide(brake=Brake.objects.get(), decision=Brake.Decision.RESTORE, by=world.user)
    world.settle()
    assert len(world.events(work)) == 4
    assert not Brake.objects.filter(decided_at=None).exists()


def test_ten_deletions_of_a_large_calendar_need_no_word(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    ids = [world.event(home, f"Event {number}", hours=24 + number) for number in range(30)]
    world.pair(home, work)
    for event_id in ids[:10]:
        world.cloud.delete(home.remote_id, event_id)
    world.sync()
    assert len(world.events(work)) == 20
    assert not Brake.objects.exists()


def test_losing_access_deletes_nothing(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home)
    world.pair(home, work)
    world.cloud.close(home.remote_id)
    for _ in range(5):
        world.settle()
    assert len(world.events(work)) == 1


@pytest.mark.parametrize("side", list(Side))
def test_the_guard_refuses_what_the_person_did_not_choose(world: World, side: Side) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    elsewhere = world.calendar("alice@third.example")
    world.event(home)
    world.pair(home, work)
    flow = Flow.objects.select_related("pair", "source", "target").get()
    job = write.Job(Task(world.link(), flow), Delete(side, Reason.ORIGIN_GONE), "")
    # The same job is refused in a calendar that is no target, and an origin is refused in a one-way pair.
    with pytest.raises(write.NotAllowed):
        write.guard(job, elsewhere, set())
    if side is Side.COPY:
        write.guard(job, work, set())
    else:
        with pytest.raises(write.NotAllowed):
            write.guard(job, home, set())
        write.guard(job, home, {flow.pk})


def test_one_bad_event_stops_only_itself_and_says_why(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    for title in ("Good", "Bad", "Better"):
        world.event(home, title)

    def refuse_bad(call: Call, at: str) -> None:
        if call.name == "insert" and call.subject.content.title == "Bad":
            raise Refused("too strange", status=400)

    world.cloud.fault = refuse_bad
    world.pair(home, work)
    world.settle()
    world.settle()
    assert world.titles(work) == ["Better", "Good"]
    parked = Link.objects.get(state=Link.State.PARKED)
    assert parked.reason == Reason.REFUSED
    world.cloud.fault = None
    world.cloud.edit(home.remote_id, parked.origin_id, title="Mended")
    world.sync()
    assert "Mended" in world.titles(work)


def test_throttling_is_obeyed_for_its_mailbox_and_others_go_on(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    third = world.calendar("alice@third.example")
    world.pair(home, work)
    world.pair(home, third)
    world.event(home)
    world.cloud.fault = once(
        lambda call: call.name == "insert" and call.calendar_id == work.remote_id,
        "before",
        ComeBack("slow down", after=90.5, status=429),
    )
    world.sync()
    assert len(world.events(third)) == 1
    assert world.events(work) == []
    world.wait(seconds=90)
    world.forget_calls()
    world.sync()
    assert world.events(work) == []
    world.wait(seconds=1)
    world.sync()
    assert len(world.events(work)) == 1


def test_a_revoked_grant_halts_its_flows_and_reconnecting_misses_nothing(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    origin = world.event(home)
    world.pair(home, work)
    world.cloud.signed_out.add("alice@home.example")
    world.sync()
    connection = Connection.objects.get(address="alice@home.example")
    assert connection.halted
    world.cloud.edit(home.remote_id, origin, title="Changed meanwhile")
    world.event(home, "Made meanwhile", hours=40)
    world.forget_calls()
    world.settle()
    assert world.titles(work) == ["Lunch"]
    assert not [call for call in world.cloud.calls if call.address == "alice@home.example"]
    world.sign_in(connection)
    world.sync()
    assert world.titles(work) == ["Changed meanwhile", "Made meanwhile"]


def test_ending_a_pair_removes_its_copies_and_nothing_else(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    for number in range(30):
        world.event(home, f"Event {number}", hours=24 + number)
    own = world.event(work, "Own")
    pair = world.pair(home, work, OPEN, OPEN)
    world.cloud.fault = once(lambda call: call.name == "remove", "after", Killed())
    pairs.end(pair=pair, remove_copies=True)
    with pytest.raises(Killed):
        world.sync()
    world.settle()
    assert [event.id for event in world.events(work)] == [own]
    assert len(world.events(home)) == 30
    assert not Pair.objects.exists()


def test_settings_are_changed_in_place_and_privacy_reaches_copies_that_exist(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Doctor")
    pair = world.pair(home, work, OPEN)
    (before,) = world.events(work)
    world.forget_calls()
    pairs.edit(pair=pair, out=PRIVATE, back=None)
    world.sync()
    (after,) = world.events(work)
    assert after.id == before.id
    assert (after.content.title, after.content.description, after.content.location) == ("Busy", "", "")
    assert [call.name for call in world.writes()] == ["update"]


def test_a_paused_pair_writes_nothing_and_resumes_with_everything(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    pair = world.pair(home, work)
    pairs.pause(pair=pair)
    world.event(home)
    world.settle()
    assert world.events(work) == []
    pairs.resume(pair=pair)
    world.sync()
    assert len(world.events(work)) == 1


def test_a_dead_workers_calendar_is_claimed_again_when_its_lease_ends(world: World) -> None:
    from sync.store import due

    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    world.event(home)
    world.ring(home)
    assert len(due.claim(5, world.now)) == 1
    assert due.claim(5, world.now) == []
    world.wait(seconds=due.LEASE.total_seconds() + 1)
    assert home in due.claim(5, world.now)


def test_a_bell_during_a_cycle_is_not_lost(world: World) -> None:
    from sync.store import due

    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    world.ring(home)
    (claimed,) = due.claim(1, world.now)
    due.ring([home.pk], at=world.now)
    due.finish(claimed, now=world.now, next_due=world.now + timedelta(minutes=15))
    assert Calendar.objects.get(pk=home.pk).due_at == world.now
    (again,) = due.claim(1, world.now)
    due.finish(again, now=world.now, next_due=world.now + timedelta(minutes=15))
    assert due.claim(1, world.now) == []
