"""The address of a feed: what a person may type, whose it is, and what comes from it."""

import socket
from collections.abc import Iterator

import pytest
from django.conf import settings

from hetk import feed, outbound
from hetk.feed import Credential, Flaw, Flawed
from tests.environment import NOWHERE
from tests.hetk.listeners import Manner, drip, odd_server, stop_half_way

WHOLE = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
GOOGLE = "https://calendar.google.com/calendar/ical"
OUTLOOK = "https://outlook.office365.com/owa/calendar/f0e1@contoso.example/0123/calendar"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://club.example/a.ics", "https://club.example/a.ics"),
        (" webcal://club.example/a.ics ", "https://club.example/a.ics"),
        ("WEBCALS://Club.example/A.ics?x=1#y", "https://club.example/A.ics?x=1"),
        ("http://club.example/a.ics", "https://club.example/a.ics"),
        ("club.example/a.ics", "https://club.example/a.ics"),
        ("https://club.example:8443/a.ics", "https://club.example:8443/a.ics"),
        (f"{OUTLOOK}.html", f"{OUTLOOK}.ics"),
        (
            "https://calendar.google.com/calendar/embed?src=alice%40gmail.com&ctz=UTC",
            f"{GOOGLE}/alice%40gmail.com/public/basic.ics",
        ),
    ],
)
def test_an_address_is_taken_however_it_was_copied(typed: str, meant: str) -> None:
    assert feed.address(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hello",
        "file:///etc/passwd",
        "ftp://club.example/a.ics",
        "https://me:secret@club.example/a.ics",
        "https://localhost/x",
        "https://club.example:x/",
        "https://club.example/a b.ics",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_of_a_file_is_refused(typed: str) -> None:
    with pytest.raises(Flawed):
        feed.address(typed)


@pytest.mark.parametrize(
    ("url", "account"),
    [
        (f"{OUTLOOK}.ics", True),
        ("https://outlook.live.com/owa/calendar/1/2/cid-3/calendar.ics", True),
        ("https://mail.contoso.example/owa/calendar/1/2/calendar.ics", True),
        (f"{GOOGLE}/alice%40gmail.com/private-0123/basic.ics", True),
        (f"{GOOGLE}/c_0123%40group.calendar.google.com/public/basic.ics", True),
        (f"{GOOGLE}/en.estonian%23holiday%40group.v.calendar.google.com/public/basic.ics", False),
        ("https://p42-caldav.icloud.com/published/2/MTIz", True),
        ("https://calendars.icloud.com/holidays/ee_et.ics", False),
        ("https://club.example/matches.ics", False),
        ("https://outlook.office365.com.club.example/matches.ics", False),
    ],
)
def test_feeds_of_accounts_are_told_from_those_of_clubs(url: str, account: bool) -> None:
    assert feed.is_account(url) is account


def test_the_domains_in_an_address_are_found() -> None:
    assert feed.domains_in(f"{OUTLOOK}.ics") == ("outlook.office365.com", "contoso.example")
    assert feed.domains_in(f"{GOOGLE}/alice%40northwind.example/private-1/basic.ics")[1:] == ("northwind.example",)
    assert feed.domains_in(f"{GOOGLE}/c_1%40group.calendar.google.com/public/basic.ics") == ("calendar.google.com",)
    assert feed.owner_of(f"{GOOGLE}/alice%40northwind.example/private-1/basic.ics") == "alice@northwind.example"


def test_whoever_invites_and_whoever_wrote_it_is_found_in_the_file() -> None:
    text = 'PRODID:Microsoft Exchange Server 2010\nORGANIZER;CN="A: B":MAILTO:boss@con\n toso.example\nORGANIZER:mailto:a@b.example\n'
    assert feed.organizers(text) == ("contoso.example", "b.example")
    assert feed.is_written_by_account(text)
    assert not feed.is_written_by_account("PRODID:-//Club//EN\nSUMMARY:Microsoft Exchange Server\n")


def test_the_address_shows_in_no_repr_and_in_no_error() -> None:
    secret = f"{GOOGLE}/alice%40gmail.com/private-0123/basic.ics"
    assert "private-0123" not in repr(Credential(url=secret))
    outbound.configure(hosts=[], sandbox_url="http://127.0.0.1:9")
    try:
        with pytest.raises(outbound.Unreachable) as caught:
            feed.fetch(secret, timeout=2)
        assert "private-0123" not in str(caught.value)
    finally:
        outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)


def cut_short(connection: socket.socket) -> None:
    """A whole calendar that says that it is longer."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + WHOLE)


def cut_in_chunks(connection: socket.socket) -> None:
    connection.recv(65536)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.sendall(head + b"%x\r\n%s\r\n" % (len(WHOLE), WHOLE))


@pytest.fixture
def _elsewhere() -> Iterator[None]:
    yield
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("manner", [cut_short, cut_in_chunks, stop_half_way, drip])
def test_an_answer_that_does_not_come_whole_is_lost_even_where_it_looks_whole(manner: Manner) -> None:
    with odd_server(manner) as server:
        outbound.configure(hosts=[], sandbox_url=server.url)
        with pytest.raises(outbound.Lost):
            feed.fetch("https://club.example/a.ics", timeout=0.5)


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", None),
        ("begin:vcalendar\nend:vcalendar\n\n", None),
        ("BEGIN:VCALENDAR\nDESCRIPTION:END:VCALENDAR", Flaw.CUT),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\nWarning: out of memory", Flaw.CUT),
        ("", Flaw.EMPTY),
        ("<html>", Flaw.PAGE),
        ("BEGIN:VCARD\nEND:VCARD", Flaw.OTHER),
    ],
)
def test_a_whole_calendar_is_told_from_everything_else(text: str, flaw: Flaw | None) -> None:
    assert feed.flaw_of(text) is flaw
