"""iCloud's manners, as its clients tell of them: hosts, passwords, refusals."""

import re
from base64 import b64encode
from typing import Any

import pytest

from tests.sandbox.client import Answer, Client

PERSON, ADDRESS = "alice-icloud", "alice.tamm@icloud.example"
ENTRANCE = "https://caldav.icloud.com"
EVENT = """BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:one\r\nDTSTAMP:20260101T000000Z\r
DTSTART:20270105T090000Z\r\nDTEND:20270105T100000Z\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""
ICS = "text/calendar"


class Mac:
    """A calendar program on somebody's desk."""

    def __init__(self, client: Client) -> None:
        self.client = client
        said = client("POST", "/_sandbox/icloud/password", json={"person": PERSON}).json()
        self.password, self.home = said["password"], said["home"]
        self.calendar = f"{self.home}home/"

    def __call__(self, method: str, url: str, body: str = "", **headers: Any) -> Answer:
        basic = b64encode(f"{ADDRESS}:{self.password}".encode()).decode()
        target = self.client.sandbox.url + "/" + url.partition("://")[2]
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client._pool.request(
            method, target, body=body.encode() or None, headers={"Authorization": f"Basic {basic}", **given}
        )
        return Answer(answer.status, dict(answer.headers.items()), answer.data)

    def propfind(self, url: str, *names: str, depth: str = "0") -> Answer:
        props = "".join(f"<{name}/>" for name in names)
        body = f'<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop>{props}</prop></propfind>'
        return self("PROPFIND", url, body, Depth=depth)

    def report(self, body: str) -> Answer:
        spaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
        return self("REPORT", self.calendar, body.replace(">", f" {spaces}>", 1), Depth="1")

    def changes(self, token: str = "") -> Answer:
        return self.report(
            f"<sync-collection><sync-token>{token}</sync-token><prop><getetag/></prop></sync-collection>"
        )


@pytest.fixture
def mac(client: Client) -> Mac:
    return Mac(client)


def test_the_entrance_leads_to_the_machine_that_has_the_calendars(mac: Mac) -> None:
    who = mac.propfind(f"{ENTRANCE}/", "current-user-principal")
    (principal,) = re.findall("<href>(/[0-9]+/principal/)</href>", who.text)
    home = mac.propfind(ENTRANCE + principal, "C:calendar-home-set")
    assert f"{mac.home.replace('.com/', '.com:443/')}</href>" in home.text
    assert mac.propfind(ENTRANCE + principal, "C:calendar-home-set", depth="1").status == 400


def test_only_an_app_specific_password_opens_anything(mac: Mac, client: Client) -> None:
    assert re.fullmatch("([a-z]{4}-){3}[a-z]{4}", mac.password)
    mac.password = "Apple-alice-icloud-1"
    refused = mac.propfind(f"{ENTRANCE}/", "current-user-principal")
    assert refused.status == 401
    assert 'Basic realm="MMCalDav"' in refused.headers["www-authenticate"]


def test_a_new_account_password_takes_them_all_away(mac: Mac, client: Client) -> None:
    page = client("POST", "https://account.apple.com/", form={"person": PERSON, "do": "new"})
    (other,) = re.findall("([a-z]{4}(?:-[a-z]{4}){3})</strong>", page.text)
    client("POST", "https://account.apple.com/", form={"person": PERSON, "do": "change"})
    first = mac.password
    for mac.password in (first, other):
        assert mac.propfind(mac.home, "resourcetype").status == 401


def test_there_are_never_more_than_25_passwords(mac: Mac, client: Client) -> None:
    for _ in range(24):
        client("POST", "https://account.apple.com/", form={"person": PERSON, "do": "new"})
    page = client("POST", "https://account.apple.com/", form={"person": PERSON, "do": "new"})
    assert "25 app-specific passwords are the most" in page.text


def test_calendars_tasks_and_boxes_are_listed_and_told_apart(mac: Mac) -> None:
    listed = mac.propfind(mac.home, "resourcetype", "C:supported-calendar-component-set", depth="1").text
    assert listed.count("<response>") == 8
    assert listed.count('name="VEVENT"') == 3
    assert listed.count('name="VTODO"') == 1
    # What it has not comes along as an empty value that means nothing.
    assert "404 Not Found" in listed


def test_changes_are_told_with_the_calendar_itself_and_old_tokens_are_refused(mac: Mac, client: Client) -> None:
    first = mac.changes()
    (token,) = re.findall("<sync-token>(.*)</sync-token>", first.text)
    assert first.text.count("<response>") == 1
    assert mac("PUT", f"{mac.calendar}one.ics", EVENT, Content_Type=ICS).status == 201
    second = mac.changes(token)
    assert "home/one.ics" in second.text
    (token,) = re.findall("<sync-token>(.*)</sync-token>", second.text)
    assert mac("DELETE", f"{mac.calendar}one.ics").status == 204
    assert "HTTP/1.1 404 Not Found" in mac.changes(token).text
    client("POST", "/_sandbox/icloud/forget", json={"person": PERSON})
    refused = mac.changes(token)
    assert (refused.status, "valid-sync-token" in refused.text) == (403, True)


def test_writes_are_conditional_and_a_star_is_taken_the_wrong_way_round(mac: Mac) -> None:
    url = f"{mac.calendar}one.ics"
    made = mac("PUT", url, EVENT, If_None_Match="*")
    assert made.status == 201
    assert mac("PUT", url, EVENT, If_None_Match="*").status == 412
    assert mac("PUT", url, EVENT, If_Match="*").status == 412
    assert mac("PUT", url, EVENT, If_Match='"other"').status == 412
    assert mac("PUT", url, EVENT, If_Match=made.headers["etag"]).status == 204
    assert mac("DELETE", url, If_Match=made.headers["etag"]).status == 412
    assert mac("PUT", f"{mac.calendar}two.ics", EVENT.replace("UID:one", "UID:two"), If_Match="*").status == 201


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (("DTEND:20270105T100000Z\r\n", ""), ""),
        (("UID:one\r\n", ""), "valid-calendar-object-resource"),
        (("PRODID:x", "PRODID:x\r\nMETHOD:PUBLISH"), "valid-calendar-object-resource"),
    ],
)
def test_what_it_refuses(mac: Mac, change: tuple[str, str], condition: str) -> None:
    refused = mac("PUT", f"{mac.calendar}one.ics", EVENT.replace(*change))
    assert refused.status == 403
    assert condition in refused.text
    assert mac("GET", f"{mac.calendar}one.ics").status == 404


def test_one_uid_lives_in_one_calendar_of_an_account(mac: Mac) -> None:
    assert mac("PUT", f"{mac.calendar}one.ics", EVENT).status == 201
    assert mac("PUT", f"{mac.home}work/one.ics", EVENT).status == 403
    assert mac("PUT", f"{mac.home}club/two.ics", EVENT.replace("UID:one", "UID:two")).status == 403


def test_whoever_is_on_the_list_is_written_to(mac: Mac, client: Client) -> None:
    guests = "ORGANIZER:mailto:alice.tamm@icloud.example\r\nATTENDEE:mailto:guest@elsewhere.example\r\nSUMMARY"
    answer = mac("PUT", f"{mac.calendar}one.ics", EVENT.replace("SUMMARY", guests))
    assert "etag" not in answer.headers
    (sent,) = client("GET", "/_sandbox/invitations").json()
    assert (sent["attendee"], sent["what"]) == ("guest@elsewhere.example", "invited")


def test_a_query_must_name_what_it_looks_for(mac: Mac) -> None:
    mac("PUT", f"{mac.calendar}one.ics", EVENT)
    query = '<C:calendar-query><prop><getetag/></prop><C:filter><C:comp-filter name="VCALENDAR">{}</C:comp-filter></C:filter></C:calendar-query>'
    assert mac.report(query.format("")).status == 400
    assert "one.ics" in mac.report(query.format('<C:comp-filter name="VEVENT"/>')).text


def test_an_account_that_asks_too_often_is_told_to_wait(mac: Mac, client: Client) -> None:
    client("POST", "/_sandbox/icloud/limits", json={"per_minute": 2, "pause": 5})
    statuses = [mac.propfind(mac.home, "resourcetype").status for _ in range(3)]
    assert statuses == [207, 207, 503]
    assert mac.propfind(mac.home, "resourcetype").headers["retry-after"] == "5"


@pytest.mark.parametrize("method", ["MKCALENDAR", "PROPPATCH", "POST"])
def test_what_it_does_not_know_it_does_not_do(mac: Mac, method: str) -> None:
    assert mac(method, mac.calendar).status == 405


def test_another_accounts_calendars_and_machines_are_closed(mac: Mac) -> None:
    other = re.sub(r"/\d+/", "/1234567890/", mac.home)
    assert mac.propfind(other, "resourcetype").status == 403
    assert mac.propfind(mac.home.replace("p42", "p57"), "resourcetype").status == 403
