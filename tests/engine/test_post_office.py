"""Rule 16: push is only a bell. Lost, doubled, reversed, an hour late, forged or too early: the change arrives, once, and in time.

`NOTIFICATIONS=10000 make test TESTS=tests/engine/test_post_office.py` plays more of them.
"""

import json
import os
import random
from datetime import timedelta

import pytest
from django.test import Client

from sync.engine.backoff import poll_after
from sync.models import Calendar, Watch
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Call
from sync.store.keys import watch_secret
from tests.engine.arena import Arena, arena
from tests.engine.post_office import PROMISED, PostOffice, Story
from tests.engine.world import OPEN, World

HISTORIES = int(os.environ.get("NOTIFICATIONS", "60"))
# So many of them are one test.
SHARE = 10
BOTH = pytest.mark.parametrize("kind", ["google", "microsoft"])


def household(place: Arena) -> World:
    """Two calendars in step, with watches that ring."""
    world = place.world
    sides = [
        world.calendar("alice@home.example", LIKE_GOOGLE),
        world.calendar("alice@work.example", LIKE_MICROSOFT),
    ]
    world.event(sides[0], "First")
    world.pair(sides[0], sides[1], OPEN, OPEN)
    world.wait(seconds=60)
    world.sync()
    return world


@pytest.mark.parametrize("first", range(0, HISTORIES, SHARE))
def test_whatever_becomes_of_bells_changes_arrive_once_and_in_time(django_db_blocker, first):
    found: dict[int, list[str]] = {}
    with django_db_blocker.unblock(), arena() as place:
        household(place)
        start = place.save()
        for seed in range(first, first + SHARE):
            if violations := Story(place.restore(start), seed).play():
                found[seed] = violations
    assert found == {}


@pytest.fixture
def home(world: World) -> Calendar:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    world.wait(seconds=60)
    return home


def office(world: World, kind: str) -> PostOffice:
    return PostOffice(world, random.Random(1), kind)


def reads(world: World, calendar: Calendar) -> int:
    return len([call for call in world.cloud.calls if call.name == "read" and call.calendar_id == calendar.remote_id])


@BOTH
def test_a_burst_of_bells_is_one_reading(world, home, kind):
    post = office(world, kind)
    for hours in range(30, 35):
        world.event(home, f"Event {hours}", hours=hours)
    world.forget_calls()
    for _ in range(10):
        post.ring_early(home)
    post.work()
    assert reads(world, home) == 1
    world.wait(seconds=60)
    post.work()
    assert reads(world, home) == 1


@BOTH
def test_a_bell_before_its_change_can_be_read_is_followed_by_another_look_soon(world, home, kind):
    post = office(world, kind)
    world.sync()
    world.wait(seconds=60)
    post.work()
    post.ring_early(home)
    post.work()
    world.event(home, "Late to the reading", hours=30)
    world.wait(seconds=30)
    post.work()
    assert [event.content.title for event in world.cloud.copies(_target(home).remote_id)] == ["Late to the reading"]


@BOTH
def test_a_bell_for_nothing_is_followed_by_one_more_look_and_no_third(world, home, kind):
    post = office(world, kind)
    world.sync()
    world.wait(seconds=60)
    post.work()
    world.forget_calls()
    post.ring_early(home)
    for _ in range(12):
        post.work()
        world.wait(seconds=30)
    assert reads(world, home) == 2


@BOTH
def test_a_change_whose_bell_is_lost_has_arrived_when_it_is_promised(world, home, kind):
    post = office(world, kind)
    world.event(home, "Unheard", hours=30)
    world.wait(seconds=PROMISED.total_seconds())
    post.work()
    assert [event.content.title for event in world.cloud.copies(_target(home).remote_id)] == ["Unheard"]


def _target(home: Calendar) -> Calendar:
    return home.flows_out.get().target


def lifecycle(watch: Watch, event: str) -> int:
    item = {"clientState": watch_secret(str(watch.public_id)), "lifecycleEvent": event}
    body = json.dumps({"value": [item]})
    answer = Client().post(f"/hooks/microsoft/{watch.public_id}/lifecycle/", body, content_type="application/json")
    return answer.status_code


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved", "missed"])
def test_each_lifecycle_event_is_followed_by_a_reading_that_brings_what_was_missed(world, home, event):
    watch = Watch.objects.exclude(remote_id="").get(calendar=home)
    world.event(home, "Missed", hours=30)
    world.forget_calls()
    assert lifecycle(watch, event) == 202
    office(world, "microsoft").work()
    names = [call.name for call in world.cloud.calls if call.calendar_id == home.remote_id or call.name == "renew"]
    assert "read" in names
    assert world.titles(_target(home)) == ["Missed"]
    assert ("renew" in names) is (event == "reauthorizationRequired")
    assert ("watch" in names) is (event == "subscriptionRemoved")
    assert Watch.objects.exclude(remote_id="").filter(calendar=home).count() == 1


def test_a_watch_that_is_removed_while_it_is_renewed_stays_removed_and_fails_no_cycle(world, home):
    watch = Watch.objects.exclude(remote_id="").get(calendar=home)
    Watch.objects.filter(pk=watch.pk).update(renew_at=world.now)

    def removed(call: Call, stage: str) -> None:
        if call.name == "renew" and stage == "after":
            world.cloud.fault = None
            assert lifecycle(watch, "subscriptionRemoved") == 202

    world.cloud.fault = removed
    world.sync()
    home.refresh_from_db()
    assert home.trouble == ""
    assert Watch.objects.exclude(remote_id="").get(calendar=home).public_id != watch.public_id


def test_the_promise_is_kept_by_the_slowest_poll() -> None:
    assert poll_after(True, 1.0) < PROMISED - timedelta(seconds=30)
