"""CalDAV keeps the contract, over HTTP against real servers: Radicale and Xandikos."""

import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from hetk import outbound
from sync.core.event import Content, Field, Timed
from sync.providers.base import Remove, Update
from sync.providers.caldav.manners import manners_of
from sync.providers.errors import Changed, ComeBack, NoAccess, Refused, Unknown
from tests.environment import NOWHERE
from tests.providers.contract import ProviderContract
from tests.providers.dav_outside import MKCALENDAR, DavOutside
from tests.providers.dav_servers import PASSWORD, USERS, Fault, Front, Served, radicale, xandikos
from tests.providers.promises.outside import ALL_FIELDS, MARK, Reading, at, insert, timed

_users = iter(USERS)


@pytest.fixture(scope="module")
def radicale_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with radicale(tmp_path_factory.mktemp("radicale")) as front:
        yield front


@pytest.fixture(scope="module")
def xandikos_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with xandikos(tmp_path_factory.mktemp("xandikos")) as front:
        yield front


class DavContract(ProviderContract):
    outside: DavOutside
    # Requests for one change since a cursor: one where the server sends contents along with the names.
    one_change = 1

    def mangled(self, cursor: str) -> str:
        """Unlike any token that this server made: its own answer to that is what is tested."""
        said = json.loads(cursor)
        return json.dumps({**said, "token": said["token"][:-3] + "999"})

    def fault(self, method: str, status: int, **how: Any) -> None:
        self.outside.front.faults.append(Fault(method=method, status=status, **how))

    def asked(self, method: str) -> list[Served]:
        return [one for one in self.outside.front.served if one.method == method]

    def counted(self, expected: int, cursor: str = "") -> Reading:
        before = self.outside.requests()
        reading = self.read(cursor)
        assert self.outside.requests() - before == expected
        return reading

    def test_costs_of_reading_and_writing_are_held(self) -> None:
        made = self.wrote(insert(1))
        id = self.outside.create("Mine", timed(9))
        cursor = self.counted(2).cursor
        cursor = self.counted(1, cursor).cursor
        self.outside.edit(id, title="Changed")
        cursor = self.counted(self.one_change, cursor).cursor
        master = self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=5")
        cursor = self.counted(self.one_change, cursor).cursor
        self.outside.move(self.outside.occurrences(master)[1], timed(12, day=1))
        cursor = self.counted(self.one_change, cursor).cursor
        before = self.outside.requests()
        said = Content(title="New", when=timed(9))
        self.wrote(Update(id=made.id, version=made.version, content=said, fields=ALL_FIELDS, mark=made.mark))
        self.write(Remove(id=made.id))
        assert self.outside.requests() - before == 2
        self.outside.delete(id)
        assert self.counted(1, cursor).tells_gone(id)

    def test_every_write_says_under_which_condition(self) -> None:
        made = self.wrote(insert(1))
        id = self.outside.create("Mine", timed(9))
        said = Content(title="New", when=timed(9))
        self.wrote(Update(id=made.id, version="", content=said, fields=ALL_FIELDS, mark=made.mark))
        self.wrote(Update(id=id, version="", content=said, fields=frozenset({Field.TITLE})))
        first, *others = self.asked("PUT")
        assert first.headers["If-None-Match"] == "*"
        assert all(put.headers["If-Match"].strip('"') for put in others)
        # iCloud takes a star the wrong way round.
        assert not [put for put in others if put.headers["If-Match"] == "*"]

    def test_a_write_that_could_reach_somebody_cannot_leave(self) -> None:
        id = self.outside.create("Review", timed(9), attendees=("guest@elsewhere.example",))
        said = Content(title="New", when=timed(10))
        before = len(self.asked("PUT"))
        (answer,) = self.write(Update(id=id, version="", content=said, fields=frozenset({Field.TITLE})))
        assert isinstance(answer.error, Refused)
        assert answer.error.code == "door"
        assert len(self.asked("PUT")) == before
        assert self.got(id).content.title == "Review"

    def test_a_persons_event_keeps_what_we_know_nothing_of(self) -> None:
        text = PERSONS.format(start=f"{at(9):%Y%m%dT%H%M%SZ}", end=f"{at(10):%Y%m%dT%H%M%SZ}")
        id = self.outside.put("E4F1-0A.ics", text.replace("\n", "\r\n"))
        said = Content(title="New", when=timed(10))
        self.wrote(Update(id=id, version="", content=said, fields=frozenset({Field.TITLE})))
        after = self.outside.text(id)
        assert "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC" in after
        assert "BEGIN:VALARM" in after
        assert "SUMMARY:New" in after

    def test_one_occurrence_is_removed_and_the_others_stay(self) -> None:
        master = self.outside.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=3")
        first, second, third = self.outside.occurrences(master)
        version = self.read().events[second].version
        for _ in range(2):
            (answer,) = self.write(Remove(id=second, version=version))
            assert answer.error is None or isinstance(answer.error, Changed)
        assert list(self.read().events) == [first, third]

    def test_a_server_that_drops_what_it_does_not_know_gets_the_mark_in_a_comment_from_then_on(self) -> None:
        self.wrote(insert(9))
        assert not [put for put in self.asked("PUT") if b"COMMENT" in put.body]
        manners_of.cache_clear()
        self.outside.front.drops = b"X-HETK"
        try:
            self.outside.front.served.clear()
            made = [self.wrote(insert(1)), self.wrote(insert(2))]
            puts = self.asked("PUT")
            changed = self.wrote(
                Update(
                    id=made[1].id,
                    version=made[1].version,
                    content=Content(title="New", when=timed(9)),
                    fields=ALL_FIELDS,
                    mark=made[1].mark,
                )
            )
        finally:
            self.outside.front.drops = b""
            manners_of.cache_clear()
        # Learned by the first, which is written once more; remembered by the second.
        assert [b"COMMENT" in put.body for put in puts] == [False, True, True]
        assert [event.mark for event in made] == [f"{MARK}.1", f"{MARK}.2"]
        assert changed.mark == f"{MARK}.2"
        read = self.read().events
        assert [read[event.id].mark for event in made] == [f"{MARK}.1", f"{MARK}.2"]
        assert self.outside.provider.find(self.outside.calendar, f"{MARK}.2", "") is not None

    def test_tasks_are_no_events(self) -> None:
        self.outside.create("Event", timed(9))
        names = [calendar.id for calendar in self.outside.provider.calendars()]
        tasks = self.outside.calendar.replace("work", "tasks")
        body = MKCALENDAR.replace(b"VEVENT", b"VTODO")
        self.outside.send("MKCALENDAR", tasks, body, {"Content-Type": "application/xml"})
        assert [calendar.id for calendar in self.outside.provider.calendars()] == names
        self.outside.send("DELETE", tasks)

    def test_pages_are_made_smaller_until_the_server_takes_them(self) -> None:
        made = {self.outside.create(f"Event {n}", timed(9, day=n)) for n in range(5)}
        self.outside.provider.calendars()
        self.fault("REPORT", 507, skip=1)
        self.fault("REPORT", 413, skip=1)
        assert set(self.read().events) == made

    def test_an_event_that_spoils_the_answer_for_all_is_asked_for_alone(self) -> None:
        made = {self.outside.create(f"Event {n}", timed(9, day=n)) for n in range(3)}
        broken = b'<?xml version="1.0"?><multistatus xmlns="DAV:"><response>\x0b</response></multistatus>'
        self.fault("REPORT", 207, body=broken, skip=1, times=3)
        assert set(self.read().events) == made

    def test_what_an_answer_is_silent_about_is_asked_for_before_it_counts_as_gone(self) -> None:
        made = self.wrote(insert(1))
        silent = b'<?xml version="1.0"?><multistatus xmlns="DAV:"/>'
        self.fault("REPORT", 207, body=silent)
        assert self.get(made.id) == made
        self.outside.delete(made.id)
        self.fault("REPORT", 207, body=silent)
        assert self.get(made.id) is None

    @pytest.mark.parametrize(
        "body", ["<html>busy</html>", "[]", "", '<?xml version="1.0"?><multistatus xmlns="DAV:"/>']
    )
    @pytest.mark.parametrize("status", [200, 207])
    def test_a_broken_listing_is_never_taken_for_an_empty_one(self, status: int, body: str) -> None:
        cursor = self.read().cursor
        for asked in ("", cursor):
            self.fault("REPORT", status, body=body.encode())
            with pytest.raises(ComeBack):
                self.read(asked)

    def test_a_listing_in_parts_is_followed_to_its_end(self) -> None:
        made = self.outside.create("Event", timed(9))
        part = (
            '<?xml version="1.0"?><multistatus xmlns="DAV:"><response><href>{0}</href><status>HTTP/1.1 507 Insufficient Storage'
            '</status></response><response><href>{0}early.ics</href><propstat><prop><getetag>"1"</getetag></prop>'
            "<status>HTTP/1.1 200 OK</status></propstat></response><sync-token>{1}</sync-token></multistatus>"
        )
        token = json.loads(self.read().cursor)["token"]
        self.outside.edit(made, title="Changed")
        cursor = json.dumps({"how": "sync", "token": "an older one"})
        self.fault("REPORT", 207, body=part.format(self.outside.calendar, token).encode())
        reading = self.read(cursor)
        assert reading.titles() == ["Changed"]
        assert reading.removed == {"early.ics"}

    @pytest.mark.parametrize("status", [400, 405, 415, 501])
    def test_where_there_is_no_sync_collection_tags_are_compared(self, status: int) -> None:
        stays = self.outside.create("Stays", timed(8))
        doomed = self.outside.create("Doomed", timed(10))
        self.fault("REPORT", status)
        first = self.read()
        assert set(first.events) == {stays, doomed}
        second = self.counted(1, first.cursor)
        assert (second.events, second.removed) == ({}, set())
        self.outside.edit(stays, title="Changed")
        self.outside.delete(doomed)
        third = self.read(second.cursor)
        assert third.titles() == ["Changed"]
        assert third.tells_gone(doomed)

    def test_a_bare_403_is_no_lost_cursor(self) -> None:
        cursor = self.read().cursor
        self.fault("REPORT", 403)
        with pytest.raises(NoAccess):
            self.read(cursor)

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_trouble_during_a_write_leaves_its_outcome_unknown(self, status: int) -> None:
        self.fault("PUT", status)
        (answer,) = self.write(insert(1))
        assert isinstance(answer.error, Unknown)

    def test_a_pause_grows_while_the_server_keeps_asking_for_one(self) -> None:
        self.read()
        waits = []
        for _ in range(4):
            self.fault("REPORT", 503, headers={"Retry-After": "1"})
            with pytest.raises(ComeBack) as caught:
                self.read()
            waits.append(caught.value.after)
        assert waits == [2.0, 4.0, 8.0, 16.0]
        self.read()
        self.fault("REPORT", 503, headers={"Retry-After": "60"})
        with pytest.raises(ComeBack) as caught:
            self.read()
        assert caught.value.after == 60.0

    def test_a_server_without_etags_for_what_it_changed_is_asked_what_it_made_of_it(self) -> None:
        self.fault("PUT", 0, lose="ETag")
        made = self.wrote(insert(1))
        assert made == self.got(made.id)

    def test_a_password_that_was_renewed_elsewhere_is_taken_up(self) -> None:
        self.outside.password = "an-old-one"
        assert self.outside.provider.client.credential.password == "an-old-one"
        self.outside.password = PASSWORD
        assert self.read().cursor
        assert self.outside.renewals == 1

    def test_an_account_that_moved_to_another_host_is_found_again(self) -> None:
        self.fault("REPORT", 301, headers={"Location": "https://elsewhere.example/"})
        assert self.read().cursor
        assert self.outside.renewals == 1

    def test_what_is_told_to_a_log_holds_no_content(self) -> None:
        self.fault("PUT", 400)
        (answer,) = self.write(insert(1, title="Secret title"))
        assert isinstance(answer.error, Refused)
        assert "Secret" not in f"{answer.error!r} {answer.error} {answer.error.code}"

    def test_an_insert_into_a_calendar_that_is_gone_says_no_access(self) -> None:
        gone = self.outside.calendar.replace("work", "never")
        (answer,) = self.outside.provider.write(gone, [insert(1)])
        assert isinstance(answer.error, NoAccess)

    @pytest.mark.parametrize("status", [403, 404])
    def test_a_single_event_that_is_refused_is_no_closed_calendar(self, status: int) -> None:
        self.fault("PUT", status)
        refused, made = self.write(insert(1), insert(2))
        assert isinstance(refused.error, Refused)
        assert made.error is None

    def test_floating_times_are_read_by_the_calendars_own_clock(self) -> None:
        zone = CALENDAR_ZONE.encode()
        self.outside.send("PROPPATCH", self.outside.calendar, zone, {"Content-Type": "application/xml"})
        day = at(9)
        text = PERSONS.format(start=f"{day:%Y%m%dT%H%M%S}", end=f"{at(10):%Y%m%dT%H%M%S}")
        id = self.outside.put("floating.ics", text.replace("\n", "\r\n"))
        when = self.read().events[id].content.when
        assert isinstance(when, Timed)
        assert when.zone == "America/New_York"
        assert when.start.astimezone(ZoneInfo("America/New_York")).hour == 9


PERSONS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//By hand//EN
BEGIN:VEVENT
UID:persons-own
DTSTAMP:20260101T000000Z
DTSTART:{start}
DTEND:{end}
SUMMARY:Mine
X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Soon
TRIGGER:-PT15M
END:VALARM
END:VEVENT
END:VCALENDAR
"""
CALENDAR_ZONE = """<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<C:calendar-timezone>BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//x//EN
BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:-0500
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
END:VCALENDAR
</C:calendar-timezone></D:prop></D:set></D:propertyupdate>"""


def placed(front: Front, user: str, home: str) -> Iterator[DavOutside]:
    outbound.configure(hosts=[], sandbox_url=front.url)
    outside = DavOutside(front, user, home)
    yield outside
    outside.stop()
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)


class TestRadicale(DavContract):
    @pytest.fixture(autouse=True)
    def _outside(self, radicale_front: Front) -> Iterator[None]:
        user = next(_users)
        for self.outside in placed(radicale_front, user, f"/{user}/"):
            yield


class TestXandikos(DavContract):
    one_change = 2

    @pytest.fixture(autouse=True)
    def _outside(self, xandikos_front: Front) -> Iterator[None]:
        for self.outside in placed(xandikos_front, "alice", "/alice/calendars/"):
            yield
