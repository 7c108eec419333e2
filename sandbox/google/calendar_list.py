"""calendarList.*: which calendars a person sees, and as what."""

from typing import Any

from sandbox.google.calls import Answer, Call, method
from sandbox.google.errors import bad, not_found, resync
from sandbox.google.store import Calendar

READ = ("calendar", "calendar.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly")
ROLES = ("freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
COLORS = ("#9fe1e7", "#9a9cff", "#fa573c", "#16a765")
USUAL, MOST = 100, 250


def entry(call: Call, calendar: Calendar) -> dict[str, Any]:
    """One calendar as this person sees it."""
    seen = call.cloud.sights[call.person.id][calendar.id]
    primary = calendar.primary and calendar.id == call.person.address
    found = {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{seen.version}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.zone,
        "colorId": str(seen.color + 1),
        "backgroundColor": COLORS[seen.color % len(COLORS)],
        "foregroundColor": "#000000",
        "selected": True,
        "accessRole": seen.role,
        "defaultReminders": [{"method": "popup", "minutes": 30}] if primary else [],
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    if seen.override:
        found["summaryOverride"] = seen.override
    if primary:
        found["primary"] = True
    if seen.owner and not calendar.primary:
        found["dataOwner"] = seen.owner
    return found


@method("GET", "/users/me/calendarList/{calendar}", READ)
def get(call: Call, calendar: str) -> Answer:
    found = call.cloud.calendars.get(call.person.address if calendar == "primary" else calendar)
    if found is None or call.cloud.role(found, call.person) is None:
        raise not_found()
    body = entry(call, found)
    return Answer(200, body, {"ETag": body["etag"]})


@method(
    "GET",
    "/users/me/calendarList",
    READ,
    maxResults=int,
    minAccessRole=ROLES,
    pageToken=str,
    showDeleted=bool,
    showHidden=bool,
    showOwnOrganizationOnly=bool,
    syncToken=str,
)
def list_(call: Call) -> Answer:
    """A page. The token of the last page tells, when it comes back, what was shared or taken away since."""
    seen = call.cloud.sights[call.person.id]
    since = _since(call)
    least = ROLES.index(call.one("minAccessRole", ROLES[0]))
    listed = [
        entry(call, call.cloud.calendars[id])
        if sight.role
        else {"id": id, "deleted": True, "kind": "calendar#calendarListEntry"}
        for id, sight in seen.items()
        if sight.version > since and (ROLES.index(sight.role) >= least if sight.role else since)
    ]
    size = call.number("maxResults", USUAL, MOST)
    place = _place(call)
    now = call.cloud.versions
    found: dict[str, Any] = {
        "kind": "calendar#calendarList",
        "etag": f'"p{now}"',
        "items": listed[place : place + size],
    }
    if place + size < len(listed):
        found["nextPageToken"] = call.cloud.seals.seal("calendars", str(place + size))
    else:
        found["nextSyncToken"] = call.cloud.seals.seal("calendarList", str(now))
    return Answer(200, found, {"ETag": found["etag"]})


def _since(call: Call) -> int:
    token = call.one("syncToken")
    if not token:
        return 0
    if "minAccessRole" in call.query or call.one("showDeleted") == "false" or call.one("showHidden") == "false":
        raise bad("Sync token cannot be used with other query restrictions.", location="syncToken")
    opened = call.cloud.seals.open("calendarList", token)
    if opened is None:
        raise resync()
    return int(opened)


def _place(call: Call) -> int:
    if not call.one("pageToken"):
        return 0
    opened = call.cloud.seals.open("calendars", call.one("pageToken"))
    if opened is None:
        raise bad("Invalid page token value.", location="pageToken")
    return int(opened)
