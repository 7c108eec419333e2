"""A feed keeps the reading half of the contract, and never takes trouble for an empty calendar."""

import json
from typing import Any

import pytest

from hetk import feed
from hetk.feed import Credential
from sync.core.event import Content, When
from sync.providers.base import Insert
from sync.providers.errors import ComeBack, CursorLost, Refused, Unusable
from sync.providers.feed import mapping
from sync.providers.feed.provider import FeedProvider, build
from tests.outside import Outside as Sandbox
from tests.providers.clouds import Listener
from tests.providers.promises.events import Events
from tests.providers.promises.outside import SPAN, Spoken, insert, timed
from tests.providers.promises.reading import Readings
from tests.providers.test_icloud import AppleOutside

CLUB = "https://feeds.sports.example/matches.ics"
LOGIN = "<!DOCTYPE html><html><body>Sign in to go on</body></html>"


class Published(AppleOutside):
    """What iCloud publishes of a calendar, moved by its owner's hand. Ids are those of the feed."""

    def __init__(self, sandbox: Sandbox, listener: Listener) -> None:
        super().__init__(sandbox, listener)
        mine = [one for one in sandbox.call("GET", "feeds") if one["person"] == self.person]
        self.owned, self.calendar = self.calendar, "calendar"
        self.url = next(one["url"] for one in mine if one["calendar"] == self.owned)
        self.host, self.reader = feed.host_of(self.url), build(self.token, self.address)
        self.theirs: dict[str, str] = {}

    def token(self, *, renew: bool = False) -> str:
        return Credential(url=self.url).encoded()

    @property
    def provider(self) -> FeedProvider:  # type: ignore[override]
        return self.reader

    def _hand(self, do: str, **more: Any) -> Any:
        return self.sandbox.hand(self.person, do, self.owned, **more)

    def create(self, title: str, when: When, **fields: Any) -> str:
        here, self.calendar = self.calendar, self.owned
        name = super().create(title, when, **fields)
        self.calendar = here
        file = feed.fetch(self.url)
        assert file is not None
        held = mapping.held(file.text, zone="UTC", steady=True).values()
        uid = name.removesuffix(".ics")
        ours = next(each.name for each in held if each.calendar.parts[-1].value("UID") == uid)
        self.theirs[ours] = name
        return ours

    def occurrences(self, master: str) -> list[str]:
        listed = [each for each in self._listed() if each["series_id"] == self.theirs[master]]
        return [each["id"].replace(self.theirs[master], master) for each in listed]

    def _listed(self) -> list[dict[str, Any]]:
        here, self.calendar = self.calendar, self.owned
        listed = super()._listed()
        self.calendar = here
        return listed

    def edit(self, id: str, **changes: Any) -> None:
        self._hand("edit", id=self._theirs(id), **changes)

    def move(self, id: str, when: When) -> None:
        self._hand("move", id=self._theirs(id), start=when.start, end=when.end)

    def delete(self, id: str) -> None:
        self._hand("delete", id=self._theirs(id))

    def _theirs(self, id: str) -> str:
        name, hash, slot = id.partition("#")
        return self.theirs[name] + hash + slot

    def small_pages(self) -> None:
        self.reader.page_size = 10

    def lose_cursor(self) -> None:
        """A publisher keeps no cursors, so none of ours gets lost there."""


class TestFeed(Readings, Events):
    outside: Published

    @pytest.fixture(autouse=True)
    def _outside(self, clouds: tuple[Sandbox, Listener]) -> None:
        self.outside = Published(*clouds)

    def mangled(self, cursor: str) -> str:
        return cursor[:-2]

    def test_a_lost_cursor_says_so_and_a_full_reading_helps(self) -> None:
        self.outside.create("Standing", timed(9))
        with pytest.raises(CursorLost):
            self.read(json.dumps({"etag": "", "modified": "", "held": "nothing"}))
        assert self.read().titles() == ["Standing"]

    def test_the_one_calendar_is_read_only_and_says_its_name_and_zone(self) -> None:
        (calendar,) = self.outside.provider.calendars()
        assert (calendar.name, calendar.zone) == ("Home", "Europe/Tallinn")
        assert not calendar.can_write
        assert not calendar.can_watch

    def test_what_did_not_change_is_not_sent_again(self) -> None:
        self.outside.create("Standing", timed(9))
        cursor = self.read().cursor
        self.outside.sandbox.forget_requests()
        assert self.read(cursor).cursor == cursor
        assert [entry["status"] for entry in self.outside.sandbox.requests(host=self.outside.host)] == [304]

    def test_one_changed_event_costs_one_request_and_tells_only_of_that(self) -> None:
        made = [self.outside.create(f"Event {n}", timed(9, day=n)) for n in range(5)]
        cursor = self.read().cursor
        before = self.outside.requests()
        self.outside.edit(made[2], title="Changed")
        assert self.read(cursor).titles() == ["Changed"]
        assert self.outside.requests() == before + 1

    def test_nothing_can_be_written_and_nothing_is_sent(self) -> None:
        before = self.outside.requests()
        (answer,) = self.write(insert(1))
        assert isinstance(answer.error, Refused)
        assert self.outside.requests() == before


class TestTrouble(Spoken):
    """What is no whole calendar is an error each time, in a first reading and in a later one."""

    outside: Published

    @pytest.fixture(autouse=True)
    def _outside(self, clouds: tuple[Sandbox, Listener]) -> None:
        self.outside = Published(*clouds)
        self.outside.create("Standing", timed(9))
        self.cursor = self.read().cursor

    def wrong(self, **fault: Any) -> ComeBack:
        """The error of a reading that changes nothing for the next one."""
        self.outside.sandbox.faults(self.outside.host, "published", times=2, **fault)
        errors = []
        for cursor in ("", self.cursor):
            with pytest.raises(ComeBack) as caught:
                self.read(cursor)
            errors.append(caught.value)
        assert {type(error) for error in errors} == {type(errors[0])}
        assert not self.read(self.cursor).removed
        assert self.read().titles() == ["Standing"]
        assert self.outside.url.rpartition("/")[2] not in str(errors[0])
        return errors[0]

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (LOGIN, "web page"),
            ("", "empty"),
            ("  \r\n", "empty"),
            ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n", "cut off"),
            ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "cut off"),
            ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VCALENDAR\r\n", "cut off"),
            ('{"error": "quota"}', "no calendar"),
        ],
        ids=["login page", "empty", "blank", "cut in an event", "cut at the top", "cut in the middle", "json"],
    )
    def test_a_body_that_is_no_whole_calendar_is_unusable(self, body: str, words: str) -> None:
        error = self.wrong(status=200, body=body, headers={"content-type": "text/calendar"})
        assert isinstance(error, Unusable)
        assert words in error.message

    @pytest.mark.parametrize("status", [206, 401, 403, 404, 410, 500, 502])
    def test_a_status_that_brings_no_calendar_is_unusable_whatever_the_body(self, status: int) -> None:
        whole = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
        error = self.wrong(status=status, body=whole)
        assert isinstance(error, Unusable)
        assert error.status == status

    def test_a_lost_connection_and_a_throttled_one_are_told_as_that(self) -> None:
        assert not isinstance(self.wrong(drop=True), Unusable)
        slowed = self.wrong(status=429, headers={"Retry-After": "7"})
        assert (type(slowed), slowed.after) == (ComeBack, 7.0)

    def test_an_honest_empty_calendar_is_read_as_one(self) -> None:
        whole = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
        self.outside.sandbox.faults(self.outside.host, "published", status=200, body=whole)
        reading = self.read(self.cursor)
        assert len(reading.removed) == 1
        assert reading.cursor

    def test_a_redirect_is_followed_to_a_public_https_address_alone(self) -> None:
        sandbox = self.outside.sandbox
        sandbox.faults(
            self.outside.host, "published", status=302, headers={"Location": CLUB.replace("https", "webcal")}
        )
        assert len(self.read().events) == 12
        for to in ("http://feeds.sports.example/matches.ics", "file:///etc/passwd", ""):
            self.wrong(status=301, headers={"Location": to})
        self.wrong_for_ever()

    def wrong_for_ever(self) -> None:
        self.outside.sandbox.faults(
            self.outside.host, "published", times=9, status=302, headers={"Location": self.outside.url}
        )
        with pytest.raises(Unusable):
            self.read()
        self.outside.sandbox.clear_faults()


@pytest.mark.usefixtures("clouds")
def test_each_cloud_publishes_what_its_owner_sees(clouds: tuple[Sandbox, Listener]) -> None:
    sandbox, _ = clouds
    listed = sandbox.call("GET", "feeds")
    for person in ("alice-northwind", "alice-gmail", "alice-icloud"):
        id = sandbox.hand(person, "calendars")[0]["id"]
        start, end = timed(9).start, timed(9).end
        sandbox.hand(person, "create", id, title="Once", start=start, end=end, location="Room 4")
        series = sandbox.hand(person, "create", id, title="Often", start=start, end=end, rrule="FREQ=DAILY;COUNT=4")
        days = [e["id"] for e in sandbox.hand(person, "list", id) if e["series_id"] == series["id"]]
        sandbox.hand(person, "delete", id, id=days[1])
        sandbox.hand(person, "move", id, id=days[2], start=timed(15, day=2).start, end=timed(15, day=2).end)
        url = next(one["url"] for one in listed if one["person"] == person and one["calendar"] == id)
        provider = build(lambda *, renew=False, url=url: Credential(url=url).encoded(), "x")
        events = [event for page in provider.read("calendar", "", SPAN) for event in page.events]
        told = sorted((event.content.title, event.content.when.start) for event in events)
        assert told == [
            ("Often", timed(9).start),
            ("Often", timed(15, day=2).start),
            ("Often", timed(9, day=3).start),
            ("Once", start),
        ], person
        assert {event.content.location for event in events} == {"", "Room 4"}


def test_what_comes_back_under_other_names_is_never_taken_for_new(clouds: tuple[Sandbox, Listener]) -> None:
    sandbox, _ = clouds
    provider = build(lambda *, renew=False: Credential(url=CLUB).encoded(), "x")
    (page,) = provider.read("calendar", "", SPAN)
    renamed = feed.fetch(CLUB).text.replace("UID:match", "UID:other")  # type: ignore[union-attr]
    sandbox.call("POST", "feeds", {"path": "/matches.ics", "text": renamed})
    with pytest.raises(Unusable, match="named anew"):
        list(provider.read("calendar", page.cursor, SPAN))


def test_a_write_of_any_kind_is_refused() -> None:
    provider = build(lambda *, renew=False: "{}", "x")
    when = Content(title="x", when=timed(9))
    (answer,) = provider.write("calendar", [Insert(key="k", mark="m", content=when)])
    assert isinstance(answer.error, Refused)
