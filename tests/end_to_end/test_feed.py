"""Feeds through the engine: what is copied of them, what never is, and that trouble deletes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from accounts.connections import keep
from accounts.models import Connection
from accounts.oauth import feed as entering
from sync import calendars
from sync.models import Brake, Calendar, Link
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


def writes(scene: Scene) -> list[str]:
    return [
        entry["method"] for entry in scene.sandbox.requests() if entry["method"] in {"POST", "PUT", "PATCH", "DELETE"}
    ]


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
        {"status": 200, "body": ""},
        {"status": 200, "body": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"},
        {"status": 404},
        {"status": 410},
        {"status": 500},
        {"drop": True},
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
