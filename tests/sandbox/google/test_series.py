"""Series: expanded on the wall clock, with exceptions, in lists and in deltas."""

from typing import Any

import pytest

from tests.sandbox.google.client import MINE, Google, at, day

YEAR = {"singleEvents": "true", "timeMin": "2026-11-01T00:00:00Z", "timeMax": "2027-11-01T00:00:00Z"}


def series(alice: Google, rule: str = "RRULE:FREQ=WEEKLY;COUNT=4", *more: str, **fields: Any) -> str:
    return str(alice.create(recurrence=[rule, *more], **fields)["id"])


def starts(alice: Google, **query: Any) -> list[str]:
    items = alice.get(**{**YEAR, "orderBy": "startTime", **query}).body["items"]
    return [one["start"].get("dateTime") or one["start"]["date"] for one in items]


def test_a_series_is_one_event_or_its_instances(alice: Google) -> None:
    id = series(alice)
    assert alice.get().ids == [id]
    listed = alice.get(**YEAR).body["items"]
    assert [one["id"] for one in listed] == [f"{id}_2026120{d}T070000Z" for d in (1, 8)] + [
        f"{id}_20261215T070000Z",
        f"{id}_20261222T070000Z",
    ]
    assert {one["recurringEventId"] for one in listed} == {id}
    assert all(one["originalStartTime"] == one["start"] and "recurrence" not in one for one in listed)
    assert len({one["iCalUID"] for one in listed}) == 1


def test_the_wall_clock_stays_when_the_offset_changes(alice: Google) -> None:
    series(alice, "RRULE:FREQ=WEEKLY;COUNT=2", start=at("2027-03-23T09:00:00"), end=at("2027-03-23T10:00:00"))
    assert starts(alice) == ["2027-03-23T09:00:00+02:00", "2027-03-30T09:00:00+03:00"]


def test_a_time_that_the_clock_leaves_out_moves_on_and_keeps_its_length(alice: Google) -> None:
    zone = "Europe/Berlin"
    times = {"start": at("2027-03-27T02:30:00", zone), "end": at("2027-03-27T03:30:00", zone)}
    series(alice, "RRULE:FREQ=DAILY;COUNT=3", **times)
    items = alice.get(**YEAR, timeZone=zone, orderBy="startTime").body["items"]
    assert (items[1]["start"]["dateTime"], items[1]["end"]["dateTime"]) == (
        "2027-03-28T03:30:00+02:00",
        "2027-03-28T04:30:00+02:00",
    )


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["RRULE:FREQ=DAILY;INTERVAL=2;COUNT=3"], ["01", "03", "05"]),
        (["RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4"], ["01", "03", "08", "10"]),
        (["RRULE:FREQ=DAILY;UNTIL=20261203T070000Z"], ["01", "02", "03"]),
        (["RRULE:FREQ=DAILY;UNTIL=20261203"], ["01", "02", "03"]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/Tallinn:20261202T090000"], ["01", "03"]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261202T070000Z"], ["01", "03"]),
        (["RRULE:FREQ=DAILY;COUNT=2", "RDATE;TZID=Europe/Tallinn:20261220T090000"], ["01", "02", "20"]),
    ],
)
def test_rules_are_read_as_they_are_written(alice: Google, lines: list[str], days: list[str]) -> None:
    series(alice, *lines)
    assert starts(alice) == [f"2026-12-{one}T09:00:00+02:00" for one in days]


def test_months_and_years_are_counted_as_calendars_do(alice: Google) -> None:
    times = {"start": day("2027-01-31"), "end": day("2027-02-01")}
    series(alice, "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", **times)
    assert starts(alice) == ["2027-01-31", "2027-03-31", "2027-05-31"]
    series(alice, "RRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=2", start=day("2027-01-12"), end=day("2027-01-13"))
    assert starts(alice)[:2] == ["2027-01-12", "2027-01-31"]


def test_instances_of_whole_days_are_named_by_the_day(alice: Google) -> None:
    id = series(alice, "RRULE:FREQ=DAILY;COUNT=2", start=day("2026-12-01"), end=day("2026-12-02"))
    assert alice.get(**YEAR).ids == [f"{id}_20261201", f"{id}_20261202"]


def test_an_endless_series_ends_for_whoever_lists_it(alice: Google) -> None:
    series(alice, "RRULE:FREQ=DAILY")
    assert 700 < len(alice.round(singleEvents="true")[0]) < 740
    assert len(alice.round(**YEAR)[0]) == 335


def test_a_moved_instance_keeps_its_name_and_its_place(alice: Google) -> None:
    id = series(alice)
    second = f"{id}_20261208T070000Z"
    moved = alice.patch(second, start=at("2026-12-09T14:00:00"), end=at("2026-12-09T15:00:00")).body
    assert (moved["id"], moved["recurringEventId"]) == (second, id)
    assert moved["originalStartTime"]["dateTime"] == "2026-12-08T09:00:00+02:00"
    assert starts(alice)[1] == "2026-12-09T14:00:00+02:00"
    assert sorted(alice.get().ids) == sorted([id, second])
    assert len(alice.get(**YEAR).ids) == 4


def test_a_deleted_instance_is_a_cancelled_exception_for_as_long_as_the_series_lives(alice: Google) -> None:
    id = series(alice)
    second = f"{id}_20261208T070000Z"
    assert alice.delete(second).status == 204
    assert alice.delete(second).reason == "deleted"
    assert second not in alice.get(**YEAR).ids
    stone = next(one for one in alice.get().body["items"] if one["id"] == second)
    assert stone.keys() == {"kind", "etag", "id", "status", "recurringEventId", "originalStartTime"}
    assert (stone["status"], stone["recurringEventId"]) == ("cancelled", id)


def test_a_changed_instance_is_told_alone_and_a_changed_series_with_all_its_instances(alice: Google) -> None:
    id = series(alice)
    token = alice.round(**YEAR)[1]
    alice.patch(f"{id}_20261208T070000Z", summary="Other")
    items, token = alice.round(syncToken=token, singleEvents="true")
    assert [one["summary"] for one in items] == ["Other"]
    alice.patch(id, summary="All")
    items, _ = alice.round(syncToken=token, singleEvents="true")
    assert [one["summary"] for one in items] == ["All"] * 3


def test_instances_that_a_series_loses_are_told_as_cancelled(alice: Google) -> None:
    id = series(alice)
    token, plain = alice.round(**YEAR)[1], alice.round()[1]
    alice.patch(id, recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"])
    items, _ = alice.round(syncToken=token, singleEvents="true")
    gone = {one["id"] for one in items if one["status"] == "cancelled"}
    assert gone == {f"{id}_20261215T070000Z", f"{id}_20261222T070000Z"}
    assert [one["id"] for one in alice.round(syncToken=plain)[0]] == [id]
    assert alice.one(f"{id}_20261215T070000Z").body["status"] == "cancelled"


def test_a_deleted_series_takes_its_instances_and_exceptions_along(alice: Google) -> None:
    id = series(alice)
    alice.patch(f"{id}_20261208T070000Z", summary="Other")
    token, plain = alice.round(**YEAR)[1], alice.round()[1]
    alice.delete(id)
    items, _ = alice.round(syncToken=token, singleEvents="true")
    assert {one["status"] for one in items} == {"cancelled"}
    assert len(items) == 4
    assert [(one["id"], one["status"]) for one in alice.round(syncToken=plain)[0]] == [(id, "cancelled")]
    assert alice.get(**YEAR).ids == []


def test_the_instances_of_one_series_can_be_asked_for(alice: Google) -> None:
    id = series(alice)
    alice.create()
    alice.delete(f"{id}_20261208T070000Z")
    assert len(alice.get(f"{MINE}/{id}/instances").ids) == 3
    assert len(alice.get(f"{MINE}/{id}/instances", showDeleted="true").ids) == 4
    found = alice.get(f"{MINE}/{id}/instances", originalStart="2026-12-15T09:00:00+02:00")
    assert found.ids == [f"{id}_20261215T070000Z"]
    assert alice.get(f"{MINE}/nosuchseries/instances").status == 404


def test_an_instance_that_the_series_does_not_have_is_not_found(alice: Google) -> None:
    id = series(alice)
    assert alice.one(f"{id}_20261209T070000Z").status == 404
    assert alice.one(f"{id}_20261201T070000Z").status == 200


def test_an_instance_made_private_hides_the_series_and_cannot_open_it_again(alice: Google) -> None:
    id = series(alice)
    alice.patch(f"{id}_20261208T070000Z", visibility="private")
    assert alice.one(id).body["visibility"] == "private"
    alice.patch(f"{id}_20261215T070000Z", visibility="default")
    assert alice.one(f"{id}_20261215T070000Z").body["visibility"] == "private"
