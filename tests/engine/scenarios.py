"""What people do, scripted: the scenarios of the crash sweep."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.db import connection

from accounts.models import Connection
from sync import pairs
from sync.core.event import AllDay, Answer
from sync.models import Brake, Calendar, FlowSettings, Link, Pair
from tests.engine import published
from tests.engine.arena import START
from tests.engine.stage import Ids, Stage, content, furnish, guests, sparsely, weekly
from tests.engine.world import OPEN, PRIVATE

Settings = tuple[FlowSettings, FlowSettings | None]
ONE_WAY: Settings = (OPEN, None)
TWO_WAY: Settings = (OPEN, OPEN)
HIDDEN: Settings = (PRIVATE, PRIVATE)
Script = Callable[[Stage, Ids], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`paired`: the settings of a pair that is in step before `ready` and then `act`; all sync after each of the three.

    ready: what came before, undisturbed. act: what people do, and then troubles strike. hides: nothing of what is at home may be
    written at work any more. furnish: what is there at first. alike: worth playing between accounts of one manner, too. dav: and
    where one is read and written as over CalDAV. beside: what comes about when the syncing first writes; it may come about twice.
    """

    name: str
    act: Script
    paired: Settings | None = ONE_WAY
    ready: Script | None = None
    hides: bool = False
    furnish: Callable[[Stage], Ids] = furnish
    alike: bool = False
    dav: bool = False
    beside: Callable[[Stage], None] = lambda stage: None


# Events come, change, move and go.


def first_sync(stage: Stage, ids: Ids) -> None:
    stage.pair(OPEN, PRIVATE)


def hidden_first_sync(stage: Stage, ids: Ids) -> None:
    stage.pair(PRIVATE, None)


def made(stage: Stage, ids: Ids) -> None:
    stage.add(stage.home, "New", 40)
    stage.add(stage.home, "Review", 44, attendees=guests(), organizer="alice@home.example")
    stage.world.cloud.series(stage.home.remote_id, content("Standup", 90), weekly(90))


def edited(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First", location="Hall")
    stage.edit(ids["Meeting"], title="Review")
    stage.edit_copy("Two", title="Scribble")


def moved(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], when=content("", 100).when)
    stage.edit(ids["Meeting"], when=content("", 52).when)
    day = START.date() + timedelta(days=9)
    stage.edit(ids["Two"], when=AllDay(day, day + timedelta(days=2)))
    stage.edit(ids["Day"], when=content("", 101).when)


def deleted(stage: Stage, ids: Ids) -> None:
    stage.delete(ids["Two"])
    stage.edit(ids["Three"], cancelled=True)


def answered(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["Meeting"], answer=Answer.DECLINED)
    stage.edit(ids["Three"], attendees=guests(), answer=Answer.TENTATIVE)
    same = stage.world.cloud.shelves[stage.home.remote_id].events[ids["Two"]]
    stage.add(stage.work, "Two", 25, ical_uid=same.ical_uid)


def series_changed(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["Weekly 1"], when=content("", 245).when, title="Moved")
    stage.delete(ids["Weekly 2"])


def series_deleted(stage: Stage, ids: Ids) -> None:
    stage.delete(ids["master"])


# Both sides.


def edited_both_ways(stage: Stage, ids: Ids) -> None:
    stage.edit_copy("One", location="Terrace")
    stage.edit(ids["One"], title="First")
    stage.edit(ids["Two"], title="Older")
    stage.edit_copy("Two", title="Newer")
    stage.delete_copy("Three")


def edited_at_once(stage: Stage, ids: Ids) -> None:
    for event_id, title in ((ids["One"], "One"), (ids["Two"], "Two")):
        stage.world.cloud.edit(stage.home.remote_id, event_id, title=f"{title} at home")
        stage.world.cloud.edit(stage.work.remote_id, stage.copy_of(title).id, title=f"{title} at work", location="Bar")
    stage.edit_copy("Three", when=content("", 60).when)
    stage.add(stage.work, "New at work", 61)


def dragged(stage: Stage, ids: Ids) -> None:
    """Blocks are moved, and scribbled on."""
    stage.world.wait(seconds=5)
    one, two = stage.copy_at(ids["One"]).id, stage.copy_at(ids["Two"]).id
    stage.world.cloud.edit(stage.work.remote_id, one, when=content("", 66).when, title="Mine")
    stage.world.cloud.edit(stage.work.remote_id, two, title="Scribble")


def put_right(stage: Stage, ids: Ids) -> None:
    stage.edit_copy("Meeting", title="Mine", when=content("", 70).when)
    stage.edit(ids["One"], attendees=guests(), organizer="alice@home.example")
    stage.edit_copy("One", location="Terrace")


def copies_deleted(stage: Stage, ids: Ids) -> None:
    # In one and the same instant a reading could not tell a copy that was just written from one that is gone.
    stage.world.wait(seconds=5)
    stage.delete_copy("One")
    stage.delete_copy("Meeting")


def made_again(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First")
    stage.edit(ids["Meeting"], title="Review")


# What people ask of a pair.


def made_private(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="Doctor")
    pairs.edit(pair=Pair.objects.get(), out=PRIVATE, back=None)


def made_private_both_ways(stage: Stage, ids: Ids) -> None:
    stage.edit_copy("One", location="Terrace")
    stage.edit(ids["Two"], title="Doctor")
    pairs.edit(pair=Pair.objects.get(), out=PRIVATE, back=OPEN)


def made_open(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="Doctor")
    pairs.edit(pair=Pair.objects.get(), out=OPEN, back=None)


def shown_as_free(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First")
    pairs.edit(pair=Pair.objects.get(), out=FlowSettings(private=False, show_as="free"), back=None)


def direction_off(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First")
    pairs.edit(pair=Pair.objects.get(), out=OPEN, back=None)


def direction_on(stage: Stage, ids: Ids) -> None:
    stage.edit_copy("One", title="Scribble")
    pairs.edit(pair=Pair.objects.get(), out=OPEN, back=OPEN)


def paused(stage: Stage, ids: Ids) -> None:
    pairs.pause(pair=Pair.objects.get())
    made(stage, ids)
    stage.edit(ids["One"], title="First")
    stage.delete(ids["Two"])


def resumed(stage: Stage, ids: Ids) -> None:
    pairs.resume(pair=Pair.objects.get())


def ended(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First")
    pairs.end(pair=Pair.objects.get(), remove_copies=True)


# What happens to memory and to access.


def adopted(stage: Stage, ids: Ids) -> None:
    pairs.end(pair=Pair.objects.get(), remove_copies=False)
    stage.edit(ids["One"], title="First")
    stage.pair(OPEN, OPEN)


def links_lost(stage: Stage, ids: Ids) -> None:
    """As after a backup from before the first sync."""
    Link.objects.all().delete()
    Calendar.objects.update(cursor="", full_read_at=None)
    stage.edit(ids["One"], title="First")
    stage.delete(ids["Two"])


def cursors_lost(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First")
    stage.delete(ids["Two"])
    stage.add(stage.home, "New", 40)
    for calendar in (stage.home, stage.work):
        stage.world.cloud.lose_cursors(calendar.remote_id)


def backed_up(stage: Stage, ids: Ids) -> None:
    """A backup is made, then much happens that only the calendars remember."""
    stage.backup = connection.connection.serialize()
    stage.edit(ids["One"], answer=Answer.DECLINED)
    stage.edit(ids["Two"], title="Second")
    stage.delete(ids["Three"])
    pairs.edit(pair=Pair.objects.get(), out=PRIVATE, back=PRIVATE)


def restored(stage: Stage, ids: Ids) -> None:
    connection.connection.deserialize(stage.backup)
    stage.add(stage.home, "New", 40)
    stage.edit(ids["Meeting"], title="Review")
    call_command("restored", "--go-on", stdout=StringIO())


def moved_out(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], when=content("", 24 * 500).when)
    stage.edit(ids["Two"], when=content("", -24 * 200).when)


def moved_in(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], when=content("", 26).when)
    stage.edit(ids["Two"], when=content("", 27).when)


def far_ahead(stage: Stage, ids: Ids) -> None:
    """What is not yet in the window, and what is about to leave it."""
    stage.add(stage.home, "Next year", 24 * 368)
    stage.add(stage.home, "Long past", -24 * 89)


def weeks_pass(stage: Stage, ids: Ids) -> None:
    stage.world.wait(days=9)
    stage.edit(ids["One"], title="First")


def revoked(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First")
    stage.delete(ids["Two"])
    stage.world.cloud.signed_out.add("alice@home.example")


def reconnected(stage: Stage, ids: Ids) -> None:
    stage.add(stage.home, "New", 40)
    stage.world.sign_in(Connection.objects.get(address="alice@home.example"))


# The brake.


def emptied(stage: Stage, ids: Ids) -> None:
    stage.empty_home()
    stage.add(stage.home, "New", 40)


def copies_emptied(stage: Stage, ids: Ids) -> None:
    for event in stage.world.copies(stage.work):
        stage.world.cloud.delete(stage.work.remote_id, event.id)


def decided(decision: str) -> Script:
    def act(stage: Stage, ids: Ids) -> None:
        pairs.decide(brake=Brake.objects.get(decided_at=None), decision=decision, by=stage.world.user)

    return act


# Several pairs.


def mesh(stage: Stage, ids: Ids) -> None:
    third = stage.third()
    stage.add(third, "Third", 33)
    for first, second in ((stage.work, third), (stage.home, third)):
        pairs.create(user=stage.world.user, first=first, second=second, out=OPEN, back=OPEN)


def mesh_edited(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="First")
    stage.edit_copy("Two", location="Terrace")
    stage.delete(ids["Three"])
    stage.add(stage.third(), "New", 40)


def neighbours(stage: Stage, ids: Ids) -> None:
    user, mine, shared = stage.neighbour()
    stage.add(mine, "Bob's", 34)
    pairs.create(user=user, first=mine, second=shared, out=OPEN, back=None)


def neighbours_edited(stage: Stage, ids: Ids) -> None:
    _, mine, _ = stage.neighbour()
    stage.edit(ids["One"], title="First")
    stage.delete(ids["Two"])
    stage.add(mine, "Bob's second", 35)
    stage.edit_copy("Bob's", title="Scribble")


SCENARIOS = (
    Scenario("first sync", first_sync, None, alike=True, dav=True),
    Scenario("first sync, hidden", hidden_first_sync, None, hides=True),
    Scenario("made", made),
    Scenario("edited", edited, dav=True),
    Scenario("moved in time", moved, dav=True),
    Scenario("deleted", deleted, dav=True),
    Scenario("answered", answered),
    Scenario("series changed", series_changed, dav=True),
    Scenario("series deleted", series_deleted, dav=True),
    Scenario("edited both ways", edited_both_ways, TWO_WAY, alike=True, dav=True),
    Scenario("edited on both sides at once", edited_at_once, TWO_WAY, dav=True),
    Scenario("blocks dragged", dragged, HIDDEN, hides=True, dav=True),
    Scenario("meeting put right again", put_right, TWO_WAY, dav=True),
    Scenario("copies deleted, the origin follows", copies_deleted, TWO_WAY),
    Scenario("copies deleted, they stay away", copies_deleted),
    Scenario("made again after a deletion", made_again, ready=copies_deleted),
    Scenario("made private", made_private, hides=True, dav=True),
    Scenario("made private, two-way", made_private_both_ways, TWO_WAY, hides=True, dav=True),
    Scenario("made open", made_open, (PRIVATE, None)),
    Scenario("shown as free", shown_as_free),
    Scenario("a direction switched off", direction_off, TWO_WAY),
    Scenario("a direction switched on", direction_on, dav=True),
    Scenario("resumed", resumed, ready=paused),
    Scenario("ended", ended),
    Scenario("ended, two-way", ended, TWO_WAY, dav=True),
    Scenario("adopted", adopted, TWO_WAY),
    Scenario("links lost", links_lost, TWO_WAY, dav=True),
    Scenario("a backup restored", restored, TWO_WAY, ready=backed_up, dav=True),
    Scenario("cursors lost", cursors_lost, dav=True),
    Scenario("a policy appears", published.policy_appears, hides=True),
    Scenario("a policy appears while a cycle writes", made, beside=published.publish),
    Scenario("a policy is lifted", published.policy_lifted, furnish=published.under_policy),
    Scenario(
        "a policy vanishes", published.policy_is_gone, ready=published.policy_vanishes, furnish=published.under_policy
    ),
    Scenario("a domain answers at last", published.answered_at_last, furnish=published.unheard),
    Scenario("a domain falls silent", published.silent),
    Scenario("moved out of the window", moved_out),
    Scenario("moved into the window", moved_in, ready=moved_out),
    Scenario("the window rolls", weeks_pass, ready=far_ahead, dav=True),
    Scenario("revoked", revoked),
    Scenario("reconnected", reconnected, ready=revoked),
    Scenario("held", emptied),
    Scenario("held and released", decided(Brake.Decision.RELEASE), ready=emptied, dav=True),
    Scenario("held and restored", decided(Brake.Decision.RESTORE), ready=emptied),
    Scenario("held and stopped", decided(Brake.Decision.STOP), ready=emptied),
    Scenario("copies held and restored", decided(Brake.Decision.RESTORE), TWO_WAY, ready=copies_emptied),
    Scenario("mesh of three", mesh, TWO_WAY, furnish=sparsely),
    Scenario("mesh of three, edited", mesh_edited, TWO_WAY, ready=mesh, furnish=sparsely, dav=True),
    Scenario("two people, one target", neighbours, furnish=sparsely),
    Scenario("two people, one target, edited", neighbours_edited, ready=neighbours, furnish=sparsely),
)
