"""The list of accounts, leaving, and who may see what."""

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Connection
from sync.models import Calendar, Flow, Pair
from tests.accounts.browser import HOST, Browser
from tests.factories import connect, desk, make_connection, make_user

pytestmark = pytest.mark.django_db


def page(response):
    return response.content.decode()


def pair_of(user, connection):
    first = Calendar.objects.create(connection=connection, remote_id="1", name="Work")
    second = Calendar.objects.create(connection=connection, remote_id="2", name="Home")
    pair = Pair.objects.create(user=user, first=first, second=second)
    Flow.objects.create(pair=pair, source=first, target=second)
    return pair


@pytest.mark.parametrize("kind", ["microsoft", "google"])
def test_before_anybody_is_sent_away_a_page_says_what_will_be_asked(browser, kind):
    response = browser.get(f"/connect/{kind}/?next=/connections/")

    assert response.status_code == 200
    assert "events in your calendars" in page(response)
    assert 'value="/connections/"' in page(response)


def test_a_provider_that_does_not_exist_is_not_found(browser):
    for path in ("/connect/pigeon/", "/connect/pigeon/callback/", "/connect/icloud/callback/"):
        assert browser.get(path).status_code == 404
    assert browser.post("/signin/pigeon/").status_code == 404


def test_an_empty_list_says_what_to_do_first(browser):
    assert "No account is connected yet" in page(browser.get("/connections/"))


def test_a_list_shows_ones_own_connections_only(alice, browser):
    make_connection(alice, "alice-northwind")
    make_connection(make_user("bob"), "bob-northwind")

    listed = page(browser.get("/connections/"))

    assert "alice@northwind.example" in listed
    assert "bob@northwind.example" not in listed


@pytest.mark.parametrize("path", ["disconnect", "reconnect"])
def test_a_strangers_connection_is_not_found(sandbox, browser, path):
    connection = make_connection(make_user("bob"), "bob-northwind")

    assert browser.post(f"/connections/{connection.public_id}/{path}/").status_code == 404
    assert Connection.objects.filter(pk=connection.pk).exists()
    assert sandbox.requests() == []


def test_pages_of_accounts_want_a_signed_in_person(alice):
    connection = make_connection(alice, "alice-northwind")
    paths = ["/connections/", "/connect/google/", f"/connections/{connection.public_id}/disconnect/"]

    for path in paths:
        response = Browser().get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
    for path in [*paths[1:], f"/connections/{connection.public_id}/reconnect/"]:
        assert Browser().post(path).status_code in {302, 405}
    assert Connection.objects.exists()


def test_nothing_changes_by_get(sandbox, alice, browser):
    connection = connect(sandbox, alice, "alice-gmail")

    assert browser.get(f"/connections/{connection.public_id}/reconnect/").status_code == 405
    assert browser.get(f"/connections/{connection.public_id}/disconnect/").status_code == 200

    assert Connection.objects.exists()
    assert sandbox.requests(path="revoke") == []


def test_forms_without_a_token_are_refused(alice):
    connection = make_connection(alice, "alice-northwind")
    strict = Client(enforce_csrf_checks=True, HTTP_HOST=HOST)
    strict.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")

    paths = [
        "/signin/google/",
        "/signin/confirm/",
        "/connect/google/",
        f"/connections/{connection.public_id}/reconnect/",
        f"/connections/{connection.public_id}/disconnect/",
    ]

    assert [strict.post(path).status_code for path in paths] == [403] * len(paths)


def test_disconnecting_takes_the_grant_back_and_forgets_the_account(sandbox, alice, browser):
    connection = connect(sandbox, alice, "alice-gmail")

    response = browser.post(f"/connections/{connection.public_id}/disconnect/")

    assert response["Location"] == "/connections/"
    assert not Connection.objects.exists()
    assert len(sandbox.requests(host="oauth2.googleapis.com", path="/revoke$", status=200)) == 1


def test_disconnecting_an_account_whose_grant_is_gone_already_works(sandbox, alice, browser):
    connection = connect(sandbox, alice, "alice-gmail")
    sandbox.revoke("alice-gmail")

    browser.post(f"/connections/{connection.public_id}/disconnect/")

    assert not Connection.objects.exists()
    assert mail.outbox == []


def test_disconnecting_from_microsoft_sends_nothing_and_says_where_consent_is_kept(sandbox, alice, browser):
    connection = connect(sandbox, alice, "alice-northwind")
    path = f"/connections/{connection.public_id}/disconnect/"

    assert "https://myapps.microsoft.com/" in page(browser.get(path))
    browser.post(path)

    assert not Connection.objects.exists()
    assert sandbox.requests() == []


def test_while_a_sync_uses_the_account_it_stays_and_the_sync_is_named(sandbox, alice, browser):
    connection = connect(sandbox, alice, "alice-gmail")
    pair_of(alice, connection)

    response = browser.post(f"/connections/{connection.public_id}/disconnect/")

    assert response.status_code == 409
    assert "Work and Home" in page(response)
    assert Connection.objects.get().grant == connection.grant
    assert sandbox.requests(path="revoke") == []


def test_when_google_is_down_the_account_stays_and_the_page_says_so(sandbox, alice, browser):
    connection = connect(sandbox, alice, "alice-gmail")
    sandbox.faults("oauth2.googleapis.com", "/revoke$", status=503, body="busy")

    response = browser.post(f"/connections/{connection.public_id}/disconnect/")

    assert response.status_code == 503
    assert "Nothing has changed" in page(response)
    assert Connection.objects.get().grant == connection.grant


def test_support_sees_people_and_connections_without_secrets(alice):
    connection = make_connection(alice, "alice-northwind")
    Connection.objects.update(access="sealed-access", halt_claims="claims-canary")
    staff = desk()

    seen = "".join(
        page(staff.get(path))
        for path in (
            "/admin/accounts/connection/",
            f"/admin/accounts/connection/{connection.pk}/change/",
            "/admin/accounts/user/",
            f"/admin/accounts/user/{alice.pk}/change/",
        )
    )

    assert str(connection.public_id) in seen
    assert "alice@northwind.example" in seen
    for secret in (connection.grant, "sealed-access", "claims-canary", alice.password):
        assert secret not in seen


def test_support_cannot_make_or_change_connections(alice):
    connection = make_connection(alice, "alice-northwind")
    staff = desk()

    assert staff.get("/admin/accounts/connection/add/").status_code == 403
    staff.post(f"/admin/accounts/connection/{connection.pk}/change/", {"address": "other@x.example"})

    assert Connection.objects.get().address == "alice@northwind.example"


def test_a_grant_that_does_not_open_does_not_keep_anybody_from_leaving(sandbox, alice, browser):
    connection = connect(sandbox, alice, "alice-gmail")
    Connection.objects.update(grant="v1.gone.AAAA")

    browser.post(f"/connections/{connection.public_id}/disconnect/")

    assert not Connection.objects.exists()
    assert sandbox.requests(path="revoke") == []


def test_secrets_of_second_factors_are_sealed(settings):
    settings.MFA_ADAPTER = "accounts.adapter.MFAAdapter"
    from allauth.mfa.utils import decrypt, encrypt

    sealed = encrypt("totp-canary")

    assert "totp-canary" not in sealed
    assert decrypt(sealed) == "totp-canary"
