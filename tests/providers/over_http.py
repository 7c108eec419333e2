"""What every provider that speaks HTTP keeps beyond the contract: tokens, broken answers, lost connections."""

from dataclasses import replace

import pytest

from sync.core.event import Content
from sync.providers.base import Remove, Update
from sync.providers.errors import ComeBack, NoAccess, Refused, SignInAgain, Unknown
from sync.providers.wire import Ask
from tests.providers.clouds import CloudOutside
from tests.providers.contract import ProviderContract
from tests.providers.promises.outside import ALL_FIELDS, SPAN, Reading, insert, timed


class HttpContract(ProviderContract):
    outside: CloudOutside

    def test_a_token_that_ran_out_is_renewed_once_and_the_work_goes_on(self) -> None:
        self.outside.expire_token()
        assert self.wrote(insert(1)).content.title == "Copy 1"
        assert self.outside.renewals == 1
        self.outside.expire_token()
        assert len(self.read().events) == 1
        self.outside.expire_token()
        assert len(self.write(insert(2), insert(3))) == 2
        assert self.outside.renewals == 3

    def test_a_token_that_is_refused_twice_is_not_asked_for_a_third_time(self) -> None:
        self.outside.sign_out()
        before = self.outside.requests()
        with pytest.raises(SignInAgain):
            self.read()
        assert self.outside.requests() - before == 2
        assert self.outside.renewals == 1

    @pytest.mark.parametrize(
        "body", ["<html>busy</html>", "[]", "", "{}", '{"value": 3, "items": 3}', '{"value": [], "items": []}']
    )
    def test_a_broken_page_is_never_taken_for_an_empty_one(self, body: str) -> None:
        cursor = self.read().cursor
        for at in ("", cursor):
            self.outside.sandbox.faults(self.outside.host, self.outside.reading_path, status=200, body=body)
            with pytest.raises(ComeBack) as caught:
                self.read(at)
            assert not isinstance(caught.value, Unknown)

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_a_provider_in_trouble_is_asked_again_later(self, status: int) -> None:
        self.outside.sandbox.faults(
            self.outside.host, self.outside.reading_path, status=status, headers={"Retry-After": "1.25"}
        )
        with pytest.raises(ComeBack) as caught:
            self.read()
        assert type(caught.value) is ComeBack
        assert caught.value.after == 1.25

    @pytest.mark.parametrize("status", [500, 503])
    def test_trouble_during_a_write_leaves_its_outcome_unknown(self, status: int) -> None:
        self.outside.sandbox.faults(self.outside.host, self.outside.events_path, method="POST", status=status)
        (answer,) = self.write(insert(1))
        assert isinstance(answer.error, Unknown)

    def test_an_answer_to_a_write_that_cannot_be_read_is_unknown(self) -> None:
        self.outside.sandbox.faults(
            self.outside.host, self.outside.events_path, method="POST", status=200, body="<html>"
        )
        (answer,) = self.write(insert(1))
        assert isinstance(answer.error, Unknown)

    def test_a_connection_that_breaks_is_unknown_for_a_write_and_later_for_a_reading(self) -> None:
        self.outside.sandbox.faults(self.outside.host, self.outside.events_path, method="POST", drop=True)
        (answer,) = self.write(insert(1))
        assert isinstance(answer.error, Unknown)
        self.outside.sandbox.faults(self.outside.host, self.outside.reading_path, drop=True)
        with pytest.raises(ComeBack) as caught:
            self.read()
        assert type(caught.value) is ComeBack

    def test_a_reading_that_breaks_off_gives_no_cursor(self) -> None:
        for n in range(25):
            self.outside.create(f"Event {n:02d}", timed(8, day=n))
        self.outside.small_pages()
        reading = iter(self.outside.provider.read(self.outside.calendar, "", SPAN))
        assert next(reading).cursor == ""
        self.outside.sandbox.faults(self.outside.host, self.outside.list_path, status=503)
        with pytest.raises(ComeBack):
            next(reading)

    def test_all_but_the_throttled_of_a_large_batch_wait_unsent(self) -> None:
        size = self.outside.provider.traits.batch
        self.outside.throttle_second_item(after=2.0)
        before = self.outside.requests()
        answers = self.write(*[insert(n) for n in range(size + 5)])
        assert self.outside.requests() - before == 1
        assert [type(answer.error) for answer in answers[size:]] == [ComeBack] * 5
        assert len([answer for answer in answers if answer.error]) == 6

    def test_an_insert_into_a_calendar_that_is_gone_says_no_access(self) -> None:
        (answer,) = self.outside.provider.write(self.no_such_calendar(), [insert(1)])
        assert isinstance(answer.error, NoAccess)
        with pytest.raises(NoAccess):
            list(self.outside.provider.read(self.no_such_calendar(), "", SPAN))

    def test_what_cannot_be_seen_in_a_calendar_that_is_closed_is_not_gone(self) -> None:
        id = self.outside.create("Mine", timed(9))
        with pytest.raises(NoAccess):
            self.outside.provider.get(self.no_such_calendar(), [id])

    @pytest.mark.parametrize("name", ["attendees", "organizer", "conferenceData", "onlineMeeting", "recurrence"])
    def test_a_write_that_could_reach_somebody_cannot_leave(self, name: str) -> None:
        good = Ask(method="POST", path="/calendars/x/events?sendUpdates=none", body={"location": "here"})
        bad = replace(good, body={"location": "here", name: []})
        before = self.outside.requests()
        with pytest.raises(Refused):
            list(self.outside.provider.client.write_all([good, bad]))
        assert self.outside.requests() == before

    def test_what_is_told_to_a_log_holds_no_content(self) -> None:
        self.outside.sandbox.faults(self.outside.host, self.outside.events_path, method="POST", status=400)
        (answer,) = self.write(insert(1, title="Secret title"))
        assert answer.error is not None
        assert "Secret" not in f"{answer.error!r} {answer.error} {answer.error.code}"

    def test_costs_of_reading_and_writing_are_held(self) -> None:
        costs = self.outside.costs
        made = self.wrote(insert(1))
        id = self.outside.create("Mine", timed(9))
        cursor = self.counted(costs["full"]).cursor
        cursor = self.counted(costs["nothing"], cursor).cursor
        self.outside.edit(id, title="Changed")
        cursor = self.counted(costs["one change"], cursor).cursor
        master = self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=5")
        cursor = self.counted(costs["one series"], cursor).cursor
        self.outside.move(self.outside.occurrences(master)[1], timed(12, day=1))
        cursor = self.counted(costs["one series"], cursor).cursor
        before = self.outside.requests()
        said = Content(title="New", when=timed(9))
        self.wrote(Update(id=made.id, version=made.version, content=said, fields=ALL_FIELDS, mark=made.mark))
        self.write(Remove(id=made.id))
        assert self.outside.requests() - before == 2
        self.counted(costs["one change"], cursor)

    # What the tests above stand on.

    def counted(self, expected: int, cursor: str = "") -> Reading:
        before = self.outside.requests()
        reading = self.read(cursor)
        assert self.outside.requests() - before == expected
        return reading

    def no_such_calendar(self) -> str:
        return self.outside.calendar[:-6] + "zzzzzz"
