"""Who may call, and what a calendar shows to whom."""

import pytest

from tests.sandbox.google.client import API, CLUB_SUMMARY, HOLIDAYS_SUMMARY, MINE, Google
from tests.sandbox.google.conftest import World


def test_without_a_token_nothing_is_told(world: World) -> None:
    reply = Google(world.url, "nobody", "").get()
    assert (reply.status, reply.body["error"]["status"]) == (401, "UNAUTHENTICATED")


def test_an_expired_token_is_an_auth_error(world: World, alice: Google) -> None:
    world.control("clock", {"advance": 3601})
    reply = alice.get()
    assert (reply.status, reply.reason, reply.message) == (401, "authError", "Invalid Credentials")
    assert "invalid_token" in reply.headers["WWW-Authenticate"]


def test_a_microsoft_token_opens_nothing_here(world: World) -> None:
    other = world.person("alice-northwind", ["Calendars.ReadWrite"])
    assert other.get().status == 401


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("calendar.events.readonly", "POST", MINE),
        ("calendar.calendarlist.readonly", "GET", MINE),
        ("calendar.events", "GET", "/users/me/calendarList"),
    ],
)
def test_a_scope_that_was_not_granted_is_insufficient(world: World, scope: str, method: str, path: str) -> None:
    narrow = world.person("alice-gmail", [f"{API}{scope}"])
    reply = narrow.call(method, path, {} if method == "POST" else None)
    assert (reply.status, reply.reason) == (403, "insufficientPermissions")
    assert reply.body["error"]["status"] == "PERMISSION_DENIED"


def test_the_list_names_role_zone_and_the_primary_calendar(alice: Google) -> None:
    listed = alice.get("/users/me/calendarList").body["items"]
    assert [(one["summary"], one["accessRole"]) for one in listed] == [
        ("alice.tamm@gmail.example", "owner"),
        ("Family", "owner"),
        (CLUB_SUMMARY, "writer"),
        (HOLIDAYS_SUMMARY, "reader"),
    ]
    assert [one["id"] for one in listed if one.get("primary")] == ["alice.tamm@gmail.example"]
    assert {one["timeZone"] for one in listed} == {"Europe/Tallinn"}
    assert listed[2]["summaryOverride"] == "Club"


def test_the_list_comes_in_pages_with_a_token_on_the_last(alice: Google) -> None:
    items, token = alice.round("/users/me/calendarList", maxResults=3)
    assert len(items) == 4
    assert alice.get("/users/me/calendarList", syncToken=token).body["items"] == []


def test_a_calendar_taken_away_is_gone_and_told_so(world: World, alice: Google) -> None:
    club, (_, token) = alice.calendar(CLUB_SUMMARY), alice.round("/users/me/calendarList")
    id = next(one["id"] for one in alice.get("/users/me/calendarList").body["items"] if one["summary"] == CLUB_SUMMARY)
    world.control("google/share", {"calendar_id": id, "person": "alice-gmail", "role": ""})
    assert (alice.get(club).status, alice.get(club).reason) == (404, "notFound")
    changed = alice.get("/users/me/calendarList", syncToken=token).body["items"]
    assert [(one["id"], one["deleted"]) for one in changed] == [(id, True)]


def test_somebody_elses_calendar_does_not_exist(alice: Google) -> None:
    assert alice.get("/calendars/bob.kask@gmail.example/events").reason == "notFound"


def test_a_reader_cannot_write(alice: Google) -> None:
    reply = alice.insert(alice.calendar(HOLIDAYS_SUMMARY))
    assert (reply.status, reply.reason) == (403, "requiredAccessLevel")
    assert len(alice.get(alice.calendar(HOLIDAYS_SUMMARY)).ids) == 16


def test_two_writers_share_one_calendar(alice: Google, bob: Google) -> None:
    made = alice.create(alice.calendar(CLUB_SUMMARY), summary="Regatta")
    assert [one["summary"] for one in bob.get(bob.calendar(CLUB_SUMMARY)).body["items"]] == ["Regatta"]
    assert made["organizer"]["displayName"] == CLUB_SUMMARY


def test_readers_see_no_content_of_private_events(world: World, bob: Google) -> None:
    bob.create(bob.calendar(CLUB_SUMMARY), summary="Secret", location="Port", visibility="private")
    charlie = world.person("charlie-gmail")
    (seen,) = charlie.get(charlie.calendar(CLUB_SUMMARY)).body["items"]
    assert seen["visibility"] == "private"
    assert not {"summary", "location"} & seen.keys()


def test_who_may_see_free_and_busy_sees_nothing_else(world: World, bob: Google) -> None:
    club = bob.calendar(CLUB_SUMMARY)
    bob.create(club, summary="Open to all")
    id = next(one["id"] for one in bob.get("/users/me/calendarList").body["items"] if one["summary"] == CLUB_SUMMARY)
    world.control("google/share", {"calendar_id": id, "person": "charlie-gmail", "role": "freeBusyReader"})
    (seen,) = world.person("charlie-gmail").get(club).body["items"]
    assert "summary" not in seen


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"surprise": "yes"}, "badRequest"),
        ({"singleEvents": "1"}, "invalidParameter"),
        ({"maxResults": 0}, "invalidParameter"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(alice: Google, query: dict[str, str], reason: str) -> None:
    reply = alice.get(**query)
    assert (reply.status, reply.reason) == (400, reason)


def test_the_quota_counts_only_when_it_is_switched_on(world: World, alice: Google) -> None:
    assert {alice.get().status for _ in range(5)} == {200}
    world.control("google/limits", {"per_minute": 2})
    replies = [alice.get() for _ in range(4)]
    assert [one.status for one in replies] == [200, 200, 403, 429]
    assert [one.reason for one in replies[2:]] == ["userRateLimitExceeded", "rateLimitExceeded"]
    world.control("clock", {"advance": 61})
    assert alice.get().status == 200
