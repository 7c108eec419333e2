"""Rules at random are what Cyrus makes of them: its libical shares no line with us, nor with the libraries in Python.

Rules, their ends and what is left out. Known defects of Cyrus 3.6 leave the rest to `test_caldav_random.py`: it reads an added date
by the clock of UTC, whatever zone it is told in, and where a changed instance comes to stand on another one it tells only one of them.
"""

from collections import defaultdict
from collections.abc import Iterator

import icalendar
import pytest

from hetk import dav
from tests.providers.dav_outside import DavOutside
from tests.providers.dav_servers import Front
from tests.providers.series_at_random import FIRST, KINDS, LAST, Made, made
from tests.providers.test_caldav import placed
from tests.providers.test_caldav_random import Spans, inside, ours, told

pytestmark = pytest.mark.cyrus
SEEDS = 12


@pytest.fixture
def outside(cyrus_front: Front) -> Iterator[DavOutside]:
    yield from placed(cyrus_front, "alice", "/dav/calendars/user/alice/")


def expanded(outside: DavOutside) -> dict[str, Spans]:
    """What the server tells of each resource inside the span, instance by instance (RFC 4791 9.6.5)."""
    limits = f'start="{FIRST:%Y%m%d}T000000Z" end="{LAST:%Y%m%d}T000000Z"'
    body = (
        '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data>'
        f'<C:expand {limits}/></C:calendar-data></D:prop><C:filter><C:comp-filter name="VCALENDAR">'
        f'<C:comp-filter name="VEVENT"><C:time-range {limits}/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>'
    )
    answer = outside.send("REPORT", outside.calendar, body.encode(), {"Content-Type": "application/xml", "Depth": "1"})
    found: dict[str, Spans] = defaultdict(set)
    for one in dav.read(answer).found:
        name = one.path.rpartition("/")[2]
        for event in icalendar.Calendar.from_ical(one.text(f"{dav.CALDAV}calendar-data")).walk("VEVENT"):
            start = event.decoded("dtstart")
            end = event.decoded("dtend") if "dtend" in event else start + event.decoded("duration")
            found[name].add(told(start, end))
    return {name: inside(spans) for name, spans in found.items()}


def bare(case: Made) -> Made:
    master = case.events[0]
    return Made(case.kind, [[line for line in master if not line.startswith("RDATE")]])


@pytest.mark.parametrize("kind", KINDS)
def test_series_at_random_are_what_the_server_makes_of_them(outside: DavOutside, kind: str) -> None:
    cases = {f"{seed}.ics": bare(made(kind, seed)) for seed in range(SEEDS)}
    for name, case in cases.items():
        outside.put(name, case.text(f"{kind}-{name}"))
    theirs = expanded(outside)
    for name, case in cases.items():
        assert ours(case) == theirs.get(name, set()), case.text("one")
