"""Events that nobody designs for, over the real protocols: they arrive sanely or wait with a reason, and nothing goes round in circles."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from sync.models import Activity, Calendar, Link, Pair
from tests.end_to_end.scene import OPEN, PRIVATE, Scene, in_days, in_hours

ROADS = pytest.mark.parametrize(
    ("source", "target"), [("alice-gmail", "alice-northwind"), ("alice-northwind", "alice-gmail")]
)
SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>{{ 7*7 }}{% debug %}"
YEAR = datetime.now(UTC).year


def shapes() -> dict[str, dict[str, Any]]:
    """Name -> what a person types in, each at its own hour."""
    hour = in_hours
    return {
        "emoji": {"title": "🦄🏳️‍🌈 party 👨‍👩‍👧‍👦", "location": "🏖️"},
        "right to left": {"title": "\u202eפגישה عاجل\u202c", "description": "\u2066שלום\u2069"},
        "long title": {"title": "long " * 2000},
        "markup": {"title": SCRIPT, "description": SCRIPT, "location": SCRIPT},
        "lines": {"title": "first\nsecond\r\nthird\tfourth", "description": "one\r\n\r\n\r\ntwo\n three  \n"},
        "no title": {"title": ""},
        "blank title": {"title": "   "},
        "controls": {"title": "bell\x07 and null-like \x01", "description": "form\x0cfeed"},
        "zero minutes": {"title": "Zero", "start": hour(31), "end": hour(31)},
        "forty days": {"title": "Forty", "start": hour(40), "end": hour(40 + 24 * 40)},
        "began before": {"title": "Began before", "start": hour(-24 * 200), "end": hour(48)},
        "new year": {"title": "New year", "start": date(YEAR, 12, 30), "end": date(YEAR + 1, 1, 3), "all_day": True},
        "long place": {"title": "Place", "location": "place " * 833},
        "long text": {"title": "Text", "description": "text & <b>more</b> " * 2000},
        "guests": {"title": "Guests", "attendees": [f"guest{number}@elsewhere.example" for number in range(300)]},
        "over spring": {"title": "Spring", **_over_spring(), "zone": "Europe/Tallinn"},
        "leading dots": {"title": "-- \n=cmd|' /C calc'!A0", "description": "--------\nattendees:\n"},
    }


def typed_into(source: str) -> dict[str, dict[str, Any]]:
    """The shapes that this cloud lets a person type: Google knows no event without a length."""
    return {name: said for name, said in shapes().items() if source != "alice-gmail" or name != "zero minutes"}


def _over_spring() -> dict[str, datetime]:
    """A night in which an hour is missing in Europe, some time ahead."""
    last_sunday = date(YEAR + 1, 3, 31) - timedelta(days=(date(YEAR + 1, 3, 31).weekday() + 1) % 7)
    night = datetime.combine(last_sunday, datetime.min.time(), UTC)
    return {"start": night - timedelta(hours=2), "end": night + timedelta(hours=5)}


def told(scene: Scene, calendar: Calendar) -> list[tuple[str, ...]]:
    """What stands there, as a person reads it."""
    names = ("title", "start", "end", "location", "description", "show_as", "sensitivity")
    return sorted(tuple(str(event[name]) for name in names) for event in scene.events(calendar))


def settled(scene: Scene, most: int = 6) -> None:
    for _ in range(most):
        scene.let_pauses_end()
        if not scene.drain():
            return


def quiet(scene: Scene) -> None:
    """Two more looks at everything write nothing."""
    scene.sandbox.forget_requests()
    scene.sync()
    scene.let_pauses_end()
    scene.sync()
    assert [request for request in scene.requests() if request[0] != "GET"] == []


def pages_open(scene: Scene, pair: Pair) -> str:
    """Every page of the pair opens; their text."""
    client, found = Client(), ""
    client.force_login(scene.user)
    for place in (
        "/dashboard/",
        f"/pairs/{pair.public_id}/",
        f"/pairs/{pair.public_id}/activity/",
        "/pairs/new/",
        "/connections/",
    ):
        answer = client.get(place)
        assert answer.status_code == 200, place
        found += answer.content.decode()
    return found


@ROADS
@pytest.mark.parametrize("looks", [OPEN, PRIVATE], ids=["open", "private"])
def test_every_shape_arrives_or_says_why_and_a_second_look_writes_nothing(scene: Scene, source, target, looks) -> None:
    here, there = scene.account(source), scene.account(target)
    made = {
        name: scene.create(here, hours=25 + 2 * number, **said)
        for number, (name, said) in enumerate(typed_into(source).items())
    }
    mails, typed = len(scene.sandbox.invitations()), told(scene, here)
    pair = scene.pair(here, there, looks, looks)
    settled(scene)
    parked = dict(Link.objects.filter(state=Link.State.PARKED).values_list("origin_id", "reason"))
    copied = set(Link.objects.filter(flow__source=here).exclude(copy_id="").values_list("origin_id", flat=True))
    missing = {name for name, id in made.items() if id not in copied}
    assert missing == {name for name, id in made.items() if id in parked}
    assert missing == set(), Activity.objects.filter(act="failed").values_list("error", flat=True)
    assert len(scene.sandbox.invitations()) == mails
    quiet(scene)
    # What a target cannot hold never comes back shorter.
    assert told(scene, here) == typed
    assert SCRIPT not in pages_open(scene, pair)


@ROADS
def test_the_times_of_odd_events_are_the_same_on_both_sides(scene: Scene, source, target) -> None:
    here, there = scene.account(source), scene.account(target)
    odd = ("forty days", "began before", "new year", "over spring")
    for name in odd:
        scene.create(here, **shapes()[name])
    scene.pair(here, there, OPEN, OPEN)
    settled(scene)

    def times(calendar):
        return sorted((e["title"], e["start"], e["end"], e["all_day"]) for e in scene.events(calendar))

    assert times(there) == times(here)
    assert len(times(there)) == len(odd)


def test_a_moment_without_length_is_a_minute_at_google_and_stays_a_moment_at_microsoft(scene: Scene) -> None:
    here, there = scene.account("alice-northwind"), scene.account("alice-gmail")
    scene.create(here, **shapes()["zero minutes"])
    scene.pair(here, there, OPEN, OPEN)
    settled(scene)
    (origin,), (copy,) = scene.events(here), scene.events(there)
    assert origin["start"] == origin["end"] == copy["start"]
    assert datetime.fromisoformat(copy["end"]) - datetime.fromisoformat(copy["start"]) == timedelta(minutes=1)
    quiet(scene)


@ROADS
def test_an_event_moved_far_away_and_back_keeps_one_copy(scene: Scene, source, target) -> None:
    here, there = scene.account(source), scene.account(target)
    id = scene.create(here, "Traveller")
    scene.pair(here, there, OPEN, OPEN)
    for days in (800, 2, 1500, 3):
        start = in_hours(24 * days)
        scene.hand(here, "move", id=id, start=start, end=start + timedelta(hours=1))
        scene.sync()
        settled(scene)
    assert scene.titles(there) == ["Traveller"]
    assert scene.events(there)[0]["start"] == scene.events(here)[0]["start"]
    quiet(scene)


@ROADS
def test_a_whole_day_turned_into_an_hour_and_back_keeps_one_copy(scene: Scene, source, target) -> None:
    here, there = scene.account(source), scene.account(target)
    id = scene.create(here, "Holiday", start=in_days(5), end=in_days(7), all_day=True)
    scene.pair(here, there, OPEN, OPEN)
    scene.hand(here, "edit", id=id, start=in_hours(120), end=in_hours(121), all_day=False)
    scene.sync()
    assert [e["all_day"] for e in scene.events(there)] == [False]
    scene.hand(here, "edit", id=id, start=in_days(6), end=in_days(7), all_day=True)
    scene.sync()
    assert [(e["all_day"], e["start"][:10]) for e in scene.events(there)] == [(True, in_days(6).isoformat())]
    quiet(scene)


@ROADS
def test_a_series_turned_into_a_single_event_leaves_one_copy(scene: Scene, source, target) -> None:
    here, there = scene.account(source), scene.account(target)
    id = scene.create(here, "Standup", rrule="FREQ=DAILY;COUNT=5", zone="Europe/Tallinn")
    # Other events, so that what goes with the series is no flow's every copy and asks nobody.
    scene.create(here, "Coffee", hours=30)
    scene.pair(here, there, OPEN, OPEN)
    assert scene.titles(there) == ["Coffee"] + ["Standup"] * 5
    scene.hand(here, "edit", id=id, rrule=None)
    scene.sync()
    settled(scene)
    assert scene.titles(there) == scene.titles(here) == ["Coffee", "Standup"]
    quiet(scene)


@ROADS
def test_a_single_event_turned_into_a_series_leaves_a_copy_of_each_day_and_no_other(scene, source, target) -> None:
    here, there = scene.account(source), scene.account(target)
    id = scene.create(here, "Standup", hours=24)
    scene.create(here, "Coffee", hours=30)
    scene.pair(here, there, OPEN, OPEN)
    scene.hand(here, "edit", id=id, rrule="FREQ=DAILY;COUNT=5")
    scene.sync()
    settled(scene)
    assert scene.titles(there) == scene.titles(here) == ["Coffee"] + ["Standup"] * 5
    assert sorted(e["start"] for e in scene.events(there)) == sorted(e["start"] for e in scene.events(here))
    quiet(scene)


@ROADS
def test_calendars_named_by_a_joker_break_no_page(scene: Scene, source, target) -> None:
    here, there = scene.account(source), scene.account(target)
    scene.create(here, "Lunch")
    Calendar.objects.filter(pk__in=[here.pk, there.pk]).update(name=SCRIPT[:255])
    pair = scene.pair(Calendar.objects.get(pk=here.pk), Calendar.objects.get(pk=there.pk))
    text = pages_open(scene, pair)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text
