"""Access tokens: kept while they last, refreshed once however many ask, and who is to blame when that fails."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from accounts import oauth, vault
from accounts.models import Connection
from accounts.oauth.errors import GrantDead, OurFault, TryLater
from accounts.oauth.refresh import binding
from tests.factories import connect, make_user, put_access
from tests.processes import environment

TOKEN_HOST = {"alice-northwind": "login.microsoftonline.com", "alice-gmail": "oauth2.googleapis.com"}
BOTH = pytest.mark.parametrize("person", ["alice-northwind", "alice-gmail"])


def token_requests(sandbox, person):
    return [
        entry for entry in sandbox.requests(host=TOKEN_HOST[person], method="POST") if entry["path"].endswith("/token")
    ]


def works(sandbox, person, token):
    """Whether the sandbox takes this access token at an address of its own."""
    import urllib3

    address = {
        "alice-northwind": "/graph.microsoft.com/v1.0/me/calendars",
        "alice-gmail": "/openidconnect.googleapis.com/v1/userinfo",
    }[person]
    answer = urllib3.request("GET", sandbox.url + address, headers={"Authorization": f"Bearer {token}"})
    return answer.status == 200


@BOTH
def test_a_token_with_time_left_is_used_without_asking_anybody(sandbox, alice, person):
    connection = connect(sandbox, alice, person)
    put_access(connection, "kept", seconds=121)

    assert oauth.access_token(connection) == "kept"
    assert token_requests(sandbox, person) == []


@BOTH
@pytest.mark.parametrize("seconds", [119, 0, -3600])
def test_a_token_with_less_than_two_minutes_is_refreshed(sandbox, alice, person, seconds):
    connection = connect(sandbox, alice, person)
    put_access(connection, "old", seconds=seconds)

    token = oauth.access_token(connection)

    assert token != "old"
    assert works(sandbox, person, token)
    assert len(token_requests(sandbox, person)) == 1
    assert oauth.access_token(connection) == token
    assert len(token_requests(sandbox, person)) == 1


@BOTH
def test_a_refused_token_is_replaced(sandbox, alice, person):
    connection = connect(sandbox, alice, person)
    refused = oauth.access_token(connection)

    token = oauth.access_token(connection, renew=True)

    assert token != refused
    assert len(token_requests(sandbox, person)) == 1


def test_a_refused_token_that_somebody_replaced_already_costs_no_request(sandbox, alice):
    first = connect(sandbox, alice, "alice-gmail")
    second = Connection.objects.get()
    oauth.access_token(first)
    oauth.access_token(second)
    new = oauth.access_token(first, renew=True)

    assert oauth.access_token(second, renew=True) == new
    assert len(token_requests(sandbox, "alice-gmail")) == 1


def test_the_new_refresh_token_of_microsoft_is_kept(sandbox, alice):
    connection = connect(sandbox, alice, "alice-northwind", fresh=False)
    before = vault.open_sealed(connection.grant, bound_to=binding(connection, "grant"))

    oauth.access_token(connection)

    connection = Connection.objects.get()
    after = vault.open_sealed(connection.grant, bound_to=binding(connection, "grant"))
    assert after != before
    oauth.access_token(connection, renew=True)


def test_googles_refresh_token_stays(sandbox, alice):
    connection = connect(sandbox, alice, "alice-gmail", fresh=False)
    before = connection.grant

    oauth.access_token(connection)

    assert Connection.objects.get().grant == before


def test_the_database_holds_no_readable_token(sandbox, alice):
    connection = connect(sandbox, alice, "alice-northwind", fresh=False)
    token = oauth.access_token(connection)

    row = Connection.objects.values().get()

    secret = vault.open_sealed(row["grant"], bound_to=binding(connection, "grant"))
    assert token not in str(row)
    assert secret not in str(row)


def test_a_grant_moved_to_another_row_does_not_open(sandbox, alice):
    connection = connect(sandbox, alice, "alice-northwind", fresh=False)
    other = connect(sandbox, make_user("bob"), "alice-northwind", fresh=False)
    Connection.objects.filter(pk=other.pk).update(grant=connection.grant)

    with pytest.raises(OurFault):
        oauth.access_token(other)
    assert token_requests(sandbox, "alice-northwind") == []
    other.refresh_from_db()
    assert other.refresh_lease_until is None


@pytest.mark.django_db(transaction=True)
@BOTH
def test_eight_threads_at_once_refresh_once(sandbox, person):
    connection = connect(sandbox, make_user("alice"), person, fresh=False)
    sandbox.faults(TOKEN_HOST[person], "/token$", latency=0.4)

    def ask(_):
        try:
            return oauth.access_token(Connection.objects.get(pk=connection.pk))
        finally:
            database.close()

    with ThreadPoolExecutor(8) as threads:
        tokens = list(threads.map(ask, range(8)))

    assert len(set(tokens)) == 1
    assert works(sandbox, person, tokens[0])
    assert len(token_requests(sandbox, person)) == 1


@pytest.mark.django_db(transaction=True)
def test_processes_do_not_race_either(sandbox):
    connection = connect(sandbox, make_user("alice"), "alice-northwind", fresh=False)
    sandbox.faults("login.microsoftonline.com", "/token$", latency=1.5)
    program = (
        "import django; django.setup()\n"
        "from accounts import oauth\nfrom accounts.models import Connection\n"
        "print(oauth.access_token(Connection.objects.get()))"
    )
    asked = [
        subprocess.Popen([sys.executable, "-c", program], env=environment(sandbox), stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    tokens = {process.communicate(timeout=60)[0].strip() for process in asked}

    assert [process.returncode for process in asked] == [0, 0, 0]
    assert len(tokens) == 1
    assert len(token_requests(sandbox, "alice-northwind")) == 1
    assert oauth.access_token(connection) in tokens


@pytest.mark.django_db(transaction=True)
def test_a_refresh_inside_somebodys_transaction_is_refused_before_anything_is_sent(sandbox):
    connection = connect(sandbox, make_user("alice"), "alice-gmail", fresh=False)

    with pytest.raises(RuntimeError), transaction.atomic():
        oauth.access_token(connection)

    assert token_requests(sandbox, "alice-gmail") == []


def test_the_lease_of_a_worker_that_died_ends_by_itself(sandbox, alice):
    connection = connect(sandbox, alice, "alice-gmail", fresh=False)
    Connection.objects.update(refresh_lease_until=timezone.now() - timedelta(seconds=1))

    assert oauth.access_token(connection)


def test_a_lease_that_lasts_is_waited_for_and_then_given_up(sandbox, alice, monkeypatch):
    monkeypatch.setattr("accounts.oauth.refresh.PATIENCE", 0.1)
    connection = connect(sandbox, alice, "alice-gmail", fresh=False)
    Connection.objects.update(refresh_lease_until=timezone.now() + timedelta(seconds=30))

    with pytest.raises(TryLater):
        oauth.access_token(connection)

    assert token_requests(sandbox, "alice-gmail") == []


@BOTH
def test_a_revoked_grant_halts_the_connection_once_and_mails_once(sandbox, alice, person):
    connection = connect(sandbox, alice, person, fresh=False)
    sandbox.revoke(person)

    for _ in range(3):
        with pytest.raises(GrantDead) as dead:
            oauth.access_token(connection)
        assert dead.value.cause == "revoked"

    connection = Connection.objects.get()
    assert connection.halted
    assert connection.halt_cause == "revoked"
    assert len(token_requests(sandbox, person)) == 1
    assert [message.to for message in mail.outbox] == [["alice@hetk.example"]]


@pytest.mark.django_db(transaction=True)
def test_eight_threads_at_a_revoked_grant_send_one_mail(sandbox):
    connection = connect(sandbox, make_user("alice"), "alice-gmail", fresh=False)
    sandbox.revoke("alice-gmail")

    def ask(_):
        try:
            oauth.access_token(Connection.objects.get(pk=connection.pk))
        except GrantDead:
            return "dead"
        finally:
            database.close()

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == ["dead"] * 8

    assert len(mail.outbox) == 1
    assert len(token_requests(sandbox, "alice-gmail")) == 1


def test_a_policy_challenge_is_kept_for_the_next_sign_in(sandbox, alice):
    connection = connect(sandbox, alice, "alice-northwind", fresh=False)
    sandbox.call("POST", "challenge", {"person": "alice-northwind"})

    with pytest.raises(GrantDead) as dead:
        oauth.access_token(connection)

    assert dead.value.cause == "challenge"
    assert "polids" in dead.value.claims
    assert "polids" in Connection.objects.get().halt_claims


def test_an_unused_microsoft_grant_that_ran_out_says_expired(sandbox, alice):
    connection = connect(sandbox, alice, "alice-northwind", fresh=False)
    sandbox.advance(91 * 86400)

    with pytest.raises(GrantDead) as dead:
        oauth.access_token(connection)

    assert dead.value.cause == "expired"


@BOTH
def test_our_own_wrong_secret_never_blames_the_person(sandbox, alice, person, settings):
    settings.MICROSOFT_CLIENT_SECRET = settings.GOOGLE_CLIENT_SECRET = "rotated away"
    connection = connect(sandbox, alice, person, fresh=False)

    with pytest.raises(OurFault):
        oauth.access_token(connection)

    connection = Connection.objects.get()
    assert not connection.halted
    assert connection.refresh_lease_until is None
    assert mail.outbox == []


@pytest.mark.parametrize("code", [7000215, 7000222, 7000218])
def test_a_secret_that_microsoft_calls_expired_by_number_is_our_fault(sandbox, alice, code):
    connection = connect(sandbox, alice, "alice-northwind", fresh=False)
    refusal = {"error": "invalid_client", "error_codes": [code], "error_description": f"AADSTS{code}: no."}
    sandbox.faults("login.microsoftonline.com", "/token$", status=401, body=refusal)

    with pytest.raises(OurFault):
        oauth.access_token(connection)

    assert not Connection.objects.get().halted


@BOTH
@pytest.mark.parametrize(
    ("fault", "after"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}, "body": {"error": "slow_down"}}, 7.0),
        ({"status": 503, "headers": {"Retry-After": "2.5"}, "body": "busy"}, 2.5),
        ({"status": 500, "body": "<html>oops</html>"}, None),
        ({"drop": True}, None),
        ({"lost": True}, None),
    ],
)
def test_a_provider_in_trouble_is_asked_again_later(sandbox, alice, person, fault, after):
    connection = connect(sandbox, alice, person, fresh=False)
    sandbox.faults(TOKEN_HOST[person], "/token$", **fault)

    with pytest.raises(TryLater) as later:
        oauth.access_token(connection)

    assert later.value.after == after
    connection.refresh_from_db()
    assert not connection.halted
    assert connection.refresh_lease_until is None
    assert oauth.access_token(connection)
    assert mail.outbox == []


def test_news_about_an_old_grant_does_not_undo_a_reconnect(sandbox, alice):
    connection = connect(sandbox, alice, "alice-gmail", fresh=False)
    old = connection.grant
    sandbox.revoke("alice-gmail")
    fresh = sandbox.grant("alice-gmail")["refresh_token"]
    Connection.objects.update(grant=vault.seal(fresh, bound_to=binding(connection, "grant")))

    from accounts import halts

    assert not halts.halt(connection, "revoked", grant=old)
    assert oauth.access_token(connection)
    assert mail.outbox == []


def test_revoking_takes_the_grant_back_at_google_and_forgets_it(sandbox, alice):
    connection = connect(sandbox, alice, "alice-gmail")
    token = oauth.access_token(connection)

    oauth.revoke(connection)

    connection = Connection.objects.get()
    assert (connection.grant, connection.access) == ("", "")
    assert not works(sandbox, "alice-gmail", token)
