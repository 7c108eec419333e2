"""Receipts: what was stripped and what was removed, counted, and "0 left" proved by reading back."""

import pytest

from sync import pairs
from sync.core.event import Sensitivity
from sync.models import Flow, Link, Pair, Receipt
from sync.providers.errors import ComeBack, Refused, Unknown
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Call, Manner
from sync.store.keys import marks
from tests.engine.test_safety import Killed, once
from tests.engine.test_verify import MANNERS, home_and_work
from tests.engine.world import OPEN, PRIVATE, World


def told(receipt: Receipt) -> tuple[int, int, int, bool]:
    return receipt.copies, receipt.changed, receipt.left, receipt.finished_at is not None


@MANNERS
def test_turning_privacy_on_leaves_a_receipt_of_what_was_checked_and_stripped(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    for number in range(30):
        world.event(home, f"Doctor {number}", hours=24 + number)
    pair = world.pair(home, work)
    for copy in world.copies(work)[:10]:
        # Somebody had stripped these by hand; the origins cannot be asked, so they stay like that.
        bare = {"title": "Busy", "description": "", "location": "", "sensitivity": Sensitivity.PRIVATE}
        world.cloud.edit(work.remote_id, copy.id, **bare)
    world.cloud.signed_out.add("alice@home.example")
    world.sync()
    pairs.edit(pair=pair, out=PRIVATE, back=None)
    world.settle()
    receipt = Receipt.objects.get()
    assert (receipt.kind, told(receipt)) == (Receipt.Kind.STRIPPED, (30, 20, 0, True))
    assert set(world.titles(work)) == {"Busy"}
    assert not Flow.objects.filter(strip_due=True).exists()


def test_nothing_is_receipted_until_a_listing_after_the_last_write_has_come_to_its_end(world: World) -> None:
    home, work = home_and_work(world)
    for number in range(60):
        world.event(home, f"Doctor {number}", hours=24 + number)
    pair = world.pair(home, work)
    stripping: list[Call] = []

    def break_off(call: Call, at: str) -> None:
        if call.name == "update":
            stripping.append(call)
        elif (
            stripping
            and at == "before"
            and call.name == "read"
            and call.calendar_id == work.remote_id
            and call.subject > 1
        ):
            raise ComeBack("the provider did not answer", status=500)

    world.cloud.fault = break_off
    pairs.edit(pair=pair, out=PRIVATE, back=None)
    world.settle()
    assert set(world.titles(work)) == {"Busy"}
    assert told(Receipt.objects.get()) == (60, 0, 0, False)
    assert Flow.objects.get().strip_due
    world.cloud.fault = None
    world.settle()
    assert told(Receipt.objects.get()) == (60, 60, 0, True)


def test_a_copy_that_cannot_be_stripped_keeps_the_receipt_open(world: World) -> None:
    home, work = home_and_work(world)
    world.event(home, "Doctor")
    world.event(home, "Dentist", hours=30)
    pair = world.pair(home, work)
    stubborn = world.copies(work)[0].id

    def refuse(call: Call, at: str) -> None:
        if call.name == "update" and at == "before" and call.subject.id == stubborn:
            raise Refused("no", status=400)

    world.cloud.fault = refuse
    pairs.edit(pair=pair, out=PRIVATE, back=None)
    world.settle()
    assert told(Receipt.objects.get()) == (2, 0, 0, False)
    world.cloud.fault = None
    world.settle()
    assert told(Receipt.objects.get()) == (2, 2, 0, True)


@MANNERS
def test_copies_older_than_the_window_are_stripped_and_counted_too(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    world.event(home, "Long ago", hours=-24 * 60)
    world.event(home, "Doctor")
    pair = world.pair(home, work)
    world.wait(days=60)
    world.sync()
    world.cloud.signed_out.add("alice@home.example")
    world.sync()
    pairs.edit(pair=pair, out=PRIVATE, back=None)
    world.settle()
    assert world.titles(work) == ["Busy", "Busy"]
    assert told(Receipt.objects.get()) == (2, 2, 0, True)


@MANNERS
def test_ending_a_pair_leaves_a_receipt_for_each_direction_when_the_pair_is_gone(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    for number in range(12):
        world.event(home, f"Home {number}", hours=24 + number)
    own = world.event(work, "Own", hours=3)
    pair = world.pair(home, work, PRIVATE, OPEN)
    pairs.end(pair=pair, remove_copies=True)
    assert [told(receipt) for receipt in Receipt.objects.order_by("copies")] == [(1, 0, 0, False), (12, 0, 0, False)]
    world.settle()
    assert not Pair.objects.exists()
    assert [event.id for event in world.events(work)] == [own]
    receipts = Receipt.objects.order_by("copies")
    assert [told(receipt) for receipt in receipts] == [(1, 1, 0, True), (12, 12, 0, True)]
    assert {(r.user, r.pair_ref, r.kind) for r in receipts} == {(world.user, pair.public_id, Receipt.Kind.REMOVED)}
    assert {(r.source_id, r.target_id) for r in receipts} == {(home.pk, work.pk), (work.pk, home.pk)}


@MANNERS
@pytest.mark.parametrize("fault", ["killed", "lost", "slow"])
def test_an_interrupted_end_counts_every_copy_once(world: World, manner: Manner, fault: str) -> None:
    home, work = home_and_work(world, manner)
    for number in range(60):
        world.event(home, f"Home {number}", hours=24 + number)
    pair = world.pair(home, work)
    errors = {"killed": Killed(), "lost": Unknown("lost"), "slow": ComeBack("slow down", after=5.0, status=429)}
    world.cloud.fault = once(
        lambda call: call.name == "remove" and len(world.events(work)) < 30, "after", errors[fault]
    )
    pairs.end(pair=pair, remove_copies=True)
    if fault == "killed":
        with pytest.raises(Killed):
            world.sync()
    world.settle()
    world.settle()
    assert world.events(work) == []
    assert told(Receipt.objects.get()) == (60, 60, 0, True)


def test_a_copy_that_only_its_mark_knows_is_found_by_the_proof_and_goes(world: World) -> None:
    home, work = home_and_work(world)
    world.event(home, "Long ago", hours=-24 * 60)
    world.event(home, "Lunch")
    pair = world.pair(home, work)
    world.wait(days=60)
    world.sync()
    # Its event lies behind the window, so no ordinary reading shows the copy.
    Link.objects.order_by("starts_at")[0].delete()
    pairs.end(pair=pair, remove_copies=True)
    world.settle()
    assert world.events(work) == []
    assert told(Receipt.objects.get()) == (1, 2, 0, True)


def test_the_pair_stays_while_the_proof_cannot_be_read(world: World) -> None:
    home, work = home_and_work(world)
    for number in range(60):
        world.event(home, f"Home {number}", hours=24 + number)
    pair = world.pair(home, work)
    emptied: list[Call] = []

    def break_off(call: Call, at: str) -> None:
        if call.name == "remove":
            emptied.append(call)
        elif len(emptied) >= 120 and at == "before" and call.name == "read" and call.calendar_id == work.remote_id:
            raise ComeBack("the provider did not answer", status=500)

    world.cloud.fault = break_off
    pairs.end(pair=pair, remove_copies=True)
    world.settle()
    assert world.events(work) == []
    assert Pair.objects.get() == pair
    assert told(Receipt.objects.get()) == (60, 0, 0, False)
    world.cloud.fault = None
    world.settle()
    assert not Pair.objects.exists()
    assert told(Receipt.objects.get()) == (60, 60, 0, True)


def test_a_direction_that_is_switched_off_has_a_receipt_and_one_that_is_switched_on_again_has_none(
    world: World,
) -> None:
    home, work = home_and_work(world)
    world.event(home, "Home")
    world.event(work, "Work", hours=30)
    pair = world.pair(home, work, OPEN, OPEN)
    pairs.edit(pair=pair, out=OPEN, back=None)
    pairs.edit(pair=pair, out=OPEN, back=OPEN)
    assert not Receipt.objects.exists()
    pairs.edit(pair=pair, out=OPEN, back=None)
    world.settle()
    assert world.titles(home) == ["Home"]
    receipt = Receipt.objects.get()
    assert (told(receipt), receipt.target) == ((1, 1, 0, True), home)
    assert Pair.objects.get() == pair


def test_marks_of_the_other_pair_in_the_same_calendar_stay(world: World) -> None:
    home, work = home_and_work(world)
    third = world.calendar("alice@third.example", LIKE_MICROSOFT)
    world.event(home, "Home")
    world.event(third, "Third", hours=30)
    pair, _ = world.pair(home, work), world.pair(third, work)
    pairs.end(pair=pair, remove_copies=True)
    world.settle()
    assert world.titles(work) == ["Third"]
    assert marks().owns_key(world.copies(work)[0].key)
    assert told(Receipt.objects.get()) == (1, 1, 0, True)


def test_ending_without_removing_leaves_no_receipt_and_every_copy(world: World) -> None:
    home, work = home_and_work(world, LIKE_GOOGLE)
    world.event(home, "Home")
    pair = world.pair(home, work)
    pairs.end(pair=pair, remove_copies=False)
    world.settle()
    assert len(world.copies(work)) == 1
    assert not Receipt.objects.exists()
