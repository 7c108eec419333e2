"""What each situation costs, counted in the sandbox's own log: "Costs to hold" in `docs/engine.md`."""

import json
from collections import Counter

import pytest

from hetk import outbound
from sync.models import Calendar, Link
from tests.end_to_end.scene import OPEN, PRIVATE, Scene, in_hours

GOOGLE, MICROSOFT, OUTLOOK, CONTOSO = "alice-gmail", "alice-northwind", "alice-outlook", "alice-contoso"

WATCHING = ("/subscriptions", "/events/watch")


def count(scene: Scene, calendar: Calendar) -> tuple[int, int]:
    """(reads, writes) of one cycle of this calendar; a batch counts as the one request it is."""
    scene.sandbox.forget_requests()
    scene.look(calendar)
    kinds = Counter("read" if reads(method, path) else "write" for method, path in scene.requests())
    return kinds["read"], kinds["write"]


def listings(scene: Scene, calendar: Calendar) -> list[str]:
    """Requests that read this calendar."""
    return [path for method, path in scene.requests() if method == "GET" and calendar.remote_id in path]


def reads(method: str, path: str) -> bool:
    return method == "GET"


@pytest.mark.parametrize("source", [GOOGLE, MICROSOFT])
def test_nothing_changed(scene: Scene, source: str) -> None:
    here, there = scene.account(source), scene.account(CONTOSO)
    scene.create(here)
    scene.pair(here, there)
    assert count(scene, here) == (1, 0)


@pytest.mark.parametrize("source", [GOOGLE, MICROSOFT])
def test_one_changed_event_towards_google(scene: Scene, source: str) -> None:
    here, there = scene.account(source), scene.account(CONTOSO)
    origin = scene.create(here)
    scene.pair(here, there, OPEN, OPEN)
    scene.hand(here, "edit", id=origin, title="Changed")
    assert count(scene, here) == (1, 1)
    assert scene.requests(method="PUT")
    assert scene.titles(there) == ["Changed"]


@pytest.mark.parametrize("source", [GOOGLE, MICROSOFT])
def test_one_changed_event_towards_microsoft_one_way(scene: Scene, source: str) -> None:
    here, there = scene.account(source), scene.account(OUTLOOK)
    origin = scene.create(here)
    scene.pair(here, there)
    scene.hand(here, "edit", id=origin, title="Changed")
    assert count(scene, here) == (1, 1)


@pytest.mark.parametrize("source", [GOOGLE, MICROSOFT])
def test_one_changed_event_towards_microsoft_two_way(scene: Scene, source: str) -> None:
    here, there = scene.account(source), scene.account(OUTLOOK)
    origin = scene.create(here)
    scene.pair(here, there, OPEN, OPEN)
    scene.hand(here, "edit", id=origin, title="Changed")
    assert count(scene, here) == (2, 1), scene.requests()


@pytest.mark.parametrize("target", [CONTOSO, OUTLOOK])
@pytest.mark.parametrize("key", ["made-by-another-program", ""])
def test_one_new_event_from_microsoft(scene: Scene, target: str, key: str) -> None:
    """Where delta does not show whose it is, a batched read more asks for its mark."""
    here, there = scene.account(MICROSOFT), scene.account(target)
    scene.pair(here, there)
    by_program(scene, here, key)
    assert count(scene, here) == (1 if key else 2, 1)
    assert len(scene.events(there)) == 1


def by_program(scene: Scene, calendar: Calendar, key: str) -> None:
    """A new event as a program makes it, under a key of its own or none."""
    token = scene.sandbox.grant(scene.people[calendar.connection_id])["access_token"]
    times = {"dateTime": in_hours(24).isoformat()[:19], "timeZone": "UTC"}, {"dateTime": in_hours(25).isoformat()[:19]}
    body = {"subject": "Lunch", "start": times[0], "end": times[1], "transactionId": key or None}
    answer = outbound.request(
        "POST",
        f"https://graph.microsoft.com/v1.0/me/calendars/{calendar.remote_id}/events",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        body=json.dumps(body).encode(),
    )
    assert answer.status == 201


@pytest.mark.parametrize("target", [CONTOSO, OUTLOOK])
def test_one_deleted_event_from_microsoft(scene: Scene, target: str) -> None:
    here, there = scene.account(MICROSOFT), scene.account(target)
    origin = scene.create(here)
    scene.create(here, "Stays", hours=30)
    scene.pair(here, there)
    scene.hand(here, "delete", id=origin)
    assert count(scene, here) == (2, 1), scene.requests()


def test_one_changed_occurrence_of_a_microsoft_series(scene: Scene) -> None:
    here, there = scene.account(MICROSOFT), scene.account(CONTOSO)
    scene.create(here, "Standup", rrule="FREQ=DAILY;COUNT=5")
    scene.pair(here, there)
    instance = sorted(scene.events(here), key=lambda event: event["start"])[2]
    scene.hand(here, "edit", id=instance["id"], title="Long standup")
    assert count(scene, here) == (2, 1), scene.requests()
    assert scene.titles(there).count("Long standup") == 1


@pytest.mark.parametrize("target", [GOOGLE, OUTLOOK])
def test_the_notification_of_our_own_write(scene: Scene, target: str) -> None:
    here, there = scene.account(MICROSOFT), scene.account(target)
    scene.pair(here, there, PRIVATE, PRIVATE)
    scene.create(here)
    scene.sync(here)
    assert Link.objects.get().state == Link.State.LIVE
    assert count(scene, there) == (1, 0)


@pytest.mark.parametrize(("source", "pages"), [(GOOGLE, 1), (MICROSOFT, 4)])
@pytest.mark.parametrize(("target", "batch"), [(CONTOSO, 50), (OUTLOOK, 20)])
def test_a_first_sync_takes_large_pages_and_full_batches(scene, source, pages, target, batch, monkeypatch) -> None:
    """Pages of 2,500 at Google and twice 500 at Microsoft, however many shares the work is taken in."""
    monkeypatch.setattr("sync.store.work.MOST", 100)
    events = 600
    here, there = scene.account(source), scene.account(target)
    for number in range(2):
        scene.create(here, f"Series {number}", hours=24 + number, rrule=f"FREQ=DAILY;COUNT={events // 2}")
    scene.sandbox.forget_requests()
    scene.pair(here, there)
    writes = [path for method, path in scene.requests() if method == "POST" and not path.endswith(WATCHING)]
    assert len(writes) == events // batch
    # Once more when the watch was made, for what may have been missed before.
    assert len(listings(scene, here)) <= pages + 1
    assert len(scene.events(there)) == events


@pytest.mark.parametrize("source", [GOOGLE, MICROSOFT])
def test_a_calendar_in_three_flows_is_read_once(scene: Scene, source: str) -> None:
    here = scene.account(source)
    origin = scene.create(here)
    others = [name for name in (GOOGLE, CONTOSO, OUTLOOK, MICROSOFT) if name != source]
    for name in others:
        scene.pair(here, scene.account(name))
    scene.hand(here, "edit", id=origin, title="Changed")
    assert count(scene, here) == (1, len(others))
