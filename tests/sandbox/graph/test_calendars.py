"""The list of calendars: own, shared to edit, shared to read."""

import pytest

from tests.sandbox.graph.client import Graph, event


def test_everybody_has_a_default_calendar(personal: Graph) -> None:
    [only] = personal.get("/me/calendars").value
    assert only["name"] == "Calendar"
    assert only["isDefaultCalendar"] is True
    assert only["owner"]["address"] == "alice@outlook.example"
    assert personal.get("/me/calendar").body["id"] == only["id"]


def test_shared_calendars_say_whose_they_are_and_what_may_be_done(alice: Graph, bob: Graph) -> None:
    mine = {one["name"]: one for one in alice.get("/me/calendars").value}
    assert {name: one["canEdit"] for name, one in mine.items()} == {
        "Calendar": True,
        "Team Northwind": True,
        "Board": False,
    }
    assert mine["Team Northwind"]["owner"]["address"] == "bob@northwind.example"
    assert mine["Team Northwind"]["hexColor"].startswith("#")
    assert {one["canEdit"] for one in bob.get("/me/calendars").value} == {True}


def test_a_shared_calendar_has_another_id_in_each_mailbox(alice: Graph, bob: Graph) -> None:
    assert alice.calendar("Team Northwind") != bob.calendar("Team Northwind")
    assert alice.get(f"/me/calendars/{bob.calendar('Team Northwind')}").code == "ErrorItemNotFound"


def test_the_list_comes_in_pages(alice: Graph) -> None:
    first = alice.get("/me/calendars", _top=2)
    assert len(first.value) == 2
    second = alice.get(first.body["@odata.nextLink"])
    assert [one["name"] for one in (*first.value, *second.value)] == ["Calendar", "Team Northwind", "Board"]
    assert "@odata.nextLink" not in second.body


def test_select_leaves_what_it_names(alice: Graph) -> None:
    assert alice.get("/me/calendars", _select="name").value[0].keys() == {"id", "name"}
    assert alice.get("/me/calendars", _select="nam").status == 400


def test_a_calendar_for_reading_takes_no_events(alice: Graph, bob: Graph) -> None:
    board = alice.calendar("Board")
    reply = alice.post(f"/me/calendars/{board}/events", event())
    assert (reply.status, reply.code) == (403, "ErrorAccessDenied")
    made = bob.create(bob.calendar("Board"))
    [seen] = alice.get(f"/me/calendars/{board}/events").value
    assert seen["subject"] == made["subject"]
    for refused in (
        alice.patch(f"/me/events/{seen['id']}", {"subject": "x"}),
        alice.delete(f"/me/events/{seen['id']}"),
    ):
        assert refused.status == 403
    assert bob.get(f"/me/events/{made['id']}").body["subject"] == made["subject"]


def test_what_one_writes_into_a_shared_calendar_the_other_sees(alice: Graph, bob: Graph) -> None:
    made = alice.create(alice.calendar("Team Northwind"), subject="Offsite")
    [seen] = bob.get(f"/me/calendars/{bob.calendar('Team Northwind')}/events").value
    assert seen["subject"] == "Offsite"
    assert seen["id"] != made["id"]
    assert bob.get(f"/me/events/{made['id']}").code == "ErrorItemNotFound"


@pytest.mark.parametrize("sensitivity", ["private", "confidential"])
def test_a_private_event_of_a_sharer_is_listed_without_its_words(alice: Graph, bob: Graph, sensitivity: str) -> None:
    secret = {"contentType": "text", "content": "the secret"}
    for name in ("Board", "Team Northwind"):
        bob.create(bob.calendar(name), subject="Surgery", body=secret, sensitivity=sensitivity)
    [seen] = alice.get(f"/me/calendars/{alice.calendar('Board')}/events").value
    assert "Surgery" not in str(seen)
    assert "the secret" not in str(seen)
    assert alice.get(f"/me/events/{seen['id']}").code == "ErrorItemNotFound"
    [open_one] = alice.get(f"/me/calendars/{alice.calendar('Team Northwind')}/events").value
    assert open_one["subject"] == "Surgery"
    assert alice.get(f"/me/events/{open_one['id']}").status == 200


def test_a_calendar_says_whether_private_events_can_be_seen(alice: Graph) -> None:
    seen = {one["name"]: one["canViewPrivateItems"] for one in alice.get("/me/calendars").value}
    assert seen == {"Calendar": True, "Team Northwind": True, "Board": False}


def test_a_further_calendar_can_be_made(alice: Graph) -> None:
    made = alice.post("/me/calendars", {"name": "Projects"})
    assert made.status == 201
    assert alice.calendar("Projects") == made.body["id"]
    assert alice.post("/me/calendars", {"name": "Projects"}).status == 409
    assert alice.post("/me/calendars", {"nom": "Projects"}).code == "RequestBodyRead"
