"""The pages of a person's data: who may delete an account, how, and what is shown while it goes."""

import json
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit, export, tokens
from accounts.models import ApiToken, Connection, Deletion, User
from sync import deletion
from tests.factories import PASSWORD, connect, make_user

PAGE = "/settings/data/delete/"


def fresh(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def word(user: User, **more: str) -> dict[str, str]:
    return {"copies": "remove", "address": user.email, **more}


def test_it_asks_for_a_fresh_sign_in(alice):
    client = Client()
    client.force_login(alice.user)
    answer = client.post(PAGE, word(alice.user))
    assert "/reauthenticate/" in answer["Location"]
    assert not Deletion.objects.exists()


def test_the_page_tells_what_will_happen_with_counts_and_where_access_is_removed(alice):
    alice.pair(copies=3)
    html = fresh(alice.user).get(PAGE).content.decode()
    assert "6 copies" in html
    assert "1 sync ends" in html
    assert "myapps.microsoft.com" in html
    assert "Taken back at Google" in html


@pytest.mark.parametrize("address", ["", "charlie@hetk.example", "alice"])
def test_the_address_must_be_typed(alice, address):
    answer = fresh(alice.user).post(PAGE, word(alice.user, address=address))
    assert answer.status_code == 200
    assert not Deletion.objects.exists()
    assert User.objects.get(pk=alice.user.pk).is_active


@pytest.mark.parametrize("copies", ["", "all"])
def test_it_must_be_said_what_happens_to_the_copies(alice, copies):
    assert fresh(alice.user).post(PAGE, word(alice.user, copies=copies)).status_code == 200
    assert not Deletion.objects.exists()


def test_who_has_asked_is_signed_out_and_sees_how_far_it_is(alice):
    client = fresh(alice.user)
    answer = client.post(PAGE, word(alice.user))
    row = Deletion.objects.get()
    assert answer["Location"] == f"/deletion/{row.public_id}/"
    assert "_auth_user_id" not in client.session
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "Deleting the account" in page.content.decode()
    assert "alice" not in page.content.decode()
    assert page.headers["Cache-Control"].startswith("max-age=0") or "no-store" in page.headers["Cache-Control"]


def test_the_sign_in_is_refused_once_it_has_begun(alice):
    fresh(alice.user).post(PAGE, word(alice.user))
    assert "_auth_user_id" not in fresh(alice.user).session


def test_google_is_asked_to_take_the_grant_back_and_microsoft_is_named_as_to_be_done_by_hand(sandbox, alice):
    Connection.objects.filter(user=alice.user).delete()
    for person in ("alice-gmail", "alice-northwind"):
        connect(sandbox, alice.user, person)
    row = deletion.ask(alice.user, copies="leave", now=timezone.now())
    assert deletion.go_on(timezone.now) == 1
    row.refresh_from_db()
    ends = {account["kind"]: account["end"] for account in row.accounts}
    assert ends == {"google": "revoked", "microsoft": "by-hand"}
    assert len(sandbox.requests(host="oauth2.googleapis.com", path="/revoke$", status=200)) == 1
    html = Client().get(f"/deletion/{row.public_id}/").content.decode()
    assert "Google: taken back" in html
    assert "myapps.microsoft.com" in html


def test_once_it_has_begun_no_other_session_and_no_program_reads_anything_any_more(alice):
    ApiToken.objects.create(
        user=alice.user, name="program", digest=tokens.digest_of("hetk_x"), scopes="read", expires_on=date(2100, 1, 1)
    )
    here, there, program = fresh(alice.user), fresh(alice.user), Client(HTTP_AUTHORIZATION="Bearer hetk_x")
    assert program.get("/api/v1/pairs/").status_code == 200
    here.post(PAGE, word(alice.user))
    answer = there.post("/settings/data/download/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
    assert program.get("/api/v1/pairs/").status_code == 401


def test_an_export_that_the_end_of_the_account_overtakes_stays_readable_and_tells_of_nobody_else(charlie):
    charlie.pair()
    dora = make_user("dora")
    audit.record(dora, audit.Act.SIGNED_IN, personal={"network": "203.0.113.0/24"})
    pieces = export.document(dora)
    begun = [next(pieces) for _ in range(5)]
    deletion.ask(dora, copies="leave", now=timezone.now())
    assert deletion.go_on(timezone.now) == 1
    assert not User.objects.filter(email=dora.email).exists()
    text = "".join([*begun, *pieces])
    assert set(json.loads(text)["tables"]) == set(export.OWN)
    assert "charlie" not in text
