"""Accounts that are entered with a password: iCloud against the sandbox, any server against a real one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from accounts import halts, oauth, vault
from accounts.models import Connection
from accounts.oauth import caldav
from accounts.oauth.errors import GrantDead, NotLetIn, Refusal, TryLater
from accounts.oauth.refresh import binding, identity_of
from hetk import outbound
from hetk.dav import Credential
from sync.models import Calendar
from tests.accounts.browser import Browser
from tests.environment import NOWHERE
from tests.factories import make_user
from tests.providers.dav_servers import HOST, PASSWORD, USERS, Fault, Front, radicale

pytestmark = pytest.mark.django_db
PERSON, ADDRESS = "alice-icloud", "alice.tamm@icloud.example"


@pytest.fixture
def app_password(sandbox: Any) -> str:
    return str(sandbox.call("POST", "icloud/password", {"person": PERSON})["password"])


def page(response: Any) -> str:
    return str(response.content.decode())


def enter(browser: Browser, password: str, user: str = ADDRESS, **more: str) -> Any:
    return browser.post("/connect/icloud/", {"user": user, "password": password, "next": "/connections/", **more})


def granted(connection: Connection) -> Credential:
    return Credential.decoded(oauth.access_token(connection))


def test_the_guide_leads_to_apple_and_tells_what_the_password_opens(sandbox: Any, browser: Browser) -> None:
    shown = page(browser.get("/connect/icloud/"))
    assert f"{sandbox.url}/account.apple.com/" in shown
    assert "App-Specific Passwords" in shown
    assert "opens mail and contacts as well" in shown


def test_an_app_specific_password_connects_an_account_with_its_calendars(
    sandbox: Any, alice: Any, browser: Browser, app_password: str
) -> None:
    response = enter(browser, app_password)
    assert response["Location"] == "/connections/"
    connection = Connection.objects.get(user=alice)
    assert (connection.kind, connection.address, connection.halted) == ("icloud", ADDRESS, False)
    listed = Calendar.objects.filter(connection=connection)
    assert {calendar.name: calendar.can_write for calendar in listed} == {"Home": True, "Work": True, "Club": False}
    assert not listed.filter(can_watch=True).exists()
    assert granted(connection).home.startswith("https://p42-caldav.icloud.com/")
    assert ADDRESS in page(browser.get("/connections/"))


@pytest.mark.parametrize("way", [str.upper, lambda text: text.replace("-", ""), lambda text: f" {text} "])
def test_a_password_is_taken_however_it_was_copied(
    sandbox: Any, alice: Any, browser: Browser, app_password: str, way: Any
) -> None:
    enter(browser, way(app_password))
    assert granted(Connection.objects.get(user=alice)).password == app_password


def test_the_password_is_sealed_and_bound_to_its_row(alice: Any, browser: Browser, app_password: str) -> None:
    enter(browser, app_password)
    connection = Connection.objects.get(user=alice)
    for column in (connection.grant, connection.access):
        assert app_password not in column
    assert app_password in vault.open_sealed(connection.grant, bound_to=binding(connection, "grant"))


def test_the_password_of_the_apple_account_is_recognised_and_sent_nowhere(
    sandbox: Any, browser: Browser, app_password: str
) -> None:
    sandbox.forget_requests()
    shown = page(enter(browser, "Apple-alice-icloud-1"))
    assert "That is not an app-specific password" in shown
    assert "Apple-alice-icloud-1" not in shown
    assert sandbox.requests() == []
    assert not Connection.objects.exists()


def test_a_wrong_password_is_told_at_once_and_nothing_is_kept(sandbox: Any, browser: Browser) -> None:
    shown = page(enter(browser, "abcd-efgh-ijkl-mnop"))
    assert "Apple did not accept this" in shown
    assert "changing the password of the Apple Account takes all app-specific ones away" in shown
    assert not Connection.objects.exists()


def test_apple_out_of_order_is_never_called_a_wrong_password(sandbox: Any, browser: Browser, app_password: str) -> None:
    for status in (503, 429, 500):
        sandbox.faults("caldav.icloud.com", status=status)
        shown = page(enter(browser, app_password))
        assert "iCloud does not answer just now" in shown
        assert "did not accept" not in shown
    assert not Connection.objects.exists()


def test_a_password_that_stopped_working_halts_once_tells_why_and_leads_back(
    sandbox: Any, alice: Any, browser: Browser, app_password: str
) -> None:
    enter(browser, app_password)
    connection = Connection.objects.get(user=alice)
    sandbox.revoke(PERSON)
    for _ in range(2):
        with pytest.raises(GrantDead):
            oauth.access_token(connection, renew=True)
    (told,) = mail.outbox
    assert "most often because the password of the Apple Account was changed" in told.body
    assert "Your calendars are safe" in told.body
    shown = page(browser.get("/connections/"))
    assert "most often because the password of the Apple Account was changed" in shown

    back = browser.post(f"/connections/{connection.public_id}/reconnect/", {"next": "/connections/"})
    assert back["Location"].startswith(f"/connect/icloud/?connection={connection.public_id}")
    asked = page(browser.get(back["Location"]))
    assert ADDRESS in asked
    fresh = sandbox.call("POST", "icloud/password", {"person": PERSON})["password"]
    enter(browser, fresh, connection=str(connection.public_id))
    connection.refresh_from_db()
    assert not connection.halted
    assert granted(connection).password == fresh


def test_another_account_never_takes_the_place_of_the_one_that_stands_still(
    sandbox: Any, alice: Any, browser: Browser, app_password: str
) -> None:
    enter(browser, app_password)
    connection = Connection.objects.get(user=alice)
    halts.halt(connection, "apple-password")
    other = sandbox.call("POST", "icloud/password", {"person": "bob-icloud"})
    shown = page(enter(browser, other["password"], other["user"], connection=str(connection.public_id)))
    assert "That is another account" in shown
    assert Connection.objects.get().halted


def test_nobody_enters_anything_for_somebody_elses_connection(
    sandbox: Any, alice: Any, browser: Browser, app_password: str
) -> None:
    enter(browser, app_password)
    stranger = Browser(make_user("charlie"))
    public_id = Connection.objects.get().public_id
    assert stranger.get(f"/connect/icloud/?connection={public_id}").status_code == 404
    assert enter(stranger, app_password, connection=str(public_id)).status_code == 404


def test_an_account_that_moved_to_another_machine_is_found_again(
    sandbox: Any, alice: Any, browser: Browser, app_password: str
) -> None:
    enter(browser, app_password)
    connection = Connection.objects.get(user=alice)
    sandbox.call("POST", "icloud/move", {"person": PERSON, "partition": 57})
    oauth.access_token(connection, renew=True)
    connection.refresh_from_db()
    assert granted(connection).home.startswith("https://p57-caldav.icloud.com/")
    assert not connection.halted


@pytest.mark.parametrize("kind", ["icloud", "caldav"])
def test_nobody_signs_in_to_hetk_with_such_an_account(sandbox: Any, browser: Browser, kind: str) -> None:
    assert Browser().post(f"/signin/{kind}/").status_code == 404
    assert browser.get(f"/connect/{kind}/callback/").status_code == 404


# Any server.


@pytest.fixture(scope="module")
def _front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with radicale(tmp_path_factory.mktemp("radicale")) as front:
        yield front


@pytest.fixture
def front(_front: Front) -> Iterator[Front]:
    _front.served.clear()
    _front.faults.clear()
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=_front.url)
    yield _front
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)


USER = USERS[-1]


def serve(browser: Browser, url: str = f"https://{HOST}/", password: str = PASSWORD, user: str = USER) -> Any:
    return browser.post("/connect/caldav/", {"url": url, "user": user, "password": password, "next": "/connections/"})


@pytest.mark.parametrize("url", [HOST, f"https://{HOST}", f"https://{HOST}/{USER}/", f"https://{HOST}:443/nowhere/"])
def test_a_server_is_found_from_whatever_address_was_given(
    alice: Any, browser: Browser, front: Front, url: str
) -> None:
    assert serve(browser, url)["Location"] == "/connections/"
    connection = Connection.objects.get(user=alice)
    assert (connection.kind, connection.address) == ("caldav", f"{USER}@{HOST}")
    assert granted(connection).home == f"https://{HOST}/{USER}/"
    assert "no calendar" not in page(browser.get("/connections/"))


def test_the_well_known_place_is_followed_where_the_entrance_knows_nothing(
    alice: Any, browser: Browser, front: Front
) -> None:
    front.faults += [
        Fault(path="^/$", status=404),
        Fault(path="well-known", status=301, headers={"Location": f"/{USER}/"}),
    ]
    serve(browser)
    assert granted(Connection.objects.get(user=alice)).home == f"https://{HOST}/{USER}/"


def test_the_password_goes_to_no_host_that_the_person_did_not_name(browser: Browser, front: Front) -> None:
    front.faults.append(Fault(status=301, headers={"Location": "https://elsewhere.example/dav/"}))
    shown = page(serve(browser))
    assert "This server sends us on to elsewhere.example" in shown
    assert not Connection.objects.exists()
    assert [one for one in front.served if "elsewhere" in one.path] == []


@pytest.mark.parametrize(
    "home",
    [
        "https://169.254.169.254/latest/",
        "https://elsewhere.example/x/",
        "http://dav.example/x/",
        "https://dav.example:8443/x/",
    ],
)
def test_a_home_that_lies_elsewhere_is_not_taken(browser: Browser, front: Front, home: str) -> None:
    body = (
        '<multistatus xmlns="DAV:"><response><href>/</href><propstat><prop><current-user-principal><href>/p/</href>'
        f'</current-user-principal><C:calendar-home-set xmlns:C="urn:ietf:params:xml:ns:caldav"><href>{home}</href></C:calendar-home-set>'
        "</prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"
    )
    front.faults.append(Fault(status=207, body=body.encode(), times=2))
    assert "sends us on to" in page(serve(browser))
    assert len(front.served) == 2
    assert not Connection.objects.exists()


@pytest.mark.parametrize("url", ["https://caldav.icloud.com/", "p42-caldav.icloud.com", "icloud.com"])
def test_apples_own_server_is_sent_to_the_page_that_it_has(browser: Browser, front: Front, url: str) -> None:
    shown = page(serve(browser, url=url))
    assert "This is iCloud" in shown
    assert 'href="/connect/icloud/"' in shown
    assert not front.served
    assert not Connection.objects.exists()


def test_a_wrong_password_and_no_server_are_told_apart(browser: Browser, front: Front) -> None:
    assert "did not accept this user name and password" in page(serve(browser, password="wrong"))
    front.faults.append(Fault(status=200, body=b"<html>", times=9))
    assert "no calendar server that we can use" in page(serve(browser))
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://dav.example/",
        "ftp://dav.example/",
        "https://me:pass@dav.example/",
        "https://dav.example:22/",
        "https://",
    ],
)
def test_an_address_that_may_not_be_asked_is_asked_nothing(browser: Browser, front: Front, url: str) -> None:
    assert "no calendar server that we can use" in page(serve(browser, url))
    assert front.served == []


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "100.64.0.1"],
)
def test_an_address_inside_our_own_walls_is_refused(browser: Browser, host: str) -> None:
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url="")
    try:
        assert "no calendar server that we can use" in page(serve(browser, f"https://{host}/"))
    finally:
        outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)
    assert not Connection.objects.exists()


def test_a_password_that_stopped_working_at_a_server_is_told_without_apple(
    alice: Any, browser: Browser, front: Front
) -> None:
    serve(browser)
    connection = Connection.objects.get(user=alice)
    front.faults.append(Fault(status=401, times=2))
    with pytest.raises(GrantDead) as dead:
        caldav.refresh(
            vault.open_sealed(connection.grant, bound_to=binding(connection, "grant")), identity_of(connection)
        )
    assert dead.value.cause == "password"
    front.faults[:] = [Fault(status=503)]
    with pytest.raises(TryLater):
        caldav.refresh(
            vault.open_sealed(connection.grant, bound_to=binding(connection, "grant")), identity_of(connection)
        )


def test_what_was_typed_never_shows_in_a_repr() -> None:
    entry = caldav.server("dav.example", "me", "hush-hush")
    assert "hush" not in repr(entry)
    with pytest.raises(NotLetIn) as refused:
        caldav.apple("me@icloud.example", "hush-hush")
    assert refused.value.refusal is Refusal.NOT_APP_SPECIFIC
    assert "hush" not in str(refused.value)
