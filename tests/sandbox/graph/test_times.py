"""When an event is: zones by two kinds of names, seven digits, whole days, and daylight saving."""

from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.graph.client import Graph, at, event, weekly


def in_zone(name: str) -> str:
    return f'outlook.timezone="{name}"'


@pytest.mark.parametrize("zone", ["FLE Standard Time", "fle standard time", "Europe/Kiev", "Europe/Bucharest"])
def test_times_are_taken_in_a_zone_and_given_in_utc(alice: Graph, zone: str) -> None:
    made = alice.create(start=at("2026-12-01T09:00:00", zone), end=at("2026-12-01T10:30:00", zone))
    assert made["start"] == {"dateTime": "2026-12-01T07:00:00.0000000", "timeZone": "UTC"}
    assert made["end"] == {"dateTime": "2026-12-01T08:30:00.0000000", "timeZone": "UTC"}
    assert (made["originalStartTimeZone"], made["originalEndTimeZone"]) == (zone, zone)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe/Tallinn", "CET", "(UTC+02:00) Helsinki"])
def test_a_zone_that_is_not_on_the_list_is_refused(alice: Graph, zone: str) -> None:
    reply = alice.post("/me/events", event(start=at("2026-12-01T09:00:00", zone)))
    assert (reply.status, reply.code) == (400, "TimeZoneNotSupportedException")
    assert zone in reply.body["error"]["message"]


def test_times_are_given_in_the_preferred_zone(alice: Graph) -> None:
    made = alice.create()
    reply = alice.get(f"/me/events/{made['id']}", prefer=in_zone("Pacific Standard Time"))
    assert reply.body["start"] == {"dateTime": "2026-12-01T01:00:00.0000000", "timeZone": "Pacific Standard Time"}
    assert reply.headers["Preference-Applied"] == 'outlook.timezone="Pacific Standard Time"'
    assert alice.get("/me/events", prefer=in_zone("Nowhere")).code == "TimeZoneNotSupportedException"


def test_preferences_may_be_combined(alice: Graph) -> None:
    alice.create(prefer="")
    prefer = 'IdType="ImmutableId", outlook.timezone="Tokyo Standard Time", outlook.body-content-type="text"'
    reply = alice.get("/me/events", prefer=prefer + ", odata.maxpagesize=5")
    applied = reply.headers["Preference-Applied"]
    for one in (*prefer.split(", "), "odata.maxpagesize=5"):
        assert one in applied
    assert reply.value[0]["start"]["timeZone"] == "Tokyo Standard Time"


def test_fractions_of_seconds_are_read_and_seven_digits_written(alice: Graph) -> None:
    made = alice.create(start=at("2026-12-01T09:00:00.5000000"), end=at("2026-12-01T10:00:00.0000000"))
    assert made["start"]["dateTime"] == "2026-12-01T09:00:00.5000000"
    assert len(made["createdDateTime"]) == len("2026-11-20T09:00:00.1234567Z")


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01T09:00:00", "2026-12-01T25:00:00", "01.12.2026", ""])
def test_a_moment_that_is_none_is_refused(alice: Graph, moment: str) -> None:
    assert alice.post("/me/events", event(start=at(moment))).status == 400


def test_an_event_cannot_end_before_it_starts(alice: Graph) -> None:
    reply = alice.post("/me/events", event(end=at("2026-12-01T08:59:00")))
    assert (reply.status, reply.code) == (400, "ErrorInvalidRequest")
    made = alice.create()
    assert alice.patch(f"/me/events/{made['id']}", {"end": at("2026-11-30T09:00:00")}).status == 400
    assert alice.get(f"/me/events/{made['id']}").body["end"] == made["end"]


def test_an_event_may_take_no_time(alice: Graph) -> None:
    alice.create(end=at("2026-12-01T09:00:00"))
    window = {"startDateTime": "2026-12-01T09:00:00Z", "endDateTime": "2026-12-01T10:00:00Z"}
    assert len(alice.get("/me/calendarView", **window).value) == 1


def whole_day(first: str = "2026-12-01", last: str = "2026-12-02", zone: str = "UTC") -> dict[str, Any]:
    return {"isAllDay": True, "start": at(f"{first}T00:00:00", zone), "end": at(f"{last}T00:00:00", zone)}


@pytest.mark.parametrize("zone", ["UTC", "FLE Standard Time", "Pacific Standard Time"])
def test_a_whole_day_is_midnight_in_every_zone(alice: Graph, zone: str) -> None:
    made = alice.create(**whole_day(zone=zone))
    read = alice.get(f"/me/events/{made['id']}", prefer=in_zone("Tokyo Standard Time")).body
    for seen, name in ((made, "UTC"), (read, "Tokyo Standard Time")):
        assert seen["start"] == {"dateTime": "2026-12-01T00:00:00.0000000", "timeZone": name}
        assert seen["end"] == {"dateTime": "2026-12-02T00:00:00.0000000", "timeZone": name}


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": at("2026-12-01T09:00:00")},
        {"end": at("2026-12-02T09:00:00")},
        {"end": at("2026-12-01T00:00:00")},
        {"end": at("2026-12-02T00:00:00", "FLE Standard Time")},
    ],
)
def test_a_whole_day_needs_midnights_of_one_zone_a_day_apart(alice: Graph, wrong: dict[str, Any]) -> None:
    reply = alice.post("/me/events", event(**{**whole_day(), **wrong}))
    assert (reply.status, reply.code) == (400, "ErrorInvalidRequest")
    assert alice.create(**whole_day())["isAllDay"] is True


def test_an_event_becomes_a_whole_day_only_with_its_times(alice: Graph) -> None:
    made = alice.create()
    assert alice.patch(f"/me/events/{made['id']}", {"isAllDay": True}).status == 400
    changed = alice.patch(f"/me/events/{made['id']}", whole_day())
    assert (changed.status, changed.body["isAllDay"]) == (200, True)


def test_a_view_needs_its_window(alice: Graph) -> None:
    assert alice.get("/me/calendarView").code == "ErrorInvalidParameter"
    assert alice.get("/me/calendarView", startDateTime="2026-12-01", endDateTime="soon").status == 400


def test_a_view_reaches_no_further_than_1825_days(alice: Graph) -> None:
    five_years = {"startDateTime": "2024-01-01T00:00:00Z", "endDateTime": "2029-01-01T00:00:00Z"}
    reply = alice.get("/me/calendarView", **five_years)
    assert (reply.status, reply.code) == (400, "ErrorInvalidRequest")
    assert "Maximum number of days: 1825" in reply.body["error"]["message"]
    assert alice.get("/me/calendarView", **{**five_years, "endDateTime": "2028-12-30T00:00:00Z"}).status == 200


@pytest.mark.parametrize(
    ("start", "end", "seen"),
    [
        ("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z", False),
        ("2026-12-01T08:00:00Z", "2026-12-01T09:00:00Z", False),
        ("2026-12-01T09:59:00Z", "2026-12-01T11:00:00Z", True),
        ("2026-12-01T08:00:00", "2026-12-01T09:01:00", True),
        ("2026-12-01T11:59:00+02:00", "2026-12-01T13:00:00+02:00", True),
    ],
)
def test_a_view_holds_what_overlaps_its_window(alice: Graph, start: str, end: str, seen: bool) -> None:
    alice.create()
    assert bool(alice.get("/me/calendarView", startDateTime=start, endDateTime=end).value) is seen


def test_a_long_event_is_seen_from_its_middle(alice: Graph) -> None:
    alice.create(**whole_day("2026-11-01", "2027-02-01"))
    for day in range(1, 20):
        alice.create(**whole_day(f"2026-12-{day:02}", f"2026-12-{day + 1:02}"))
    window = {"startDateTime": "2026-12-25T00:00:00Z", "endDateTime": "2026-12-26T00:00:00Z"}
    assert len(alice.get("/me/calendarView", **window).value) == 1


def test_a_series_keeps_its_wall_time_over_daylight_saving(alice: Graph) -> None:
    zone = "W. Europe Standard Time"
    made = alice.create(
        start=at("2027-03-23T09:00:00", zone), end=at("2027-03-23T10:00:00", zone), recurrence=weekly("2027-03-23")
    )
    window = {"startDateTime": "2027-03-01T00:00:00Z", "endDateTime": "2027-06-01T00:00:00Z"}
    found = alice.get(f"/me/events/{made['id']}/instances", **window).value
    starts = [one["start"]["dateTime"][:16] for one in found]
    assert starts == ["2027-03-23T08:00", "2027-03-30T07:00", "2027-04-06T07:00", "2027-04-13T07:00"]
    local = alice.get(f"/me/events/{made['id']}/instances", prefer=in_zone(zone), **window).value
    assert {datetime.fromisoformat(one["start"]["dateTime"][:19]).hour for one in local} == {9}
    assert made["recurrence"]["range"]["recurrenceTimeZone"] == zone
