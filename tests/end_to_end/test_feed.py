"""Feeds through the engine: what is copied of them, what never is, and that trouble deletes nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from accounts import oauth, vault
from accounts.connections import keep
from accounts.models import Connection
from accounts.oauth import feed as entering
from accounts.oauth.refresh import binding
from hetk.feed import Credential, fetch
from sync import calendars, pairs
from sync.core.operation import Reason
from sync.engine import write
from sync.models import Brake, Calendar, Link, Pair
from sync.pairs import AtWork, NotPossible
from tests.end_to_end.scene import OPEN, PRIVATE, Scene

CLUB = "https://feeds.sports.example/matches.ics"
EMPTY = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


def feed_of(scene: Scene, url: str) -> Calendar:
    connection = keep(user=scene.user, granted=entering.enter(entering.entry(url, "UTC")))
    assert connection is not None
    (calendar,) = calendars.refresh(connection)
    return calendar


def published(scene: Scene, calendar: Calendar) -> str:
    """Where the sandbox publishes the calendar of an account of hers."""
    person = scene.people[calendar.connection_id]
    listed = scene.sandbox.call("GET", "feeds")
    return next(str(one["url"]) for one in listed if (one["person"], one["calendar"]) == (person, calendar.remote_id))


def writes(scene: Scene) -> list[tuple[str, str]]:
    """What changed anything at a cloud; a batch is looked into, and asking by id or for a bell is no write."""
    alone = [entry for entry in scene.sandbox.requests() if not re.search("batch|/watch|/token", entry["path"])]
    asked = [*alone, *scene.sandbox.requests(inner=True)]
    return [(each["method"], each["path"]) for each in asked if each["method"] in {"POST", "PUT", "PATCH", "DELETE"}]


@pytest.mark.parametrize("person", ["alice-northwind", "alice-gmail", "alice-icloud"])
def test_a_feed_of_an_account_is_copied_as_busy_whatever_was_chosen(scene: Scene, person: str) -> None:
    source, target = scene.account(person), scene.account("bob-gmail")
    scene.create(source, "Secret review", location="Room 4", description="Bring nothing")
    scene.create(source, "Standup", hours=30, rrule="FREQ=DAILY;COUNT=3")
    feed = feed_of(scene, published(scene, source))
    scene.pair(feed, target, OPEN)
    copies = scene.events(target)
    assert [copy["title"] for copy in copies] == ["Busy"] * 4
    assert {(copy["location"], copy["description"]) for copy in copies} == {("", "")}
    scene.sandbox.forget_requests()
    scene.sync()
    assert writes(scene) == []
    Calendar.objects.update(cursor="", full_read_at=None)
    scene.sync()
    assert writes(scene) == []
    scene.create(source, "Late addition", hours=60)
    scene.hand(source, "delete", id=scene.events(source)[0]["id"])
    scene.sync()
    assert scene.titles(target) == ["Busy"] * 4
    assert scene.sandbox.invitations() == []


def test_a_clubs_feed_shows_what_the_person_chose(scene: Scene) -> None:
    target = scene.account("alice-gmail")
    scene.pair(feed_of(scene, CLUB), target, OPEN)
    assert "Match 1" in scene.titles(target)
    assert {copy["location"] for copy in scene.events(target)} == {"Home ground"}


def test_a_domain_that_wants_privacy_gets_it_from_its_feeds_as_well(scene: Scene) -> None:
    scene.sandbox.publish("_hetk.sports.example", "v=hetk1; policy=private")
    target = scene.account("alice-gmail")
    feed = feed_of(scene, CLUB)
    scene.pair(feed, target, OPEN)
    assert set(scene.titles(target)) == {"Busy"}
    feed.refresh_from_db()
    assert feed.policy_domain == "sports.example"


def test_whoever_invites_speaks_for_a_clubs_feed_from_the_first_reading_on(scene: Scene) -> None:
    scene.sandbox.publish("_hetk.contoso.example", "v=hetk1; policy=private")
    target = scene.account("alice-gmail")
    feed = feed_of(scene, CLUB)
    scene.pair(feed, target, OPEN)
    assert "Match 1" in scene.titles(target)
    start = datetime.now(UTC) + timedelta(days=3)
    text = f"""BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:9\r\nSUMMARY:Contoso only\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r
DURATION:PT1H\r\nORGANIZER:mailto:boss@contoso.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""
    served = scene.sandbox.call("GET", "feeds")
    assert CLUB in [one["url"] for one in served]
    scene.sandbox.call("POST", "feeds", {"path": "/matches.ics", "text": text})
    scene.sync()
    assert "Contoso only" not in scene.titles(target)
    assert "Busy" in scene.titles(target)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 200, "body": "<html>Sign in</html>"},
        {"status": 200, "body": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"},
        {"status": 404},
    ],
    ids=str,
)
def test_trouble_deletes_nothing_and_goes_by(scene: Scene, fault: dict[str, Any]) -> None:
    target = scene.account("alice-gmail")
    feed = feed_of(scene, CLUB)
    scene.pair(feed, target, OPEN)
    before = scene.titles(target)
    scene.sandbox.forget_requests()
    scene.sandbox.faults("feeds.sports.example", times=99, **fault)
    for _ in range(2):
        scene.let_pauses_end()
        scene.look(feed)
        Calendar.objects.filter(pk=feed.pk).update(cursor="")
    assert writes(scene) == []
    assert scene.titles(target) == before
    assert not Brake.objects.exists()
    feed.refresh_from_db()
    assert feed.trouble
    assert mail.outbox == []
    scene.sandbox.clear_faults()
    scene.let_pauses_end()
    scene.sync()
    feed.refresh_from_db()
    assert feed.trouble == ""
    assert writes(scene) == []


def test_an_address_that_stays_dead_halts_once_tells_why_and_comes_back(scene: Scene) -> None:
    target = scene.account("alice-gmail")
    feed = feed_of(scene, CLUB)
    scene.pair(feed, target, OPEN)
    before = scene.titles(target)
    scene.sandbox.faults("feeds.sports.example", times=99, status=404)
    for _ in range(4):
        scene.look(feed)
    assert not Connection.objects.get(pk=feed.connection_id).halted
    Calendar.objects.filter(pk=feed.pk).update(checked_at=datetime.now(UTC) - timedelta(hours=13))
    for _ in range(2):
        scene.look(feed)
    connection = Connection.objects.get(pk=feed.connection_id)
    assert connection.halted
    assert [m for m in scene.sandbox.mailbox() if "no calendar" in str(m)]
    assert len(scene.sandbox.mailbox()) == 1
    scene.sandbox.clear_faults()
    assert scene.titles(target) == before
    keep(user=scene.user, granted=entering.enter(entering.entry(CLUB, "UTC")))
    scene.sync()
    assert scene.titles(target) == before


def test_an_honest_empty_feed_goes_to_the_brake(scene: Scene) -> None:
    target = scene.account("alice-gmail")
    scene.pair(feed_of(scene, CLUB), target, PRIVATE)
    scene.sandbox.call("POST", "feeds", {"path": "/matches.ics", "text": EMPTY})
    scene.sync()
    assert len(scene.titles(target)) == 12
    assert Brake.objects.filter(decided_at=None).count() == 1
    assert Link.objects.filter(state=Link.State.HELD).count() == 12


def starts(scene: Scene, calendar: Calendar) -> list[str]:
    return sorted(event["start"][:16] for event in scene.events(calendar))


def busy_feed(scene: Scene, source: Calendar, target: Calendar, *, steady: bool) -> Pair:
    """Seven events in step through a feed; it may give them other UIDs than the account does."""
    for number in range(4):
        scene.create(source, f"Meeting {number}", hours=24 + 3 * number)
    scene.create(source, "Standup", hours=40, rrule="FREQ=DAILY;COUNT=3")
    feed = feed_of(scene, published(scene, source))
    row = Connection.objects.get(pk=feed.connection_id)
    credential = replace(Credential.decoded(oauth.access_token(row)), steady=steady)
    row.access = vault.seal(credential.encoded(), bound_to=binding(row, "access"))
    row.save()
    return scene.pair(feed, target, PRIVATE)


@contextmanager
def watched(scene: Scene, target: Calendar, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
    """What stands in the target before and after everything that is written."""
    seen: list[list[str]] = []
    real = write.send

    def send(*args: Any) -> Any:
        seen.append(starts(scene, target))
        yield from real(*args)
        seen.append(starts(scene, target))

    with monkeypatch.context() as patch:
        patch.setattr(write, "send", send)
        yield seen


@pytest.mark.parametrize(
    ("person", "steady"),
    [("alice-northwind", True), ("alice-gmail", True), ("alice-icloud", True), ("alice-northwind", False)],
)
def test_the_account_takes_the_place_of_its_feed_and_no_copy_is_ever_doubled(
    scene: Scene, person: str, steady: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = scene.account(person), scene.account("bob-gmail")
    pair = busy_feed(scene, source, target, steady=steady)
    ids, before = {event["id"] for event in scene.events(target)}, starts(scene, target)
    assert len(before) == 7
    # The feed is behind: one went and one came since it was read last.
    gone = next(event for event in scene.events(source) if event["title"] == "Meeting 0")
    scene.hand(source, "delete", id=gone["id"])
    scene.create(source, "New", hours=80)
    with watched(scene, target, monkeypatch) as seen:
        assert pairs.replace_feed(pair=pair, source=source) == 7
        scene.sync()
        for _ in range(2):
            scene.let_pauses_end()
            scene.sync()
    assert starts(scene, target) == starts(scene, source)
    assert seen
    for moment in seen:
        assert len(moment) == len(set(moment))
        # What stood there and still has an original never went away.
        assert set(before) & set(starts(scene, source)) <= set(moment)
    assert len({event["id"] for event in scene.events(target)} & ids) == 6
    assert not Link.objects.filter(origin_id__startswith="was:").exists()


def test_copies_that_were_taken_over_are_known_as_the_accounts_from_then_on(scene: Scene) -> None:
    source, target = scene.account("alice-northwind"), scene.account("bob-gmail")
    pair = busy_feed(scene, source, target, steady=True)
    feed = pair.first
    pairs.replace_feed(pair=pair, source=source)
    # The target last, so that its copies are at hand and seen to say what they should already.
    Calendar.objects.update(rung_at=None)
    scene.look(source)
    scene.look(target)
    scene.sync()
    # By their marks: without any links they are found again, and none is made twice.
    Link.objects.all().delete()
    Calendar.objects.update(cursor="", full_read_at=None)
    scene.sandbox.forget_requests()
    scene.sync()
    assert starts(scene, target) == starts(scene, source)
    assert writes(scene) == []
    feed.refresh_from_db()
    assert feed.due_at is None


def test_a_feed_is_not_replaced_by_a_feed_nor_while_copies_are_on_their_way(scene: Scene) -> None:
    target = scene.account("alice-gmail")
    feed = feed_of(scene, CLUB)
    pair = scene.pair(feed, target, OPEN)
    with pytest.raises(NotPossible):
        pairs.replace_feed(pair=pair, source=feed)
    other = scene.account("alice-icloud")
    link = Link.objects.filter(flow__pair=pair).latest("pk")
    Link.objects.filter(pk=link.pk).update(state=Link.State.INTENT)
    with pytest.raises(AtWork):
        pairs.replace_feed(pair=pair, source=other)
    pair.refresh_from_db()
    assert pair.first_id == feed.pk
    assert Link.objects.filter(flow__pair=pair, origin_id__startswith="was:").count() == 0


def test_an_event_that_cannot_be_read_any_more_stops_only_itself_and_says_so(scene: Scene) -> None:
    target = scene.account("alice-gmail")
    feed = feed_of(scene, CLUB)
    pair = scene.pair(feed, target, PRIVATE)
    file = fetch(CLUB)
    assert file is not None
    text = re.sub("DTSTART:.*\r\n", "", file.text, count=1).replace("SUMMARY:Match 2", "SUMMARY:Match two")
    scene.sandbox.call("POST", "feeds", {"path": "/matches.ics", "text": text})
    scene.sync()
    assert len(scene.titles(target)) == 12
    pairs.edit(pair=pair, out=OPEN, back=None)
    scene.sync()
    assert "Match two" in scene.titles(target)
    assert scene.titles(target).count("Busy") == 1
    link = Link.objects.get(flow__pair=pair, state=Link.State.PARKED)
    assert link.reason == Reason.UNREADABLE
    feed.refresh_from_db()
    assert feed.trouble == ""
    scene.sandbox.call("POST", "feeds", {"path": "/matches.ics", "text": file.text.replace("Match 1\r", "Match one\r")})
    scene.sync()
    assert "Match one" in scene.titles(target)
    assert "Busy" not in scene.titles(target)
