"""Audits, receipts and the undo of a pair, over the real protocols."""

from datetime import UTC, datetime

import pytest

from sync import pairs, verify
from sync.engine.clients import Clients
from sync.models import Calendar, Link, Pair, Receipt, Verification
from sync.providers.base import Span
from tests.end_to_end.scene import OPEN, PRIVATE, Scene

GOOGLE, MICROSOFT = "alice-gmail", "alice-northwind"
ROADS = pytest.mark.parametrize(("source", "target"), [(MICROSOFT, GOOGLE), (GOOGLE, MICROSOFT)])


def unheard(calendar: Calendar) -> None:
    """What has just changed there is told by no delta any more: the cursor moves past it."""
    row = Calendar.objects.select_related("connection").get(pk=calendar.pk)
    assert row.read_start
    assert row.read_end
    provider = Clients(datetime.now(UTC)).of(row.connection)
    pages = list(provider.read(row.remote_id, row.cursor, Span(row.read_start, row.read_end)))
    Calendar.objects.filter(pk=row.pk).update(cursor=pages[-1].cursor)


def verified(scene: Scene, pair: Pair) -> Verification:
    row = verify.ask(pair=pair, by=None)
    scene.sync()
    row.refresh_from_db()
    return row


@ROADS
def test_an_unchanged_pair_is_verified_by_reading_alone(scene: Scene, source: str, target: str) -> None:
    here, there = scene.account(source), scene.account(target)
    for number in range(30):
        scene.create(here, f"Event {number}", hours=24 + number, description="Notes", location="Room 1")
    scene.create(there, "Own")
    pair = scene.pair(here, there, OPEN, PRIVATE)
    scene.sync()
    scene.sandbox.forget_requests()
    row = verified(scene, pair)
    assert (row.outcome, row.differences, row.left, row.under_way) == (Verification.Outcome.COMPLETE, 0, 0, 0)
    assert (row.read_first, row.read_second, row.checked) == (31, 31, 31)
    assert {method for method, _ in scene.requests()} == {"GET"}
    # Both calendars in a delta and a listing each, and whatever the bells still brought.
    assert len(scene.requests()) <= 12


@ROADS
def test_what_no_delta_told_is_found_repaired_and_read_back(scene: Scene, source: str, target: str) -> None:
    here, there = scene.account(source), scene.account(target)
    for number in range(6):
        scene.create(here, f"Doctor {number}", hours=24 + number)
    pair = scene.pair(here, there, PRIVATE)
    scene.sync()
    copies = sorted(scene.events(there), key=lambda event: event["start"])
    scene.hand(there, "edit", id=copies[0]["id"], title="Doctor 0", location="Clinic")
    scene.hand(there, "delete", id=copies[1]["id"])
    unheard(there)
    scene.create(here, "New", hours=50)
    unheard(here)
    Link.objects.filter(copy_id=copies[2]["id"]).delete()
    own = scene.create(there, "Own", hours=70)
    scene.sync(there)
    Link.objects.filter(copy_id=copies[3]["id"]).update(copy_id=own)
    row = verified(scene, pair)
    assert row.outcome == Verification.Outcome.COMPLETE
    assert (row.visible, row.missing, row.extra, row.differing) == (1, 2, 1, 1)
    assert (row.left, row.repaired) == (0, 5)
    assert scene.titles(there) == ["Busy"] * 6 + ["Own"]
    assert {event["location"] for event in scene.events(there)} == {""}
    assert {copies[2]["id"], copies[3]["id"]} <= {event["id"] for event in scene.events(there)}
    again = verified(scene, pair)
    assert (again.differences, again.left) == (0, 0)


@ROADS
def test_a_cloud_that_breaks_off_verifies_nothing(scene: Scene, source: str, target: str) -> None:
    here, there = scene.account(source), scene.account(target)
    scene.create(here)
    pair = scene.pair(here, there)
    scene.sync()
    row = verify.ask(pair=pair, by=None)
    host = {GOOGLE: "www.googleapis.com", MICROSOFT: "graph.microsoft.com"}[source]
    scene.look(here)
    # The cycle of the other calendar asks this one for nothing but the listing of the audit.
    scene.sandbox.faults(host, "/(events|calendarView)$", times=20, status=500)
    scene.look(there)
    row.refresh_from_db()
    assert row.outcome == Verification.Outcome.FAILED
    assert row.trouble
    assert Verification.objects.get(finished_at=None).attempt == 2
    assert Link.objects.get().due_at is None


@ROADS
def test_privacy_and_the_end_leave_receipts_of_what_really_stands_there(scene: Scene, source: str, target: str) -> None:
    here, there = scene.account(source), scene.account(target)
    for number in range(25):
        scene.create(here, f"Doctor {number}", hours=24 + number, location="Clinic")
    own = scene.create(there, "Own", hours=3)
    pair = scene.pair(here, there)
    pairs.edit(pair=pair, out=PRIVATE, back=None)
    scene.sync()
    stripped = Receipt.objects.get()
    assert (stripped.copies, stripped.changed, stripped.left) == (25, 25, 0)
    assert stripped.finished_at
    assert scene.titles(there) == ["Busy"] * 25 + ["Own"]
    Link.objects.filter(pk__in=Link.objects.values("pk")[:5]).delete()
    pairs.end(pair=pair, remove_copies=True)
    scene.sync()
    scene.sync()
    removed = Receipt.objects.get(kind=Receipt.Kind.REMOVED)
    assert (removed.changed, removed.left, bool(removed.finished_at)) == (25, 0, True)
    assert [event["id"] for event in scene.events(there)] == [own]
    assert len(scene.events(here)) == 25
    assert not Pair.objects.exists()
