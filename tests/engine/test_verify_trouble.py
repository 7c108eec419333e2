"""Audits in a hostile world: partial readings, killed workers, the brake, doubles, people at work, shared calendars, the timetable."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

import pytest

from sync import pairs, verify
from sync.core.event import Event
from sync.core.mark import PREFIX
from sync.engine.listing import listed, window_span
from sync.models import Brake, Calendar, Flow, Link, Pair, Verification
from sync.providers.base import Page, Span
from sync.providers.errors import ComeBack, Refused
from sync.providers.memory import LIKE_MICROSOFT, Call, Manner, MemoryCloud, MemoryProvider
from sync.store.keys import marks
from tests.engine.test_safety import Killed, once
from tests.engine.test_verify import MANNERS, counts, home_and_work, silently, verified
from tests.engine.world import OPEN, PRIVATE, World

COMPLETE, FAILED = Verification.Outcome.COMPLETE, Verification.Outcome.FAILED


def marked(world: World, flow: Flow, origin_ref: str, generation: int = 0) -> dict[str, str]:
    """Mark and key as this installation makes them."""
    target, source = (marks().calendar_ref(c.identity) for c in (flow.target, flow.source))
    return {
        "mark": marks().mark(target, source, origin_ref, generation),
        "key": marks().key(target, origin_ref, generation),
    }


def breaks_in_the_audit(calendar: Calendar, error: BaseException, page: int = 2) -> Callable[[Call, str], None]:
    """Strikes that page of a listing that the audit makes; ordinary readings pass."""

    def fault(call: Call, at: str) -> None:
        begun = Verification.objects.filter(finished_at=None, lease_until__isnull=False).exists()
        if (
            begun
            and at == "before"
            and call.name == "read"
            and call.calendar_id == calendar.remote_id
            and call.subject >= page
        ):
            raise error

    return fault


def test_a_reading_that_breaks_off_verifies_nothing_and_is_tried_again_with_growing_pauses(world: World) -> None:
    home, work = home_and_work(world)
    for number in range(120):
        world.event(home, f"Event {number}", hours=24 + number)
    pair = world.pair(home, work)
    world.cloud.fault = breaks_in_the_audit(work, ComeBack("the provider did not answer", status=500))
    world.forget_calls()
    first = verified(world, pair)
    assert (first.outcome, first.trouble) == (FAILED, "the provider did not answer")
    pauses = []
    for _ in range(3):
        waiting = Verification.objects.get(finished_at=None)
        pauses.append(waiting.due_at - waiting.asked_at)
        world.wait(seconds=(waiting.due_at - world.now).total_seconds() + 1)
        world.sync()
    assert Verification.objects.filter(outcome=FAILED).count() == 4
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    assert world.writes() == []
    world.cloud.fault = None
    world.settle(7 * 3600)
    last = Verification.objects.latest("asked_at")
    assert (last.outcome, last.attempt, last.checked) == (COMPLETE, 5, 120)
    assert len(world.copies(work)) == 120


def test_copies_that_a_broken_reading_did_not_show_are_not_taken_for_missing(world: World) -> None:
    home, work = home_and_work(world)
    for number in range(120):
        world.event(home, f"Event {number}", hours=24 + number)
    pair = world.pair(home, work)
    world.cloud.fault = breaks_in_the_audit(work, Refused("no", status=400))
    assert verified(world, pair).outcome == FAILED
    assert not Link.objects.exclude(due_at=None).exists()
    assert Link.objects.filter(state=Link.State.LIVE).count() == 120


@MANNERS
@pytest.mark.parametrize("at", ["before", "after"])
@pytest.mark.parametrize("name", ["read", "update"])
def test_a_worker_killed_in_the_middle_leaves_one_audit_that_ends_well(
    world: World, manner, at: str, name: str
) -> None:
    home, work = home_and_work(world, manner)
    world.event(home, "Doctor")
    world.event(home, "Dentist", hours=30)
    pair = world.pair(home, work, PRIVATE)
    with silently(world, work):
        world.cloud.edit(work.remote_id, world.copies(work)[0].id, title="Doctor")
    world.wait(hours=1)
    verify.ask(pair=pair, by=world.user)

    def at_work(call: Call) -> bool:
        return call.name == name and Verification.objects.filter(started_at__isnull=False).exists()

    world.cloud.fault = once(at_work, at, Killed())
    with pytest.raises(Killed):
        world.sync()
    world.settle(600)
    row = Verification.objects.get()
    assert (row.outcome, row.left) == (COMPLETE, 0)
    assert row.visible == 1
    assert world.titles(work) == ["Busy", "Busy"]


def test_asking_twice_makes_one_audit(world: World) -> None:
    home, work = home_and_work(world)
    pair = world.pair(home, work)
    world.wait(hours=1)
    assert verify.ask(pair=pair, by=world.user) == verify.ask(pair=pair, by=world.user)
    assert Verification.objects.count() == 1


def test_another_worker_that_comes_late_records_nothing(world: World) -> None:
    from sync.store import verifications
    from sync.store.verifications import Found

    home, work = home_and_work(world)
    pair = world.pair(home, work)
    world.wait(hours=1)
    row = verify.ask(pair=pair, by=world.user)
    assert verifications.claim(row, world.now)
    other = Verification.objects.get()
    assert not verifications.claim(other, world.now)
    world.wait(minutes=6)
    assert verifications.claim(other, world.now)
    flows = list(Flow.objects.select_related("pair", "source__connection", "target__connection"))
    found = Found(read={home.pk: 7, work.pk: 7})
    assert not verifications.looked(row, flows, found, world.now)
    assert Verification.objects.get().read_first == 0
    assert verifications.looked(other, flows, found, world.now)


@MANNERS
def test_a_copy_of_ours_without_origin_or_link_goes(world: World, manner) -> None:
    home, work = home_and_work(world, manner)
    for number in range(4):
        world.event(home, f"Event {number}", hours=24 + number)
    pair = world.pair(home, work)
    facts = marked(world, pair.flows.get(), marks().origin_ref(home.identity, "long gone"))
    with silently(world, work):
        world.cloud.create(work.remote_id, world.content("Orphan", hours=50), **facts)
    row = verified(world, pair)
    assert (counts(row), row.repaired, row.checked) == ({"extra": 1}, 1, 4)
    assert "Orphan" not in world.titles(work)
    assert len(world.events(work)) == 4


@MANNERS
def test_a_double_that_we_made_goes_and_a_duplicate_that_a_person_made_stays(world: World, manner) -> None:
    home, work = home_and_work(world, manner)
    for number in range(4):
        world.event(home, f"Event {number}", hours=24 + number)
    pair = world.pair(home, work)
    link = Link.objects.earliest("pk")
    facts = marked(world, pair.flows.get(), link.origin_ref, generation=1)
    with silently(world, work):
        double = world.cloud.create(work.remote_id, world.content("Event 0"), **facts)
        duplicate = world.cloud.create(work.remote_id, world.content("Event 0"), mark=facts["mark"])
    row = verified(world, pair)
    assert (counts(row), row.repaired) == ({"extra": 1}, 1)
    assert world.cloud.event(work.remote_id, double) is None
    assert world.cloud.event(work.remote_id, duplicate) is not None
    assert world.cloud.event(work.remote_id, link.copy_id) is not None
    assert counts(verified(world, pair)) == {}


def test_marks_of_another_installation_are_neither_counted_nor_touched(world: World) -> None:
    home, work = home_and_work(world)
    pair = world.pair(home, work, PRIVATE)
    with silently(world, work):
        world.cloud.create(work.remote_id, world.content("Theirs"), mark=f"{PREFIX}.k1.other.a.b.c.0.sig")
    world.forget_calls()
    assert counts(verified(world, pair)) == {}
    assert world.titles(work) == ["Theirs"]
    assert world.writes() == []


def test_many_deletions_that_an_audit_leads_to_wait_for_a_word_and_count_as_left(world: World) -> None:
    home, work = home_and_work(world)
    ids = [world.event(home, f"Event {number}", hours=24 + number) for number in range(15)]
    pair = world.pair(home, work)
    with silently(world, home):
        for event_id in ids:
            world.cloud.delete(home.remote_id, event_id)
    row = verified(world, pair)
    assert (row.outcome, row.extra, row.left, row.repaired) == (COMPLETE, 15, 15, 0)
    assert Brake.objects.get(decided_at=None).held == 15
    assert len(world.copies(work)) == 15
    again = verified(world, pair)
    assert (again.differences, again.under_way) == (0, 15)


def test_what_people_change_meanwhile_is_under_way_and_no_difference(world: World) -> None:
    home, work = home_and_work(world)
    origin = world.event(home, "Lunch")
    pair = world.pair(home, work)
    world.settle()

    def change(call: Call, at: str) -> None:
        if call.name == "read" and at == "after" and call.calendar_id == home.remote_id:
            world.cloud.fault = None
            world.wait(seconds=2)
            world.cloud.edit(home.remote_id, origin, title="Late lunch")
            world.event(home, "New", hours=40)

    world.cloud.fault = change
    row = verified(world, pair)
    assert (row.outcome, counts(row)) == (COMPLETE, {"under_way": 2})
    world.sync()
    assert world.titles(work) == ["Late lunch", "New"]


def test_two_pairs_that_share_a_calendar_are_verified_each_for_itself(world: World) -> None:
    home, work = home_and_work(world)
    third = world.calendar("alice@third.example", LIKE_MICROSOFT)
    world.event(home, "Home")
    world.event(third, "Third", hours=30)
    pair, other = world.pair(home, work, PRIVATE), world.pair(third, work, OPEN)
    with silently(world, work):
        busy = next(e for e in world.copies(work) if e.content.title == "Busy")
        world.cloud.edit(work.remote_id, busy.id, title="Home")
    world.forget_calls()
    assert (counts(verified(world, other)), world.writes()) == ({}, [])
    assert counts(verified(world, pair)) == {"visible": 1}
    assert world.titles(work) == ["Busy", "Third"]
    assert Verification.objects.get(pair=other).checked == 1


def test_a_mesh_of_three_calendars_is_in_step_and_says_so(world: World) -> None:
    one, two = home_and_work(world, LIKE_MICROSOFT)
    three = world.calendar("alice@third.example")
    for number, calendar in enumerate((one, two, three)):
        world.event(calendar, f"Event {number}", hours=24 + number)
    mesh = [world.pair(a, b, PRIVATE, OPEN) for a, b in ((one, two), (two, three), (three, one))]
    world.settle()
    world.forget_calls()
    rows = [verified(world, pair) for pair in mesh]
    assert [(counts(row), row.checked, row.read_first, row.read_second) for row in rows] == [({}, 2, 3, 3)] * 3
    assert world.writes() == []


def test_a_paused_pair_is_not_verified_and_says_why(world: World) -> None:
    home, work = home_and_work(world)
    pair = world.pair(home, work)
    pairs.pause(pair=pair)
    pair.refresh_from_db()
    with pytest.raises(verify.NotNow, match="paused"):
        verify.ask(pair=pair, by=world.user)
    assert not Verification.objects.exists()


def test_an_audit_waits_for_the_account_and_ends_when_it_is_back(world: World) -> None:
    home, work = home_and_work(world)
    world.event(home)
    pair = world.pair(home, work)
    world.cloud.signed_out.add("alice@work.example")
    row = verified(world, pair)
    assert row.outcome == ""
    world.sign_in(work.connection)
    world.settle()
    row.refresh_from_db()
    assert (row.outcome, row.checked) == (COMPLETE, 1)


def test_the_timetable_asks_for_each_pair_once_a_day_and_for_no_two_at_one_time(world: World) -> None:
    chance = random.Random(7)
    calendars = [world.calendar(f"alice@{number}.example") for number in range(7)]
    made = [world.pair(calendars[0], calendar) for calendar in calendars[1:]]
    asked: dict[int, list] = {pair.pk: [] for pair in made}
    start = world.now
    while world.now - start < timedelta(days=5):
        verify.ask_due(world.now, chance)
        for row in Verification.objects.filter(finished_at=None):
            asked[row.pair_id].append(row.asked_at)
            Verification.objects.filter(pk=row.pk).update(finished_at=world.now, outcome=COMPLETE)
        world.wait(minutes=5)
    for times in asked.values():
        gaps = [later - sooner for sooner, later in pairwise(times)]
        assert times[0] - start < timedelta(hours=1.2)
        assert 5 <= len(times) <= 7
        assert max(gaps) <= timedelta(hours=24, minutes=5)
    assert len({times[-1] for times in asked.values()}) > 4


def test_a_pair_without_an_audit_for_a_day_is_on_the_list_for_support(world: World) -> None:
    home, work = home_and_work(world)
    pair = world.pair(home, work)
    assert list(verify.unverified(world.now)) == []
    world.wait(hours=27)
    Pair.objects.update(created_at=world.now - timedelta(hours=27))
    assert list(verify.unverified(world.now)) == [pair]
    world.cloud.fault = breaks_in_the_audit(work, ComeBack("the provider did not answer", status=500), page=1)
    assert verified(world, pair).outcome == FAILED
    assert list(verify.unverified(world.now)) == [pair]
    world.cloud.fault = None
    world.wait(hours=1)
    verified(world, pair)
    assert list(verify.unverified(world.now)) == []
    world.wait(hours=27)
    pairs.pause(pair=pair)
    assert list(verify.unverified(world.now)) == []


@MANNERS
def test_a_copy_outside_the_listing_is_asked_for_before_it_counts_as_missing(world: World, manner: Manner) -> None:
    home, work = home_and_work(world, manner)
    world.event(home)
    pair = world.pair(home, work)
    (copy,) = world.copies(work)
    with silently(world, work):
        world.cloud.move(work.remote_id, copy.id, world.content(hours=24 * 500).when)
    assert counts(verified(world, pair)) == {"differing": 1}
    assert world.copies(work)[0].content.when == copy.content.when


def test_a_listing_without_its_last_page_is_no_listing(world: World) -> None:
    home, _ = home_and_work(world)

    def listing(*pages: Page) -> list[Event]:
        provider = Ending(world.cloud, "alice@home.example", pages)
        return list(listed(provider, home, window_span(world.now), lambda: None))

    for pages in ([], [Page(full=True)], [Page(cursor="c")], [Page(full=True, cursor="c"), Page(full=True)]):
        with pytest.raises(ComeBack):
            listing(*pages)
    assert listing(Page(full=True), Page(full=True, cursor="c")) == []


class Ending(MemoryProvider):
    """Its readings end after these pages."""

    def __init__(self, cloud: MemoryCloud, address: str, pages: Sequence[Page]) -> None:
        super().__init__(cloud, address)
        self.pages = pages

    def read(self, calendar_id: str, cursor: str, span: Span) -> Iterator[Page]:
        yield from self.pages


def test_neither_lease_runs_out_while_a_long_look_is_under_way(world: World) -> None:
    home, work = home_and_work(world)
    for number in range(120):
        world.event(home, f"Event {number}", hours=24 + number)
    pair = world.pair(home, work)
    world.settle()

    held: list[tuple[bool, bool]] = []

    def slow(call: Call, at: str) -> None:
        # Each page takes most of a lease; together they take several.
        if at == "before" and call.name == "read" and Verification.objects.filter(lease_until__isnull=False).exists():
            world.wait(minutes=4)
            rows = (Verification, Calendar)
            looking, cycling = (model.objects.filter(lease_until__gt=world.now).exists() for model in rows)
            held.append((looking, cycling))

    world.cloud.fault = slow
    row = verified(world, pair)
    assert (row.outcome, row.looks, row.checked) == (COMPLETE, 1, 120)
    assert held == [(True, True)] * 6
