"""Connecting a feed: tried at once, sealed like a password, and shown to nobody."""

import logging
from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from accounts import halts, oauth, vault
from accounts.models import Connection, HaltCause
from accounts.oauth.feed import BUSY_ONLY
from accounts.oauth.refresh import binding
from hetk import outbound
from hetk.feed import Credential
from sync.models import Calendar
from tests.accounts.browser import Browser
from tests.environment import NOWHERE
from tests.factories import make_user

pytestmark = pytest.mark.django_db
CLUB = "webcal://feeds.sports.example/matches.ics"


@pytest.fixture
def alice() -> Any:
    return make_user("alice", time_zone="Europe/Tallinn")


def published(sandbox: Any, person: str) -> str:
    """The address of the person's first calendar, Google's secret one."""
    return next(str(one["url"]) for one in sandbox.call("GET", "feeds") if one["person"] == person)


def enter(browser: Browser, url: str, **more: str) -> Any:
    return browser.post("/connect/feed/", {"url": url, "next": "/connections/", **more})


def page(response: Any) -> str:
    return str(response.content.decode())


def test_the_guide_says_where_each_publisher_keeps_the_address(sandbox: Any, browser: Browser) -> None:
    shown = page(browser.get("/connect/feed/"))
    for words in ("Publish a calendar", "Secret address in iCal format", "Public Calendar", "only Busy is copied"):
        assert words in shown


def test_a_clubs_feed_is_connected_with_its_name_and_without_limits(sandbox: Any, browser: Browser, alice: Any) -> None:
    response = enter(browser, CLUB)
    assert response.status_code == 302
    calendar = Calendar.objects.get(connection__user=alice)
    assert (calendar.name, calendar.zone, calendar.can_write) == ("Matches", "Europe/Tallinn", False)
    assert calendar.connection.scopes == ""
    assert "feeds.sports.example" in calendar.connection.aliases.split()
    shown = page(browser.get("/connections/"))
    assert "Matches" in shown
    assert "matches.ics" not in shown


@pytest.mark.parametrize("person", ["alice-northwind", "alice-gmail", "alice-icloud"])
def test_a_feed_of_an_account_is_known_as_one_and_its_address_stays_sealed(
    sandbox: Any, browser: Browser, person: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = published(sandbox, person)
    secret = url.removesuffix("/basic.ics").removesuffix("/calendar.ics").rpartition("/")[2]
    assert enter(browser, url).status_code == 302
    connection = Connection.objects.get()
    assert connection.scopes == BUSY_ONLY
    row = " ".join(str(value) for value in Connection.objects.values_list().get())
    assert secret not in row
    assert Credential.decoded(oauth.access_token(connection)).url == url
    with pytest.raises(vault.VaultError):
        vault.open_sealed(connection.grant, bound_to=binding(connection, "access"))
    for shown in ("/connections/", "/", "/connect/feed/", f"/connect/feed/?connection={connection.public_id}"):
        assert secret not in page(browser.get(shown))
    assert secret not in caplog.text
    domain = {"alice-northwind": "northwind.example", "alice-gmail": "gmail.example"}.get(person, "icloud.com")
    assert any(name.endswith(domain) for name in connection.aliases.split())


def test_whoever_invites_in_a_clubs_feed_is_remembered(sandbox: Any, browser: Browser) -> None:
    text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20270105T090000Z\r\nORGANIZER:mailto:boss@contoso.example\r\n"
    sandbox.call("POST", "feeds", {"path": "/matches.ics", "text": f"{text}END:VEVENT\r\nEND:VCALENDAR\r\n"})
    enter(browser, CLUB)
    assert "contoso.example" in Connection.objects.get().aliases.split()


def test_a_redirect_to_an_account_and_a_file_that_one_wrote_are_an_accounts_feed(
    sandbox: Any, browser: Browser
) -> None:
    there = published(sandbox, "alice-northwind")
    sandbox.faults("feeds.sports.example", times=1, status=302, headers={"Location": there})
    enter(browser, CLUB)
    assert Connection.objects.get().scopes == BUSY_ONLY
    Connection.objects.all().delete()
    text = "BEGIN:VCALENDAR\r\nPRODID:Microsoft Exchange Server 2010\r\nEND:VCALENDAR\r\n"
    sandbox.call("POST", "feeds", {"path": "/matches.ics", "text": text})
    enter(browser, CLUB)
    assert Connection.objects.get().scopes == BUSY_ONLY


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 200, "body": "<html>Sign in</html>"}, "shows a web page"),
        ({"status": 200, "body": ""}, "no whole calendar"),
        ({"status": 200, "body": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT"}, "no whole calendar"),
        ({"status": 404}, "Nothing is published"),
        ({"status": 403}, "Nothing is published"),
        ({"status": 500}, "does not answer just now"),
        ({"drop": True}, "does not answer just now"),
    ],
)
def test_what_is_no_calendar_is_told_and_nothing_is_kept(
    sandbox: Any, browser: Browser, fault: dict[str, Any], words: str
) -> None:
    sandbox.faults("feeds.sports.example", times=1, **fault)
    assert words in page(enter(browser, CLUB))
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "host", ["localhost.", "127.0.0.1", "127.1", "0x7f.1", "[::ffff:127.0.0.1]", "169.254.169.254", "100.64.0.1"]
)
def test_an_address_inside_our_own_walls_is_refused(browser: Browser, host: str) -> None:
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url="")
    try:
        assert "no feed that we can read" in page(enter(browser, f"https://{host}/a.ics"))
    finally:
        outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)
    assert not Connection.objects.exists()


def test_a_feed_that_stands_still_is_tried_again_or_gets_another_address(sandbox: Any, browser: Browser) -> None:
    enter(browser, CLUB)
    connection = Connection.objects.get()
    identity = connection.identity
    halts.halt(connection, HaltCause.FEED)
    assert "half a day" in mail.outbox[-1].body
    assert "try its address once more" in mail.outbox[-1].body
    link = browser.post(f"/connections/{connection.public_id}/reconnect/")["Location"]
    assert "Try the same address again" in page(browser.get(link))
    known = {"connection": str(connection.public_id)}
    sandbox.faults("feeds.sports.example", times=1, status=404)
    assert "Nothing is published" in page(browser.post("/connect/feed/", {"again": "1", **known}))
    browser.post("/connect/feed/", {"again": "1", **known})
    connection.refresh_from_db()
    assert not connection.halted
    sandbox.call("POST", "feeds", {"path": "/new.ics", "text": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"})
    enter(browser, "https://feeds.sports.example/new.ics", **known)
    connection = Connection.objects.get()
    assert connection.identity == identity
    assert Credential.decoded(oauth.access_token(connection)).url.endswith("/new.ics")


def test_nobody_touches_somebody_elses_feed(sandbox: Any, browser: Browser) -> None:
    enter(browser, CLUB)
    other = Browser(make_user("charlie"))
    assert other.get(f"/connect/feed/?connection={Connection.objects.get().public_id}").status_code == 404


def test_a_feed_whose_names_change_each_time_is_known_by_what_it_says(sandbox: Any, browser: Browser) -> None:
    event = "BEGIN:VEVENT\r\nUID:{}\r\nDTSTART:20270105T090000Z\r\nEND:VEVENT\r\n"
    for uid in ("one", "two"):
        text = f"BEGIN:VCALENDAR\r\n{event.format(uid)}END:VCALENDAR\r\n"
        sandbox.faults("feeds.sports.example", times=1, status=200, body=text)
    enter(browser, CLUB)
    assert not Credential.decoded(oauth.access_token(Connection.objects.get())).steady
