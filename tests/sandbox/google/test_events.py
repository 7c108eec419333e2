"""One event: created, read, changed, deleted, and everything that is refused."""

from typing import Any

import pytest

from tests.sandbox.google.client import FAMILY_SUMMARY, MINE, Google, at, day
from tests.sandbox.google.conftest import World

ID = "0a1b2c3d4e5f60718293"


def test_an_insert_comes_back_with_what_google_adds(alice: Google) -> None:
    made = alice.create(id=ID)
    assert (made["id"], made["iCalUID"], made["status"]) == (ID, f"{ID}@google.com", "confirmed")
    assert (made["sequence"], made["eventType"], made["reminders"]) == (0, "default", {"useDefault": True})
    assert made["organizer"] == made["creator"] == {"email": "alice.tamm@gmail.example", "self": True}
    assert made["start"] == {"dateTime": "2026-12-01T09:00:00+02:00", "timeZone": "Europe/Tallinn"}
    assert alice.one(ID).body == made


def test_defaults_are_not_told(alice: Google) -> None:
    made = alice.create(transparency="opaque", visibility="default", guestsCanModify=False)
    assert not {"transparency", "visibility", "guestsCanModify"} & made.keys()


@pytest.mark.parametrize("id", ["abcd", "UPPERCASE", "with-dash", "wxyz0", "a" * 1025])
def test_an_id_outside_base32hex_is_refused(alice: Google, id: str) -> None:
    reply = alice.insert(id=id)
    assert (reply.status, reply.reason, reply.message) == (400, "invalid", "Invalid resource id value.")


def test_an_id_is_taken_for_ever(alice: Google) -> None:
    alice.create(id=ID)
    assert (alice.insert(id=ID).status, alice.insert(id=ID).reason) == (409, "duplicate")
    alice.delete(ID)
    assert alice.insert(id=ID).status == 409
    assert alice.get().ids == []


def test_the_same_id_is_free_in_another_calendar(alice: Google) -> None:
    alice.create(id=ID)
    assert alice.insert(alice.calendar(FAMILY_SUMMARY), id=ID).status == 200


def test_an_icaluid_is_unique_too_and_never_beside_an_id(alice: Google) -> None:
    alice.create(iCalUID="one@elsewhere.example")
    assert alice.insert(iCalUID="one@elsewhere.example").reason == "duplicate"
    assert alice.insert(id=ID, iCalUID="two@elsewhere.example").status == 400


BAD: list[tuple[dict[str, Any], str]] = [
    ({"end": at("2026-12-01T09:00:00")}, "timeRangeEmpty"),
    ({"start": day("2026-12-01"), "end": day("2026-12-01")}, "timeRangeEmpty"),
    ({"end": None}, "required"),
    ({"start": {"dateTime": "2026-12-01T09:00:00"}}, "required"),
    ({"end": day("2026-12-02")}, "invalid"),
    ({"start": {"date": "2026-12-01", "dateTime": "2026-12-01T09:00:00Z"}}, "invalid"),
    ({"start": at("2026-12-01T09:00:00", "FLE Standard Time")}, "invalid"),
    ({"start": {"dateTime": "tomorrow", "timeZone": "UTC"}}, "invalid"),
    ({"recurrence": ["RRULE:FREQ=DAILY"], "start": {"dateTime": "2026-12-01T09:00:00Z"}}, "required"),
    ({"recurrence": ["RRULE:FREQ=SOMETIMES"]}, "invalid"),
    ({"recurrence": ["DTSTART:20261201T090000Z"]}, "invalid"),
    ({"attendees": [{"email": "nobody"}]}, "invalid"),
    ({"eventType": "fromGmail"}, "eventTypeRestriction"),
    ({"eventType": "focusTime"}, "eventTypeRestriction"),
    (
        {"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 5}]}},
        "cannotUseDefaultRemindersAndSpecifyOverride",
    ),
]


@pytest.mark.parametrize(("fields", "reason"), BAD)
def test_what_google_would_refuse_is_refused(alice: Google, fields: dict[str, Any], reason: str) -> None:
    reply = alice.insert(**fields)
    assert (reply.status, reply.reason) == (400, reason)
    assert alice.get().ids == []


BY_DEFINITION: list[tuple[dict[str, Any], str]] = [
    ({"visibility": "secret"}, "invalid"),
    ({"surprise": True}, "badRequest"),
    ({"start": {**at("2026-12-01T09:00:00"), "zone": "x"}}, "badRequest"),
]


@pytest.mark.parametrize(("fields", "reason"), BY_DEFINITION)
@pytest.mark.usefixtures("defined")
def test_what_the_published_definition_does_not_know_is_refused(
    alice: Google, fields: dict[str, Any], reason: str
) -> None:
    reply = alice.insert(**fields)
    assert (reply.status, reply.reason) == (400, reason)
    assert alice.get().ids == []


@pytest.mark.usefixtures("defined")
def test_an_unknown_property_is_named_in_the_refusal(alice: Google) -> None:
    assert alice.insert(surprise=True).message.startswith("Invalid JSON payload received. Unknown name")


def test_status_events_need_a_workspace_and_its_primary_calendar(world: World) -> None:
    contoso = world.person("alice-contoso")
    assert contoso.insert(eventType="focusTime").status == 200
    assert contoso.insert(eventType="focusTime", start=day("2026-12-01"), end=day("2026-12-02")).status == 400
    assert contoso.insert(eventType="workingLocation").reason == "eventTypeRestriction"


def test_the_type_of_an_event_never_changes(alice: Google) -> None:
    made = alice.create()
    assert alice.patch(made["id"], eventType="birthday").reason == "eventTypeRestriction"


def test_a_patch_changes_what_it_names_and_null_takes_away(alice: Google) -> None:
    made = alice.create(
        location="Here", description="Long", attendees=[{"email": "a@x.example"}, {"email": "b@x.example"}]
    )
    after = alice.patch(made["id"], location="There", description=None, attendees=[{"email": "c@x.example"}]).body
    assert (after["summary"], after["location"], "description" in after) == ("Planning", "There", False)
    assert [guest["email"] for guest in after["attendees"]] == ["c@x.example"]
    assert after["etag"] != made["etag"]
    assert (after["created"], after["updated"] >= made["updated"]) == (made["created"], True)


def test_a_patch_to_whole_days_must_take_the_times_away(alice: Google) -> None:
    made = alice.create()
    ends: dict[str, Any] = {"start": day("2026-12-01"), "end": day("2026-12-02")}
    assert alice.patch(made["id"], **ends).status == 400
    whole: dict[str, Any] = {name: {**end, "dateTime": None, "timeZone": None} for name, end in ends.items()}
    after = alice.patch(made["id"], **whole)
    assert after.body["start"] == {"date": "2026-12-01"}


def test_an_update_resets_what_it_leaves_out(alice: Google) -> None:
    properties = {"private": {"colour": "red"}}
    made = alice.create(location="Here", transparency="transparent", extendedProperties=properties)
    after = alice.update(made["id"], summary="Other").body
    assert after["summary"] == "Other"
    assert not {"location", "transparency", "extendedProperties"} & after.keys()
    assert (after["iCalUID"], after["created"]) == (made["iCalUID"], made["created"])


def test_a_new_time_raises_the_sequence_and_a_lower_one_is_refused(alice: Google) -> None:
    made = alice.create()
    moved = alice.patch(made["id"], end=at("2026-12-01T11:00:00")).body
    assert moved["sequence"] == made["sequence"] + 1
    assert alice.patch(made["id"], sequence=0).status == 400


def test_only_reminders_leave_updated_alone(alice: Google) -> None:
    made = alice.create()
    after = alice.patch(made["id"], reminders={"useDefault": False}).body
    assert after["updated"] == made["updated"]
    assert after["etag"] != made["etag"]


def test_a_stale_etag_changes_nothing(alice: Google) -> None:
    made = alice.create()
    newer = alice.patch(made["id"], summary="Newer").body
    stale = {"If-Match": made["etag"]}
    for reply in (
        alice.patch(made["id"], headers=stale, summary="Lost"),
        alice.update(made["id"], headers=stale),
        alice.delete(made["id"], headers=stale),
    ):
        assert (reply.status, reply.reason) == (412, "conditionNotMet")
    assert alice.one(made["id"]).body == newer
    assert alice.delete(made["id"], headers={"If-Match": newer["etag"]}).status == 204


def test_a_known_etag_is_answered_without_a_body(alice: Google) -> None:
    made = alice.create()
    reply = alice.call("GET", f"{MINE}/{made['id']}", headers={"If-None-Match": made["etag"]})
    assert (reply.status, reply.body) == (304, None)


def test_a_deleted_event_is_read_as_cancelled_and_deleted_once(alice: Google) -> None:
    made = alice.create()
    assert alice.delete(made["id"]).status == 204
    assert (alice.delete(made["id"]).status, alice.delete(made["id"]).reason) == (410, "deleted")
    assert alice.one(made["id"]).body["status"] == "cancelled"
    assert alice.one("neverthere").reason == "notFound"


@pytest.mark.parametrize(("revival", "status"), [(True, 200), (False, 403)])
def test_a_deleted_event_may_or_may_not_come_back(world: World, alice: Google, revival: bool, status: int) -> None:
    world.control("google/limits", {"revival": revival})
    made = alice.create()
    alice.delete(made["id"])
    assert alice.update(made["id"]).status == status
    assert (made["id"] in alice.get().ids) is revival


def test_extended_properties_are_silently_cut_to_their_limits(alice: Google) -> None:
    made = alice.create(extendedProperties={"private": {"k" * 44: "v" * 1025, "k" * 45: "dropped"}})
    assert made["extendedProperties"] == {"private": {"k" * 44: "v" * 1024}}
    after = alice.patch(made["id"], extendedProperties={"private": {"k" * 44: None, "other": "kept"}}).body
    assert after["extendedProperties"] == {"private": {"other": "kept"}}
    many = {f"k{number}": "v" for number in range(301)}
    assert alice.patch(made["id"], extendedProperties={"private": many}).status == 400


def test_an_import_takes_an_event_over_by_its_icaluid(alice: Google) -> None:
    body = {"iCalUID": "x@elsewhere.example", "start": at("2026-12-01T09:00:00"), "end": at("2026-12-01T10:00:00")}
    first = alice.call("POST", f"{MINE}/import", {**body, "organizer": {"email": "boss@elsewhere.example"}}).body
    second = alice.call("POST", f"{MINE}/import", {**body, "summary": "Again"}).body
    assert (first["id"], second["summary"]) == (second["id"], "Again")
    assert first["organizer"]["email"] == "boss@elsewhere.example"
