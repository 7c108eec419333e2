"""The sandbox's pages: what a visitor sees, and what their hand does there to calendars."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from sandbox.markup import Markup, join, tag
from sandbox.pages_guide import NOTES
from sandbox.pages_mailbox import linked
from tests.sandbox.client import Client

WEEK, DAY = "2027-03-01", "2027-03-03"
PEOPLE = ["alice-northwind", "alice-gmail"]


def page(client: Client, path: str) -> str:
    answer = client("GET", path)
    assert answer.status == 200, answer.text
    return answer.text


def primary(client: Client, person: str) -> str:
    listed = client("POST", "/_sandbox/hand", json={"person": person, "do": "calendars"}).json()
    return str(listed[0]["id"])


def events(client: Client, person: str) -> list[dict[str, Any]]:
    asked = {"person": person, "do": "list", "start": "2027-02-01T00:00:00Z", "end": "2027-06-01T00:00:00Z"}
    return list(client("POST", "/_sandbox/hand", json=asked).json())


def create(client: Client, person: str, **changes: str) -> str:
    form = {
        "do": "create",
        "calendar": primary(client, person),
        "title": "Tea & talk",
        "first_day": DAY,
        "first_time": "10:00",
        "last_day": DAY,
        "last_time": "11:00",
        "zone": "Europe/Tallinn",
        "show_as": "busy",
        "sensitivity": "normal",
        **changes,
    }
    answer = client("POST", f"/_sandbox/calendars/{person}?week={WEEK}", form=form)
    assert answer.status == 303, answer.text
    return answer.headers["location"]


def event_page(client: Client, person: str, event: dict[str, Any]) -> str:
    asked = {"calendar": primary(client, person), "id": event["id"], "day": event["start"][:10], "week": WEEK}
    return f"/_sandbox/calendars/{person}/event?{urlencode(asked)}"


def filled_form(html: str) -> dict[str, str]:
    """The fields of the event's form as a browser would send them unchanged."""
    fields = dict(re.findall(r'<input type="(?:text|date|time)" name="(\w+)" value="([^"]*)"', html))
    for name, options in re.findall(r'<select name="(\w+)">(.*?)</select>', html):
        fields[name] = re.findall(r'<option value="([^"]*)" selected>', options)[0]
    if 'name="all_day" value="yes" checked' in html:
        fields["all_day"] = "yes"
    return {name: unescape(value) for name, value in fields.items()}


@pytest.mark.parametrize("path", ["/", "/_sandbox/log", "/_sandbox/calendars/bob-northwind", "/_sandbox/side-by-side"])
def test_every_page_says_that_it_is_a_sandbox(client: Client, path: str) -> None:
    html = page(client, path + ("?left=bob-northwind&right=alice-northwind" if "side" in path else ""))
    assert "made-up clouds" in html
    assert '<main class="wide' in html
    assert '<html lang="en">' in html


def test_sign_in_screens_say_it_too(client: Client) -> None:
    assert "No real account is involved" in page(client, "https://myapps.microsoft.com/")


def test_the_index_leads_to_everybody(client: Client) -> None:
    html = page(client, "/")
    led = set(re.findall('href="/_sandbox/calendars/([a-z-]+)"', html))
    assert led == set(client.sandbox.world.people) == set(NOTES)


def test_the_index_says_what_to_try_first(client: Client) -> None:
    html = page(client, "/")
    steps = html[html.index("What to try first") : html.index("People")]
    assert "alice@northwind.example" in steps
    assert "alice.tamm@gmail.example" in steps
    assert 'href="/_sandbox/side-by-side"' in steps


def test_nobody_unknown_has_a_calendar(client: Client) -> None:
    assert client("GET", "/_sandbox/calendars/nobody").status == 404
    assert client("GET", "/_sandbox/static/../app.py").status == 404


@pytest.mark.parametrize("name", ["sandbox.css", "sandbox.js"])
def test_the_pages_own_files_are_served(client: Client, name: str) -> None:
    assert client("GET", f"/_sandbox/static/{name}").status == 200


@pytest.mark.parametrize("person", PEOPLE)
def test_an_event_created_by_hand_shows_in_its_week(client: Client, person: str) -> None:
    location = create(client, person, attendees="bob@northwind.example, x@y.example", location="Attic")
    html = page(client, location)
    assert "Tea &amp; talk" in html
    assert "10:00–11:00" in html
    assert "2 invited" in html
    [event] = events(client, person)
    assert datetime.fromisoformat(event["start"]) == datetime(2027, 3, 3, 8, 0, tzinfo=UTC)
    assert sorted(event["attendees"]) == ["bob@northwind.example", "x@y.example"]
    assert "Tea &amp; talk" not in page(client, f"/_sandbox/calendars/{person}?week=2027-03-08")


@pytest.mark.parametrize("person", PEOPLE)
def test_whole_days_end_on_the_day_that_the_visitor_names(client: Client, person: str) -> None:
    create(client, person, all_day="yes", last_day="2027-03-04")
    [event] = events(client, person)
    assert (event["all_day"], event["start"], event["end"]) == (True, "2027-03-03", "2027-03-05")
    html = page(client, f"/_sandbox/calendars/{person}?week={WEEK}")
    assert html.count("<strong>Tea &amp; talk</strong>") == 2
    form = filled_form(page(client, event_page(client, person, event)))
    assert (form["first_day"], form["last_day"], form["all_day"]) == ("2027-03-03", "2027-03-04", "yes")


@pytest.mark.parametrize("person", PEOPLE)
def test_saving_an_unchanged_form_changes_nothing(client: Client, person: str) -> None:
    create(client, person, description="Bring cups", sensitivity="private")
    before = events(client, person)
    address = event_page(client, person, before[0])
    assert client("POST", address, form={**filled_form(page(client, address)), "do": "edit"}).status == 303
    assert events(client, person) == before


@pytest.mark.parametrize("person", PEOPLE)
def test_an_event_is_edited_moved_and_deleted(client: Client, person: str) -> None:
    create(client, person)
    address = event_page(client, person, events(client, person)[0])
    form = filled_form(page(client, address)) | {"title": "Coffee", "first_time": "12:00", "last_time": "12:30"}
    assert client("POST", address, form={**form, "do": "edit"}).status == 303
    [event] = events(client, person)
    assert event["title"] == "Coffee"
    assert datetime.fromisoformat(event["start"]) == datetime(2027, 3, 3, 10, 0, tzinfo=UTC)
    address = event_page(client, person, event)
    assert client("POST", address, form={**form, "do": "delete"}).status == 303
    assert events(client, person) == []


@pytest.mark.parametrize("person", PEOPLE)
def test_a_timed_event_becomes_a_whole_day(client: Client, person: str) -> None:
    create(client, person)
    address = event_page(client, person, events(client, person)[0])
    form = filled_form(page(client, address)) | {"all_day": "yes", "do": "edit"}
    assert client("POST", address, form=form).status == 303
    assert events(client, person)[0]["all_day"] is True


@pytest.mark.parametrize("person", PEOPLE)
def test_one_occurrence_of_a_series_goes_its_own_way(client: Client, person: str) -> None:
    create(client, person, rrule="FREQ=WEEKLY;COUNT=8")
    series = events(client, person)
    assert len(series) == 8
    form = filled_form(page(client, event_page(client, person, series[1])))
    moved = form | {"first_time": "15:00", "last_time": "16:00", "do": "edit"}
    client("POST", event_page(client, person, series[1]), form=moved)
    client("POST", event_page(client, person, series[2]), form={"do": "delete"})
    left = events(client, person)
    assert len(left) == 7
    assert left[1]["start"] != series[1]["start"]
    assert [event["start"] for event in left[2:]] == [event["start"] for event in series[3:]]


@pytest.mark.parametrize("person", PEOPLE)
def test_the_whole_series_takes_a_new_title_or_goes(client: Client, person: str) -> None:
    create(client, person, rrule="FREQ=WEEKLY;COUNT=8")
    third = events(client, person)[2]
    form = filled_form(page(client, event_page(client, person, third))) | {"series": "yes"}
    client("POST", event_page(client, person, third), form={**form, "title": "Renamed", "do": "edit"})
    assert {event["title"] for event in events(client, person)} == {"Renamed"}
    client("POST", event_page(client, person, events(client, person)[2]), form={"series": "yes", "do": "delete"})
    assert events(client, person) == []


def test_what_cannot_be_done_is_said_and_not_done(client: Client) -> None:
    form = {"do": "create", "calendar": primary(client, "alice-northwind"), "title": "x", "first_day": DAY}
    late = form | {"first_time": "11:00", "last_day": DAY, "last_time": "10:00"}
    answer = client("POST", f"/_sandbox/calendars/alice-northwind?week={WEEK}", form=late)
    assert "It must not end before it starts." in answer.text
    assert events(client, "alice-northwind") == []


def test_an_event_that_is_gone_leads_back_to_the_week(client: Client) -> None:
    create(client, "alice-northwind")
    [event] = events(client, "alice-northwind")
    address = event_page(client, "alice-northwind", event)
    client("POST", address, form={"do": "delete"})
    assert "That event is gone." in page(client, address)
    assert "Not done" in client("POST", address, form={"do": "delete"}).text


def test_read_only_calendars_offer_no_new_event(client: Client) -> None:
    html = page(client, "/_sandbox/calendars/alice-northwind")
    assert "Board (read only)" in html
    assert ">Board</option>" not in html
    assert ">Team Northwind</option>" in html


def test_the_two_agendas_show_both_sides_and_what_just_changed(client: Client) -> None:
    for person, title in (("alice-northwind", "Left one"), ("bob-northwind", "Right one")):
        create(client, person, title=title)
    address = f"/_sandbox/side-by-side?left=alice-northwind&right=bob-northwind&from={WEEK}"
    html = page(client, address)
    assert html.index("Left one") < html.index("Right one")
    assert html.count('class="event hue-0 fresh"') == 2
    assert 'data-live id="sides"' in html or 'id="sides" data-live' in html
    assert '<noscript><meta http-equiv="refresh" content="2">' in html
    client.sandbox.world.clock.advance(10)
    assert ' fresh"' not in page(client, address)


def test_the_mailbox_is_a_page_for_browsers_and_json_for_programs(client: Client) -> None:
    raw = b"Subject: Your code\r\n\r\nABC-DEF\r\n\r\nhttps://hetk.example/go?a=b&c=d. <b>Bye</b>\r\n"
    client.sandbox.world.mailbox.receive("hetk@hetk.example", ["alice@x.example"], raw)
    html = client("GET", "/_sandbox/mailbox", accept="text/html,*/*").text
    assert '<code class="copyable">ABC-DEF</code>' in html
    assert '<a href="https://hetk.example/go?a=b&amp;c=d">' in html
    assert "&lt;b&gt;Bye" in html
    assert client("GET", "/_sandbox/mailbox").json()[0]["subject"] == "Your code"


@pytest.mark.parametrize(
    ("line", "copyable"),
    [("ABC-DEF", True), ("  123456 ", True), ("4F7K2P", True), ("Hello", False), ("Your code is ABC-DEF", False)],
)
def test_a_code_stands_apart_only_when_it_stands_alone(line: str, copyable: bool) -> None:
    assert ("copyable" in linked(line)) is copyable


def test_requests_are_listed_newest_first(client: Client) -> None:
    client("GET", "https://www.googleapis.com/oauth2/v3/certs")
    client("GET", "https://nowhere.example/lost")
    html = page(client, "/_sandbox/log")
    assert html.index("nowhere.example/lost") < html.index("oauth2/v3/certs")


def test_the_buttons_of_the_index_move_the_clock_and_empty_the_world(client: Client) -> None:
    create(client, "alice-northwind")
    client("POST", "/_sandbox/do", form={"advance": "86400"})
    assert client.sandbox.world.clock.offset == 86400
    client("POST", "/_sandbox/do", form={"reset": "yes"})
    assert client.sandbox.world.clock.offset == 0
    assert events(client, "alice-northwind") == []


def test_markup_escapes_what_is_not_markup() -> None:
    assert tag("p", "<b>", class_='"') == '<p class="&quot;">&lt;b&gt;</p>'
    assert join("a<", None, Markup("<i>"), ["&"]) == "a&lt;<i>&amp;"
    assert tag("input", name="x", checked=True, disabled=False) == '<input name="x" checked>'


def test_the_believable_world_is_the_same_every_time(client: Client) -> None:
    def seen() -> list[Any]:
        now = client.sandbox.world.clock.now()
        found = []
        for person in client.sandbox.world.people.values():
            hand = client.sandbox.world.hand(person)
            for calendar_id, name, _ in hand.calendars(person):
                listed = hand.events(person, calendar_id, now - timedelta(days=91), now + timedelta(days=365))
                found.append(
                    (person.id, name, sorted((str(event.start), event.title, event.sensitivity) for event in listed))
                )
        return found

    assert client("POST", "/_sandbox/fill", json={}).json()["made"] > 1000
    first = client.sandbox.do(seen)
    counts = {(person, name): len(listed) for person, name, listed in first}
    for main in (
        ("alice-northwind", "Calendar"),
        ("alice-fabrikam", "Calendar"),
        ("alice-contoso", None),
        ("alice-gmail", None),
    ):
        count = max(number for (person, name), number in counts.items() if person == main[0])
        assert 200 <= count <= 350, (main, counts)
    assert any(name == "Family" and number > 100 for (_, name), number in counts.items())
    assert client("GET", "/_sandbox/invitations").json() == []
    client("POST", "/_sandbox/reset")
    client("POST", "/_sandbox/fill", json={})
    assert client.sandbox.do(seen) == first


def test_the_stand_up_has_one_occurrence_moved_and_one_dropped(client: Client) -> None:
    client("POST", "/_sandbox/fill", json={})
    person = client.sandbox.world.people["alice-northwind"]
    now = client.sandbox.world.clock.now()
    listed = client.sandbox.do(
        lambda: client.sandbox.world.hand(person).events(person, None, now, now + timedelta(weeks=8))
    )
    days = [event.start.astimezone(UTC).weekday() for event in listed if event.title == "Stand-up"]
    assert days.count(1) == 1
    assert 5 <= len(days) <= 8
