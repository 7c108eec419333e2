"""events.list and events.instances: pages, filters, sync tokens and what changed since."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe

import orjson

from sandbox.google import filters, render
from sandbox.google.calls import READ, Answer, Call, method
from sandbox.google.errors import bad, not_found, resync
from sandbox.google.events import ALL, LOOK, ONE
from sandbox.google.kinds import TYPES
from sandbox.google.store import EPOCH, Calendar, Item, told
from sandbox.google.times import moment, zone_named

USUAL, MOST = 250, 2500
KEPT_PAGES = 500
# Not published; long enough for any rhythm of reading, short enough to be tried with the clock.
TOKEN_LIFE = timedelta(days=28)
WITHOUT_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)
LIST = {
    "eventTypes": [TYPES],
    "iCalUID": str,
    "maxResults": int,
    "orderBy": ("startTime", "updated"),
    "pageToken": str,
    "privateExtendedProperty": [str],
    "q": str,
    "sharedExtendedProperty": [str],
    "showDeleted": bool,
    "showHiddenInvitations": bool,
    "singleEvents": bool,
    "syncToken": str,
    "timeMax": str,
    "timeMin": str,
    "timeZone": str,
    "updatedMin": str,
    **LOOK,
}


@dataclass
class Run:
    """A list being read page by page: the rows found at its first page, and the change number they stand for."""

    calendar: Calendar
    rows: list[Item]
    seq: int
    asked: dict[str, list[str]]


class Pages:
    """Lists that somebody is in the middle of, the oldest forgotten first."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()

    def keep(self, run: Run) -> str:
        id = token_urlsafe(12)
        self._runs[id] = run
        if len(self._runs) > KEPT_PAGES:
            self._runs.popitem(last=False)
        return id

    def get(self, id: str) -> Run | None:
        return self._runs.get(id)


@method("GET", ALL, READ, **LIST)
def list_(call: Call, calendar: str) -> Answer:
    return _paged(call, call.calendar(calendar), _rows)


@method(
    "GET",
    f"{ONE}/instances",
    READ,
    maxResults=int,
    originalStart=str,
    pageToken=str,
    showDeleted=bool,
    timeMax=str,
    timeMin=str,
    timeZone=str,
    **LOOK,
)
def instances(call: Call, calendar: str, event: str) -> Answer:
    place = call.calendar(calendar)
    master = place.masters.get(event)
    if master is None:
        raise not_found()
    return _paged(call, place, lambda call, place: _of_series(call, place, master))


def _paged(call: Call, calendar: Calendar, rows: Callable[[Call, Calendar], Iterable[Item]]) -> Answer:
    size = min(call.number("maxResults", USUAL, MOST), call.cloud.page_size)
    id, run, place = _run(call, calendar, rows)
    zone = zone_named(call.one("timeZone") or calendar.zone).key
    sight = call.sight(calendar)
    dead = call.flag("showDeleted") or bool(call.one("syncToken")) or bool(call.one("updatedMin"))
    page = [_row(calendar, item, zone, sight, dead) for item in run.rows[place : place + size]]
    head = {
        "kind": "calendar#events",
        "etag": f'"p{calendar.seq}{call.cloud.seals.seal("etag", calendar.id)[:8]}"',
        "summary": calendar.summary,
        "description": "",
        "updated": told(calendar.updated),
        "timeZone": zone,
        "accessRole": call.cloud.role(calendar, call.person),
        "defaultReminders": [{"method": "popup", "minutes": 30}] if calendar.primary else [],
    }
    if place + size < len(run.rows):
        head["nextPageToken"] = call.cloud.seals.seal("page", f"{id or call.cloud.pages.keep(run)} {place + size}")
    elif "syncToken" in call.query or not any(name in call.query for name in ("q", "iCalUID", "orderBy", "updatedMin")):
        head["nextSyncToken"] = _token(call, run)
    items = b",".join(one for one in page if one)
    return Answer(200, orjson.dumps(head)[:-1] + b',"items":[' + items + b"]}", {"ETag": str(head["etag"])})


def _row(calendar: Calendar, item: Item, zone: str, sight: str, dead: bool) -> bytes:
    # What was deleted between two pages leaves a gap: a page may hold less than was asked for.
    if item.cancelled:
        return render.tombstone(item, zone) if dead or item.fields.get("recurringEventId") else b""
    return render.event(calendar, item, zone=zone, sight=sight)


def _run(call: Call, calendar: Calendar, rows: Callable[[Call, Calendar], Iterable[Item]]) -> tuple[str, Run, int]:
    token = call.one("pageToken")
    asked = {name: values for name, values in call.query.items() if name != "pageToken"}
    if not token:
        return "", Run(calendar, list(rows(call, calendar)), calendar.seq, asked), 0
    id, _, place = (call.cloud.seals.open("page", token) or "").partition(" ")
    run = call.cloud.pages.get(id)
    if run is None or run.calendar is not calendar or run.asked != asked:
        raise bad("Invalid page token value.", location="pageToken")
    return id, run, int(place)


def _rows(call: Call, calendar: Calendar) -> Iterable[Item]:
    if call.one("syncToken"):
        return filters.chosen(call, _changed(call, calendar, _since(call, calendar)))
    return filters.chosen(call, filters.ordered(call, _standing(call, calendar)))


def _kind(call: Call) -> str:
    return f"{call.one('singleEvents', 'false')} {','.join(sorted(call.query.get('eventTypes', ())))}"


def _token(call: Call, run: Run) -> str:
    now = int(call.cloud.world.clock.timestamp())
    return call.cloud.seals.seal("sync", f"{run.calendar.id}|{run.seq}|{now}|{call.cloud.epoch}|{_kind(call)}")


def _since(call: Call, calendar: Calendar) -> int:
    """The change number behind the sync token. Raises Refusal."""
    stray = [name for name in WITHOUT_TOKEN if name in call.query]
    if stray or call.one("showDeleted") == "false":
        raise bad("Sync token cannot be used with other query restrictions.", location="syncToken")
    parts = (call.cloud.seals.open("sync", call.one("syncToken")) or "").split("|")
    if len(parts) != 5 or parts[0] != calendar.id or int(parts[3]) != call.cloud.epoch:
        raise resync()
    if call.cloud.world.clock.timestamp() - int(parts[2]) > TOKEN_LIFE.total_seconds():
        raise resync()
    if parts[4] != _kind(call):
        raise bad("The sync token was made for a request with other parameters.", location="syncToken")
    return int(parts[1])


def _changed(call: Call, calendar: Calendar, seq: int) -> Iterator[Item]:
    single = call.flag("singleEvents")
    for item in calendar.since(seq):
        if not single:
            # Instances that went with their series need no word of their own.
            if item.id not in calendar.ghosts:
                yield item
        elif item.slots is None:
            yield item
        else:
            yield from calendar.expanded(item, EPOCH, calendar.horizon())


def _standing(call: Call, calendar: Calendar) -> Iterator[Item]:
    first = moment(call.one("timeMin"), "timeMin") if call.one("timeMin") else EPOCH
    last = moment(call.one("timeMax"), "timeMax") if call.one("timeMax") else None
    if last is not None and last <= first:
        raise bad("The specified time range is empty.", "timeRangeEmpty", "calendar")
    single, dead = call.flag("singleEvents"), call.flag("showDeleted") or bool(call.one("updatedMin"))
    end = last or datetime.max.replace(tzinfo=UTC)
    for item in calendar.singles(first.timestamp(), end.timestamp()):
        if not item.cancelled or dead or (item.master and not single):
            yield item
    for master in calendar.masters.values():
        if single:
            yield from calendar.expanded(master, first, end)
        elif (dead or not master.cancelled) and _touches(calendar, master, first, end):
            yield master


def _touches(calendar: Calendar, master: Item, first: datetime, last: datetime) -> bool:
    if master.cancelled or first == EPOCH:
        return master.first < last.timestamp()
    return next(calendar.expanded(master, first, last), None) is not None


def _of_series(call: Call, calendar: Calendar, master: Item) -> Iterable[Item]:
    first = moment(call.one("timeMin"), "timeMin") if call.one("timeMin") else EPOCH
    last = moment(call.one("timeMax"), "timeMax") if call.one("timeMax") else calendar.horizon()
    found = list(calendar.expanded(master, first, last))
    for item in calendar.exceptions.get(master.id, {}).values():
        touching = item.last > first.timestamp() and item.first < last.timestamp()
        if touching and (not item.cancelled or call.flag("showDeleted")):
            found.append(item)
    found.sort(key=lambda item: item.first)
    if wanted := call.one("originalStart"):
        found = [item for item in found if filters.begins(item, wanted)]
    return found
