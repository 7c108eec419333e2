"""Microsoft Graph keeps the contract, over HTTP against the sandbox."""

from typing import Any

import pytest

from sync.providers.base import Page
from sync.providers.errors import Changed, ComeBack, CursorLost, NoAccess, ProviderError, Refused
from sync.providers.microsoft.client import path
from sync.providers.wire import Reply
from tests.outside import Outside as Sandbox
from tests.providers.clouds import Listener, MicrosoftOutside
from tests.providers.over_http import HttpContract
from tests.providers.promises.outside import SPAN, Reading, insert, timed
from tests.providers.published import example


class TestMicrosoft(HttpContract):
    outside: MicrosoftOutside

    @pytest.fixture(autouse=True)
    def _outside(self, clouds: tuple[Sandbox, Listener]) -> None:
        self.outside = MicrosoftOutside(*clouds)

    def test_the_second_list_of_a_full_reading_may_fail_too(self) -> None:
        self.outside.create("Standing", timed(9))
        self.outside.sandbox.faults(self.outside.host, "/calendarView$", status=503)
        with pytest.raises(ComeBack):
            self.read()

    def test_a_change_between_the_two_lists_of_a_full_reading_is_told_next_time(self) -> None:
        gone = self.outside.create("Gone meanwhile", timed(9))
        kept = self.outside.create("Kept", timed(10))
        requests = self.outside.provider.client.wire.send

        def after_the_round(method: str, url: str, **rest: Any) -> Reply:
            if "calendarView?" in url and self.outside.get_title(gone):
                self.outside.delete(gone)
                self.outside.edit(kept, title="Kept and edited")
            return requests(method, url, **rest)

        # The thing under test is where the requests fall in time, so this one is looked at as it leaves.
        self.outside.provider.client.wire.send = after_the_round  # type: ignore[method-assign]
        first = self.read()
        assert first.titles() == ["Kept and edited"]
        second = self.read(first.cursor)
        assert gone in second.removed
        assert second.events[kept].content.title == "Kept and edited"

    def test_an_occurrence_missing_from_the_list_has_its_series_rebuilt(self) -> None:
        master = self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=25")
        single = self.outside.create("Before", timed(7))
        self.outside.small_pages()
        pages: list[Page] = []
        for page in self.outside.provider.read(self.outside.calendar, "", SPAN):
            if not pages:
                self.outside.delete(single)
            pages.append(page)
        assert set(self.outside.occurrences(master)) <= set(Reading(pages).events)

    def test_more_series_than_a_batch_holds_are_all_rebuilt(self) -> None:
        cursor = self.read().cursor
        masters = [self.outside.create(f"Series {n}", timed(9, day=n), rrule="FREQ=DAILY;COUNT=2") for n in range(22)]
        before = self.outside.requests()
        reading = self.read(cursor)
        assert set(masters) <= set(reading.series)
        assert len(reading.events) == 44
        assert self.outside.requests() - before == 3

    def test_a_series_longer_than_a_page_is_rebuilt_whole(self) -> None:
        cursor = self.read().cursor
        master = self.outside.create("Daily", timed(9), rrule="FREQ=DAILY;COUNT=25")
        self.outside.small_pages()
        reading = self.read(cursor)
        assert len(reading.series[master]) == 25

    def test_a_series_whose_master_is_gone_has_no_instances(self) -> None:
        cursor = self.read().cursor
        master = self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=3")
        body = example("observed.event-erroritemnotfound.response-404.json")
        self.outside.sandbox.faults(self.outside.host, "/instances$", status=404, body=body)
        reading = self.read(cursor)
        assert reading.series[master] == frozenset()
        assert not reading.events

    def test_a_copy_in_a_series_shape_is_not_guessed(self) -> None:
        self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=3")
        assert not any(event.unsure_of_mark for event in self.read().events.values())

    def test_what_other_programs_made_under_a_key_is_looked_at(self) -> None:
        cursor = self.read().cursor
        made = self.wrote(insert(1))
        seen = self.read(cursor).events[made.id]
        assert (seen.key, seen.unsure_of_mark, seen.mark) == (made.key, True, "")

    @pytest.mark.parametrize(
        "link", ["https://evil.example/v1.0/me", "https://graph.microsoft.com.evil.example/v1.0/x", "x"]
    )
    def test_the_token_never_follows_a_link_to_elsewhere(self, link: str) -> None:
        before = self.outside.requests()
        with pytest.raises(ProviderError):
            self.read(link)
        assert self.outside.requests() - before <= 1

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (410, "SyncStateNotFound"),
            (410, ""),
            (400, "InvalidDeltaToken"),
            (404, "syncStateNotFound"),
            (400, "resyncRequired"),
        ],
    )
    def test_every_way_to_lose_a_cursor_is_known(self, status: int, code: str) -> None:
        cursor = self.read().cursor
        self.outside.sandbox.faults(
            self.outside.host, "/delta$", status=status, body={"error": {"code": code, "message": ""}}
        )
        with pytest.raises(CursorLost):
            self.read(cursor)

    def test_a_published_error_body_is_a_lost_cursor(self) -> None:
        cursor = self.read().cursor
        body = example("observed.delta-syncstatenotfound.response-410.json")
        self.outside.sandbox.faults(self.outside.host, "/delta$", status=410, body=body)
        with pytest.raises(CursorLost):
            self.read(cursor)

    def test_shared_calendars_are_polled_and_read_only_ones_are_sources(self) -> None:
        listed = {calendar.name: calendar for calendar in self.outside.provider.calendars()}
        assert listed["Calendar"].can_watch
        assert listed["Calendar"].owner == self.outside.address
        assert not listed["Team Northwind"].can_watch
        assert listed["Team Northwind"].can_write
        assert not listed["Board"].can_write
        assert listed["Board"].owner == "bob@northwind.example"

    def test_a_shared_calendar_cannot_be_watched(self) -> None:
        listed = {calendar.name: calendar for calendar in self.outside.provider.calendars()}
        with pytest.raises(Refused):
            self.outside.provider.watch(
                listed["Team Northwind"].id, address=self.address(), secret="s", expires_at=self.later(48)
            )

    def test_a_read_only_calendar_is_not_written_to(self) -> None:
        board = next(c for c in self.outside.provider.calendars() if c.name == "Board")
        (answer,) = self.outside.provider.write(board.id, [insert(1)])
        assert isinstance(answer.error, NoAccess)

    def test_a_watch_left_from_before_makes_way(self) -> None:
        old = self.watched("secret-old")
        new = self.watched("secret-new")
        assert new.id != old.id
        self.outside.create("New", timed(9))
        assert self.outside.bells("secret-new") >= 1
        assert self.outside.bells("secret-old") == 0
        with pytest.raises(Changed):
            self.outside.provider.renew(
                old, calendar_id=self.outside.calendar, address=self.address(), secret="x", expires_at=self.later(48)
            )

    def test_a_handshake_that_nobody_answers_is_tried_again_later(self) -> None:
        with pytest.raises(ComeBack):
            self.outside.provider.watch(
                self.outside.calendar,
                address="https://nobody.hetk.example/x/",
                secret="s",
                expires_at=self.later(48),
            )

    def test_every_request_asks_for_ids_that_stay(self) -> None:
        made = self.wrote(insert(1))
        ids = {made.id, *self.read().events, *self.outside.ids()}
        assert ids == {made.id}

    def test_no_copy_has_a_reminder(self) -> None:
        made = self.wrote(insert(1))
        raw = self.outside.provider.client.read(path("me", "events", made.id))
        assert raw["isReminderOn"] is False
        assert raw["attendees"] == []
        assert raw["transactionId"] == made.key
