"""A CalDAV server of its own with two people, a counting proxy before it, and the sets of events that are synced on it."""

import http.client
import random
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cyrus.server import cyrus, there
from tests.outside import ROOT
from tests.providers.dav_outside import MKCALENDAR
from tests.providers.dav_servers import PASSWORD, radicale

USERS = ("person1", "person2")
# All of it lies inside the window.
FIRST = datetime.now(UTC).date() + timedelta(days=7)
DAYS = 300
HANDS = 4


@dataclass
class World:
    """`port`: of the server itself, for the hands of people; `front`: of the proxy, for whom is measured."""

    name: str
    port: int
    front: int
    log: Path
    root: str
    principals: str

    def home(self, user: str) -> str:
        return self.root.format(user=user)

    def counted(self) -> Counter[str]:
        """Requests by method since `forget`."""
        return Counter(line.partition(" ")[0] for line in self.log.read_text().splitlines())

    def forget(self) -> None:
        # The proxy appends: a file made shorter is written on from its new end.
        with self.log.open("r+") as log:
            log.truncate(0)

    def ask(self, user: str, asks: Sequence[tuple[str, str, bytes]]) -> list[bytes]:
        """(method, path, body) one after the other on one connection, straight to the server; nothing may fail."""
        said = b64encode(f"{user}:{PASSWORD}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        answers = []
        for method, path, body in asks:
            kind = "text/calendar; charset=utf-8" if method == "PUT" else "application/xml"
            headers = {"Authorization": f"Basic {said}", "Content-Type": kind, "Depth": "1"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answers.append(answer.read())
            if answer.status >= 300:
                raise RuntimeError(f"{method} {path}: {answer.status} {answers[-1][:300]!r}")
        connection.close()
        return answers

    def make(self, user: str, name: str) -> str:
        path = f"{self.home(user)}{name}/"
        self.ask(user, [("MKCALENDAR", path, MKCALENDAR)])
        return path

    def put(self, user: str, path: str, events: dict[str, str]) -> None:
        """Resources by name, several hands at once."""
        asks = [("PUT", f"{path}{name}", text.encode()) for name, text in events.items()]
        with ThreadPoolExecutor(HANDS) as pool:
            list(pool.map(lambda part: self.ask(user, part), [asks[n::HANDS] for n in range(HANDS)]))

    def drop(self, user: str, paths: Sequence[str]) -> None:
        self.ask(user, [("DELETE", path, b"") for path in paths])

    def listed(self, user: str, path: str) -> tuple[dict[str, str], list[str]]:
        """The titles of all events by the names of their resources, and all titles sorted (of each VEVENT)."""
        from hetk import dav

        asked = (
            b'<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop>'
            b'<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
        )
        (answer,) = self.ask(user, [("REPORT", path, asked)])
        texts = {
            each.path.rpartition("/")[2]: each.text(f"{dav.CALDAV}calendar-data") for each in dav.read(answer).found
        }
        return {name: _title(text) for name, text in texts.items()}, sorted(_title(text) for text in texts.values())


def _title(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("SUMMARY:")).removeprefix("SUMMARY:").strip()


@contextmanager
def world(folder: Path, *, prefer_cyrus: bool = True) -> Iterator[World]:
    """Cyrus where it is installed, else Radicale."""
    if prefer_cyrus and there():
        with cyrus(PASSWORD, USERS) as port, _proxy(port, folder) as (front, log):
            roots = "/dav/calendars/user/{user}/", "/dav/principals/user/{user}/"
            yield World("Cyrus", port, front, log, *roots)
    else:
        with radicale(folder) as server, _proxy(server.port, folder) as (front, log):
            yield World("Radicale", server.port, front, log, "/{user}/", "/{user}/")


@contextmanager
def _proxy(port: int, folder: Path) -> Iterator[tuple[int, Path]]:
    log = folder / "requests"
    log.touch()
    command = [sys.executable, "-m", "bench.counter", str(port), str(log)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield int(process.stdout.readline()), log
    finally:
        process.terminate()
        process.wait(10)


# The events. Each set is made from its seed alone, so that everybody who is measured is given the same.


def singles(count: int, tag: str) -> dict[str, str]:
    """Single events: eight of ten timed, by the clocks of Berlin and New York or in UTC, two for whole days."""
    chance = random.Random(7)
    return {f"{tag}-{n}.ics": resource(f"{tag}-{n}", f"Event {n}", single(chance, n)) for n in range(count)}


def mixed(count: int, tag: str) -> dict[str, str]:
    """As people have them: of a hundred 85 single, 10 weekly with a date left out, 5 weekly with one moved."""
    chance = random.Random(11)
    made = {}
    for n in range(count):
        lines = single(chance, n) if n % 20 > 2 else weekly(n)
        extra = moved(n) if n % 20 == 2 else ()
        made[f"{tag}-{n}.ics"] = resource(f"{tag}-{n}", f"Event {n}", lines, extra)
    return made


def single(chance: random.Random, n: int) -> list[str]:
    day = FIRST + timedelta(days=chance.randrange(DAYS))
    if n % 5 == 0:
        return [f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"]
    start = datetime(day.year, day.month, day.day, chance.randrange(6, 20), chance.choice((0, 15, 30)))  # noqa: DTZ001
    zone, end = (";TZID=Europe/Berlin", ";TZID=America/New_York", "")[n % 3], start + timedelta(minutes=45)
    z = "" if zone else "Z"
    return [f"DTSTART{zone}:{start:%Y%m%dT%H%M%S}{z}", f"DTEND{zone}:{end:%Y%m%dT%H%M%S}{z}", "LOCATION:Room 4"]


def weekly(n: int) -> list[str]:
    start = datetime.combine(FIRST + timedelta(days=n % 7), datetime.min.time()) + timedelta(hours=9)
    rule = ["RRULE:FREQ=WEEKLY;COUNT=8", f"EXDATE;TZID=Europe/Berlin:{start + timedelta(days=14):%Y%m%dT%H%M%S}"]
    return [f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}", "DURATION:PT30M", *rule]


def moved(n: int) -> list[str]:
    start = datetime.combine(FIRST + timedelta(days=n % 7 + 7), datetime.min.time()) + timedelta(hours=9)
    slot, there = f"{start:%Y%m%dT%H%M%S}", f"{start + timedelta(hours=4):%Y%m%dT%H%M%S}"
    return [f"RECURRENCE-ID;TZID=Europe/Berlin:{slot}", f"DTSTART;TZID=Europe/Berlin:{there}", "DURATION:PT30M"]


def resource(uid: str, title: str, lines: Sequence[str], extra: Sequence[str] = ()) -> str:
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody//By hand//EN"]
    whole += [line for zone in ("Europe/Berlin", "America/New_York") if zone in "".join(lines) for line in _zone(zone)]
    for part in [part for part in (lines, extra) if part]:
        whole += ["BEGIN:VEVENT", f"UID:{uid}@northwind.example", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title}", *part]
        whole.append("END:VEVENT")
    return "\r\n".join([*whole, "END:VCALENDAR", ""])


def _zone(name: str) -> Iterator[str]:
    from sync.providers.icalendar.zones import definition

    yield from definition(name, FIRST.year).texts()
