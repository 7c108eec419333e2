"""How CalDAV is asked for little: echoes are not read, contents come with the names, many writes go side by side."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sync.core.event import Content, Field
from sync.providers.base import Update
from sync.providers.caldav import hands
from sync.providers.errors import Changed, ComeBack
from tests.providers.dav_outside import DavOutside
from tests.providers.dav_servers import PASSWORD, USERS, Fault, Front, Served, radicale
from tests.providers.promises.outside import Spoken, insert, timed
from tests.providers.test_caldav import placed

_users = iter(USERS)
MANY = 3 * hands.FEW


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with radicale(tmp_path_factory.mktemp("radicale")) as front:
        yield front


class TestManners(Spoken):
    outside: DavOutside

    @pytest.fixture(autouse=True)
    def _outside(self, front: Front) -> Iterator[None]:
        user = next(_users)
        for self.outside in placed(front, user, f"/{user}/"):
            yield

    def asked(self) -> list[Served]:
        return self.outside.front.served

    def fault(self, method: str, **how: Any) -> None:
        self.outside.front.faults.append(Fault(method=method, **how))

    def settled_cursor(self) -> str:
        """A cursor of a reading since a cursor."""
        cursor = self.read(self.read().cursor).cursor
        self.asked().clear()
        return cursor

    def test_the_echo_of_what_is_on_record_is_not_read(self) -> None:
        mine = self.outside.create("Mine", timed(9))
        cursor = self.read().cursor
        made = self.wrote(insert(1))
        self.outside.edit(mine, title="Changed")

        def known(versions: Mapping[str, str]) -> set[str]:
            return {id for id, version in versions.items() if (id, version) == (made.id, made.version)}

        self.outside.provider.spare(self.outside.calendar, known)
        self.asked().clear()
        assert self.read(cursor).titles() == ["Changed"]
        assert [one.method for one in self.asked()] == ["REPORT", "REPORT"]
        assert made.id.encode() not in self.asked()[1].body
        # A complete reading tells everything: what is not in it is gone.
        assert self.read().titles() == ["Changed", "Copy 1"]

    def test_a_copy_that_somebody_changed_since_is_no_echo(self) -> None:
        made = self.wrote(insert(1))
        cursor = self.settled_cursor()
        self.outside.edit(made.id, title="Changed by hand")
        self.outside.provider.spare(
            self.outside.calendar, lambda versions: {id for id in versions if versions[id] == made.version}
        )
        assert self.read(cursor).titles() == ["Changed by hand"]

    def test_after_the_first_changes_contents_come_with_the_names(self) -> None:
        cursor = self.settled_cursor()
        self.outside.create("New", timed(9))
        assert self.read(cursor).titles() == ["New"]
        assert len(self.asked()) == 1

    @pytest.mark.parametrize(
        "trouble", [{"status": 400}, {"status": 403}, {"status": 507}, {"status": 207, "body": b"<"}]
    )
    def test_where_contents_do_not_come_along_names_alone_are_asked_for(self, trouble: dict[str, Any]) -> None:
        cursor = self.settled_cursor()
        self.outside.create("New", timed(9))
        self.fault("REPORT", **trouble)
        reading = self.read(cursor)
        assert reading.titles() == ["New"]
        first, second, _ = self.asked()
        assert b"calendar-data" in first.body
        assert b"calendar-data" not in second.body

    def test_what_this_cycle_has_read_is_not_asked_for_before_it_is_changed(self) -> None:
        id = self.outside.create("Mine", timed(9))
        event = self.got(id)
        self.asked().clear()
        said = Content(title="New", when=timed(9))
        edit = Update(id=id, version=event.version, content=said, fields=frozenset({Field.TITLE}))
        assert self.wrote(edit).content.title == "New"
        assert [one.method for one in self.asked()] == ["PUT"]
        assert self.asked()[0].headers["If-Match"] == event.version
        (again,) = self.write(edit)
        assert isinstance(again.error, Changed)

    def test_many_writes_go_side_by_side_and_are_answered_in_order(self, monkeypatch: pytest.MonkeyPatch) -> None:
        together = threading.Barrier(2, timeout=20)
        send = self.outside.speaker.client.__class__.put

        def met(*said: Any, **how: Any) -> Any:
            # Passed only when another one is under way as well.
            together.wait()
            return send(*said, **how)

        monkeypatch.setattr(self.outside.speaker.client.__class__, "put", met)
        answers = self.write(*[insert(n) for n in range(MANY)])
        assert [answer.event.content.title for answer in answers if answer.event] == [f"Copy {n}" for n in range(MANY)]
        assert len(self.read().events) == MANY

    def test_whoever_is_told_to_wait_stops_all_that_has_not_left(self) -> None:
        self.fault("PUT", status=429, headers={"Retry-After": "9"}, skip=hands.FEW, times=MANY)
        answers = self.write(*[insert(n) for n in range(MANY)])
        sent = [one for one in self.asked() if one.method == "PUT"]
        assert len(sent) < MANY
        assert all(type(answer.error) is ComeBack for answer in answers if answer.event is None)
        assert len([answer for answer in answers if answer.event]) == hands.FEW == len(self.read().events)

    def test_a_password_that_was_renewed_in_the_middle_loses_none_and_is_asked_for_once(self) -> None:
        self.outside.password = "an-old-one"
        assert self.outside.provider.client.credential.password == "an-old-one"
        self.outside.password = PASSWORD
        threads: list[threading.Thread] = []
        token = self.outside.token

        def renewing(*, renew: bool = False) -> str:
            threads.append(threading.current_thread())
            return token(renew=renew)

        self.outside.speaker.client.token = renewing
        answers = self.write(*[insert(n) for n in range(MANY)])
        assert [answer.error for answer in answers] == [None] * MANY
        # What opens a row may run in the caller's own thread alone.
        assert threads == [threading.main_thread()]
        assert len(self.read().events) == MANY

    @pytest.mark.parametrize("status", [403, 507])
    def test_one_event_that_is_kept_from_us_does_not_close_the_calendar(self, status: int) -> None:
        hidden = self.outside.create("Hidden", timed(9))
        seen = self.outside.create("Seen", timed(10))
        refused = (
            f"<response><href>{self.outside.calendar}{hidden}</href><status>HTTP/1.1 {status} x</status></response>"
        )
        text = self.outside.text(seen)
        told = (
            f"<response><href>{self.outside.calendar}{seen}</href><propstat><prop><getetag>&quot;1&quot;</getetag>"
            f'<C:calendar-data xmlns:C="urn:ietf:params:xml:ns:caldav">{text}</C:calendar-data></prop>'
            "<status>HTTP/1.1 200 OK</status></propstat></response>"
        )
        whole = f'<?xml version="1.0"?><multistatus xmlns="DAV:">{refused}{told}</multistatus>'
        self.fault("REPORT", status=207, body=whole.encode(), skip=1)
        self.fault("GET", path=hidden, status=status)
        assert self.read().titles() == ["Seen"]
        self.fault("REPORT", status=207, body=f'<multistatus xmlns="DAV:">{refused}</multistatus>'.encode())
        self.fault("GET", path=hidden, status=status)
        # Not told as gone either: nothing is said of it.
        assert self.outside.provider.get(self.outside.calendar, [hidden]) == {}

    def test_a_server_that_gives_no_token_is_compared_by_tags(self) -> None:
        stays = self.outside.create("Stays", timed(9))
        tokenless = (
            f'<multistatus xmlns="DAV:"><response><href>{self.outside.calendar}{stays}</href><propstat><prop>'
            "<getetag>1</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"
        ).encode()
        self.fault("REPORT", status=207, body=tokenless)
        first = self.read()
        assert first.titles() == ["Stays"]
        self.outside.delete(stays)
        assert self.read(first.cursor).removed == {stays}

    def test_a_calendar_of_which_nothing_is_told_is_not_an_empty_one(self) -> None:
        self.outside.create("Stays", timed(9))
        silent = b'<multistatus xmlns="DAV:"/>'
        self.fault("REPORT", status=501)
        self.fault("PROPFIND", status=207, body=silent)
        self.fault("REPORT", status=207, body=silent)
        with pytest.raises(ComeBack):
            self.read()
