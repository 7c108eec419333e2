"""Events by id: what is taken, what is given back, what is refused."""

from typing import Any

import pytest

from tests.sandbox.graph.client import MARK, Graph, at, event

EXPAND = f"singleValueExtendedProperties($filter=id eq '{MARK}')"
IMMUTABLE = 'IdType="ImmutableId"'


def marked(value: str) -> dict[str, Any]:
    return {"singleValueExtendedProperties": [{"id": MARK, "value": value}]}


def test_a_created_event_can_be_read_again(alice: Graph) -> None:
    made = alice.create(subject="Budget", showAs="tentative", sensitivity="private", location={"displayName": "Room 1"})
    read = alice.get(f"/me/events/{made['id']}").body
    assert (read["subject"], read["showAs"], read["sensitivity"]) == ("Budget", "tentative", "private")
    assert read["location"]["displayName"] == "Room 1"
    assert [place["displayName"] for place in read["locations"]] == ["Room 1"]
    assert read["start"] == {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "UTC"}
    assert (read["type"], read["isOrganizer"], read["seriesMasterId"]) == ("singleInstance", True, None)


def test_create_answers_where_the_event_is(alice: Graph) -> None:
    reply = alice.post("/me/events", event())
    assert reply.status == 201
    assert reply.body["id"] in reply.headers["Location"]
    assert reply.body["@odata.etag"] == f'W/"{reply.body["changeKey"]}"'


def test_an_event_is_found_only_in_its_own_calendar(alice: Graph) -> None:
    made, team = alice.create(), alice.calendar("Team Northwind")
    assert alice.get(f"/me/calendars/{alice.calendar('Calendar')}/events/{made['id']}").status == 200
    assert alice.get(f"/me/calendars/{team}/events/{made['id']}").code == "ErrorItemNotFound"


def test_a_change_gives_another_change_key_and_leaves_the_rest(alice: Graph) -> None:
    made = alice.create(showAs="free")
    changed = alice.patch(f"/me/events/{made['id']}", {"subject": "Moved"})
    assert changed.status == 200
    assert changed.body["changeKey"] != made["changeKey"]
    assert changed.body["@odata.etag"] != made["@odata.etag"]
    assert (changed.body["subject"], changed.body["showAs"]) == ("Moved", "free")
    assert changed.body["lastModifiedDateTime"] > made["lastModifiedDateTime"]
    assert changed.body["createdDateTime"] == made["createdDateTime"]


def test_a_deleted_event_is_gone(alice: Graph) -> None:
    made = alice.create()
    gone = alice.delete(f"/me/events/{made['id']}")
    assert (gone.status, gone.body) == (204, None)
    again = alice.delete(f"/me/events/{made['id']}")
    assert (again.status, again.code) == (404, "ErrorItemNotFound")
    assert again.body["error"]["message"] == "The specified object was not found in the store."
    assert alice.get(f"/me/events/{made['id']}").status == 404
    assert alice.patch(f"/me/events/{made['id']}", {"subject": "x"}).status == 404


def test_a_malformed_id_is_a_bad_request(alice: Graph) -> None:
    assert alice.get("/me/events/no%20id").code == "ErrorInvalidIdMalformed"


def test_setting_the_location_replaces_all_locations(alice: Graph) -> None:
    made = alice.create(locations=[{"displayName": "A"}, {"displayName": "B"}])
    assert made["location"]["displayName"] == "A"
    changed = alice.patch(f"/me/events/{made['id']}", {"location": {"displayName": "C"}}).body
    assert [place["displayName"] for place in changed["locations"]] == ["C"]
    cleared = alice.patch(f"/me/events/{made['id']}", {"location": {"displayName": ""}}).body
    assert (cleared["location"]["displayName"], cleared["locations"]) == ("", [])


def test_a_long_subject_is_cut(alice: Graph) -> None:
    assert len(alice.create(subject="x" * 400)["subject"]) == 255


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"colour": "red"}, "colour"),
        ({"Subject": "capital"}, "Subject"),
        ({"showAs": "away"}, "away"),
        ({"sensitivity": "secret"}, "secret"),
        ({"importance": 1}, "1"),
        ({"isReminderOn": "no"}, "no"),
        ({"reminderMinutesBeforeStart": "5"}, "5"),
        ({"body": {"contentType": "markdown", "content": ""}}, "markdown"),
        ({"body": {"type": "text"}}, "type"),
        ({"body": "text"}, "itemBody"),
        ({"location": {"name": "Room"}}, "name"),
        ({"attendees": [{"email": "a@b.example"}]}, "email"),
        ({"attendees": [{"emailAddress": {"address": "a@b.example"}, "type": "guest"}]}, "guest"),
        ({"attendees": {"emailAddress": {}}}, "attendees"),
        ({"categories": "Red"}, "categories"),
        ({"subject": 5}, "subject"),
        ({"start": {"date": "2026-12-01"}}, "date"),
        ({"transactionId": 5}, "transactionId"),
        ({"singleValueExtendedProperties": [{"name": MARK, "value": "x"}]}, "name"),
    ],
)
def test_what_the_type_does_not_know_is_refused(alice: Graph, wrong: dict[str, Any], word: str) -> None:
    reply = alice.post("/me/events", event(**wrong))
    assert (reply.status, reply.code) == (400, "RequestBodyRead")
    message = reply.body["error"]["message"]
    assert word in message or next(iter(wrong)) in message
    assert alice.get("/me/events").value == []


@pytest.mark.parametrize("missing", ["start", "end"])
def test_start_and_end_are_required(alice: Graph, missing: str) -> None:
    body = event()
    del body[missing]
    reply = alice.post("/me/events", body)
    assert (reply.status, reply.code) == (400, "ErrorPropertyValidationFailure")


def test_the_server_keeps_its_own_word_on_read_only_properties(alice: Graph) -> None:
    made = alice.create(iCalUId="mine", changeKey="mine", isOrganizer=False, isDraft=True, webLink="mine")
    assert "mine" not in (made["iCalUId"], made["changeKey"], made["webLink"])
    assert (made["isOrganizer"], made["isDraft"]) == (True, False)


def test_a_type_cannot_be_set(alice: Graph) -> None:
    assert alice.post("/me/events", event(type="occurrence")).code == "ErrorInvalidPropertySet"


def test_a_transaction_id_cannot_be_used_twice(alice: Graph) -> None:
    made = alice.create(transactionId="t-1")
    assert made["transactionId"] == "t-1"
    assert alice.get(f"/me/events/{made['id']}").body["transactionId"] == "t-1"
    again = alice.post(f"/me/calendars/{alice.calendar('Calendar')}/events", event(transactionId="t-1"))
    assert (again.status, again.code) == (409, "ErrorDuplicateTransactionId")
    assert len(alice.get("/me/events").value) == 1


def test_an_event_without_a_transaction_id_does_not_show_one(alice: Graph) -> None:
    assert "transactionId" not in alice.create()


def test_a_deleted_event_gives_its_transaction_id_back(alice: Graph) -> None:
    made = alice.create(transactionId="t-1")
    alice.delete(f"/me/events/{made['id']}")
    assert alice.create(transactionId="t-1")["id"] != made["id"]


def test_a_create_that_failed_used_up_no_transaction_id(alice: Graph) -> None:
    assert alice.post("/me/events", event(transactionId="t-1", showAs="away")).status == 400
    assert alice.post("/me/events", event(transactionId="t-1", end=at("2026-11-30T09:00:00"))).status == 400
    assert alice.create(transactionId="t-1")["transactionId"] == "t-1"


def test_another_mailbox_may_use_the_same_transaction_id(alice: Graph, bob: Graph) -> None:
    alice.create(transactionId="t-1")
    assert bob.create(transactionId="t-1")["transactionId"] == "t-1"


def test_a_transaction_id_never_changes(alice: Graph) -> None:
    made = alice.create(transactionId="t-1")
    assert alice.patch(f"/me/events/{made['id']}", {"transactionId": "t-2"}).code == "ErrorInvalidPropertySet"


def test_an_extended_property_is_kept_and_shown_only_when_expanded(alice: Graph) -> None:
    made = alice.create(**marked("m 1"))
    assert "singleValueExtendedProperties" not in made
    path = f"/me/events/{made['id']}"
    assert "singleValueExtendedProperties" not in alice.get(path).body
    assert alice.get(path, _expand=EXPAND).body["singleValueExtendedProperties"] == [{"id": MARK, "value": "m 1"}]
    other = EXPAND.replace("Name Mark", "Name mark")
    assert "singleValueExtendedProperties" not in alice.get(path, _expand=other).body


def test_lists_and_views_expand_too(alice: Graph) -> None:
    alice.create(**marked("m1"))
    window = {"startDateTime": "2026-12-01T00:00:00Z", "endDateTime": "2026-12-02T00:00:00Z"}
    for reply in (
        alice.get("/me/events", _expand=EXPAND),
        alice.get("/me/calendarView", _expand=EXPAND, **window),
    ):
        assert [one["singleValueExtendedProperties"][0]["value"] for one in reply.value] == ["m1"]


def test_an_event_is_found_by_its_extended_property(alice: Graph) -> None:
    alice.create(**marked("m1"))
    wanted = alice.create(**marked("it's"))
    text = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq 'it''s')"
    found = alice.get("/me/events", _filter=text, _select="subject").value
    assert [one["id"] for one in found] == [wanted["id"]]
    alice.delete(f"/me/events/{wanted['id']}")
    assert alice.get("/me/events", _filter=text).value == []


def test_a_changed_property_is_found_by_its_new_value_only(alice: Graph) -> None:
    made = alice.create(**marked("old"))
    alice.patch(f"/me/events/{made['id']}", marked("new"))
    text = "singleValueExtendedProperties/Any(ep: ep/id eq '{}' and ep/value eq '{}')"
    assert alice.get("/me/events", _filter=text.format(MARK, "old")).value == []
    assert len(alice.get("/me/events", _filter=text.format(MARK, "new")).value) == 1


def test_an_expand_without_a_filter_is_refused(alice: Graph) -> None:
    made = alice.create()
    assert alice.get(f"/me/events/{made['id']}", _expand="singleValueExtendedProperties").status == 400


def test_an_unknown_filter_is_refused(alice: Graph) -> None:
    assert alice.get("/me/events", _filter="mark eq 'x'").code == "ErrorInvalidUrlQueryFilter"


def test_a_property_id_must_have_its_form(alice: Graph) -> None:
    wrong = {"singleValueExtendedProperties": [{"id": "Mark", "value": "x"}]}
    assert alice.post("/me/events", event(**wrong)).code == "ErrorInvalidProperty"


def test_select_leaves_what_it_names_and_the_version(alice: Graph) -> None:
    made = alice.create()
    read = alice.get(f"/me/events/{made['id']}", _select="subject,changeKey").body
    assert read.keys() == {"@odata.context", "@odata.etag", "id", "subject", "changeKey"}
    assert alice.get(f"/me/events/{made['id']}", _select="title").status == 400


def test_both_id_formats_name_the_same_event(alice: Graph) -> None:
    made = alice.create(prefer=IMMUTABLE)
    usual = alice.get(f"/me/events/{made['id']}").body
    assert usual["id"] != made["id"]
    again = alice.get(f"/me/events/{usual['id']}", prefer=IMMUTABLE)
    assert again.body["id"] == made["id"]
    assert IMMUTABLE in again.headers["Preference-Applied"]


def test_ids_are_case_sensitive_and_may_differ_in_one_character(alice: Graph) -> None:
    made = [alice.create(subject=str(number))["id"] for number in range(20)]
    assert len(set(made)) == 20
    apart = [
        (first, second)
        for first in made
        for second in made
        if first != second and sum(a != b for a, b in zip(first, second, strict=True)) == 1
    ]
    assert apart
    assert any(first.lower() == second.lower() for first, second in apart)
    assert any(first.replace("_", "-") == second.replace("_", "-") for first, second in apart)
    for number, id in enumerate(made):
        assert alice.get(f"/me/events/{id}").body["subject"] == str(number)


def test_some_new_events_change_once_more_without_anything_to_see(alice: Graph) -> None:
    made = [alice.create() for _ in range(8)]
    now = [alice.get(f"/me/events/{one['id']}").body for one in made]
    bumped = [place for place in range(8) if now[place]["changeKey"] != made[place]["changeKey"]]
    assert bumped == [3, 7]
    versions = {"@odata.context", "@odata.etag", "changeKey", "lastModifiedDateTime"}
    for place in bumped:
        visible = made[place].keys() - versions
        assert {name: now[place][name] for name in visible} == {name: made[place][name] for name in visible}


def test_lists_come_in_pages_of_ten_unless_asked_otherwise(alice: Graph) -> None:
    for number in range(12):
        alice.create(subject=str(number))
    first = alice.get("/me/events")
    assert len(first.value) == 10
    rest = alice.get(first.body["@odata.nextLink"])
    assert {one["subject"] for one in (*first.value, *rest.value)} == {str(number) for number in range(12)}
    larger = alice.get("/me/events", prefer="odata.maxpagesize=11")
    assert len(larger.value) == 11
    assert larger.headers["Preference-Applied"] == "odata.maxpagesize=11"
    assert len(alice.get("/me/events", _top=500).value) == 12
    assert alice.get("/me/events", _top=5000).status == 400
