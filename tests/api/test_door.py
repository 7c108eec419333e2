"""Who gets in, how far, and how often. Nothing but a token in the header counts."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import tokens
from accounts.models import Acceptance, ApiToken
from sync.models import Pair
from tests.api.conftest import SECRET, token_of
from tests.web.household import audited
from tests.web.routes import routes, rows, takes_arguments

VERBS = ("get", "post", "patch", "put", "delete")
OPEN = {"api:openapi"}


def everything(who) -> dict[str, str]:
    """Every address of the API, about something of this person's."""
    pair = who.pair()
    audited(pair)
    found = {}
    for name, pattern in routes():
        if not name.startswith("api:") or name in OPEN:
            continue
        of = who.work if name in {"api:calendar", "api:explain"} else pair
        kwargs = {"rest": "x"} if name == "api:nothing" else {"public_id": of.public_id}
        found[name] = reverse(name, kwargs=kwargs if takes_arguments(pattern) and pattern.pattern.converters else None)
    return found


def problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()["detail"]


def test_without_a_token_every_address_is_shut_to_everybody_signed_in_or_not(alice, browser_of):
    places, before = everything(alice), rows()
    assert len(places) > 10
    for client in (Client(), browser_of(alice)):
        for name, address in places.items():
            for verb in VERBS:
                answer = getattr(client, verb)(address, content_type="application/json")
                assert answer.status_code in {401, 405}, (name, verb)
                if answer.status_code == 401:
                    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Hetk"'
    assert {key: row for key, row in rows().items() if "Session" not in key} == {
        key: row for key, row in before.items() if "Session" not in key
    }


@pytest.mark.parametrize(
    "sent",
    ["Bearer", "Bearer ", f"Basic {SECRET}", SECRET, f"Bearer {SECRET[:-1]}", f"Bearer {SECRET} x", "Bearer hetk_ü"],
)
def test_what_is_not_the_whole_token_opens_nothing(alice, sent):
    token_of(alice)
    assert "token" in problem(Client(headers={"Authorization": sent}).get("/api/v1/pairs/"), 401).lower()
    assert Client(headers={"Authorization": f"bearer {SECRET}"}).get("/api/v1/pairs/").status_code == 200


def test_a_token_ends_with_its_last_day_by_revoking_and_with_the_account(alice, program):
    ask = lambda: program.get("/api/v1/pairs/").status_code  # noqa: E731
    token = ApiToken.objects.get()
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        assert ask() == 200
    with time_machine.travel(timezone.now() + timedelta(days=31, hours=1)):
        assert ask() == 401
    alice.user.is_active = False
    alice.user.save()
    assert ask() == 401
    alice.user.is_active = True
    alice.user.save()
    assert ask() == 200
    token.delete()
    assert ask() == 401


def test_the_day_of_the_last_use_is_noted(program):
    assert ApiToken.objects.get().used_on is None
    program.get("/api/v1/pairs/")
    assert ApiToken.objects.get().used_on == tokens.today()


def test_who_has_not_accepted_the_terms_is_asked_to(alice, program):
    Acceptance.objects.all().delete()
    assert "terms" in problem(program.get("/api/v1/pairs/"), 403)


NEEDS = {
    "read": [("get", "api:calendars"), ("get", "api:calendar"), ("get", "api:pairs"), ("get", "api:pair"), ("get", "api:runs"),
        ("get", "api:activity"), ("get", "api:verifications"), ("post", "api:check")],
    "write": [("post", "api:pairs"), ("patch", "api:pair"), ("post", "api:pause"), ("post", "api:resume"), ("post", "api:sync_now"),
        ("post", "api:verifications")],
    "explain": [("get", "api:explain")],
}  # fmt: skip


def test_a_token_does_what_its_scopes_say_and_nothing_else(alice, program_of):
    places = everything(alice)
    assert {name for pairs in NEEDS.values() for _, name in pairs} == set(places) - {"api:nothing"}
    for scope in NEEDS:
        client, before = program_of(alice, scope), rows()
        for needed, known in NEEDS.items():
            for verb, name in known if needed != scope else ():
                said = problem(getattr(client, verb)(places[name], content_type="application/json"), 403)
                assert f"“{needed}”" in said
        used = {key for key in before if key.startswith("accounts.ApiToken")}
        assert {k: v for k, v in rows().items() if k not in used} == {k: v for k, v in before.items() if k not in used}


def test_a_strangers_ids_are_not_found_and_nothing_changes(alice, charlie, program_of):
    places, stranger = everything(alice), program_of(charlie)
    stranger.get(places["api:pairs"])
    before, seen = rows(), 0
    for verb, name in [one for known in NEEDS.values() for one in known]:
        if str(alice.work.public_id) in places[name] or str(Pair.objects.get().public_id) in places[name]:
            answer = getattr(stranger, verb)(
                places[name], {"day": "2026-11-24"} if verb == "get" else "{}", content_type="application/json"
            )
            problem(answer, 404)
            assert b"alice" not in answer.content
            seen += 1
    assert seen == 11
    assert rows() == before


@pytest.mark.parametrize("id", ["1", "nobody", "00000000-0000-0000-0000-000000000000", "%00", "a%2Fb"])
def test_an_id_of_nobody_looks_the_same(program, id):
    for place in ("calendars", "pairs"):
        problem(program.get(f"/api/v1/{place}/{id}/"), 404)


def test_a_token_that_asks_without_end_is_told_when_to_come_back(alice, charlie, program, program_of, monkeypatch):
    monkeypatch.setattr("sync.api.door.PerToken.rate", "3/min")
    for _ in range(3):
        assert program.get("/api/v1/pairs/").status_code == 200
    answer = program.get("/api/v1/pairs/")
    problem(answer, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    # The limit is the token's own.
    assert program_of(charlie).get("/api/v1/pairs/").status_code == 200


def test_bodies_that_are_no_json_are_refused(program):
    problem(program.post("/api/v1/pairs/", "{", content_type="application/json"), 400)
    problem(program.post("/api/v1/pairs/", {"first": "x"}), 415)
    for body in ("[1]", "[" * 100_000, '{"first": ' * 100_000, '{"first": NaN}', '{"first": ' + "9" * 5000 + "}"):
        problem(program.post("/api/v1/pairs/", body, content_type="application/json"), 400)
