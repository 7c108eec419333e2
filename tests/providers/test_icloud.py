"""iCloud keeps the contract, over HTTP against the sandbox, and its own manners."""

import re
import time
from typing import Any

import pytest

from hetk.dav import Credential
from sync.core.event import Answer, Content, Field
from sync.providers.base import Update
from sync.providers.caldav.pace import pace_of
from sync.providers.caldav.provider import CalDavProvider, icloud
from sync.providers.errors import ComeBack, CursorLost, NoAccess, SignInAgain, Unknown
from tests.outside import Outside as Sandbox
from tests.providers.clouds import CloudOutside, Listener
from tests.providers.contract import ProviderContract
from tests.providers.promises.outside import insert, timed


class AppleOutside(CloudOutside):
    kind = "icloud"
    marks_in_delta = True
    series_rebuilt = True
    zones_kept = False
    found_by_key = True
    keys_stay_taken = False
    exact_pauses = False
    ids_return = True

    def __init__(self, sandbox: Sandbox, listener: Listener) -> None:
        self.sandbox = sandbox
        self.listener = listener
        self.person, self.address = "alice-icloud", "alice.tamm@icloud.example"
        self.calendar = sandbox.hand(self.person, "calendars")[0]["id"]
        self.said = sandbox.call("POST", "icloud/password", {"person": self.person})
        self.host = re.findall("//([^/]+)/", self.said["home"])[0]
        self.renewals = 0
        self.speaker = icloud(self.token, self.address)
        # Budgets outlive a test; the account is the same in all of them.
        pace_of.cache_clear()

    def token(self, *, renew: bool = False) -> str:
        self.renewals += renew
        return Credential(**self.said, addresses=(self.address,)).encoded()

    @property
    def provider(self) -> CalDavProvider:
        return self.speaker

    def small_pages(self) -> None:
        self.speaker.page_size = 10

    def lose_cursor(self) -> None:
        self.sandbox.call("POST", "icloud/forget", {"person": self.person})

    def close(self) -> None:
        self.sandbox.faults(self.host, self.calendar, status=404, times=9)

    def throttle_second_item(self, after: float) -> None:
        self.sandbox.faults(self.host, ".*", method="PUT", latency=0.01)
        self.sandbox.faults(self.host, ".*", method="PUT", status=429, headers={"Retry-After": str(after)})

    def lose_answer(self) -> None:
        self.sandbox.faults(self.host, ".*", method="PUT", lost=True)


class TestApple(ProviderContract):
    outside: AppleOutside

    @pytest.fixture(autouse=True)
    def _outside(self, clouds: tuple[Sandbox, Listener]) -> None:
        self.outside = AppleOutside(*clouds)

    def mangled(self, cursor: str) -> str:
        return cursor.replace("HwoQ", "HwoX")

    def fault(self, method: str, **what: Any) -> None:
        self.outside.sandbox.faults(self.outside.host, ".*", method=method, **what)

    def test_only_calendars_of_events_are_offered_and_what_may_only_be_read_says_so(self) -> None:
        listed = {calendar.name: calendar for calendar in self.outside.provider.calendars()}
        assert list(listed) == ["Home", "Work", "Club"]
        assert [calendar.can_write for calendar in listed.values()] == [True, True, False]
        assert [calendar.primary for calendar in listed.values()] == [True, False, False]
        assert {calendar.zone for calendar in listed.values()} == {"Europe/Tallinn"}

    def test_a_copy_in_each_calendar_of_an_account_has_a_uid_of_its_own(self) -> None:
        here, there = self.outside.calendar, self.outside.calendar.replace("home", "work")
        (first,) = self.outside.provider.write(here, [insert(1)])
        (second,) = self.outside.provider.write(there, [insert(2)])
        assert first.event is not None
        assert second.event is not None
        assert first.event.ical_uid != second.event.ical_uid

    def test_a_calendar_that_may_only_be_read_is_closed_to_writes(self) -> None:
        club = self.outside.calendar.replace("home", "club")
        (answer,) = self.outside.provider.write(club, [insert(1)])
        assert isinstance(answer.error, NoAccess)

    def test_every_way_to_lose_a_token_is_known_and_a_bare_403_is_none(self) -> None:
        cursor = self.read().cursor
        self.fault("REPORT", status=410)
        with pytest.raises(CursorLost):
            self.read(cursor)
        self.fault("REPORT", status=403)
        with pytest.raises(NoAccess):
            self.read(cursor)

    def test_too_many_requests_are_answered_with_a_pause_and_the_budget_is_kept_before_that(self) -> None:
        self.outside.sandbox.call("POST", "icloud/limits", {"per_minute": 0, "pause": 7})
        with pytest.raises(ComeBack) as caught:
            self.read()
        assert caught.value.after == 7.0
        (answer,) = self.write(insert(1))
        assert isinstance(answer.error, Unknown)
        self.outside.sandbox.call("POST", "icloud/limits", {"per_minute": None})
        before, began = self.outside.requests(), time.monotonic()
        for _ in range(500):
            try:
                self.read(self.read().cursor)
            except ComeBack:
                break
        # While they are asked, four come back each second.
        assert self.outside.requests() - before <= 240 + 4 * (time.monotonic() - began)

    def test_a_403_that_says_how_long_is_throttling_and_loses_nothing(self) -> None:
        cursor = self.read().cursor
        self.fault("REPORT", status=403, headers={"Retry-After": "30"})
        with pytest.raises(ComeBack) as caught:
            self.read(cursor)
        assert caught.value.after == 30.0

    def test_a_new_account_password_takes_the_access_away(self) -> None:
        self.read()
        self.outside.sandbox.revoke(self.outside.person)
        with pytest.raises(SignInAgain):
            self.read()
        assert self.outside.renewals == 1

    @pytest.mark.parametrize("answer", ["accepted", "tentative", "declined", "unanswered"])
    def test_answers_to_invitations_are_told(self, answer: str) -> None:
        id = self.outside.create("Invited", timed(9), organizer="boss@elsewhere.example", answer=answer)
        event = self.read().events[id]
        assert event.answer is Answer(answer)
        assert event.has_guests

    def test_what_it_changed_on_the_way_in_is_read_again(self) -> None:
        made = self.wrote(insert(1))
        id = self.outside.create("Mine", timed(9))
        said = Content(title="New", when=timed(10))
        changed = self.wrote(Update(id=id, version="", content=said, fields=frozenset({Field.TITLE})))
        assert changed == self.got(id)
        assert made == self.got(made.id)

    def test_what_is_there_and_cannot_be_read_is_left_out_and_the_others_come(self) -> None:
        good, bad = (self.outside.create(title, timed(9)) for title in ("Good", "Bad"))
        self.read()
        found = self.outside.provider.get(self.outside.calendar, [good, bad])
        assert set(found) == {good, bad}
        text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{}\n{}END:VEVENT\nEND:VCALENDAR\n"
        said = {good: "DTSTART:20270105T090000Z\n", bad: ""}
        answers = "".join(
            f"<response><href>{self.outside.calendar}{name}</href><propstat><status>HTTP/1.1 200 OK</status><prop>"
            f'<getetag>"1"</getetag><C:calendar-data>{text.format(name, start)}</C:calendar-data></prop></propstat></response>'
            for name, start in said.items()
        )
        body = f'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{answers}</multistatus>'
        self.fault("REPORT", status=207, body=body)
        found = self.outside.provider.get(self.outside.calendar, [good, bad])
        assert set(found) == {good}


def test_a_home_that_lies_elsewhere_is_never_asked() -> None:
    def token(*, renew: bool = False) -> str:
        return Credential(user="a@icloud.example", password="x", home="https://evil.example/1/calendars/").encoded()

    with pytest.raises(NoAccess):
        icloud(token, "a@icloud.example").calendars()
