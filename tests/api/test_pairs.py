"""Syncs by program: what is told of them, and the verbs, which are those of the pages with the same refusals."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import audit, history
from accounts.models import ChainEntry
from sync.access import zone_of
from sync.models import Flow, Pair, Run, Verification
from tests.web.household import act, audited
from tests.web.routes import rows

JSON = "application/json"


def of(pair: Pair, verb: str = "") -> str:
    return f"/api/v1/pairs/{pair.public_id}/{verb}"


def new(alice, **more):
    return {"first": str(alice.work.public_id), "second": str(alice.home.public_id), "direction": "one", **more}


def kept() -> dict:
    return {key: row for key, row in rows().items() if not key.startswith("accounts.ApiToken")}


def test_calendars_are_listed_with_their_account(alice, charlie, program):
    items = program.get("/api/v1/calendars/").json()["items"]
    assert {item["id"] for item in items} == {str(alice.work.public_id), str(alice.home.public_id)}
    assert items[0]["account"] == {"kind": "google", "address": alice.google.address}


def test_a_sync_is_told_with_its_state_its_counts_and_its_settings(alice, program):
    pair = alice.pair(copies=3)
    last = audited(pair)
    told = program.get(of(pair)).json()
    assert told == program.get("/api/v1/pairs/").json()["items"][0]
    assert (told["direction"], told["state"]["tone"], told["held"]) == ("two", "ok", 0)
    assert [flow["copies"] for flow in told["flows"]] == [3, 3]
    assert told["flows"][0]["settings"]["private"] is True
    assert last.finished_at
    assert told["verified_at"] == last.finished_at.isoformat().replace("+00:00", "Z")


def test_pausing_and_resuming_change_the_sync_and_stand_in_the_audit(alice, program):
    pair = alice.pair()
    assert program.post(of(pair, "pause/")).json()["paused_at"] is not None
    assert Pair.objects.get().paused_at is not None
    assert program.post(of(pair, "resume/")).json()["paused_at"] is None
    assert [line.what for line in history.page(alice.user, shown="all", before=None)[0]] == [
        "Resumed a sync",
        "Paused a sync",
    ]


def test_what_a_program_does_names_its_token_in_the_audit_and_what_a_person_does_names_none(alice, program, browser):
    pair = alice.pair()
    token = alice.user.api_tokens.get()
    assert program.post(of(pair, "pause/")).status_code == 200
    browser.post(reverse("resume", args=(pair.public_id,)))
    by_person, by_program = history.page(alice.user, shown="all", before=None)[0]
    assert by_program.detail == f"By the token “{token.name}”"
    assert "token" not in by_person.detail
    entries = {entry.act: entry for entry in audit.entries_of(alice.user)}
    assert entries["pair-paused"].facts["token"] == str(token.public_id)
    assert "token" not in entries["pair-resumed"].facts
    # Its name is the person's own word, and sealed.
    assert token.name not in str(list(ChainEntry.objects.values()))


def test_a_token_that_is_refused_leaves_no_name_to_who_comes_next(alice, program_of, browser):
    pair = alice.pair()
    assert program_of(alice, "read").post(of(pair, "pause/")).status_code == 403
    assert program_of(alice, "write").post("/api/v1/pairs/", {}, JSON).status_code == 400
    browser.post(reverse("pause", args=(pair.public_id,)))
    assert ["token" in entry.facts for entry in audit.entries_of(alice.user)] == [False]


def test_sync_now_rings_both_calendars_and_a_get_rings_none(alice, program):
    pair = alice.pair()
    assert program.get(of(pair, "sync-now/")).status_code == 405
    for calendar in (alice.work, alice.home):
        calendar.refresh_from_db()
        assert calendar.due_at is None
    assert program.post(of(pair, "sync-now/")).status_code == 200
    for calendar in (alice.work, alice.home):
        calendar.refresh_from_db()
        assert calendar.due_at is not None


def test_a_verification_is_asked_for_once_and_refused_where_the_page_refuses(alice, program):
    pair = alice.pair()
    first = program.post(of(pair, "verifications/"))
    assert (first.status_code, first.json()["outcome"]) == (202, "")
    assert program.post(of(pair, "verifications/")).json()["id"] == first.json()["id"]
    assert Verification.objects.get().asked_by == alice.user
    Verification.objects.all().delete()
    program.post(of(pair, "pause/"))
    refused = program.post(of(pair, "verifications/"))
    assert refused.status_code == 409
    assert refused.json()["detail"] == "This sync is paused. Resume it, and then verify it."
    assert not Verification.objects.exists()


def test_a_new_sync_is_private_where_nothing_else_is_asked_for(alice, program):
    answer = program.post("/api/v1/pairs/", new(alice), content_type=JSON)
    assert answer.status_code == 201
    flow = Flow.objects.get()
    assert (flow.source, flow.target, flow.private) == (alice.work, alice.home, True)
    assert answer.json()["id"] == str(flow.pair.public_id)


def test_a_new_sync_gets_the_settings_that_were_asked_for(alice, program):
    hours = {"days": [1, 5], "start": "08:00", "end": "17:30"}
    out = {"private": False, "hide": ["description"], "template": "[W] {title}", "leave": ["free"], "hours": hours}
    answer = program.post("/api/v1/pairs/", new(alice, out=out), content_type=JSON)
    told = answer.json()["flows"][0]["settings"]
    assert {name: told[name] for name in out} == out
    flow = Flow.objects.get()
    assert (flow.private, flow.show_description, flow.copy_free, flow.weekdays) == (False, False, False, "15")


REFUSED = [
    ({"out": {"template": "no place"}}, "out.template"),
    ({"out": {"template": "{title} {title}"}}, "out.template"),
    ({"out": {"word": "{x}"}}, "out.word"),
    ({"out": {"show_as": "oof"}}, "out.show_as"),
    ({"out": {"hours": {"days": [1], "start": "08:00", "end": None}}}, "out.hours.end"),
    ({"out": {"hours": {"days": [], "start": None, "end": None}}}, "out.hours.days"),
    ({"out": {"private": "perhaps"}}, "out.private"),
    ({"direction": "three"}, "direction"),
    ({"second": "not an id"}, "second"),
]


@pytest.mark.parametrize(("more", "place"), REFUSED)
def test_nothing_is_taken_that_the_wizard_refuses(alice, program, more, place):
    before = kept()
    answer = program.post("/api/v1/pairs/", new(alice, **more), content_type=JSON)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [place])
    assert kept() == before


def test_no_sync_is_made_with_a_strangers_calendar_or_twice(alice, charlie, program):
    strangers = program.post("/api/v1/pairs/", new(alice, second=str(charlie.home.public_id)), content_type=JSON)
    assert (strangers.status_code, list(strangers.json()["errors"])) == (400, ["second"])
    assert not Pair.objects.exists()
    assert program.post("/api/v1/pairs/", new(alice), content_type=JSON).status_code == 201
    assert program.post("/api/v1/pairs/", new(alice), content_type=JSON).status_code == 400
    assert Pair.objects.count() == 1


def test_the_plan_counts_what_is_made_here(alice, program, settings):
    settings.BILLING = True
    family, team = alice.calendar(alice.google, "Family"), alice.calendar(alice.google, "Team")
    made = [
        program.post("/api/v1/pairs/", new(alice, second=str(one.public_id)), content_type=JSON).status_code
        for one in [alice.home, family, team, *(alice.calendar(alice.google, f"More {n}") for n in range(8))]
    ]
    limit = made.index(409)
    assert Pair.objects.count() == limit > 0
    assert set(made[limit:]) == {409}


def test_a_change_leaves_what_is_not_named(alice, program):
    pair = alice.pair()
    Flow.objects.filter(source=alice.work).update(word="Away", copy_free=False)
    answer = program.patch(of(pair), {"out": {"private": False}}, content_type=JSON)
    assert answer.status_code == 200
    out = Flow.objects.get(source=alice.work)
    assert (out.private, out.word, out.copy_free) == (False, "Away", False)
    assert Flow.objects.get(source=alice.home).private is True
    one_way = program.patch(of(pair), {"direction": "one"}, content_type=JSON).json()
    assert (one_way["direction"], [flow["ending"] for flow in one_way["flows"]]) == ("one", [False, True])


def test_a_sync_that_ends_is_not_changed_any_more(alice, program):
    pair = alice.pair()
    Pair.objects.update(ending_at=timezone.now())
    before = kept()
    assert program.patch(of(pair), {"out": {"private": False}}, content_type=JSON).status_code == 409
    assert kept() == before


def test_what_was_done_comes_in_pages_newest_first_and_without_end_twice(alice, program):
    pair = alice.pair()
    for number in range(5):
        act(pair, "failed" if number == 4 else "created", "refused" if number == 4 else "new")
    seen, address = [], of(pair, "activity/?limit=2")
    while address:
        page = program.get(address).json()
        seen += [item["act"] for item in page["items"]]
        address = page["next"]
    assert seen == ["failed", *["created"] * 4]
    assert [item["act"] for item in program.get(of(pair, "activity/?show=attention")).json()["items"]] == ["failed"]
    assert program.get(of(pair, "activity/?cursor=made-up")).status_code == 400


def test_the_runs_of_both_calendars_are_told(alice, charlie, program):
    pair, now = alice.pair(), timezone.now()
    for calendar in (alice.work, alice.home, charlie.work):
        Run.objects.create(calendar=calendar, started_at=now, finished_at=now, read=3)
    told = program.get(of(pair, "runs/")).json()["items"]
    assert [item["calendar"] for item in told] == [str(alice.home.public_id), str(alice.work.public_id)]


def test_lists_cost_the_same_however_long_they_are(alice, program, django_assert_max_num_queries):
    for name in ("A", "B", "C", "D"):
        act(alice.pair(second=alice.calendar(alice.google, name)))
    with django_assert_max_num_queries(16):
        assert len(program.get("/api/v1/pairs/").json()["items"]) == 4


def test_explaining_tells_what_is_remembered_where_nothing_can_be_read(alice, program):
    pair = alice.pair(copies=0)
    alice.work.lost_at = timezone.now()
    alice.work.save()
    alice.link(pair.flows.get(source=alice.work), "origin", reason="declined")
    today = timezone.localdate(timezone=zone_of(alice.user)).isoformat()
    told = program.get(f"/api/v1/calendars/{alice.work.public_id}/explain/?day={today}").json()
    assert "no longer" in told["problem"]
    verdict = told["events"][0]["verdicts"][0]
    assert (verdict["what"], told["events"][0]["title"]) == ("Not copied to Home", "")
    unused = alice.calendar(alice.google, "Unused")
    assert program.get(f"/api/v1/calendars/{unused.public_id}/explain/?day={today}").status_code == 409
    assert program.get(f"/api/v1/calendars/{alice.work.public_id}/explain/?day=1999-01-01").status_code == 400


def test_explaining_takes_from_the_persons_own_share_of_readings(alice, program, browser, monkeypatch):
    monkeypatch.setattr("sync.access.ASKS", "1/m/user")
    alice.pair(copies=0)
    alice.work.lost_at = timezone.now()
    alice.work.save()
    address = f"/api/v1/calendars/{alice.work.public_id}/explain/?day={timezone.now().date()}"
    assert [program.get(address).status_code for _ in range(2)] == [200, 429]
    assert browser.post("/calendars/refresh/").status_code == 429


def test_a_domain_is_looked_up_within_the_limits_of_the_page(program, monkeypatch):
    from policy import keeper

    monkeypatch.setattr(keeper, "resolvers", list)
    answers = [program.post("/api/v1/policy/checks/", {"domain": "example.com"}, content_type=JSON) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[0].json()["state"] == "unknown"
    assert program.post("/api/v1/policy/checks/", {"domain": "no domain"}, content_type=JSON).status_code == 400
