"""Change tracking: a frozen window, rounds in pages, and hints that are not the whole truth."""

from collections import Counter
from typing import Any

import pytest

from tests.sandbox.graph.client import MARK, ROOT, WINDOW, Graph, at, weekly
from tests.sandbox.graph.conftest import World

START = "/me/calendarView/delta?startDateTime=2026-11-01T00:00:00Z&endDateTime=2027-11-01T00:00:00Z"
OUTSIDE: dict[str, Any] = {"start": at("2028-01-01T09:00:00"), "end": at("2028-01-01T10:00:00")}
SKELETON = {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}


def ids(rows: list[dict[str, Any]]) -> set[str]:
    return {row["id"] for row in rows if "@removed" not in row}


def removed(rows: list[dict[str, Any]]) -> set[str]:
    return {row["id"] for row in rows if "@removed" in row}


def test_the_first_round_gives_all_that_lies_in_the_window(alice: Graph) -> None:
    inside = alice.create(subject="Inside")
    alice.create(**OUTSIDE)
    rows, link = alice.round()
    assert ids(rows) == {inside["id"]}
    assert removed(rows) == set()
    assert link.startswith(f"{ROOT}/me/calendarView/delta?$deltatoken=")


def test_a_row_is_the_whole_event(alice: Graph) -> None:
    made = alice.create(subject="Inside", transactionId="t-1", body={"contentType": "text", "content": "Word"})
    [row] = alice.round(prefer='outlook.body-content-type="text"')[0]
    read = alice.get(f"/me/events/{made['id']}", prefer='outlook.body-content-type="text"').body
    assert row["@odata.type"] == "#microsoft.graph.event"
    assert row["transactionId"] == "t-1"
    for name in row.keys() - {"@odata.type"}:
        assert row[name] == read[name]


def test_rows_carry_no_extended_properties(alice: Graph) -> None:
    alice.create(singleValueExtendedProperties=[{"id": MARK, "value": "m"}])
    assert "singleValueExtendedProperties" not in alice.round()[0][0]


def test_change_tracking_says_that_it_tracks(alice: Graph) -> None:
    reply = alice.get(START, prefer='IdType="ImmutableId", odata.maxpagesize=50')
    applied = reply.headers["Preference-Applied"]
    assert "odata.track-changes" in applied
    assert "odata.maxpagesize=50" in applied


def test_a_second_round_gives_only_what_changed(alice: Graph) -> None:
    first, second = alice.create(subject="a"), alice.create(subject="b")
    _, link = alice.round()
    assert alice.round(link)[0] == []
    alice.patch(f"/me/events/{second['id']}", {"subject": "c"})
    third = alice.create(subject="d")
    rows, link = alice.round(link)
    assert {row["id"]: row["subject"] for row in rows} == {second["id"]: "c", third["id"]: "d"}
    assert first["id"] not in ids(rows)


def test_a_link_may_be_used_again(alice: Graph) -> None:
    _, link = alice.round()
    made = alice.create()
    assert ids(alice.round(link)[0]) == {made["id"]}
    assert ids(alice.round(link)[0]) == {made["id"]}


def test_a_deleted_event_is_named(alice: Graph) -> None:
    made = alice.create()
    _, link = alice.round()
    alice.delete(f"/me/events/{made['id']}")
    rows, _ = alice.round(link)
    assert rows == [{"@odata.type": "#microsoft.graph.event", "id": made["id"], "@removed": {"reason": "deleted"}}]


def test_what_left_the_window_looks_deleted(alice: Graph) -> None:
    made = alice.create()
    _, link = alice.round()
    alice.patch(f"/me/events/{made['id']}", OUTSIDE)
    rows, link = alice.round(link)
    assert removed(rows) == {made["id"]}
    assert alice.get(f"/me/events/{made['id']}").status == 200
    alice.patch(f"/me/events/{made['id']}", {"start": at("2026-12-01T09:00:00"), "end": at("2026-12-01T10:00:00")})
    assert ids(alice.round(link)[0]) == {made["id"]}


def test_a_new_event_far_away_is_a_removal_of_an_id_never_seen(alice: Graph) -> None:
    _, link = alice.round()
    made = alice.create(**OUTSIDE)
    rows, _ = alice.round(link)
    assert (ids(rows), removed(rows)) == (set(), {made["id"]})


def test_the_window_is_frozen_in_the_link(world: World, alice: Graph) -> None:
    _, link = alice.round()
    world.control("clock", {"advance": 3 * 365 * 86400})
    later = world.person("alice-northwind")
    made = later.create(**OUTSIDE)
    assert removed(later.round(link)[0]) == {made["id"]}


def test_pages_are_of_the_size_preferred_and_ten_otherwise(alice: Graph) -> None:
    made = {alice.create(subject=str(number))["id"] for number in range(25)}
    assert len(next(alice.pages(START)).value) == 10
    for size, count in ((5, 5), (30, 1), (200, 1)):
        pages = list(alice.pages(START, prefer=f"odata.maxpagesize={size}"))
        assert len([page for page in pages if page.value]) == count
        assert {row["id"] for page in pages for row in page.value} == made
        assert all("$skiptoken=" in page.body["@odata.nextLink"] for page in pages[:-1])
        assert "@odata.deltaLink" in pages[-1].body


def test_the_page_size_goes_on_with_the_link(alice: Graph) -> None:
    _, link = alice.round(prefer="odata.maxpagesize=3")
    for number in range(7):
        alice.create(subject=str(number))
    assert [len(page.value) for page in alice.pages(link)] == [3, 3, 1]


def test_a_long_round_has_an_empty_page_and_an_item_told_twice(alice: Graph) -> None:
    for number in range(150):
        alice.create(subject=str(number))
    pages = list(alice.pages(START))
    empty = [page for page in pages if not page.value]
    assert len(empty) == 1
    assert "@odata.nextLink" in empty[0].body
    told = Counter(row["id"] for page in pages for row in page.value)
    assert len(told) == 150
    assert sorted(told.values())[-5:] == [1, 2, 2, 2, 2]


def test_what_changes_during_a_round_comes_with_the_next(alice: Graph) -> None:
    made = [alice.create(subject=str(number)) for number in range(4)]
    first = alice.get(START, prefer="odata.maxpagesize=2")
    alice.delete(f"/me/events/{made[0]['id']}")
    alice.patch(f"/me/events/{made[3]['id']}", {"subject": "new"})
    _, link = alice.round(first.body["@odata.nextLink"])
    again, _ = alice.round(link)
    assert removed(again) == {made[0]["id"]}
    assert made[3]["id"] in ids(again)


def test_some_changes_are_told_again_a_round_later(alice: Graph) -> None:
    for number in range(40):
        alice.create(subject=str(number))
    _, link = alice.round(prefer="odata.maxpagesize=100")
    made = [one["id"] for one in alice.get("/me/events", _top=100).value]
    for id in made:
        alice.patch(f"/me/events/{id}", {"showAs": "free"})
    rows, link = alice.round(link)
    assert len(rows) == 40
    again, link = alice.round(link)
    assert len(again) == 5
    assert ids(again) < set(made)
    assert alice.round(link)[0] == []


def test_occurrences_are_skeletons_and_the_master_is_whole(alice: Graph) -> None:
    master = alice.create(subject="Weekly", recurrence=weekly())
    rows, _ = alice.round()
    assert [row["type"] for row in rows] == ["seriesMaster"] + ["occurrence"] * 4
    assert (rows[0]["id"], rows[0]["subject"]) == (master["id"], "Weekly")
    for row in rows[1:]:
        assert row.keys() == SKELETON
        assert row["seriesMasterId"] == master["id"]


def test_exceptions_are_whole(alice: Graph) -> None:
    master = alice.create(subject="Weekly", recurrence=weekly())
    second = alice.get(f"/me/events/{master['id']}/instances", **WINDOW).value[1]
    alice.patch(f"/me/events/{second['id']}", {"subject": "Special"})
    [exception] = [row for row in alice.round()[0] if row["type"] == "exception"]
    assert (exception["id"], exception["subject"]) == (second["id"], "Special")
    assert exception["iCalUId"] == master["iCalUId"]


def test_a_deleted_occurrence_leaves_no_trace_but_the_series_without_it(alice: Graph) -> None:
    master = alice.create(recurrence=weekly())
    second = alice.get(f"/me/events/{master['id']}/instances", **WINDOW).value[1]
    _, link = alice.round()
    alice.delete(f"/me/events/{second['id']}")
    rows, _ = alice.round(link)
    assert removed(rows) == set()
    assert second["id"] not in ids(rows)
    assert len([row for row in rows if row["type"] == "occurrence"]) == 3


def test_a_changed_occurrence_sends_the_whole_series_again(alice: Graph) -> None:
    master = alice.create(recurrence=weekly())
    second = alice.get(f"/me/events/{master['id']}/instances", **WINDOW).value[1]
    _, link = alice.round()
    alice.patch(f"/me/events/{second['id']}", {"subject": "Special"})
    kinds = Counter(row["type"] for row in alice.round(link)[0])
    assert (kinds["occurrence"], kinds["exception"]) == (3, 1)


def test_a_series_is_never_split_over_pages(alice: Graph) -> None:
    for _ in range(3):
        alice.create(recurrence=weekly(count=8))
    pages = list(alice.pages(START, prefer="odata.maxpagesize=5"))
    assert [len(page.value) for page in pages] == [9, 9, 9]
    for page in pages:
        masters = [row["id"] for row in page.value if row["type"] == "seriesMaster"]
        owners = Counter(row["seriesMasterId"] for row in page.value if row["type"] == "occurrence")
        assert owners == dict.fromkeys(masters, 8)


def test_the_master_is_missing_now_and_then(alice: Graph) -> None:
    masters = {alice.create(recurrence=weekly())["id"] for _ in range(12)}
    rows, link = alice.round()
    assert {row["id"] for row in rows if row["type"] == "seriesMaster"} == masters
    for id in masters:
        alice.patch(f"/me/events/{id}", {"showAs": "free"})
    rows, _ = alice.round(link)
    told = {row["id"] for row in rows if row["type"] == "seriesMaster"}
    assert len(told) == 8
    assert told < masters
    assert {row["seriesMasterId"] for row in rows if row["type"] == "occurrence"} == masters


def test_a_master_shows_its_first_occurrence_however_long_ago(alice: Graph) -> None:
    for _ in range(12):
        alice.create(
            start=at("2012-01-03T09:00:00"),
            end=at("2012-01-03T10:00:00"),
            recurrence={**weekly(), "range": {"type": "noEnd", "startDate": "2012-01-03"}},
        )
    rows, _ = alice.round()
    masters = [row for row in rows if row["type"] == "seriesMaster"]
    assert len({row["id"] for row in masters}) == 8
    assert {row["start"]["dateTime"][:10] for row in masters} == {"2012-01-03"}
    assert min(row["start"]["dateTime"] for row in rows if row["type"] == "occurrence") > "2026-11-01"


def test_a_deleted_series_is_named_by_its_master_and_sometimes_by_its_instances(alice: Graph) -> None:
    masters = [alice.create(recurrence=weekly()) for _ in range(8)]
    rows, link = alice.round()
    for master in masters:
        alice.delete(f"/me/events/{master['id']}")
    gone = removed(alice.round(link)[0])
    assert {master["id"] for master in masters} < gone < ids(rows)
    assert len(gone) == 8 + 4 * 4


def test_a_series_that_leaves_the_window_looks_deleted(alice: Graph) -> None:
    master = alice.create(recurrence=weekly())
    _, link = alice.round()
    alice.patch(f"/me/events/{master['id']}", OUTSIDE)
    rows, _ = alice.round(link)
    assert (ids(rows), removed(rows)) == (set(), {master["id"]})


def test_calendars_are_tracked_apart(alice: Graph) -> None:
    team = alice.calendar("Team Northwind")
    _, own_link = alice.round()
    _, team_link = alice.round(calendar=team)
    assert f"/me/calendars/{team}/calendarView/delta?" in team_link
    made = alice.create(team)
    assert alice.round(own_link)[0] == []
    assert ids(alice.round(team_link)[0]) == {made["id"]}


def test_ids_come_in_the_format_preferred(alice: Graph) -> None:
    prefer = 'IdType="ImmutableId"'
    made = alice.create(prefer=prefer)
    rows, link = alice.round(prefer=prefer)
    assert ids(rows) == {made["id"]}
    alice.delete(f"/me/events/{made['id']}")
    assert removed(alice.round(link, prefer=prefer)[0]) == {made["id"]}


@pytest.mark.parametrize("option", ["$select=subject", "$filter=subject eq 'x'", "$orderby=subject", "$search=x"])
def test_options_are_refused(alice: Graph, option: str) -> None:
    reply = alice.get(f"{START}&{option.replace(' ', '%20')}")
    assert (reply.status, reply.code) == (400, "ErrorInvalidUrlQuery")


def test_an_expansion_is_refused_in_odd_words(alice: Graph) -> None:
    reply = alice.get(f"{START}&$expand=singleValueExtendedProperties")
    assert (reply.status, reply.code) == (400, "BadRequest")
    assert reply.body["error"]["message"] == (
        "Parsing OData Select and Expand failed: Value cannot be null. (Parameter 'initialState')"
    )


def test_a_window_is_required_and_bounded(alice: Graph) -> None:
    assert alice.get("/me/calendarView/delta").code == "ErrorInvalidParameter"
    wide = {"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"}
    assert alice.get("/me/calendarView/delta", **wide).code == "ErrorInvalidRequest"


def test_garbage_is_not_a_token(alice: Graph) -> None:
    for name in ("$deltatoken", "$skiptoken"):
        reply = alice.get(f"/me/calendarView/delta?{name}=garbage")
        assert (reply.status, reply.code) == (400, "InvalidDeltaToken")


def test_a_forgotten_token_is_gone(world: World, alice: Graph) -> None:
    _, link = alice.round()
    world.control("graph/forget", {"person": "bob-northwind"})
    assert alice.get(link).status == 200
    world.control("graph/forget", {"person": "alice-northwind"})
    reply = alice.get(link)
    assert (reply.status, reply.code) == (410, "SyncStateNotFound")
    assert "generation" in reply.body["error"]["message"]


def test_old_tokens_fall_out_as_new_ones_are_added(world: World, alice: Graph) -> None:
    world.control("graph/limits", {"delta_tokens": 5})
    _, old = alice.round()
    links = [alice.round()[1] for _ in range(5)]
    assert alice.get(old).code == "SyncStateNotFound"
    assert alice.get(links[-1]).status == 200


def test_a_token_of_an_earlier_world_is_gone_too(world: World, alice: Graph) -> None:
    _, link = alice.round()
    world.control("reset")
    assert world.person("alice-northwind").get(link).status == 410


def test_another_mailbox_does_not_know_the_token(alice: Graph, bob: Graph) -> None:
    _, link = alice.round()
    assert bob.get(link).status == 410
