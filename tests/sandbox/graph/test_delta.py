"""Change tracking: a frozen window, rounds in pages, and hints that are not the whole truth."""

from collections import Counter

import pytest

from tests.sandbox.graph.client import MARK, OUTSIDE, ROOT, START, Graph, at, ids, removed
from tests.sandbox.graph.conftest import World


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
