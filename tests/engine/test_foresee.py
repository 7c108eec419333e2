"""A dry run of a change says exactly what the engine then does, whatever else is on its way; and it does nothing itself."""

import itertools
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from accounts.models import Connection
from sync import pairs
from sync.core.event import AllDay, Answer, Attendee, Content, Event, Kind, ShowAs
from sync.core.operation import Reason
from sync.engine.clients import Resting, Trouble
from sync.engine.preview import Fate, FlowPreview, dry_change, dry_run
from sync.models import Brake, Calendar, FlowSettings, Link, Pair
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Manner
from tests.engine.world import OPEN, PRIVATE, World
from tests.web.routes import rows

FREE = FlowSettings(private=False, show_as="free")
SWAPPED = FlowSettings(private=False, transform_identity=True)
DRESSED = FlowSettings(
    private=False, template="[Home] {title}", show_description=False, whole_days="free", copy_declined=True
)
FEW = FlowSettings(private=False, only_words="Home 1", unanswered="skip")
HIDDEN_FREE = FlowSettings(private=True, show_as="tentative")
MANNERS = pytest.mark.parametrize("manner", [LIKE_GOOGLE, LIKE_MICROSOFT], ids=["like google", "like microsoft"])
Way = tuple[FlowSettings, FlowSettings | None]
WAYS: dict[str, Way] = {
    "open one way": (OPEN, None),
    "private both ways": (PRIVATE, PRIVATE),
    "open both ways": (OPEN, OPEN),
    "free there, private back": (FREE, PRIVATE),
    "swapped there, tentative back": (SWAPPED, HIDDEN_FREE),
    "dressed both ways": (DRESSED, DRESSED),
    "few one way": (FEW, None),
}


@dataclass(frozen=True)
class Done:
    """What happened to the copies in one calendar, and to originals there, between two moments."""

    creates: int
    updates: int
    removes: int
    origins: int


def done(before: list[Event], after: list[Event]) -> Done:
    old, new = ({event.id: event for event in events} for events in (before, after))
    changed = [old[id] for id in old.keys() & new.keys() if old[id].version != new[id].version]
    gone = [old[id] for id in old.keys() - new.keys()]
    return Done(
        creates=len(new.keys() - old.keys()),
        updates=sum(bool(event.mark) for event in changed),
        removes=sum(bool(event.mark) for event in gone),
        origins=sum(not event.mark for event in (*changed, *gone)),
    )


def foretold(flows: list[FlowPreview], calendar: Calendar) -> Done:
    into = [flow for flow in flows if flow.target.pk == calendar.pk]
    out_of = [flow for flow in flows if flow.source.pk == calendar.pk]
    return Done(
        creates=sum(flow.creates for flow in into),
        updates=sum(flow.updates for flow in into),
        removes=sum(flow.number(Fate.REMOVE) for flow in into),
        origins=sum(flow.origins for flow in out_of),
    )


@dataclass
class Town:
    """Two calendars with something of everything in each."""

    world: World
    home: Calendar
    work: Calendar

    def live(self) -> None:
        world, home, work = self.world, self.home, self.work
        for number in range(14):
            world.event(home, f"Home {number}", hours=24 + number)
        for number in range(6):
            world.event(work, f"Work {number}", hours=48 + number)
        mail = Content(title="Mail me", when=world.content().when, description="alice@home.example writes")
        world.cloud.create(home.remote_id, mail)
        world.whole_day(home)
        world.event(home, "Declined", answer=Answer.DECLINED)
        world.event(home, "Unanswered", answer=Answer.UNANSWERED, attendees=(Attendee(address="bob@x.example"),))
        world.event(home, "Desk", kind=Kind.WORKING_LOCATION)
        world.event(home, "Birthday", kind=Kind.BIRTHDAY)
        world.event(work, "Meeting", hours=90, attendees=(Attendee(address="bob@x.example"),))
        world.event(home, "Far", hours=24 * 400)
        world.event(home, "Past", hours=-24 * 80)
        world.event(home, "Another program's", mark="hetk1.k1.other.target.origin.0.signature")

    def disturb(self) -> None:
        """What people did since the last cycle."""
        world, home, work = self.world, self.home, self.work
        world.wait(minutes=3)
        cloud = world.cloud
        own = {event.content.title: event for event in world.events(home) if not event.mark}
        cloud.edit(home.remote_id, own["Home 0"].id, title="Home renamed")
        cloud.edit(home.remote_id, own["Home 1"].id, cancelled=True)
        cloud.delete(home.remote_id, own["Home 2"].id)
        cloud.edit(home.remote_id, own["Unanswered"].id, answer=Answer.DECLINED)
        world.event(home, "Home new", hours=77)
        *_, shown, titled, dropped = sorted(world.copies(work), key=lambda event: str(event.content.when.start))
        cloud.edit(work.remote_id, shown.id, show_as=ShowAs.FREE)
        cloud.edit(work.remote_id, titled.id, title="By hand")
        cloud.delete(work.remote_id, dropped.id)
        far = self.world.now.date() + timedelta(days=500)
        cloud.edit(home.remote_id, own["Home 3"].id, when=AllDay(far, far + timedelta(days=1)))

    def both(self) -> tuple[list[Event], list[Event]]:
        return list(self.world.events(self.home)), list(self.world.events(self.work))


@pytest.fixture
def town(world: World, request: pytest.FixtureRequest) -> Town:
    manner: Manner = request.getfixturevalue("manner") if "manner" in request.fixturenames else LIKE_GOOGLE
    town = Town(world, world.calendar("alice@home.example", manner), world.calendar("alice@work.example", manner))
    town.live()
    return town


def agree(town: Town, flows: list[FlowPreview], before: tuple[list[Event], list[Event]]) -> None:
    after = town.both()
    for calendar, then, now in zip((town.home, town.work), before, after, strict=True):
        assert foretold(flows, calendar) == done(then, now), calendar.connection.address


@MANNERS
@pytest.mark.parametrize("way", WAYS)
def test_a_new_pair_does_what_was_foretold(town: Town, way: str, manner: Manner) -> None:
    out, back = WAYS[way]
    flows = dry_run(first=town.home, second=town.work, out=out, back=back).flows
    before = town.both()
    town.world.pair(town.home, town.work, out, back)
    agree(town, flows, before)
    assert sum(flow.creates for flow in flows) > (4 if way == "few one way" else 15)


# Every second of the ways from each to each, at one of the two manners; those to what leaves most out, all.
CHANGES = [
    (old, new, LIKE_MICROSOFT if number % 3 else LIKE_GOOGLE)
    for number, (old, new) in enumerate(itertools.product(WAYS, WAYS))
    if number % 2 or new == "few one way"
]


@pytest.mark.parametrize(("old", "new", "manner"), CHANGES)
def test_a_change_does_what_was_foretold(town: Town, old: str, new: str, manner: Manner) -> None:
    pair = town.world.pair(town.home, town.work, *WAYS[old])
    town.disturb()
    flows = dry_change(pair=pair, out=WAYS[new][0], back=WAYS[new][1]).flows
    change(town, pair, WAYS[new], flows)
    held = sum(flow.number(Fate.HOLD) for flow in flows)
    assert Link.objects.filter(state=Link.State.HELD).count() == held
    # So much is left out there that nobody would believe it without asking.
    assert bool(held) == (new == "few one way" and not old.startswith("few"))


def change(town: Town, pair: Pair, way: Way, flows: list[FlowPreview]) -> None:
    before = town.both()
    pairs.edit(pair=pair, out=way[0], back=way[1])
    town.world.sync()
    agree(town, flows, before)


def test_a_change_that_changes_nothing_foretells_that_everything_stays(town: Town) -> None:
    pair = town.world.pair(town.home, town.work, OPEN, PRIVATE)
    flows = dry_change(pair=pair, out=OPEN, back=PRIVATE).flows
    copies = [len(town.world.copies(flow.target)) for flow in flows]
    # One of the marked events at home is another installation's.
    assert [flow.number(Fate.STAY) for flow in flows] == [copies[0], copies[1] - 1]
    assert [line for flow in flows for line in flow.lines if line.fate in CHANGED] == []


CHANGED = set(Fate) - {Fate.STAY, Fate.SKIP}


def test_it_writes_nothing_stores_nothing_and_reads_each_calendar_once(town: Town) -> None:
    pair = town.world.pair(town.home, town.work, OPEN, OPEN)
    town.disturb()
    before = rows()
    town.world.forget_calls()
    dry_change(pair=pair, out=PRIVATE, back=None)
    assert town.world.writes() == []
    assert Counter(call.name for call in town.world.cloud.calls)["read"] == 2
    assert {call.name for call in town.world.cloud.calls} == {"read", "get"}
    assert rows() == before


def test_deletions_that_the_brake_would_hold_are_foretold_as_held(town: Town) -> None:
    pair = town.world.pair(town.home, town.work)
    town.world.wait(minutes=3)
    for event in [event for event in town.world.events(town.home) if event.content.title.startswith("Home")][:12]:
        town.world.cloud.delete(town.home.remote_id, event.id)
    (flow,) = dry_change(pair=pair, out=FREE, back=None).flows
    assert flow.number(Fate.HOLD) == 12
    assert {line.reason for line in flow.lines if line.fate is Fate.HOLD} == {Reason.ORIGIN_GONE}
    change(town, pair, (FREE, None), [flow])
    assert Brake.objects.get().held == 12
    # While the question is open they go on waiting; what must be hidden is taken out of them all the same.
    town.world.wait(minutes=3)
    (flow,) = dry_change(pair=pair, out=PRIVATE, back=None).flows
    assert (flow.number(Fate.HOLD), flow.number(Fate.REMOVE)) == (12, 0)
    change(town, pair, (PRIVATE, None), [flow])
    assert Brake.objects.get().held == 12


def test_what_a_person_decided_about_held_deletions_is_part_of_what_is_foretold(town: Town) -> None:
    pair = town.world.pair(town.home, town.work)
    town.world.wait(minutes=3)
    for event in [event for event in town.world.events(town.home) if event.content.title.startswith("Home")][:12]:
        town.world.cloud.delete(town.home.remote_id, event.id)
    town.world.sync()
    pairs.decide(brake=Brake.objects.get(), decision=Brake.Decision.RESTORE, by=town.world.user)
    (flow,) = dry_change(pair=pair, out=FREE, back=None).flows
    kept = [line for line in flow.lines if line.prospect.link.state == Link.State.KEPT]
    assert {line.fate for line in kept} == {Fate.STAY}
    assert len(kept) == 12
    change(town, pair, (FREE, None), [flow])


def test_a_filter_that_is_undone_while_its_deletions_wait_is_foretold_to_keep_the_copies(town: Town) -> None:
    pair = town.world.pair(town.home, town.work, *WAYS["few one way"])
    change(town, pair, (OPEN, None), dry_change(pair=pair, out=OPEN, back=None).flows)
    change(town, pair, WAYS["few one way"], dry_change(pair=pair, out=WAYS["few one way"][0], back=None).flows)
    assert Link.objects.filter(state=Link.State.HELD).count() == Brake.objects.get().held > 4
    flows = dry_change(pair=pair, out=PRIVATE, back=None).flows
    assert [flow.number(Fate.HOLD) for flow in flows] == [0]
    change(town, pair, (PRIVATE, None), flows)
    assert (Brake.objects.get().held, Link.objects.filter(state=Link.State.HELD).count()) == (0, 0)


def test_work_that_is_done_in_shares_is_foretold_share_by_share(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.store.work.MOST", 5)
    pair = town.world.pair(town.home, town.work, OPEN, OPEN)
    town.world.wait(minutes=3)
    own = [event for event in town.world.events(town.home) if event.content.title.startswith("Home")]
    for event in own[:6]:
        town.world.cloud.delete(town.home.remote_id, event.id)
    for event in own[6:12]:
        town.world.cloud.edit(town.home.remote_id, event.id, cancelled=True)
    flows = dry_change(pair=pair, out=PRIVATE, back=OPEN).flows
    change(town, pair, (PRIVATE, OPEN), flows)


def test_a_question_that_one_share_opens_is_foretold_to_hold_those_after_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.store.work.MOST", 14)
    pair = town.world.pair(town.home, town.work)
    town.world.wait(minutes=3)
    own = {event.content.title: event for event in town.world.events(town.home)}
    for number in range(12):
        town.world.cloud.delete(town.home.remote_id, own[f"Home {number}"].id)
    # It comes in the next share, and alone it would be nothing.
    town.world.cloud.edit(town.home.remote_id, own["Holiday"].id, cancelled=True)
    (flow,) = dry_change(pair=pair, out=FREE, back=None).flows
    assert flow.number(Fate.HOLD) == 13
    change(town, pair, (FREE, None), [flow])
    assert Brake.objects.get().held == 13


def test_copies_left_by_an_earlier_sync_are_foretold_as_taken_over_or_removed(town: Town) -> None:
    pair = town.world.pair(town.home, town.work)
    pairs.end(pair=pair, remove_copies=False)
    gone = next(event for event in town.world.events(town.home) if event.content.title == "Home 4")
    town.world.cloud.delete(town.home.remote_id, gone.id)
    (flow,) = dry_run(first=town.home, second=town.work, out=OPEN, back=None).flows
    assert (flow.creates, flow.number(Fate.REMOVE)) == (0, 1)
    before = town.both()
    town.world.pair(town.home, town.work)
    agree(town, [flow], before)


def test_copies_behind_the_window_are_foretold_from_the_same_reading(town: Town) -> None:
    pair = town.world.pair(town.home, town.work)
    town.world.wait(days=120)
    town.world.forget_calls()
    (flow,) = dry_change(pair=pair, out=PRIVATE, back=None).flows
    assert flow.updates > 15
    assert {call.name for call in town.world.cloud.calls} == {"read"}
    change(town, pair, (PRIVATE, None), [flow])


def test_an_account_that_does_not_answer_is_named(town: Town) -> None:
    pair = town.world.pair(town.home, town.work)
    town.world.cloud.signed_out.add("alice@work.example")
    with pytest.raises(Trouble) as trouble:
        dry_change(pair=pair, out=OPEN, back=None)
    assert trouble.value.calendar == town.work
    Connection.objects.filter(pk=town.home.connection_id).update(halted_at=town.world.now)
    pair.refresh_from_db()
    with pytest.raises(Resting) as resting:
        dry_change(pair=Pair.objects.get(), out=replace(OPEN), back=None)
    assert resting.value.connection.address == "alice@home.example"
