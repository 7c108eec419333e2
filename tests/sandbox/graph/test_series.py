"""Series: their rules, their instances, and what happens to one of them."""

from typing import Any

import pytest

from tests.sandbox.graph.client import MARK, WINDOW, Graph, at, event, weekly

Rule = dict[str, Any]


def series(alice: Graph, **more: Any) -> dict[str, Any]:
    """Tuesdays at nine, four times from 1 December 2026."""
    return alice.create(**{"subject": "Weekly", "recurrence": weekly(), **more})


def instances(alice: Graph, master: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return alice.get(f"/me/events/{master['id']}/instances", **WINDOW, **more).value


def days(found: list[dict[str, Any]]) -> list[str]:
    return [one["start"]["dateTime"][:10] for one in found]


def rule(first: str, kind: str, *, interval: int = 1, count: int = 3, **pattern: Any) -> Rule:
    return {
        "pattern": {"type": kind, "interval": interval, **pattern},
        "range": {"type": "numbered", "startDate": first, "numberOfOccurrences": count},
    }


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [
        (rule("2026-12-01", "daily", interval=3), ["2026-12-01", "2026-12-04", "2026-12-07"]),
        (
            rule("2026-12-01", "weekly", daysOfWeek=["tuesday", "thursday"], firstDayOfWeek="monday", interval=2),
            ["2026-12-01", "2026-12-03", "2026-12-15"],
        ),
        (
            rule("2026-12-01", "weekly", daysOfWeek=["sunday", "tuesday"], firstDayOfWeek="sunday", interval=2),
            ["2026-12-01", "2026-12-13", "2026-12-15"],
        ),
        (rule("2026-12-01", "absoluteMonthly", dayOfMonth=31), ["2026-12-31", "2027-01-31", "2027-02-28"]),
        (
            rule("2026-12-01", "relativeMonthly", daysOfWeek=["tuesday"], index="last"),
            ["2026-12-29", "2027-01-26", "2027-02-23"],
        ),
        (
            rule("2026-12-01", "relativeMonthly", daysOfWeek=["saturday", "sunday"], index="first"),
            ["2026-12-05", "2027-01-02", "2027-02-06"],
        ),
        (rule("2026-12-01", "absoluteYearly", dayOfMonth=1, month=12, count=2), ["2026-12-01"]),
        (
            rule("2026-12-01", "relativeYearly", daysOfWeek=["friday"], index="second", month=1, count=2),
            ["2027-01-08"],
        ),
    ],
)
def test_a_rule_gives_its_dates(alice: Graph, recurrence: Rule, expected: list[str]) -> None:
    assert days(instances(alice, series(alice, recurrence=recurrence))) == expected


def test_a_rule_ends_with_its_last_date_included(alice: Graph) -> None:
    limits = {"type": "endDate", "startDate": "2026-12-01", "endDate": "2026-12-15"}
    made = series(alice, recurrence={**weekly(), "range": limits})
    assert days(instances(alice, made)) == ["2026-12-01", "2026-12-08", "2026-12-15"]


def test_a_rule_without_an_end_fills_every_window(alice: Graph) -> None:
    made = series(alice, recurrence={**weekly(), "range": {"type": "noEnd", "startDate": "2026-12-01"}})
    far = {"startDateTime": "2036-01-01T00:00:00Z", "endDateTime": "2036-02-01T00:00:00Z"}
    found = alice.get(f"/me/events/{made['id']}/instances", **far).value
    assert days(found) == ["2036-01-01", "2036-01-08", "2036-01-15", "2036-01-22", "2036-01-29"]


@pytest.mark.parametrize(
    "wrong",
    [
        {**weekly(), "pattern": {"type": "weekly", "interval": 1}},
        {**weekly(), "pattern": {"type": "hourly", "interval": 1}},
        {**weekly(), "pattern": {"type": "daily", "interval": 0}},
        {**weekly(), "pattern": {"type": "absoluteMonthly", "interval": 1}},
        {**weekly(), "range": {"type": "noEnd", "startDate": "2026-12-02"}},
        {**weekly(), "range": {"type": "endDate", "startDate": "2026-12-01", "endDate": "2026-11-01"}},
        {**weekly(), "range": {"type": "numbered", "startDate": "2026-12-01", "numberOfOccurrences": 0}},
        weekly(recurrenceTimeZone="Mars"),
        {"pattern": weekly()["pattern"]},
        "FREQ=WEEKLY",
    ],
)
def test_a_rule_that_does_not_hold_is_refused(alice: Graph, wrong: Any) -> None:
    assert alice.post("/me/events", event(recurrence=wrong)).status == 400
    assert alice.get("/me/events").value == []


def test_instances_name_their_series_and_their_slot(alice: Graph) -> None:
    master = series(alice, transactionId="t-1")
    assert master["type"] == "seriesMaster"
    found = instances(alice, master)
    assert {one["type"] for one in found} == {"occurrence"}
    assert {one["seriesMasterId"] for one in found} == {master["id"]}
    assert {one["iCalUId"] for one in found} == {master["iCalUId"]}
    assert [one["originalStart"][:16] for one in found][:2] == ["2026-12-01T09:00", "2026-12-08T09:00"]
    assert len({one["id"] for one in found}) == 4
    assert all(one["recurrence"] is None and one["subject"] == "Weekly" for one in found)


def test_the_list_holds_masters_and_the_view_holds_instances(alice: Graph) -> None:
    series(alice)
    assert [one["type"] for one in alice.get("/me/events").value] == ["seriesMaster"]
    assert [one["type"] for one in alice.get("/me/calendarView", **WINDOW).value] == ["occurrence"] * 4


def test_instances_come_in_pages_and_with_the_masters_properties(alice: Graph) -> None:
    master = series(alice, singleValueExtendedProperties=[{"id": MARK, "value": "m"}])
    expand = f"singleValueExtendedProperties($filter=id eq '{MARK}')"
    first = alice.get(f"/me/events/{master['id']}/instances", _top=3, _expand=expand, **WINDOW)
    second = alice.get(first.body["@odata.nextLink"])
    assert (len(first.value), len(second.value)) == (3, 1)
    found = [*first.value, *second.value]
    assert all(one["singleValueExtendedProperties"][0]["value"] == "m" for one in found)


def test_a_single_event_has_no_instances(alice: Graph) -> None:
    assert alice.get(f"/me/events/{alice.create()['id']}/instances", **WINDOW).status == 400


def test_a_changed_occurrence_is_an_exception_with_the_same_id(alice: Graph) -> None:
    master = series(alice)
    second = instances(alice, master)[1]
    changed = alice.patch(f"/me/events/{second['id']}", {"subject": "Special"})
    assert (changed.status, changed.body["id"], changed.body["type"]) == (200, second["id"], "exception")
    found = instances(alice, master)
    assert [one["subject"] for one in found] == ["Weekly", "Special", "Weekly", "Weekly"]
    assert [one["type"] for one in found] == ["occurrence", "exception", "occurrence", "occurrence"]
    assert alice.get(f"/me/events/{master['id']}").body["changeKey"] != master["changeKey"]


def test_a_moved_occurrence_remembers_its_slot(alice: Graph) -> None:
    second = instances(alice, series(alice))[1]
    times = {"start": at("2026-12-09T14:00:00"), "end": at("2026-12-09T15:00:00")}
    moved = alice.patch(f"/me/events/{second['id']}", times).body
    assert moved["start"]["dateTime"].startswith("2026-12-09T14:00")
    assert moved["originalStart"].startswith("2026-12-08T09:00")
    assert alice.get(f"/me/events/{second['id']}").body["start"] == moved["start"]


@pytest.mark.parametrize("day", ["2026-12-01", "2026-11-30", "2026-12-15", "2026-12-16"])
def test_an_occurrence_cannot_reach_its_neighbours(alice: Graph, day: str) -> None:
    master = series(alice)
    second = instances(alice, master)[1]
    times = {"start": at(f"{day}T14:00:00"), "end": at(f"{day}T15:00:00")}
    reply = alice.patch(f"/me/events/{second['id']}", times)
    assert (reply.status, reply.code) == (400, "ErrorOccurrenceCrossingBoundary")
    assert [one["type"] for one in instances(alice, master)] == ["occurrence"] * 4


def test_a_deleted_neighbour_is_no_boundary(alice: Graph) -> None:
    master = series(alice)
    found = instances(alice, master)
    alice.delete(f"/me/events/{found[2]['id']}")
    times = {"start": at("2026-12-15T14:00:00"), "end": at("2026-12-15T15:00:00")}
    assert alice.patch(f"/me/events/{found[1]['id']}", times).status == 200


def test_a_deleted_occurrence_leaves_the_others(alice: Graph) -> None:
    master = series(alice)
    second = instances(alice, master)[1]
    assert alice.delete(f"/me/events/{second['id']}").status == 204
    assert days(instances(alice, master)) == ["2026-12-01", "2026-12-15", "2026-12-22"]
    assert alice.get(f"/me/events/{second['id']}").code == "ErrorItemNotFound"


def test_a_deleted_master_takes_all_along(alice: Graph) -> None:
    master = series(alice)
    second = instances(alice, master)[1]
    alice.delete(f"/me/events/{master['id']}")
    assert alice.get("/me/calendarView", **WINDOW).value == []
    assert alice.get(f"/me/events/{second['id']}").status == 404


def test_a_change_of_the_master_reaches_what_exceptions_left_alone(alice: Graph) -> None:
    master = series(alice)
    second = instances(alice, master)[1]
    alice.patch(f"/me/events/{second['id']}", {"subject": "Special"})
    alice.patch(f"/me/events/{master['id']}", {"subject": "New", "showAs": "free"})
    found = instances(alice, master)
    assert [one["subject"] for one in found] == ["New", "Special", "New", "New"]
    assert {one["showAs"] for one in found} == {"free"}


def test_another_time_of_the_master_moves_all_and_forgets_exceptions(alice: Graph) -> None:
    master = series(alice)
    second = instances(alice, master)[1]
    alice.patch(f"/me/events/{second['id']}", {"subject": "Special"})
    times = {"start": at("2026-12-01T11:00:00"), "end": at("2026-12-01T12:00:00")}
    assert alice.patch(f"/me/events/{master['id']}", times).status == 200
    found = instances(alice, master)
    assert {one["start"]["dateTime"][11:16] for one in found} == {"11:00"}
    assert {one["type"] for one in found} == {"occurrence"}


def test_a_rule_belongs_to_the_master_only(alice: Graph) -> None:
    second = instances(alice, series(alice))[1]
    assert alice.patch(f"/me/events/{second['id']}", {"recurrence": weekly("2026-12-08")}).status == 400


def test_a_single_event_becomes_a_series_and_back(alice: Graph) -> None:
    made = alice.create()
    grown = alice.patch(f"/me/events/{made['id']}", {"recurrence": weekly()}).body
    assert (grown["id"], grown["type"]) == (made["id"], "seriesMaster")
    assert len(instances(alice, made)) == 4
    single = alice.patch(f"/me/events/{made['id']}", {"recurrence": None}).body
    assert (single["type"], single["recurrence"]) == ("singleInstance", None)
    assert len(alice.get("/me/calendarView", **WINDOW).value) == 1


def test_the_master_tells_what_left_its_rule_when_asked(alice: Graph) -> None:
    master = series(alice)
    found = instances(alice, master)
    alice.delete(f"/me/events/{found[1]['id']}")
    alice.patch(f"/me/events/{found[2]['id']}", {"subject": "Special"})
    query = {"_select": "subject,cancelledOccurrences,exceptionOccurrences", "_expand": "exceptionOccurrences"}
    read = alice.get(f"/me/events/{master['id']}", **query).body
    assert read["cancelledOccurrences"] == [f"OID.{master['id']}.2026-12-08"]
    assert [one["subject"] for one in read["exceptionOccurrences"]] == ["Special"]
    assert "cancelledOccurrences" not in alice.get(f"/me/events/{master['id']}").body


def test_whole_days_recur(alice: Graph) -> None:
    times = {"start": at("2026-12-01T00:00:00"), "end": at("2026-12-03T00:00:00"), "isAllDay": True}
    found = instances(alice, series(alice, **times))
    assert [(one["start"]["dateTime"][:13], one["end"]["dateTime"][:13]) for one in found][:2] == [
        ("2026-12-01T00", "2026-12-03T00"),
        ("2026-12-08T00", "2026-12-10T00"),
    ]
