"""Google Calendar keeps the contract, over HTTP against the sandbox, and its own manners."""

from urllib.parse import parse_qs

import pytest

from sync.core.event import Answer, Content, Field, Kind
from sync.providers.base import Remove, Update
from sync.providers.errors import Changed, ComeBack, CursorLost, NoAccess, SignInAgain
from sync.providers.google.client import LONG_PAUSE
from tests.outside import Outside as Sandbox
from tests.providers.clouds import GoogleOutside, Listener, google_error
from tests.providers.over_http import HttpContract
from tests.providers.promises.outside import ALL_FIELDS, insert, timed


class TestGoogle(HttpContract):
    outside: GoogleOutside

    @pytest.fixture(autouse=True)
    def _outside(self, clouds: tuple[Sandbox, Listener]) -> None:
        self.outside = GoogleOutside(*clouds)

    def queries(self, method: str, path: str) -> list[dict[str, list[str]]]:
        found = self.outside.sandbox.requests(host=self.outside.host, method=method, path=path)
        return [parse_qs(entry["query"]) for entry in found]

    def test_only_the_full_reading_names_the_span_and_all_name_the_rest_alike(self) -> None:
        self.outside.create("Standing", timed(9))
        self.read(self.read().cursor)
        full, later = self.queries("GET", "/events$")
        assert {"timeMin", "timeMax"} <= full.keys()
        assert later.keys() == {"syncToken", "singleEvents", "maxResults"}
        assert {name: full[name] for name in ("singleEvents", "maxResults")} == {
            name: later[name] for name in ("singleEvents", "maxResults")
        }
        assert full["maxResults"] == ["2500"]

    def test_every_write_tells_nobody(self) -> None:
        made = self.wrote(insert(1))
        id = self.outside.create("Mine", timed(9))
        said = Content(title="New", when=timed(10))
        self.wrote(Update(id=made.id, version=made.version, content=said, fields=ALL_FIELDS, mark=made.mark))
        self.wrote(Update(id=id, version="", content=said, fields=frozenset({Field.TITLE})))
        self.write(Remove(id=made.id))
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            (query,) = self.queries(method, "/events")
            assert query["sendUpdates"] == ["none"]

    def test_a_copy_is_replaced_and_a_persons_event_is_patched(self) -> None:
        made = self.wrote(insert(1))
        id = self.outside.create("Mine", timed(9))
        said = Content(title="New", when=timed(10))
        self.wrote(Update(id=made.id, version=made.version, content=said, fields=ALL_FIELDS, mark=made.mark))
        self.wrote(Update(id=id, version="", content=said, fields=frozenset({Field.TITLE})))
        assert len(self.queries("PUT", made.id)) == 1
        assert not self.queries("PUT", id)
        assert len(self.queries("PATCH", id)) == 1

    def test_a_replacement_without_a_version_does_not_revive_the_dead(self) -> None:
        first, second = self.wrote(insert(1)), self.wrote(insert(2))
        self.outside.delete(first.id)
        said = Content(title="New", when=timed(10))
        dead, living = self.write(
            *[Update(id=e.id, version="", content=said, fields=ALL_FIELDS, mark=e.mark) for e in (first, second)]
        )
        assert isinstance(dead.error, Changed)
        assert living.error is None
        assert list(self.read().events) == [second.id]

    @pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded"])
    def test_a_rate_error_is_throttling_whatever_its_status(self, reason: str) -> None:
        body = google_error(403, reason)
        for path, method in (("/events$", "POST"), ("/events$", "GET")):
            self.outside.sandbox.faults(
                self.outside.host, path, method=method, status=403, body=body, headers={"Retry-After": "0.75"}
            )
        (answer,) = self.write(insert(1))
        assert type(answer.error) is ComeBack
        assert answer.error.after == 0.75
        with pytest.raises(ComeBack):
            self.read()

    def test_an_exhausted_account_is_left_in_peace_for_long(self) -> None:
        self.outside.sandbox.faults(
            self.outside.host, "/events$", method="POST", status=403, body=google_error(403, "quotaExceeded")
        )
        (answer,) = self.write(insert(1))
        assert type(answer.error) is ComeBack
        assert answer.error.after == LONG_PAUSE

    def test_a_calendar_closed_to_us_is_not_a_calendar_of_deleted_events(self) -> None:
        made = self.wrote(insert(1))
        self.outside.sandbox.faults(
            self.outside.host, "/events", status=404, body=google_error(404, "notFound"), times=9
        )
        with pytest.raises(NoAccess):
            self.outside.provider.get(self.outside.calendar, [made.id])

    def test_a_grant_without_the_permission_asks_to_sign_in_again(self) -> None:
        self.outside.sandbox.faults(
            self.outside.host, "/events$", status=403, body=google_error(403, "insufficientPermissions")
        )
        with pytest.raises(SignInAgain):
            self.read()

    @pytest.mark.parametrize("reason", ["fullSyncRequired", "updatedMinTooLongAgo", ""])
    def test_every_way_to_lose_a_token_is_known(self, reason: str) -> None:
        cursor = self.read().cursor
        self.outside.sandbox.faults(self.outside.host, "/events$", status=410, body=google_error(410, reason))
        with pytest.raises(CursorLost):
            self.read(cursor)

    @pytest.mark.parametrize(
        ("kind", "meant"),
        [
            ("default", Kind.DEFAULT),
            ("out_of_office", Kind.OUT_OF_OFFICE),
            ("focus_time", Kind.FOCUS_TIME),
            ("working_location", Kind.WORKING_LOCATION),
        ],
    )
    def test_kinds_are_told(self, kind: str, meant: Kind) -> None:
        id = self.outside.create("Something", timed(9), kind=kind)
        assert self.read().events[id].kind is meant

    @pytest.mark.parametrize("answer", ["accepted", "tentative", "declined", "unanswered"])
    def test_answers_to_invitations_are_told(self, answer: str) -> None:
        id = self.outside.create(
            "Invited",
            timed(9),
            organizer="boss@elsewhere.example",
            answer=answer,
            attendees=("boss@elsewhere.example", self.outside.address),
        )
        event = self.read().events[id]
        assert event.answer is Answer(answer)
        assert event.has_guests
        assert event.organizer == "boss@elsewhere.example"

    def test_a_later_reading_also_tells_what_lies_outside_the_span(self) -> None:
        cursor = self.read().cursor
        far = self.outside.create("Far away", timed(9, day=800))
        assert far in self.read(cursor).events

    def test_no_calendar_that_nobody_chose_is_offered(self) -> None:
        assert not [c for c in self.outside.provider.calendars() if "@group.v." in c.id or "@resource." in c.id]

    def test_a_renewed_channel_is_a_new_one(self) -> None:
        old = self.watched("secret")
        new = self.outside.provider.renew(
            old,
            calendar_id=self.outside.calendar,
            address=self.address(),
            secret="secret",
            expires_at=self.later(72),
        )
        assert new.id != old.id
        assert new.resource_id == old.resource_id != ""
