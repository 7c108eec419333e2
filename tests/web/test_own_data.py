"""The pages of a person's data: who may delete an account, how, and what is shown while it goes."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Connection, Deletion, User
from sync import deletion
from tests.factories import PASSWORD, connect

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
