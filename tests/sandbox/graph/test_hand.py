"""What a person does by hand in Outlook, as Graph then tells it."""

from datetime import date
from typing import Any

import pytest

from sandbox.microsoft import rrule
from sandbox.microsoft.recurrence import checked
from tests.sandbox.graph.client import MARK, WINDOW, Graph
from tests.sandbox.graph.conftest import World

WHO = "alice-northwind"
NINE = {"start": "2026-12-01T09:00:00+02:00", "end": "2026-12-01T10:00:00+02:00", "zone": "Europe/Tallinn"}


def listed(world: World, **more: Any) -> list[dict[str, Any]]:
    window = {"start": WINDOW["startDateTime"], "end": WINDOW["endDateTime"]}
    found: list[dict[str, Any]] = world.hand(WHO, "list", **{**window, **more})
    return found


def test_the_hand_sees_the_calendars_with_the_default_one_first(world: World, alice: Graph) -> None:
    found = world.hand(WHO, "calendars")
    assert [(one["name"], one["can_edit"]) for one in found] == [
        ("Calendar", True),
        ("Team Northwind", True),
        ("Board", False),
    ]
    assert found[1]["id"] == alice.calendar("Team Northwind")


def test_an_event_made_by_hand_is_told_by_graph(world: World, alice: Graph) -> None:
    made = {"title": "Lunch", "description": "with Bob\nat noon", "location": "Cafe", "show_as": "oof"}
    id = world.hand(WHO, "create", **made, **NINE, sensitivity="private")["id"]
    read = alice.get(f"/me/events/{id}", prefer='IdType="ImmutableId", outlook.body-content-type="text"').body
    assert (read["id"], read["subject"], read["showAs"], read["sensitivity"]) == (id, "Lunch", "oof", "private")
    assert read["body"]["content"] == "with Bob\r\nat noon\r\n"
    assert read["start"]["dateTime"].startswith("2026-12-01T07:00")
    assert read["originalStartTimeZone"] == "FLE Standard Time"


def test_an_event_made_through_graph_is_seen_by_the_hand(world: World, alice: Graph) -> None:
    alice.create(subject="Lunch", body={"contentType": "html", "content": "<p>One</p><p>two</p>"})
    [seen] = listed(world)
    assert (seen["title"], seen["description"], seen["all_day"]) == ("Lunch", "One\ntwo", False)
    assert seen["start"] == "2026-12-01T09:00:00+00:00"
    assert seen["is_copy"] is False


def test_a_copy_is_known_by_its_mark(world: World, alice: Graph) -> None:
    name = MARK.replace("Name Mark", "Name HetkMark")
    alice.create(singleValueExtendedProperties=[{"id": name, "value": "m"}])
    assert [one["is_copy"] for one in listed(world)] == [True]


def test_whole_days_are_dates(world: World, alice: Graph) -> None:
    id = world.hand(WHO, "create", title="Trip", start="2026-12-01", end="2026-12-04", all_day=True)["id"]
    [seen] = listed(world)
    assert (seen["start"], seen["end"], seen["all_day"]) == ("2026-12-01", "2026-12-04", True)
    assert alice.get(f"/me/events/{id}").body["isAllDay"] is True
    world.hand(WHO, "move", id=id, start="2026-12-08", end="2026-12-09")
    assert [(one["start"], one["end"]) for one in listed(world)] == [("2026-12-08", "2026-12-09")]


def test_a_series_is_moved_and_thinned_by_hand(world: World, alice: Graph) -> None:
    id = world.hand(WHO, "create", title="Weekly", **NINE, rrule="FREQ=WEEKLY;COUNT=4")["id"]
    first, second, third, fourth = listed(world)
    assert {one["series_id"] for one in (first, second, third, fourth)} == {id}
    assert {one["recurrence"] for one in (first, second)} == {"FREQ=WEEKLY;BYDAY=TU;COUNT=4"}
    world.hand(WHO, "delete", id=second["id"])
    world.hand(WHO, "move", id=third["id"], start="2026-12-16T12:00:00Z", end="2026-12-16T13:00:00Z")
    world.hand(WHO, "edit", id=fourth["id"], title="Last")
    found = alice.get(f"/me/events/{id}/instances", **WINDOW).value
    assert [(one["type"], one["subject"], one["start"]["dateTime"][:16]) for one in found] == [
        ("occurrence", "Weekly", "2026-12-01T07:00"),
        ("exception", "Weekly", "2026-12-16T12:00"),
        ("exception", "Last", "2026-12-22T07:00"),
    ]


def test_a_title_is_edited_and_the_rest_stays(world: World) -> None:
    id = world.hand(WHO, "create", title="Lunch", location="Cafe", **NINE)["id"]
    world.hand(WHO, "edit", id=id, title="Dinner", show_as="free")
    [seen] = listed(world)
    assert (seen["title"], seen["location"], seen["show_as"]) == ("Dinner", "Cafe", "free")
    assert seen["start"] == "2026-12-01T07:00:00+00:00"


def test_an_answer_can_be_changed(world: World, alice: Graph) -> None:
    who = {"organizer": "eve@elsewhere.example", "attendees": ["alice@northwind.example"]}
    id = world.hand(WHO, "create", title="Invited", **NINE, **who)["id"]
    assert alice.get(f"/me/events/{id}").body["responseStatus"]["response"] == "notResponded"
    world.hand(WHO, "edit", id=id, answer="declined")
    assert alice.get(f"/me/events/{id}").body["responseStatus"]["response"] == "declined"


def test_a_meeting_from_elsewhere_keeps_its_uid_and_can_be_called_off(world: World, alice: Graph) -> None:
    who = {"organizer": "eve@elsewhere.example", "attendees": ["alice@northwind.example"]}
    id = world.hand(WHO, "create", title="Invited", **NINE, **who, ical_uid="x@google.com")["id"]
    world.hand(WHO, "edit", id=id, cancelled=True)
    read = alice.get(f"/me/events/{id}").body
    assert (read["iCalUId"], read["isCancelled"]) == ("x@google.com", True)
    assert alice.get("/me/events", _filter="iCalUId eq 'x@google.com'").value[0]["id"] == read["id"]
    without = world.hand(WHO, "create", title="Old", **NINE, ical_uid="")["id"]
    assert alice.get(f"/me/events/{without}").body["iCalUId"] is None


def test_a_hand_may_not_write_where_it_may_only_read(world: World, alice: Graph) -> None:
    body = {"person": WHO, "do": "create", "calendar_id": alice.calendar("Board"), "title": "x", **NINE}
    with pytest.raises(AssertionError, match="PermissionError"):
        world.control("hand", body)


def test_unknown_ids_are_key_errors(world: World) -> None:
    with pytest.raises(AssertionError, match="KeyError"):
        world.hand(WHO, "delete", id="AAMkAGnothing")


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=2;COUNT=5",
        "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=8",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
        "FREQ=MONTHLY;BYMONTHDAY=15;UNTIL=20270601T235959Z",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYDAY=2TU;COUNT=3",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=3",
        "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=24",
        "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    ],
)
def test_rules_survive_the_way_there_and_back(rule: str) -> None:
    first = date(2026, 12, 1)
    assert rrule.from_graph(checked(rrule.to_graph(rule, first), first, "UTC")) == rule


@pytest.mark.parametrize("rule", ["FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=5MO", "FREQ=MONTHLY;BYDAY=1MO,2TU"])
def test_rules_that_graph_cannot_say_are_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="Graph has no rule"):
        rrule.to_graph(rule, date(2026, 12, 1))
