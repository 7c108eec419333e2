"""Which calendars an account has, and what may be done there."""

from hetk.dav import CALDAV, DAV, Found, path_of
from sync.providers.base import RemoteCalendar
from sync.providers.caldav.client import Client
from sync.providers.caldav.reading import SPACES, closed
from sync.providers.errors import NoAccess, Refused
from sync.providers.icalendar.zones import calendar_zone

_ASKED = (
    "<D:resourcetype/><D:displayname/><D:current-user-privilege-set/><D:owner/>"
    "<C:supported-calendar-component-set/><C:calendar-timezone/>"
)
WRITERS = frozenset(f"{DAV}{name}" for name in ("all", "write", "write-content", "bind"))
READERS = frozenset(f"{DAV}{name}" for name in ("all", "read"))
# Boxes for invitations, notifications and the like are calendars to some servers; nobody's events are in them.
BOXES = frozenset(
    (
        f"{CALDAV}schedule-inbox",
        f"{CALDAV}schedule-outbox",
        "{http://calendarserver.org/ns/}notification",
        "{http://calendarserver.org/ns/}subscribed",
    )
)
# What Apple calls the calendar that an account begins with.
FIRST = "home"


def listed(client: Client, address: str) -> list[RemoteCalendar]:
    """Those that hold events, in the server's order but the account's own first one at the head."""
    home = path_of(client.credential.home)
    try:
        answer = client.many(
            "PROPFIND", home, f"<D:propfind {SPACES}><D:prop>{_ASKED}</D:prop></D:propfind>", depth="1"
        )
    except Refused as error:
        raise closed(error) from None
    offered = [found for found in answer.found if found.path.rstrip("/") != home.rstrip("/") and _offered(found)]
    writable = sorted((found for found in offered if _can_write(found)), key=lambda found: _name(found) != FIRST)
    primary = writable[0].path if writable else ""
    made = [
        RemoteCalendar(
            id=found.path,
            name=found.text(f"{DAV}displayname") or _name(found),
            owner=address,
            zone=calendar_zone(found.text(f"{CALDAV}calendar-timezone")),
            primary=found.path == primary,
            can_write=_can_write(found),
            can_watch=False,
        )
        for found in offered
    ]
    return sorted(made, key=lambda calendar: not calendar.primary)


def zone_of(client: Client, calendar_id: str) -> str:
    asked = f"<D:propfind {SPACES}><D:prop><C:calendar-timezone/></D:prop></D:propfind>"
    try:
        answer = client.many("PROPFIND", calendar_id, asked, depth="0")
    except Refused as error:
        raise closed(error) from None
    return next((calendar_zone(found.text(f"{CALDAV}calendar-timezone")) for found in answer.found), "UTC")


def can_write(client: Client, calendar_id: str) -> bool:
    """Whether the calendar is there and open to writes: what a refusal of one event does not tell."""
    asked = f"<D:propfind {SPACES}><D:prop>{_ASKED}</D:prop></D:propfind>"
    try:
        answer = client.many("PROPFIND", calendar_id, asked, depth="0")
    except (Refused, NoAccess):
        return False
    return any(_offered(found) and _can_write(found) for found in answer.found)


def _offered(found: Found) -> bool:
    types = found.names(f"{DAV}resourcetype")
    if f"{CALDAV}calendar" not in types or types & BOXES:
        return False
    components = found.properties.get(f"{CALDAV}supported-calendar-component-set")
    kinds = {} if components is None else {part.get("name", "").upper() for part in components}
    # A server that does not say takes all kinds (RFC 4791 5.2.3); whoever may only see free and busy has nothing to copy.
    return (not kinds or "VEVENT" in kinds) and _may(found, READERS)


def _can_write(found: Found) -> bool:
    return _may(found, WRITERS)


def _may(found: Found, rights: frozenset[str]) -> bool:
    granted = found.names(f"{DAV}current-user-privilege-set")
    return not granted or bool(granted & rights)


def _name(found: Found) -> str:
    return found.path.rstrip("/").rpartition("/")[2]
