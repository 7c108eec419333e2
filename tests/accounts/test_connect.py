"""Connecting accounts through the providers' own screens: what is asked, what comes back, what is refused."""

import logging
import time

import pytest
from django.contrib.messages import get_messages
from django.core import mail

from accounts import halts, oauth, vault
from accounts.flows import SESSION_KEY
from accounts.models import Connection
from accounts.oauth.google import CALENDAR_LIST, EVENTS
from sync.models import Calendar
from tests.accounts.browser import Browser, answer, query_of
from tests.factories import connect, make_user

pytestmark = pytest.mark.django_db

PEOPLE = {"microsoft": "alice-northwind", "google": "alice-gmail"}
BOTH = pytest.mark.parametrize("kind", ["microsoft", "google"])


def page(response):
    return response.content.decode()


@BOTH
def test_one_consent_connects_an_account_with_its_calendars(sandbox, alice, browser, kind):
    response = browser.through(f"/connect/{kind}/", PEOPLE[kind], next="/connections/")

    assert response["Location"] == "/connections/"
    connection = Connection.objects.get(user=alice)
    assert connection.kind == kind
    assert not connection.halted
    assert Calendar.objects.filter(connection=connection, primary=True).exists()
    assert oauth.access_token(connection)


def test_accounts_of_both_providers_stand_side_by_side(sandbox, alice, browser):
    browser.through("/connect/microsoft/", "alice-northwind", next="/connections/")
    browser.through("/connect/microsoft/", "alice-outlook", next="/connections/")
    browser.through("/connect/google/", "alice-gmail", next="/connections/")

    listed = page(browser.get("/connections/"))

    for address in ("alice@northwind.example", "alice@outlook.example", "alice.tamm@gmail.example"):
        assert address in listed


def test_connecting_the_same_account_again_renews_it(sandbox, browser):
    browser.through("/connect/google/", "alice-gmail", next="/connections/")
    before = Connection.objects.get()

    browser.through("/connect/google/", "alice-gmail", next="/connections/")

    after = Connection.objects.get()
    assert after.pk == before.pk
    assert after.grant != before.grant


@BOTH
def test_what_is_asked_has_pkce_state_nonce_and_the_products_scopes_only(sandbox, browser, kind):
    asked = query_of(browser.start(f"/connect/{kind}/"))

    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 16
    assert len(asked["nonce"]) >= 16
    assert asked["redirect_uri"] == f"http://localhost:8000/connect/{kind}/callback/"
    assert (
        set(asked["scope"].split())
        == {
            "microsoft": {"openid", "email", "profile", "offline_access", "Calendars.ReadWrite"},
            "google": {"openid", "email", CALENDAR_LIST, EVENTS},
        }[kind]
    )


def test_google_is_asked_for_a_lasting_grant(sandbox, browser):
    asked = query_of(browser.start("/connect/google/"))

    assert asked["access_type"] == "offline"
    assert "consent" in asked["prompt"].split()


@BOTH
def test_graphs_me_and_other_profiles_are_never_asked(sandbox, browser, kind):
    browser.through(f"/connect/{kind}/", PEOPLE[kind], next="/connections/")

    assert sandbox.requests(path=r"/me/?$") == []
    assert sandbox.requests(path="userinfo") == []


@BOTH
def test_a_callback_works_once(sandbox, browser, kind):
    back = answer(browser.start(f"/connect/{kind}/", next="/connections/"), PEOPLE[kind])
    browser.come_back(back)
    Connection.objects.all().delete()
    sandbox.forget_requests()

    response = browser.come_back(back)

    assert response.status_code == 400
    assert "This sign-in is over" in page(response)
    assert not Connection.objects.exists()
    assert sandbox.requests(path="/token$") == []


@BOTH
def test_a_callback_in_another_browser_is_refused(sandbox, alice, browser, kind):
    back = answer(browser.start(f"/connect/{kind}/"), PEOPLE[kind])

    for other in (Browser(alice), Browser(make_user("bob")), Browser()):
        assert "This sign-in is over" in page(other.come_back(back))

    assert not Connection.objects.exists()
    assert sandbox.requests(path="/token$") == []


def test_a_state_of_one_provider_is_refused_at_the_other(sandbox, browser):
    back = answer(browser.start("/connect/google/"), "alice-gmail")

    response = browser.come_back(back.replace("/connect/google/", "/connect/microsoft/"))

    assert "This sign-in is over" in page(response)
    assert sandbox.requests(path="/token$") == []
    # It is used up: the right door is shut afterwards too.
    assert "This sign-in is over" in page(browser.come_back(back))


def test_an_answer_that_names_another_issuer_is_refused(sandbox, browser):
    back = answer(browser.start("/connect/google/"), "alice-gmail")

    response = browser.come_back(back + "&iss=https://evil.example")

    assert "could not be verified" in page(response)
    assert sandbox.requests(path="/token$") == []


@BOTH
def test_a_flow_is_over_after_ten_minutes(sandbox, browser, kind):
    back = answer(browser.start(f"/connect/{kind}/"), PEOPLE[kind])
    session = browser.session
    for flow in session[SESSION_KEY].values():
        flow["began"] = time.time() - 601
    session.save()

    assert "This sign-in is over" in page(browser.come_back(back))
    assert not Connection.objects.exists()


@BOTH
def test_a_connection_goes_to_nobody_else_who_signed_in_meanwhile(sandbox, browser, kind):
    back = answer(browser.start(f"/connect/{kind}/"), PEOPLE[kind])
    session = browser.session
    for flow in session[SESSION_KEY].values():
        flow["user"] = make_user("bob").pk
    session.save()

    assert "This sign-in is over" in page(browser.come_back(back))
    assert not Connection.objects.exists()


@BOTH
def test_a_code_of_another_flow_fails_at_pkce(sandbox, browser, kind):
    """The attacker's code in the victim's callback: the verifier does not fit."""
    attacker = Browser(make_user("bob"))
    stolen = query_of(answer(attacker.start(f"/connect/{kind}/"), PEOPLE[kind]))["code"]
    state = query_of(browser.start(f"/connect/{kind}/"))["state"]

    response = browser.get(f"/connect/{kind}/callback/", {"code": stolen, "state": state})

    assert response.status_code in {200, 400}
    assert not Connection.objects.exists()


@BOTH
def test_an_id_token_with_another_nonce_is_refused(sandbox, browser, kind):
    back = answer(browser.start(f"/connect/{kind}/"), PEOPLE[kind])
    session = browser.session
    for flow in session[SESSION_KEY].values():
        flow["secret"]["nonce"] = "another"
    session.save()

    response = browser.come_back(back)

    assert "could not be verified" in page(response)
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("left", "missing"),
    [
        ([CALENDAR_LIST], ["view and edit events on your calendars"]),
        ([EVENTS], ["see the list of your calendars"]),
        ([], ["view and edit events on your calendars", "see the list of your calendars"]),
    ],
)
def test_an_unticked_permission_is_named_and_can_be_given_at_once(sandbox, browser, left, missing):
    back = answer(browser.start("/connect/google/", next="/connections/"), "alice-gmail", scopes=left)

    response = browser.come_back(back)

    for words in missing:
        assert words in page(response)
    assert 'action="/connect/google/"' in page(response)
    assert 'value="/connections/"' in page(response)
    assert not Connection.objects.exists()
    browser.through("/connect/google/", "alice-gmail")
    assert Connection.objects.exists()


@BOTH
def test_saying_no_stores_nothing_and_blames_nobody(sandbox, browser, kind):
    response = browser.through(f"/connect/{kind}/", PEOPLE[kind], choice="deny")

    assert "You said no, and that is fine" in page(response)
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "address", ["alice@northwind.example", "alice@outlook.example", "somebody@nowhere.example", "x"]
)
def test_an_address_of_the_global_cloud_or_of_nobody_goes_on(sandbox, browser, address):
    asked = query_of(browser.start("/connect/microsoft/", address=address))

    assert asked["login_hint"] == address


@BOTH
def test_reconnecting_with_another_account_is_refused(sandbox, alice, browser, kind):
    connection = connect(sandbox, alice, PEOPLE[kind])
    other = {"microsoft": "bob-northwind", "google": "bob-gmail"}[kind]

    response = browser.through(f"/connections/{connection.public_id}/reconnect/", other)

    assert "That was another account" in page(response)
    assert f'action="/connections/{connection.public_id}/reconnect/"' in page(response)
    assert list(Connection.objects.values_list("subject", flat=True)) == [connection.subject]


@BOTH
def test_reconnecting_ends_a_halt(sandbox, alice, browser, kind):
    connection = connect(sandbox, alice, PEOPLE[kind])
    sandbox.revoke(PEOPLE[kind])
    halts.halt(connection, "revoked")
    assert "Stands still" in page(browser.get("/connections/"))

    browser.through(f"/connections/{connection.public_id}/reconnect/", PEOPLE[kind], next="/connections/")

    connection.refresh_from_db()
    assert not connection.halted
    assert oauth.access_token(connection, renew=True)
    assert len(mail.outbox) == 1


def test_a_reconnect_carries_the_challenge_of_the_organization(sandbox, alice, browser):
    connection = connect(sandbox, alice, "alice-northwind")
    claims = '{"access_token":{"polids":{"essential":true,"Values":["1"]}}}'
    halts.halt(connection, "challenge", claims)

    asked = query_of(browser.start(f"/connections/{connection.public_id}/reconnect/"))

    assert '"polids"' in asked["claims"]
    assert asked["login_hint"] == "alice@northwind.example"


@BOTH
def test_a_provider_that_is_down_is_named_and_the_button_stays(sandbox, browser, kind):
    host = {"microsoft": "login.microsoftonline.com", "google": "oauth2.googleapis.com"}[kind]
    back = answer(browser.start(f"/connect/{kind}/"), PEOPLE[kind])
    sandbox.faults(host, "/token$", status=503, body="busy")

    response = browser.come_back(back)

    assert response.status_code == 503
    assert "does not answer" in page(response)
    assert f'action="/connect/{kind}/"' in page(response)
    assert not Connection.objects.exists()


@BOTH
def test_our_own_wrong_secret_is_said_to_be_ours(sandbox, browser, kind, settings):
    back = answer(browser.start(f"/connect/{kind}/"), PEOPLE[kind])
    settings.MICROSOFT_CLIENT_SECRET = settings.GOOGLE_CLIENT_SECRET = "rotated away"

    response = browser.come_back(back)

    assert response.status_code == 503
    assert "on our side" in page(response)
    assert not Connection.objects.exists()


def test_an_account_whose_calendars_cannot_be_read_is_connected_and_told(sandbox, browser):
    back = answer(browser.start("/connect/microsoft/", next="/connections/"), "alice-northwind")
    sandbox.faults("graph.microsoft.com", ".*", times=9, status=503, body={"error": {"code": "serviceNotAvailable"}})

    response = browser.come_back(back)

    assert Connection.objects.exists()
    assert any("could not be read just now" in str(message) for message in get_messages(response.wsgi_request))


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", r"/\evil.example", "https:evil.example", "javascript:alert(1)"],
)
def test_nobody_is_sent_to_another_site_afterwards(sandbox, browser, wanted):
    back = answer(browser.start("/connect/google/", next=wanted), "alice-gmail")

    assert "evil" not in str(browser.session[SESSION_KEY])
    assert "javascript" not in str(browser.session[SESSION_KEY])
    assert browser.come_back(back).status_code == 302


def test_only_a_few_flows_wait_in_a_session(sandbox, browser):
    addresses = [browser.start("/connect/google/") for _ in range(6)]

    assert len(browser.session[SESSION_KEY]) == 4
    assert "This sign-in is over" in page(browser.come_back(answer(addresses[0], "alice-gmail")))
    assert browser.come_back(answer(addresses[-1], "alice-gmail")).status_code == 302


@BOTH
def test_no_token_reaches_a_page_or_a_session(sandbox, alice, browser, kind):
    back = answer(browser.start(f"/connect/{kind}/", next="/connections/"), PEOPLE[kind])
    response = browser.come_back(back)
    connection = Connection.objects.get()
    secrets = [
        oauth.access_token(connection),
        vault.open_sealed(connection.grant, bound_to=f"connection:{connection.public_id}:grant"),
        connection.grant,
        connection.access,
    ]

    seen = page(response) + page(browser.get("/connections/")) + str(dict(browser.session.items()))
    seen += page(browser.get(f"/connections/{connection.public_id}/disconnect/"))

    for secret in secrets:
        assert secret not in seen


@BOTH
def test_no_token_reaches_the_log_however_much_it_is_asked_to_say(sandbox, browser, kind, caplog):
    caplog.set_level(logging.DEBUG)
    browser.through(f"/connect/{kind}/", PEOPLE[kind], next="/connections/")
    connection = Connection.objects.get()
    grant = vault.open_sealed(connection.grant, bound_to=f"connection:{connection.public_id}:grant")
    tokens = [grant, oauth.access_token(connection), oauth.access_token(connection, renew=True)]

    logging.getLogger("accounts").debug("heard")
    assert "heard" in caplog.text
    for token in tokens:
        assert token not in caplog.text


def test_what_a_person_types_as_an_address_stays_one_piece_of_the_path(sandbox, browser):
    browser.start("/connect/microsoft/", address="x@../../graph?a=b#c")

    asked = sandbox.requests(host="login.microsoftonline.com")
    assert all(entry["path"].endswith("/v2.0/.well-known/openid-configuration") for entry in asked)
    assert all(not entry["query"] for entry in asked)
