"""What changed in a CalDAV calendar, and what it holds.

The first question is sync-collection (RFC 6578): names and ETags, and only of what changed. Where a server has none, the
calendar's CTag says whether anything changed, and a list of all names and ETags, compared with the one in the cursor, says
what. Contents come by calendar-multiget, in pages as large as the server takes.
"""

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from hetk.dav import CALDAV, CALSERVER, DAV, Answer, Found, path_of
from sync.providers.caldav.client import Client, TooMuch
from sync.providers.errors import ComeBack, CursorLost, NoAccess, Refused

PAGE_SIZE = 1000
# A server that keeps answering "there is more" without an end is not believed for ever.
ROUNDS = 1000
SPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
GONE = 404


@dataclass(frozen=True, slots=True)
class Item:
    """One resource as it stands: `text` is its iCalendar, "" where only names were asked for."""

    name: str
    etag: str
    text: str = ""


@dataclass(slots=True)
class Listing:
    """What a calendar answered to "what changed?": names with their ETags, names that are gone, and how to ask next time."""

    etags: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    cursor: str = ""
    # What came with its contents already.
    items: dict[str, Item] = field(default_factory=dict)


def listing(client: Client, path: str, cursor: str) -> Listing:
    """Everything with an empty cursor. Raises `CursorLost`."""
    known = _opened(cursor)
    if known.get("how") == "list":
        return _compared(client, path, known)
    try:
        return _changes(client, path, str(known.get("token", "")), whole=bool(known.get("whole")))
    except _NoSuchReport:
        if cursor:
            raise CursorLost("the server no longer tells what changed") from None
        return _compared(client, path, {})


class _NoSuchReport(Exception):
    """The server has no sync-collection."""


class _NotWhole(Exception):
    """Names and contents together are not to be had; names alone may be."""


def _changes(client: Client, path: str, token: str, *, whole: bool) -> Listing:
    found, since = Listing(), token
    for _ in range(ROUNDS):
        try:
            answer = _sync(client, path, token, whole=whole)
        except _NotWhole:
            whole = False
            answer = _sync(client, path, token, whole=False)
        if not answer.token and not since and answer.found:
            # What cannot be asked for its changes can be compared by tags.
            raise _NoSuchReport
        if not answer.token:
            raise ComeBack("an answer without a token")
        more = False
        for item in answer.found:
            if item.path.rstrip("/") == path.rstrip("/"):
                # The calendar itself is listed by some; with 507 it says that this is not all yet (RFC 6578 3.6).
                more |= item.status == 507
                continue
            _file(found, path, item, telling_gone=bool(since))
        if not more:
            found.cursor = _sync_cursor(client, answer.token, first=not since)
            return found
        if answer.token == token:
            raise ComeBack("a part of an answer that does not move on")
        token = answer.token
    raise ComeBack("an answer without an end")


def _sync(client: Client, path: str, token: str, *, whole: bool) -> Answer:
    contents = "<C:calendar-data/>" if whole else ""
    body = (
        f"<D:sync-collection {SPACES}><D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>"
        f"<D:prop><D:getetag/>{contents}</D:prop></D:sync-collection>"
    )
    try:
        return client.many("REPORT", path, body, depth="0")
    except Refused as error:
        if token and ("valid-sync-token" in error.code or error.status == 410):
            raise CursorLost("the sync token is not accepted", status=error.status, code=error.code) from None
        if whole:
            raise _NotWhole from None
        if not token and (error.status in (400, 405, 415, 501) or "supported-report" in error.code):
            raise _NoSuchReport from None
        raise closed(error) from None
    except ComeBack as error:
        if whole and error.status == 207:
            raise _NotWhole from None
        raise


def _compared(client: Client, path: str, known: Mapping[str, object]) -> Listing:
    """By CTag, and by the ETags of all where that changed. The CTag is asked for first: what changes meanwhile shows next time."""
    try:
        asked = f"<D:propfind {SPACES}><D:prop><S:getctag/></D:prop></D:propfind>"
        answer = client.many("PROPFIND", path, asked, depth="0")
        if not answer.found:
            raise ComeBack("an answer that tells nothing of what was asked", status=207)
        ctag = answer.found[0].text(f"{CALSERVER}getctag")
        if ctag and ctag == known.get("ctag"):
            return Listing(cursor=_closed_cursor(ctag, dict(_etags(known))))
        body = (
            f"<C:calendar-query {SPACES}><D:prop><D:getetag/></D:prop>"
            '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter>'
            "</C:calendar-query>"
        )
        answer = client.many("REPORT", path, body, depth="1")
    except Refused as error:
        raise closed(error) from None
    everything = Listing()
    for item in answer.found:
        _file(everything, path, item, telling_gone=False)
    before, now = _etags(known), everything.etags
    return Listing(
        etags={name: etag for name, etag in now.items() if before.get(name) != etag or not etag},
        gone=[name for name in before if name not in now],
        cursor=_closed_cursor(ctag, now),
    )


def _file(found: Listing, path: str, item: Found, *, telling_gone: bool) -> None:
    name = name_in(path, item.path)
    if not name:
        return
    if item.status == GONE:
        # What was deleted before a first reading is none of its business, though one server tells it.
        found.etags.pop(name, None)
        found.items.pop(name, None)
        found.gone += [name] if telling_gone else []
    elif item.status < 300:
        found.etags[name] = item.line(f"{DAV}getetag")
        if text := item.text(f"{CALDAV}calendar-data"):
            found.items[name] = Item(name, found.etags[name], text)


def name_in(path: str, other: str) -> str:
    """The name of a resource inside the calendar at `path`; "" for the calendar itself and for folders."""
    folder, _, name = other.rpartition("/")
    return name if folder.rstrip("/") == path.rstrip("/") else ""


def fetch(client: Client, path: str, names: Sequence[str], size: int) -> Iterator[dict[str, Item | None]]:
    """The resources by name, a page of at most `size` at a time; None for one that is gone."""
    at, most = 0, size
    while at < len(names):
        part = names[at : at + size]
        try:
            page = _multiget(client, path, part)
        except (TooMuch, _Garbled):
            if size == 1:
                yield _one(client, path, part[0])
                at, size = at + 1, min(2, most)
            else:
                size = max(1, min(size, len(part)) // 2)
            continue
        yield page | _unanswered(client, path, [name for name in part if name not in page])
        at, size = at + len(part), min(2 * size, most)


class _Garbled(Exception):
    """One event that XML cannot hold spoils the answer for all that were asked for with it."""


def _multiget(client: Client, path: str, names: Sequence[str]) -> dict[str, Item | None]:
    hrefs = "".join(f"<D:href>{escape(member(path, name))}</D:href>" for name in names)
    body = f"<C:calendar-multiget {SPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop>{hrefs}</C:calendar-multiget>"
    try:
        answer = client.many("REPORT", path, body, depth="1")
    except TooMuch:
        raise
    except Refused as error:
        raise closed(error) from None
    except ComeBack as error:
        if error.status == 207:
            raise _Garbled from None
        raise
    found: dict[str, Item | None] = {}
    for item in answer.found:
        name = name_in(path, item.path)
        if name and item.status == GONE:
            found[name] = None
        elif name and item.status < 300 and (text := item.text(f"{CALDAV}calendar-data")):
            found[name] = Item(name, item.line(f"{DAV}getetag"), text)
    return found


def _unanswered(client: Client, path: str, names: Sequence[str]) -> dict[str, Item | None]:
    """What an answer is silent about may be gone, or was cut off its end: each is asked for alone."""
    return {name: item for each in names for name, item in _one(client, path, each).items()}


def _one(client: Client, path: str, name: str) -> dict[str, Item | None]:
    try:
        reply = client.ask("GET", member(path, name))
    except Refused as error:
        if error.status in (404, 410):
            return {name: None}
        if error.status in (403, 507):
            # The calendar has just been told of, so it is this one that is kept from us: it is there and cannot be read.
            return {}
        raise closed(error) from None
    text = reply.data.decode("utf-8", "replace") if isinstance(reply.data, bytes) else ""
    return {name: Item(name, reply.headers.get("etag", ""), text)}


def member(path: str, name: str) -> str:
    return f"{path.rstrip('/')}/{path_of(name)}"


def closed(error: Refused) -> NoAccess | Refused:
    """What a refusal of a reading means: a calendar that is gone, moved or closed to us."""
    if error.status in (301, 302, 303, 307, 308, 403, 404, 410, 421):
        return NoAccess("the calendar is closed to us", status=error.status, code=error.code)
    return error


# A cursor is JSON: {"how": "sync", "token", "whole"} or {"how": "list", "ctag", "etags"}, the last one packed.


def _sync_cursor(client: Client, token: str, *, first: bool) -> str:
    """`whole`: contents are wanted with the names next time. Not at Apple, of whom nobody knows how it takes that; and not after
    a first reading, which is followed by the echo of all that was written because of it.
    """
    return json.dumps({"how": "sync", "token": token, **({"whole": True} if client.anywhere and not first else {})})


def _opened(cursor: str) -> dict[str, object]:
    try:
        known = json.loads(cursor) if cursor else {}
        if not isinstance(known, dict):
            raise ValueError
        _etags(known)
    except (ValueError, KeyError, zlib.error):
        raise CursorLost("the cursor cannot be read") from None
    return known


def _closed_cursor(ctag: str, etags: Mapping[str, str]) -> str:
    packed = base64.b64encode(zlib.compress(json.dumps(etags).encode())).decode()
    return json.dumps({"how": "list", "ctag": ctag, "etags": packed})


def _etags(known: Mapping[str, object]) -> dict[str, str]:
    packed = known.get("etags")
    return json.loads(zlib.decompress(base64.b64decode(str(packed)))) if packed else {}
