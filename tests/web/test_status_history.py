"""The last 90 days on the status page: measured by the timetable, told day by day, and never told where nothing was measured."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sync import history, tasks
from sync.measured import Day
from sync.measurements import kept
from sync.models import Calendar, PartDay
from sync.store import heartbeats
from tests.web.household import Household
from tests.web.test_condition import FINE, NOW


@pytest.fixture(autouse=True)
def _nothing_kept():
    kept.forget()
    yield
    kept.forget()


def strip(days: dict[date, Day]) -> history.Strip:
    [found] = history.strips(replace(FINE, history={"Copying": days}), ["Copying", "iCloud"])
    return found


def ago(days: int) -> date:
    return (NOW - timedelta(days=days)).date()


def test_days_of_one_tone_are_one_piece_and_what_was_not_measured_is_a_piece_of_its_own():
    found = strip(
        {ago(0): Day(ok=9), ago(1): Day(ok=7, warn=1), ago(2): Day(ok=8), ago(3): Day(ok=8), ago(5): Day(1, 1, 1)}
    )
    told = [(span.x, span.width, span.tone) for span in found.spans]
    assert told == [
        (0, 84, "none"), (84, 1, "stop"), (85, 1, "none"), (86, 2, "ok"), (88, 1, "warn"), (89, 1, "ok"),
    ]  # fmt: skip
    heights = {span.tone: span.height for span in found.spans}
    assert heights["none"] < heights["ok"] < heights["warn"] < heights["stop"]
    assert found.sentence == "Measured 36 times on 5 days of 90; in trouble 3 times."
    assert found.bad == (
        "24 November: 1 time in some trouble, of 8 measurements",
        "20 November: 1 time not working and 1 time in some trouble, of 3 measurements",
    )


def test_what_was_never_measured_has_no_strip_and_what_always_worked_says_so():
    assert strip({ago(0): Day(ok=1)}).sentence == "Measured 1 time on 1 day of 90, and found working each time."
    assert history.strips(FINE, ["Copying"]) == []


@pytest.fixture
def running(db) -> Household:
    home, now = Household("alice", "alice-northwind", "alice-gmail"), timezone.now()
    heartbeats.beat(f"{heartbeats.WORKER}here 1", now)
    heartbeats.beat(heartbeats.TIMETABLE, now)
    return home


def test_the_timetable_counts_each_measurement_by_what_it_found_and_leaves_out_what_is_not_in_use(running):
    tasks.note_how_things_stand()
    tasks.note_how_things_stand()
    Calendar.objects.filter(pk=running.work.pk).update(due_at=timezone.now() - timedelta(hours=1))
    tasks.note_how_things_stand()
    counted = {row.part: (row.ok, row.warn, row.stop) for row in PartDay.objects.all()}
    parts = {"Copying": (2, 0, 1), "Checks and mails": (3, 0, 0), "Microsoft 365": (3, 0, 0), "Google": (3, 0, 0)}
    assert counted == parts


def test_the_page_tells_what_was_measured_and_no_more(running):
    client = Client()
    assert "Nothing was measured yet." in client.get("/status/").content.decode()
    today = datetime.now(UTC).date()
    PartDay.objects.create(day=today - timedelta(days=2), part="Copying", ok=280, stop=3)
    PartDay.objects.create(day=today - timedelta(days=90), part="Copying", stop=5)
    PartDay.objects.create(day=today, part="Something that is no more", stop=5)
    kept.forget()
    page = client.get("/status/").content.decode()
    assert "Measured 283 times on 1 day of 90; in trouble 3 times." in page
    assert "3 times not working, of 283 measurements" in page
    assert re.findall(r'<rect class="(none|ok|warn|stop)" x="(\d+)"', page) == [
        ("none", "0"),
        ("stop", "87"),
        ("none", "88"),
    ]
    assert "Something that is no more" not in page


def test_what_is_older_than_90_days_goes(running):
    today = datetime.now(UTC).date()
    for days in (0, 89, 90, 400):
        PartDay.objects.create(day=today - timedelta(days=days), part="Copying", ok=1)
    tasks.forget_old_rows()
    assert sorted(PartDay.objects.values_list("day", flat=True)) == [today - timedelta(days=89), today]
