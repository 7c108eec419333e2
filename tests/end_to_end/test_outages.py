"""What the outside world does to us: tokens end, clouds fall over, workers are killed. Nothing is lost or doubled for it."""

import signal
import time

import pytest

from accounts.models import Connection
from sync import pairs
from sync.models import Calendar, Link
from tests.end_to_end.scene import OPEN, PRIVATE, Scene
from tests.processes import start_worker, wait_for

GOOGLE, MICROSOFT, OUTLOOK = "alice-gmail", "alice-northwind", "alice-outlook"


@pytest.mark.parametrize("person", [GOOGLE, MICROSOFT])
def test_an_expired_token_is_renewed_on_the_way(scene: Scene, person: str) -> None:
    here, there = scene.account(person), scene.account(OUTLOOK)
    scene.pair(here, there)
    scene.create(here)
    Connection.objects.update(access_expires_at="2020-01-01T00:00Z")
    scene.sync()
    assert scene.titles(there) == ["Lunch"]


@pytest.mark.parametrize("person", [GOOGLE, MICROSOFT])
def test_a_token_refused_by_the_cloud_is_renewed_once(scene: Scene, person: str) -> None:
    here, there = scene.account(person), scene.account(OUTLOOK)
    scene.pair(here, there)
    scene.create(here)
    scene.sandbox.advance(2 * 3600)
    scene.sync()
    assert scene.titles(there) == ["Lunch"]


@pytest.mark.parametrize("person", [GOOGLE, MICROSOFT])
def test_revoked_access_halts_once_with_one_mail_and_resumes_without_loss(scene: Scene, person: str) -> None:
    here, there = scene.account(person), scene.account(OUTLOOK)
    origin = scene.create(here)
    scene.pair(here, there)
    scene.sandbox.revoke(person)
    scene.sandbox.advance(2 * 3600)
    Connection.objects.filter(pk=here.connection_id).update(access_expires_at="2020-01-01T00:00Z")
    for _ in range(3):
        scene.sync()
    assert Connection.objects.get(pk=here.connection_id).halted
    assert len(scene.sandbox.mailbox()) == 1
    assert scene.titles(there) == ["Lunch"]
    scene.hand(here, "edit", id=origin, title="Changed meanwhile")
    scene.reconnect(here)
    scene.sync()
    assert scene.titles(there) == ["Changed meanwhile"]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_cloud_that_is_down_delays_and_loses_nothing(scene: Scene, status: int) -> None:
    here, there = scene.account(MICROSOFT), scene.account(GOOGLE)
    scene.pair(here, there)
    scene.create(here, "Lunch")
    scene.sandbox.faults("www.googleapis.com", "/calendar/v3/.*|/batch.*", times=50, status=status)
    scene.sync(here)
    assert scene.titles(there) == []
    scene.sandbox.clear_faults()
    scene.let_pauses_end()
    scene.sync()
    assert scene.titles(there) == ["Lunch"]


@pytest.mark.parametrize("target", [GOOGLE, OUTLOOK])
@pytest.mark.parametrize("fault", ["lost", "drop"])
def test_a_create_whose_answer_was_lost_on_the_way_is_not_doubled(scene: Scene, target: str, fault: str) -> None:
    here, there = scene.account(MICROSOFT), scene.account(target)
    scene.pair(here, there)
    scene.create(here, "Lunch")
    host = "www.googleapis.com" if target == GOOGLE else "graph.microsoft.com"
    scene.sandbox.faults(host, ".*/events", times=1, method="POST", **{fault: True})
    scene.sync(here)
    scene.let_pauses_end()
    scene.sync()
    assert scene.titles(there) == ["Lunch"]
    assert Link.objects.get().state == Link.State.LIVE


def test_notifications_bring_a_change_across_without_a_poll(scene: Scene) -> None:
    here, there = scene.account(MICROSOFT), scene.account(GOOGLE)
    scene.pair(here, there, OPEN, OPEN)
    scene.create(here, "Lunch")
    assert wait_for(lambda: Calendar.objects.filter(pk=here.pk, rung_at__isnull=False).exists())
    scene.drain()
    assert scene.titles(there) == ["Lunch"]


def test_a_killed_worker_loses_nothing_and_doubles_nothing(scene: Scene) -> None:
    here, there = scene.account(MICROSOFT), scene.account(GOOGLE)
    for number in range(60):
        scene.create(here, f"Event {number:02}", hours=24 + number)
    pairs.create(user=scene.user, first=here, second=there, out=PRIVATE, back=PRIVATE)
    scene.sandbox.faults("www.googleapis.com", "/batch.*", times=10, latency=0.4)
    for _ in range(3):
        worker = start_worker(scene.sandbox)
        wait_for(lambda: Link.objects.exclude(state="seen").exists())
        time.sleep(0.5)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    scene.let_pauses_end()
    worker = start_worker(scene.sandbox)
    try:
        assert wait_for(lambda: Link.objects.filter(state="live").count() == 60)
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0
    assert scene.titles(there) == ["Busy"] * 60
    assert len(scene.events(here)) == 60
