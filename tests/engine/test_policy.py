"""The policy of a domain in every cycle and at every write: nothing that it hides leaves, and what stands there is stripped."""

import threading
from datetime import timedelta
from unittest.mock import patch

import pytest

from policy import enforcement, keeper
from policy.models import Domain
from policy.record import Policy, Record
from policy.standing import Answer
from sync import pairs, proven, tasks
from sync.core.event import Sensitivity
from sync.core.operation import Create, Reason
from sync.engine import lookout, preview, write
from sync.models import Calendar, Flow, FlowSettings, Link, Receipt
from sync.store.work import Task
from tests.engine.world import OPEN, World

pytestmark = pytest.mark.django_db
WORDS = FlowSettings(private=False, template="[Work] {title}", word="Taken")


class Dns:
    """What each domain answers; nothing where nothing is said."""

    def __init__(self) -> None:
        self.records: dict[str, Record | None] = {}
        self.asked: list[str] = []

    def __call__(self, domain: str) -> list[Answer]:
        self.asked.append(domain)
        return [Answer(self.records.get(domain, Record()))] * 2

    def publish(self, domain: str, policy: Policy | None = Policy.PRIVATE, *, below: bool = False) -> None:
        self.records[domain] = Record(policy, below)

    def fail(self, domain: str) -> None:
        self.records[domain] = None


@pytest.fixture
def dns() -> Dns:
    found = Dns()
    keeper.use(found)
    return found


@pytest.fixture
def work(world: World, dns: Dns) -> Calendar:
    return world.calendar("alice@contoso.example")


@pytest.fixture
def home(world: World, dns: Dns) -> Calendar:
    return world.calendar("alice@home.example")


def texts(world: World, calendar: Calendar) -> set[str]:
    """Every word that stands in copies there."""
    said = [copy.content for copy in world.copies(calendar)]
    return {text for content in said for text in (content.title, content.description, content.location) if text}


def test_a_domain_with_a_policy_lets_nothing_but_busy_leave(world, dns, work, home):
    dns.publish("contoso.example")
    world.event(work, "Merger")
    world.event(home, "Dentist")
    world.pair(work, home, WORDS, OPEN)
    assert texts(world, home) == {"Busy"}
    assert {copy.content.sensitivity for copy in world.copies(home)} == {Sensitivity.PRIVATE}
    assert "Dentist" in texts(world, work)


def test_a_policy_that_appears_strips_what_stands_there_already_at_once(world, dns, work, home):
    world.event(work, "Merger")
    world.pair(work, home, OPEN)
    ids = {copy.id for copy in world.copies(home)}
    assert "Merger" in texts(world, home)
    dns.publish("contoso.example")
    world.wait(seconds=61)
    enforcement.sweep(lambda: world.now)
    world.sync()
    assert texts(world, home) == {"Busy"}
    assert {copy.id for copy in world.copies(home)} == ids
    receipt = Receipt.objects.get()
    assert (receipt.kind, receipt.copies, receipt.changed, receipt.left) == (Receipt.Kind.STRIPPED, 1, 1, 0)


def test_a_sync_that_begins_under_a_policy_has_nothing_to_be_stripped_and_no_receipt(world, dns, work, home):
    dns.publish("contoso.example")
    world.event(work, "Merger")
    world.pair(work, home, OPEN)
    world.settle()
    assert texts(world, home) == {"Busy"}
    assert not Receipt.objects.exists()


def test_what_a_policy_stripped_leaves_a_receipt_once_it_was_read_back_and_one_who_had_no_copies_gets_none(
    world, dns, work, home
):
    for number in range(3):
        world.event(work, f"Merger {number}", hours=24 + number)
    pair = world.pair(work, home, OPEN, OPEN)
    dns.publish("contoso.example")
    world.wait(seconds=61)
    enforcement.sweep(lambda: world.now)
    begun = Receipt.objects.get()
    assert (begun.kind, begun.source, begun.copies, begun.finished_at) == ("stripped", work, 3, None)
    world.sync()
    (proof,) = proven.of_pair(pair)
    assert proof.at
    assert "3 copies in" in proof.sentence
    assert "3 stripped, 0 left with details" in proof.sentence
    # Read again and again, the same policy is no news and leaves no other.
    world.wait(seconds=61)
    enforcement.sweep(lambda: world.now)
    world.sync()
    assert Receipt.objects.count() == 1


def test_a_policy_that_appears_strips_the_copies_of_a_paused_sync_as_well(world, dns, work, home):
    world.event(work, "Merger")
    pair = world.pair(work, home, OPEN)
    pairs.pause(pair=pair)
    world.sync()
    world.event(work, "Bid", hours=40)
    dns.publish("contoso.example")
    world.wait(seconds=61)
    enforcement.sweep(lambda: world.now)
    world.work()
    assert [copy.content.title for copy in world.copies(home)] == ["Busy"]


def test_a_policy_strips_the_copies_of_a_sync_that_was_paused_weeks_ago(world, dns, work, home):
    world.event(work, "Merger")
    pairs.pause(pair=world.pair(work, home, OPEN))
    world.sync()
    world.wait(days=20)
    tasks.remember_policies()
    world.wait(hours=23)
    dns.publish("contoso.example")
    enforcement.sweep(lambda: world.now)
    world.work()
    assert [copy.content.title for copy in world.copies(home)] == ["Busy"]
    receipt = Receipt.objects.get()
    assert (receipt.copies, receipt.changed, receipt.left) == (1, 1, 0)
    assert receipt.finished_at is not None


def test_a_paused_sync_without_copies_keeps_nobodys_domain_in_use(world, dns, work, home):
    world.event(home, "Dentist")
    world.pair(home, world.calendar("alice@third.example"), OPEN)
    pairs.pause(pair=world.pair(work, home, OPEN))
    world.wait(days=20)
    assert tasks.remember_policies() == 0
    assert enforcement.sweep(lambda: world.now) == 0


def test_a_policy_that_appears_takes_out_a_word_of_the_persons_own_as_well(world, dns, work, home):
    world.event(work, "Merger")
    world.pair(work, home, FlowSettings(private=True, word="Taken"))
    assert texts(world, home) == {"Taken"}
    dns.publish("contoso.example")
    world.wait(seconds=61)
    world.sync()
    assert texts(world, home) == {"Busy"}


def test_the_sweep_finds_a_new_record_within_a_minute_and_rings_only_whom_it_concerns(world, dns, work, home):
    world.event(work, "Merger")
    world.pair(work, home, OPEN)
    world.pair(world.calendar("bob@elsewhere.example"), world.calendar("bob@other.example"), OPEN)
    Calendar.objects.update(due_at=None)
    dns.publish("contoso.example")
    world.wait(seconds=41)
    assert enforcement.sweep(lambda: world.now) > 0
    rung = set(Calendar.objects.exclude(due_at=None).values_list("pk", flat=True))
    assert rung == {work.pk, home.pk}
    assert enforcement.sweep(lambda: world.now) == 0


def test_a_policy_published_while_a_cycle_plans_stops_the_very_next_request(world, dns, work, home):
    """Read again at write time: what was planned with details does not leave."""
    world.pair(work, home, OPEN)
    for number in range(3):
        world.event(work, f"Secret {number}", hours=24 + number)

    def publish(call, stage):
        if call.name == "read" and call.calendar_id == work.remote_id and stage == "after":
            dns.publish("contoso.example")
            world.wait(seconds=61)

    world.cloud.fault = publish
    world.sync()
    world.cloud.fault = None
    assert texts(world, home) <= {"Busy"}
    world.sync()
    assert texts(world, home) == {"Busy"}
    assert len(world.copies(home)) == 3


def test_a_domain_that_has_never_answered_counts_as_private_until_it_does(world, dns, work, home):
    dns.fail("contoso.example")
    world.event(work, "Merger")
    world.pair(work, home, OPEN)
    assert texts(world, home) == {"Busy"}
    dns.publish("contoso.example", None)
    world.wait(seconds=16 * 60)
    world.sync()
    world.sync()
    assert "Merger" in texts(world, home)


def test_a_domain_that_falls_silent_keeps_its_state_and_after_a_day_only_what_is_new_is_held_back(
    world, dns, work, home
):
    world.event(work, "Merger")
    world.pair(work, home, OPEN)
    dns.fail("contoso.example")
    world.wait(seconds=3600)
    world.event(work, "Lunch", hours=30)
    world.sync()
    assert {"Merger", "Lunch"} <= texts(world, home)
    world.wait(days=1)
    world.event(work, "Raise", hours=40)
    world.sync()
    assert {"Merger", "Lunch", "Busy"} <= texts(world, home)
    assert "Raise" not in texts(world, home)


def test_a_private_domain_stays_private_while_its_dns_fails(world, dns, work, home):
    dns.publish("contoso.example")
    world.pair(work, home, OPEN)
    dns.fail("contoso.example")
    world.wait(days=40)
    world.event(work, "Merger")
    world.sync()
    assert texts(world, home) == {"Busy"}


def test_a_policy_that_is_lifted_gives_details_back_in_place(world, dns, work, home):
    dns.publish("contoso.example")
    world.event(work, "Merger")
    world.pair(work, home, OPEN)
    ids = {copy.id for copy in world.copies(home)}
    dns.publish("contoso.example", Policy.NONE)
    world.wait(seconds=61)
    world.sync()
    world.sync()
    assert "Merger" in texts(world, home)
    assert {copy.id for copy in world.copies(home)} == ids


def test_lifting_a_policy_shows_nothing_of_who_chose_private_anyway(world, dns, work, home):
    dns.publish("contoso.example")
    world.event(work, "Merger")
    world.pair(work, home, FlowSettings(private=True))
    dns.publish("contoso.example", Policy.NONE)
    world.wait(seconds=61)
    world.forget_calls()
    world.sync()
    assert texts(world, home) == {"Busy"}
    assert world.writes() == []


@pytest.mark.parametrize(
    ("domain", "below"),
    [
        ("contoso.example", False),
        ("parent.example", False),
        ("contoso.onmicrosoft.example", False),
        ("onmicrosoft.example", True),
    ],
)
def test_every_address_that_speaks_for_the_account_counts(world, dns, work, home, domain, below):
    work.connection.aliases = "alice@contoso.onmicrosoft.example parent.example"
    work.connection.save()
    dns.publish(domain, below=below)
    world.event(work, "Merger")
    world.pair(work, home, OPEN)
    assert texts(world, home) == {"Busy"}
    assert Calendar.objects.get(pk=work.pk).policy_domain == domain


def test_the_owner_of_a_shared_calendar_counts_as_well(world, dns, work, home):
    Calendar.objects.filter(pk=work.pk).update(owner="boss@strict.example")
    dns.publish("strict.example")
    world.event(work, "Merger")
    world.pair(Calendar.objects.get(pk=work.pk), home, OPEN)
    assert texts(world, home) == {"Busy"}


def test_what_is_typed_into_a_copy_under_a_policy_stays_there_and_a_move_still_travels(world, dns, work, home):
    dns.publish("contoso.example")
    event = world.event(home, "Dentist")
    world.pair(home, work, OPEN, OPEN)
    copy = world.copies(work)[0]
    moved = world.content("Internal word of Contoso", hours=48)
    world.cloud.edit(work.remote_id, copy.id, title=moved.title, when=moved.when)
    world.sync()
    origin = world.cloud.event(home.remote_id, event)
    assert origin.content.title == "Dentist"
    assert origin.content.when == moved.when
    assert "Internal word of Contoso" not in texts(world, work)


def test_the_door_refuses_a_write_that_tells_more_whoever_planned_it(world, dns, work, home):
    dns.publish("contoso.example")
    world.event(work, "Merger")
    world.pair(work, home, OPEN)
    flow = Flow.objects.select_related("pair", "source__connection", "target__connection").get()
    job = write.Job(Task(Link.objects.get(), flow), Create(world.content("Merger"), 1, Reason.NEW), "")
    with pytest.raises(write.NotAllowed, match="contoso"):
        write.guard(job, flow.target, set())


def test_a_cycle_asks_the_dns_once_a_minute_and_not_for_every_event(world, dns, work, home):
    for number in range(5):
        world.event(work, f"Event {number}", hours=24 + number)
    world.pair(work, home, OPEN)
    asked = len(dns.asked)
    world.event(work, "One more", hours=60)
    world.sync()
    assert len(dns.asked) == asked
    world.wait(seconds=61)
    world.sync()
    assert sorted(dns.asked[asked:]) == ["contoso.example", "home.example"]


def test_domains_that_nobody_needs_any_more_are_not_asked_in_the_background(world, dns, work, home):
    world.pair(work, home, OPEN)
    Domain.objects.update(needed_at=world.now - timedelta(days=2), asked_at=None)
    assert enforcement.sweep(lambda: world.now) == 0


def test_a_dry_run_shows_what_the_policy_leaves(world, dns, work, home):
    dns.publish("contoso.example")
    world.event(work, "Merger")
    found = preview.dry_run(first=work, second=home, out=OPEN, back=None)
    assert [line.title for line in found.flows[0].lines] == ["Busy"]


def test_a_worker_hears_of_a_policy_while_nothing_moves(world, dns, work, home):
    world.event(work, "Merger")
    world.pair(work, home, OPEN)
    dns.publish("contoso.example")
    world.wait(seconds=61)
    stopped = threading.Event()

    def clock():
        stopped.set()
        return world.now

    with patch.object(lookout, "EVERY", 0):
        lookout.look_out(stopped, clock)
    world.sync()
    assert texts(world, home) == {"Busy"}
