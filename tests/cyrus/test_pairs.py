"""Two-way pairs on Cyrus, of two accounts and of two calendars of one: the whole engine against a server that is nobody's stand-in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import settings

from accounts import connections
from accounts.models import User
from accounts.oauth import caldav
from hetk import outbound
from sync import calendars, pairs
from sync.engine.pool import drain
from sync.models import Calendar, FlowSettings, Link
from sync.store import due
from tests.environment import NOWHERE
from tests.factories import make_user
from tests.providers.dav_outside import DavOutside
from tests.providers.dav_servers import HOST, PASSWORD, Front
from tests.providers.promises.outside import SPAN, at, timed

pytestmark = [pytest.mark.cyrus, pytest.mark.django_db]

OPEN, PRIVATE = FlowSettings(private=False), FlowSettings(private=True)
# "alice": the other calendar is of the same account, which a UID may stand in only once.
OTHERS = pytest.mark.parametrize("other", ["bob", "alice"])


@dataclass
class Scene:
    """Calendars of people on one server, and the engine run by hand."""

    front: Front

    def __post_init__(self) -> None:
        self.user: User = make_user("alice")
        self.sides: list[DavOutside] = []

    def calendar(self, name: str) -> tuple[DavOutside, Calendar]:
        """A new calendar of that person: their hand, and the row."""
        side = DavOutside(self.front, name, f"/dav/calendars/user/{name}/")
        self.sides.append(side)
        granted = caldav.enter(caldav.server(f"https://{HOST}/dav/principals/user/{name}/", name, PASSWORD))
        connection = connections.keep(user=self.user, granted=granted)
        assert connection is not None
        (row,) = [row for row in calendars.refresh(connection) if row.remote_id == side.calendar]
        return side, row

    def both(
        self, other: str, back: FlowSettings | None = OPEN, out: FlowSettings = OPEN
    ) -> tuple[DavOutside, DavOutside]:
        (here, first), (there, second) = self.calendar("alice"), self.calendar(other)
        pairs.create(user=self.user, first=first, second=second, out=out, back=back)
        self.sync()
        return here, there

    def sync(self) -> None:
        due.ring(list(Calendar.objects.values_list("pk", flat=True)))
        drain()

    def writes(self) -> list[str]:
        return [one.method for one in self.front.served if one.method in ("PUT", "DELETE")]


@pytest.fixture
def scene(cyrus_front: Front) -> Iterator[Scene]:
    outbound.configure(hosts=[], sandbox_url=cyrus_front.url)
    scene = Scene(cyrus_front)
    yield scene
    for side in scene.sides:
        side.stop()
    outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=NOWHERE)


def listed(side: DavOutside) -> list[tuple[str, str]]:
    """What stands in that calendar inside the span: titles, and when each begins."""
    events = [event for page in side.provider.read(side.calendar, "", SPAN) for event in page.events]
    return sorted((event.content.title, str(event.content.when.start)) for event in events)


def titles(side: DavOutside) -> list[str]:
    return [title for title, _ in listed(side)]


@OTHERS
def test_events_of_both_sides_arrive_and_a_second_look_writes_nothing(scene: Scene, other: str) -> None:
    here, there = scene.both(other)
    here.create("From here", timed(9), location="Room 4")
    there.create("From there", timed(11))
    here.create("Standup", timed(8), rrule="FREQ=DAILY;COUNT=3")
    scene.sync()
    assert titles(here) == titles(there) == ["From here", "From there", "Standup", "Standup", "Standup"]
    assert listed(here) == listed(there)
    scene.front.served.clear()
    scene.sync()
    Calendar.objects.update(cursor="")
    scene.sync()
    assert scene.writes() == []


@OTHERS
def test_moves_edits_and_deletions_travel_both_ways(scene: Scene, other: str) -> None:
    here, there = scene.both(other)
    id = here.create("Dentist", timed(9))
    doomed = here.create("Doomed", timed(14))
    scene.sync()
    copies = {link.origin_id: link.copy_id for link in Link.objects.all()}
    there.move(copies[id], timed(10))
    scene.sync()
    assert listed(here) == listed(there) == [("Dentist", str(at(10))), ("Doomed", str(at(14)))]
    here.edit(id, title="Dentist, moved")
    there.delete(copies[doomed])
    scene.sync()
    assert titles(here) == titles(there) == ["Dentist, moved"]


@OTHERS
def test_one_day_of_a_series_is_moved_and_dropped_without_the_others(scene: Scene, other: str) -> None:
    here, there = scene.both(other)
    master = here.create("Standup", timed(9), rrule="FREQ=DAILY;COUNT=4")
    scene.sync()
    first, second, third, _ = here.occurrences(master)
    here.delete(first)
    here.move(second, timed(15))
    scene.sync()
    copy = Link.objects.get(origin_id=third).copy_id
    assert len(titles(there)) == 3
    # A copy of one day, moved by hand over there, moves that day alone.
    there.move(copy, timed(18))
    scene.sync()
    days = [str(moment) for moment in (at(15), at(18), at(9) + timedelta(days=3))]
    assert [begin for _, begin in listed(here)] == [begin for _, begin in listed(there)] == sorted(days)


@OTHERS
def test_what_is_hidden_does_not_arrive_in_any_line_and_nobody_is_invited(scene: Scene, other: str) -> None:
    here, there = scene.both(other, back=None, out=PRIVATE)
    here.create("Secret title", timed(9), description="secret text", attendees=("guest@elsewhere.example",))
    scene.front.served.clear()
    scene.sync()
    assert titles(there) == ["Busy"]
    text = there.text(Link.objects.get().copy_id)
    assert "ecret" not in text
    assert "ATTENDEE" not in text
    assert here.invitations() == there.invitations() == []
